/**
 * Times as the system calls take them, `struct timeval` and `struct timespec` with 64-bit time: two
 * signed 64-bit numbers each, the same on x86-64 and aarch64.
 *
 * The codecs keep what is there, valid or not: a fraction that is negative or a second or more is
 * for the call to refuse.
 *
 * @module
 */
import { readInt64, viewOf, writeInt64 } from "./int64.ts";

// Clocks of clock_gettime(2): linux/time.h
/** Time since 1970, which can be set. */
export const CLOCK_REALTIME = 0;
/** Time since some moment, which cannot. */
export const CLOCK_MONOTONIC = 1;
/** Processor time of the process. */
export const CLOCK_PROCESS_CPUTIME_ID = 2;
/** Processor time of the thread. */
export const CLOCK_THREAD_CPUTIME_ID = 3;
/** As {@linkcode CLOCK_MONOTONIC}, not corrected. */
export const CLOCK_MONOTONIC_RAW = 4;
/** As {@linkcode CLOCK_REALTIME}, quicker and less exact. */
export const CLOCK_REALTIME_COARSE = 5;
/** As {@linkcode CLOCK_MONOTONIC}, quicker and less exact. */
export const CLOCK_MONOTONIC_COARSE = 6;
/** As {@linkcode CLOCK_MONOTONIC}, with the time that the machine slept. */
export const CLOCK_BOOTTIME = 7;
/** As {@linkcode CLOCK_REALTIME}, without leap seconds. */
export const CLOCK_TAI = 11;
/** Flag of `clock_nanosleep(2)`: the time is one of the clock's, not a length. */
export const TIMER_ABSTIME = 1;

/** A time to the microsecond, `struct timeval`. */
export interface Timeval {
  /** Seconds. */
  seconds: number;
  /** Microseconds, 0 to 999,999 if valid. */
  microseconds: number;
}

/** A time to the nanosecond, `struct timespec`. */
export interface Timespec {
  /** Seconds. */
  seconds: number;
  /** Nanoseconds, 0 to 999,999,999 if valid. */
  nanoseconds: number;
}

/** Size of `struct timeval` in bytes. */
export const TIMEVAL_SIZE = 16;

/** Size of `struct timespec` in bytes. */
export const TIMESPEC_SIZE = 16;

/**
 * Reads a `struct timeval`.
 *
 * @param bytes Its 16 bytes; more are ignored.
 * @returns The time; null if there are fewer bytes. Numbers beyond 2⁵³ are rounded.
 */
export function decodeTimeval(bytes: Uint8Array): Timeval | null {
  if (bytes.length < TIMEVAL_SIZE) return null;
  const view = viewOf(bytes);
  return { seconds: readInt64(view, 0), microseconds: readInt64(view, 8) };
}

/**
 * Writes a `struct timeval`.
 *
 * @param time The time; the integer parts of its numbers are written.
 * @param bytes Receives 16 bytes.
 * @returns Whether there was room; nothing is written otherwise.
 */
export function encodeTimeval(time: Timeval, bytes: Uint8Array): boolean {
  if (bytes.length < TIMEVAL_SIZE) return false;
  const view = viewOf(bytes);
  writeInt64(view, 0, time.seconds);
  writeInt64(view, 8, time.microseconds);
  return true;
}

/**
 * Reads a `struct timespec`.
 *
 * @param bytes Its 16 bytes; more are ignored.
 * @returns The time; null if there are fewer bytes. Numbers beyond 2⁵³ are rounded.
 */
export function decodeTimespec(bytes: Uint8Array): Timespec | null {
  if (bytes.length < TIMESPEC_SIZE) return null;
  const view = viewOf(bytes);
  return { seconds: readInt64(view, 0), nanoseconds: readInt64(view, 8) };
}

/**
 * Writes a `struct timespec`.
 *
 * @param time The time; the integer parts of its numbers are written.
 * @param bytes Receives 16 bytes.
 * @returns Whether there was room; nothing is written otherwise.
 */
export function encodeTimespec(time: Timespec, bytes: Uint8Array): boolean {
  if (bytes.length < TIMESPEC_SIZE) return false;
  const view = viewOf(bytes);
  writeInt64(view, 0, time.seconds);
  writeInt64(view, 8, time.nanoseconds);
  return true;
}
