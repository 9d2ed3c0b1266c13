/**
 * The clocks of WASI guests.
 *
 * @module
 */

/** Nanoseconds in a second. */
export const NANOSECONDS_PER_SECOND = 1_000_000_000n;

/** Nanoseconds between two readings that differ: what `performance.now()` tells apart. */
export const CLOCK_RESOLUTION = 1_000n;

/** Nanoseconds from some moment on, never less than before. */
export function monotonicTime(): bigint {
  return BigInt(Math.round(performance.now() * 1e6));
}

/** Nanoseconds since the start of 1970. */
export function wallTime(): bigint {
  // Apart, since the sum has more digits than a number.
  return BigInt(Math.floor(performance.timeOrigin)) * 1_000_000n +
    BigInt(Math.round((performance.timeOrigin % 1 + performance.now()) * 1e6));
}

/**
 * How long to wait until a moment, in milliseconds for `System.poll`.
 *
 * @param deadline Nanoseconds of {@linkcode monotonicTime}.
 * @returns 0 once it has come; never so little that the wait would end before it.
 */
export function millisecondsUntil(deadline: bigint): number {
  const left = deadline - monotonicTime();
  return left <= 0n ? 0 : Number(left) / 1e6;
}
