/**
 * wasi:clocks/wall-clock.
 *
 * @module
 */
import { CLOCK_RESOLUTION, NANOSECONDS_PER_SECOND, wallTime } from "../../wasi/clocks.ts";

/** `datetime`: a time since the start of 1970. */
export interface Datetime {
  /** Whole seconds. */
  readonly seconds: bigint;
  /** The rest, less than a second. */
  readonly nanoseconds: number;
}

function datetime(nanoseconds: bigint): Datetime {
  return {
    seconds: nanoseconds / NANOSECONDS_PER_SECOND,
    nanoseconds: Number(nanoseconds % NANOSECONDS_PER_SECOND),
  };
}

/** `now`. */
export function now(): Datetime {
  return datetime(wallTime());
}

/** `resolution`. */
export function resolution(): Datetime {
  return datetime(CLOCK_RESOLUTION);
}
