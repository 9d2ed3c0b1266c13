/**
 * What time it is for a guest.
 *
 * @module
 */

/** The clocks of a guest, in nanoseconds. */
export interface GuestClock {
  /** Since 1970. */
  realtime(): bigint;
  /** Since some moment, never going back. */
  monotonic(): bigint;
}

/** The host's clocks, as exact as it shows them. */
export const HOST_CLOCK: GuestClock = {
  realtime: () => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e3)) * 1000n,
  monotonic: () => BigInt(Math.round(performance.now() * 1e6)),
};
