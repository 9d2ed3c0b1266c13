/**
 * What goes wrong before a guest runs.
 *
 * @module
 */

/** A WASI guest that cannot be set up; the message says why, in one line. */
export class WasiError extends Error {
  /** `WasiError`. */
  override readonly name: string = "WasiError";
}
