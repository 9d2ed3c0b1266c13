/**
 * The wall clock of scripts.
 *
 * @module
 */

/** Nanoseconds since 1970, as exact as the host's clock shows. */
export function wallClock(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6));
}
