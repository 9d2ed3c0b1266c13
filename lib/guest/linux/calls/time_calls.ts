/**
 * System calls about time.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import type { PollFd } from "../../../linux/poll.ts";
import {
  CLOCK_BOOTTIME,
  CLOCK_MONOTONIC,
  CLOCK_MONOTONIC_COARSE,
  CLOCK_MONOTONIC_RAW,
  CLOCK_REALTIME,
  CLOCK_REALTIME_COARSE,
  CLOCK_TAI,
  CLOCK_THREAD_CPUTIME_ID,
  TIMER_ABSTIME,
  TIMESPEC_SIZE,
} from "../../../linux/time.ts";
import { type CallContext, hex } from "../call_context.ts";

const NANOSECONDS_PER_SECOND = 1_000_000_000;

/** What the clocks are said to tell apart, in nanoseconds. */
const RESOLUTION = 1;

/** Clocks by which nobody can sleep. */
const SLEEPLESS: ReadonlySet<number> = new Set([
  CLOCK_THREAD_CPUTIME_ID,
  CLOCK_MONOTONIC_RAW,
  CLOCK_REALTIME_COARSE,
  CLOCK_MONOTONIC_COARSE,
]);

/** Nobody to wait for. */
const NOBODY: readonly PollFd[] = [];

/**
 * Reads a `struct timespec` that is a length of time.
 *
 * @returns Milliseconds, with a fraction; −EFAULT, or −EINVAL for a negative time or a fraction of a
 * second or more.
 */
export function loadTimeout(c: CallContext, address: number): number {
  const { memory } = c;
  if (memory.bytes(address, TIMESPEC_SIZE) === null) return -Errno.EFAULT;
  const seconds = memory.loadInt64(address);
  const nanoseconds = memory.loadInt64(address + 8);
  if (seconds < 0 || !(nanoseconds >= 0 && nanoseconds < NANOSECONDS_PER_SECOND)) {
    return -Errno.EINVAL;
  }
  return seconds * 1000 + nanoseconds / 1e6;
}

/** Writes a `struct timespec` that is inside; `nanoseconds` ≥ 0. */
function storeTime(c: CallContext, address: number, nanoseconds: bigint): void {
  const seconds = nanoseconds / BigInt(NANOSECONDS_PER_SECOND);
  c.memory.store64(address, seconds);
  c.memory.store64(address + 8, nanoseconds - seconds * BigInt(NANOSECONDS_PER_SECOND));
}

/** Writes what is left of a time-out, where it can be written. */
export function storeTimeout(c: CallContext, address: number, milliseconds: number): void {
  const left = Math.min(Math.max(0, milliseconds), Number.MAX_SAFE_INTEGER);
  const seconds = Math.floor(left / 1000);
  c.memory.store64(address, seconds);
  c.memory.store64(address + 8, Math.floor((left - seconds * 1000) * 1e6));
}

/** What a clock shows, in nanoseconds; null if there is none of that number. */
function timeOf(c: CallContext, clock: number): bigint | null {
  switch (clock | 0) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_TAI:
      return c.clock.realtime();
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
      return c.clock.monotonic();
    default:
      return null;
  }
}

/** clock_gettime(2). */
export function clockGettime(c: CallContext, clock: number, address: number): number {
  const time = timeOf(c, clock);
  const errno = time === null ? Errno.EINVAL : Errno.EFAULT;
  if (time === null || c.memory.bytes(address, TIMESPEC_SIZE) === null) {
    return c.answer("clock_gettime", -errno, String(clock | 0), hex(address));
  }
  storeTime(c, address, time);
  return 0;
}

/** clock_getres(2). */
export function clockGetres(c: CallContext, clock: number, address: number): number {
  const isKnown = timeOf(c, clock) !== null;
  const isInside = address === 0 || c.memory.bytes(address, TIMESPEC_SIZE) !== null;
  if (!isKnown || !isInside) {
    const errno = isKnown ? Errno.EFAULT : Errno.EINVAL;
    return c.answer("clock_getres", -errno, String(clock | 0), hex(address));
  }
  if (address !== 0) storeTime(c, address, BigInt(RESOLUTION));
  return 0;
}

/** gettimeofday(2); there is no time zone. */
export function gettimeofday(c: CallContext, address: number, zone: number): number {
  const { memory } = c;
  const isInside = (address === 0 || memory.bytes(address, 16) !== null) &&
    (zone === 0 || memory.bytes(zone, 8) !== null);
  if (!isInside) return c.answer("gettimeofday", -Errno.EFAULT, hex(address), hex(zone));
  if (address !== 0) {
    const microseconds = c.clock.realtime() / 1000n;
    memory.store64(address, microseconds / 1_000_000n);
    memory.store64(address + 8, microseconds % 1_000_000n);
  }
  if (zone !== 0) memory.store64(zone, 0);
  return 0;
}

/** nanosleep(2). Nothing interrupts it, so that no time is ever left. */
export function nanosleep(c: CallContext, address: number): number {
  const timeout = loadTimeout(c, address);
  if (timeout < 0) return c.answer("nanosleep", timeout, hex(address));
  return c.system.poll(NOBODY, timeout);
}

/** clock_nanosleep(2). */
export function clockNanosleep(
  c: CallContext,
  clock: number,
  flags: number,
  address: number,
): number {
  const now = timeOf(c, clock);
  const timeout = SLEEPLESS.has(clock | 0)
    ? -Errno.EOPNOTSUPP
    : now === null
    ? -Errno.EINVAL
    : loadTimeout(c, address);
  if (now === null || timeout < 0) {
    return c.answer("clock_nanosleep", timeout, String(clock | 0), String(flags | 0), hex(address));
  }
  const isAbsolute = (flags & TIMER_ABSTIME) !== 0;
  return c.system.poll(NOBODY, isAbsolute ? Math.max(0, timeout - Number(now) / 1e6) : timeout);
}
