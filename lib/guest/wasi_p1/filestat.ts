/**
 * Attributes and times of files as WASI preview 1 has them.
 *
 * @module
 */
import { type FileStatus, type FileTimes, UTIME_NOW, UTIME_OMIT } from "../../linux/stat.ts";
import type { Timespec } from "../../linux/time.ts";
import type { GuestMemory } from "../memory.ts";
import {
  FSTFLAGS_ALL,
  FSTFLAGS_ATIM,
  FSTFLAGS_ATIM_NOW,
  FSTFLAGS_MTIM,
  FSTFLAGS_MTIM_NOW,
} from "./flags.ts";

/** Size of `filestat`. */
export const FILESTAT_SIZE = 64;

const NANOSECONDS = 1_000_000_000n;

/** A `timestamp`, nanoseconds since 1970; what was before is 0. */
function timestampOf(seconds: number, nanoseconds: number): bigint {
  return seconds < 0 ? 0n : BigInt(seconds) * NANOSECONDS + BigInt(Math.floor(nanoseconds));
}

/**
 * Writes a `filestat`.
 *
 * @param memory The guest's memory.
 * @param at Where; 64 bytes that are inside.
 * @param status The attributes.
 * @param type The file type.
 */
export function encodeFilestat(
  memory: GuestMemory,
  at: number,
  status: FileStatus,
  type: number,
): void {
  memory.store64(at, status.dev);
  memory.store64(at + 8, status.ino);
  memory.store64(at + 16, type);
  memory.store64(at + 24, status.nlink);
  memory.store64(at + 32, status.size);
  memory.store64(at + 40, timestampOf(status.atimeSeconds, status.atimeNanoseconds));
  memory.store64(at + 48, timestampOf(status.mtimeSeconds, status.mtimeNanoseconds));
  memory.store64(at + 56, timestampOf(status.ctimeSeconds, status.ctimeNanoseconds));
}

function timeOf(timestamp: bigint, set: boolean, now: boolean): Timespec {
  if (now) return { seconds: 0, nanoseconds: UTIME_NOW };
  if (!set) return { seconds: 0, nanoseconds: UTIME_OMIT };
  const time = BigInt.asUintN(64, timestamp);
  return { seconds: Number(time / NANOSECONDS), nanoseconds: Number(time % NANOSECONDS) };
}

/**
 * The times that a guest sets.
 *
 * @param atime `timestamp` of the last access.
 * @param mtime `timestamp` of the last change.
 * @param flags `fstflags`.
 * @returns The times; null for flags that there are not, or that contradict one another.
 */
export function decodeFileTimes(atime: bigint, mtime: bigint, flags: number): FileTimes | null {
  const has = (flag: number): boolean => (flags & flag) !== 0;
  if (has(~FSTFLAGS_ALL)) return null;
  if (has(FSTFLAGS_ATIM) && has(FSTFLAGS_ATIM_NOW)) return null;
  if (has(FSTFLAGS_MTIM) && has(FSTFLAGS_MTIM_NOW)) return null;
  return {
    atime: timeOf(atime, has(FSTFLAGS_ATIM), has(FSTFLAGS_ATIM_NOW)),
    mtime: timeOf(mtime, has(FSTFLAGS_MTIM), has(FSTFLAGS_MTIM_NOW)),
  };
}
