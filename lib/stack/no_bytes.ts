/**
 * A view without bytes.
 *
 * @module
 */

/** No bytes: also what a view is whose memory has been detached, of which no part can be made. */
export const NO_BYTES: Uint8Array = new Uint8Array(0);
