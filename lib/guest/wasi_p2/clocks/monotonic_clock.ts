/**
 * wasi:clocks/monotonic-clock.
 *
 * @module
 */
import { CLOCK_RESOLUTION, monotonicTime } from "../../wasi/clocks.ts";
import type { WasiContext } from "../context.ts";
import { type Pollable, TimePollable } from "../io/poll.ts";

/** `now`: nanoseconds. */
export function now(): bigint {
  return monotonicTime();
}

/** `resolution`: nanoseconds. */
export function resolution(): bigint {
  return CLOCK_RESOLUTION;
}

/** `subscribe-instant`: ready at a time of {@linkcode now}. */
export function subscribeInstant(context: WasiContext, when: bigint): Pollable {
  return new TimePollable(context, Number(when) / 1e6);
}

/** `subscribe-duration`: ready after so many nanoseconds. */
export function subscribeDuration(context: WasiContext, duration: bigint): Pollable {
  return new TimePollable(context, performance.now() + Number(duration) / 1e6);
}
