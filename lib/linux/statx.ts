/**
 * `struct statx`, the same on every machine.
 *
 * @module
 */
import { viewOf, writeInt64, writeUint64 } from "./int64.ts";
import type { FileStatus } from "./stat.ts";

// Fields: linux/stat.h
/** The fields that `stat(2)` has too. */
export const STATX_BASIC_STATS = 0x7ff;
/** The time of creation. */
export const STATX_BTIME = 0x800;
/** A mask with this bit is refused. */
export const STATX__RESERVED = 0x80000000;

/** Size of `struct statx` in bytes. */
export const STATX_SIZE = 256;

/** The major number in a device number. */
function major(device: number): number {
  return Math.floor(device / 256) & 0xfff;
}

/** The minor number in a device number. */
function minor(device: number): number {
  return (device & 0xff) | (Math.floor(device / 4096) & 0xfff00);
}

function writeTime(view: DataView, offset: number, seconds: number, nanoseconds: number): void {
  writeInt64(view, offset, seconds);
  view.setUint32(offset + 8, nanoseconds, true);
}

/**
 * Writes a `struct statx` with the basic fields; the others are 0, and `stx_mask` says so.
 *
 * @param status The fields.
 * @param bytes Receives 256 bytes.
 * @returns Whether there was room; nothing is written otherwise.
 */
export function encodeStatx(status: FileStatus, bytes: Uint8Array): boolean {
  if (bytes.length < STATX_SIZE) return false;
  const view = viewOf(bytes);
  bytes.fill(0, 0, STATX_SIZE);
  view.setUint32(0, STATX_BASIC_STATS, true);
  view.setUint32(4, status.blksize, true);
  view.setUint32(16, status.nlink, true);
  view.setUint32(20, status.uid, true);
  view.setUint32(24, status.gid, true);
  view.setUint16(28, status.mode, true);
  view.setBigUint64(32, status.ino, true);
  writeUint64(view, 40, status.size);
  writeUint64(view, 48, status.blocks);
  writeTime(view, 64, status.atimeSeconds, status.atimeNanoseconds);
  writeTime(view, 96, status.ctimeSeconds, status.ctimeNanoseconds);
  writeTime(view, 112, status.mtimeSeconds, status.mtimeNanoseconds);
  view.setUint32(128, major(status.rdev), true);
  view.setUint32(132, minor(status.rdev), true);
  view.setUint32(136, major(status.dev), true);
  view.setUint32(140, minor(status.dev), true);
  return true;
}
