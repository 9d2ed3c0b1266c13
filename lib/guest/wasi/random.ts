/**
 * Random bytes for WASI guests.
 *
 * @module
 */

/** Most bytes that `crypto.getRandomValues` gives at once. */
const CHUNK = 65_536;

/**
 * Fills bytes with random ones, fit for keys.
 *
 * @param bytes Receives them; may be a guest's memory.
 */
export function fillRandom(bytes: Uint8Array): void {
  if (bytes.buffer instanceof SharedArrayBuffer) {
    const copy = new Uint8Array(bytes.length);
    fillRandom(copy);
    bytes.set(copy);
    return;
  }
  for (let at = 0; at < bytes.length; at += CHUNK) {
    crypto.getRandomValues(
      new Uint8Array(bytes.buffer, bytes.byteOffset + at, Math.min(CHUNK, bytes.length - at)),
    );
  }
}
