/**
 * Resource limits of `getrlimit(2)`.
 *
 * @module
 */
import { readUint64, viewOf, writeUint64 } from "./int64.ts";

// Resources: asm-generic/resource.h
/** Processor time, in seconds. */
export const RLIMIT_CPU = 0;
/** Size of a file the process may write, in bytes. */
export const RLIMIT_FSIZE = 1;
/** Data segment, in bytes. */
export const RLIMIT_DATA = 2;
/** Stack, in bytes. */
export const RLIMIT_STACK = 3;
/** Core file, in bytes. */
export const RLIMIT_CORE = 4;
/** Resident set, in bytes; without effect today. */
export const RLIMIT_RSS = 5;
/** Processes of the user. */
export const RLIMIT_NPROC = 6;
/** One more than the highest descriptor number. */
export const RLIMIT_NOFILE = 7;
/** Locked memory, in bytes. */
export const RLIMIT_MEMLOCK = 8;
/** Address space, in bytes. */
export const RLIMIT_AS = 9;
/** File locks; without effect today. */
export const RLIMIT_LOCKS = 10;
/** Queued signals of the user. */
export const RLIMIT_SIGPENDING = 11;
/** Bytes in POSIX message queues of the user. */
export const RLIMIT_MSGQUEUE = 12;
/** 20 minus the lowest nice value allowed. */
export const RLIMIT_NICE = 13;
/** Real-time priority. */
export const RLIMIT_RTPRIO = 14;
/** Microseconds of real-time scheduling without a blocking call. */
export const RLIMIT_RTTIME = 15;
/** Number of resources. */
export const RLIM_NLIMITS = 16;

/** No limit. Linux's number is 2⁶⁴ − 1, which a number cannot hold; the codecs translate. */
export const RLIM_INFINITY: number = Infinity;

/** A resource's limits, `struct rlimit`. */
export interface Rlimit {
  /** Soft limit, the one in force. */
  current: number;
  /** Hard limit, the ceiling of the soft one. */
  maximum: number;
}

/** Size of `struct rlimit` in bytes. */
export const RLIMIT_SIZE = 16;

/**
 * Reads a `struct rlimit`.
 *
 * @param bytes Its 16 bytes; more are ignored.
 * @returns The limits; null if there are fewer bytes. Limits beyond 2⁵³ are rounded.
 */
export function decodeRlimit(bytes: Uint8Array): Rlimit | null {
  if (bytes.length < RLIMIT_SIZE) return null;
  const view = viewOf(bytes);
  return { current: readLimit(view, 0), maximum: readLimit(view, 8) };
}

/**
 * Writes a `struct rlimit`.
 *
 * @param limit The limits.
 * @param bytes Receives 16 bytes.
 * @returns Whether there was room; nothing is written otherwise.
 */
export function encodeRlimit(limit: Rlimit, bytes: Uint8Array): boolean {
  if (bytes.length < RLIMIT_SIZE) return false;
  const view = viewOf(bytes);
  writeUint64(view, 0, limit.current);
  writeUint64(view, 8, limit.maximum);
  return true;
}

function readLimit(view: DataView, offset: number): number {
  const value = readUint64(view, offset);
  // Everything that rounds to 2^64 is beyond any limit that Linux accepts.
  return value >= 2 ** 64 ? RLIM_INFINITY : value;
}
