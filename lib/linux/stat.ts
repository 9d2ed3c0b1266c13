/**
 * File types and permission bits of `inode(7)`, and `struct stat` of `stat(2)` in two layouts.
 *
 * @module
 */
import { readInt64, readUint64, viewOf, writeInt64, writeUint64 } from "./int64.ts";
import type { Timespec } from "./time.ts";

// File type and mode: linux/stat.h
/** Mask of the file type. */
export const S_IFMT = 0o170000;
/** Socket. */
export const S_IFSOCK = 0o140000;
/** Symbolic link. */
export const S_IFLNK = 0o120000;
/** Regular file. */
export const S_IFREG = 0o100000;
/** Block device. */
export const S_IFBLK = 0o60000;
/** Directory. */
export const S_IFDIR = 0o40000;
/** Character device. */
export const S_IFCHR = 0o20000;
/** Pipe. */
export const S_IFIFO = 0o10000;
/** Set user id on execution. */
export const S_ISUID = 0o4000;
/** Set group id on execution. */
export const S_ISGID = 0o2000;
/** Sticky: only owners delete. */
export const S_ISVTX = 0o1000;
/** Owner: all three. */
export const S_IRWXU = 0o700;
/** Owner: read. */
export const S_IRUSR = 0o400;
/** Owner: write. */
export const S_IWUSR = 0o200;
/** Owner: execute. */
export const S_IXUSR = 0o100;
/** Group: all three. */
export const S_IRWXG = 0o70;
/** Group: read. */
export const S_IRGRP = 0o40;
/** Group: write. */
export const S_IWGRP = 0o20;
/** Group: execute. */
export const S_IXGRP = 0o10;
/** Others: all three. */
export const S_IRWXO = 0o7;
/** Others: read. */
export const S_IROTH = 0o4;
/** Others: write. */
export const S_IWOTH = 0o2;
/** Others: execute. */
export const S_IXOTH = 0o1;

// Nanoseconds of utimensat(2) with a meaning of their own: linux/stat.h
/** The time of the call. */
export const UTIME_NOW = 0x3fffffff;
/** The time stays as it is. */
export const UTIME_OMIT = 0x3ffffffe;

/** What `utimensat(2)` sets; nanoseconds can be {@linkcode UTIME_NOW} or {@linkcode UTIME_OMIT}. */
export interface FileTimes {
  /** Last access. */
  readonly atime: Timespec;
  /** Last change of the contents. */
  readonly mtime: Timespec;
}

/**
 * Attributes of a file, filled in by `fstat(2)` and its relatives. Reusable: a call overwrites every
 * field. Times are seconds and nanoseconds since 1970-01-01 00:00 UTC.
 */
export class FileStatus {
  /** Device that holds the file. */
  dev = 0;
  /** Inode number; all 64 bits may be in use. */
  ino: bigint = 0n;
  /** File type and permissions, `S_` constants. */
  mode = 0;
  /** Count of hard links. */
  nlink = 0;
  /** Owner. */
  uid = 0;
  /** Group. */
  gid = 0;
  /** The device that a device file stands for. */
  rdev = 0;
  /** Size in bytes. */
  size = 0;
  /** Preferred size of a transfer, in bytes. */
  blksize = 0;
  /** Space in use, in units of 512 bytes. */
  blocks = 0;
  /** Last access: seconds. */
  atimeSeconds = 0;
  /** Last access: nanoseconds, 0 to 999,999,999. */
  atimeNanoseconds = 0;
  /** Last change of the contents: seconds. */
  mtimeSeconds = 0;
  /** Last change of the contents: nanoseconds, 0 to 999,999,999. */
  mtimeNanoseconds = 0;
  /** Last change of the inode: seconds. */
  ctimeSeconds = 0;
  /** Last change of the inode: nanoseconds, 0 to 999,999,999. */
  ctimeNanoseconds = 0;
}

/** Size of x86-64's `struct stat` in bytes. */
export const STAT_SIZE_X86_64 = 144;

/** Size of aarch64's `struct stat` in bytes. */
export const STAT_SIZE_AARCH64 = 128;

/**
 * Reads x86-64's `struct stat`.
 *
 * @param bytes Its 144 bytes; more are ignored.
 * @param status Receives the fields. 64-bit numbers beyond 2⁵³ are rounded, `ino` is exact.
 * @returns Whether there were enough bytes; `status` is untouched otherwise.
 */
// deno-lint-ignore camelcase
export function decodeStatX86_64(bytes: Uint8Array, status: FileStatus): boolean {
  if (bytes.length < STAT_SIZE_X86_64) return false;
  const view = viewOf(bytes);
  status.dev = readUint64(view, 0);
  status.ino = view.getBigUint64(8, true);
  status.nlink = readUint64(view, 16);
  status.mode = view.getUint32(24, true);
  status.uid = view.getUint32(28, true);
  status.gid = view.getUint32(32, true);
  status.rdev = readUint64(view, 40);
  status.size = readInt64(view, 48);
  status.blksize = readInt64(view, 56);
  status.blocks = readInt64(view, 64);
  readTimes(view, status);
  return true;
}

/**
 * Reads aarch64's `struct stat`.
 *
 * @param bytes Its 128 bytes; more are ignored.
 * @param status Receives the fields. 64-bit numbers beyond 2⁵³ are rounded, `ino` is exact.
 * @returns Whether there were enough bytes; `status` is untouched otherwise.
 */
export function decodeStatAarch64(bytes: Uint8Array, status: FileStatus): boolean {
  if (bytes.length < STAT_SIZE_AARCH64) return false;
  const view = viewOf(bytes);
  status.dev = readUint64(view, 0);
  status.ino = view.getBigUint64(8, true);
  status.mode = view.getUint32(16, true);
  status.nlink = view.getUint32(20, true);
  status.uid = view.getUint32(24, true);
  status.gid = view.getUint32(28, true);
  status.rdev = readUint64(view, 32);
  status.size = readInt64(view, 48);
  status.blksize = view.getInt32(56, true);
  status.blocks = readInt64(view, 64);
  readTimes(view, status);
  return true;
}

/**
 * Writes x86-64's `struct stat`; padding becomes 0.
 *
 * @param status The fields.
 * @param bytes Receives 144 bytes.
 * @returns Whether there was room; nothing is written otherwise.
 */
// deno-lint-ignore camelcase
export function encodeStatX86_64(status: FileStatus, bytes: Uint8Array): boolean {
  if (bytes.length < STAT_SIZE_X86_64) return false;
  const view = viewOf(bytes);
  bytes.fill(0, 0, STAT_SIZE_X86_64);
  writeUint64(view, 0, status.dev);
  view.setBigUint64(8, status.ino, true);
  writeUint64(view, 16, status.nlink);
  view.setUint32(24, status.mode, true);
  view.setUint32(28, status.uid, true);
  view.setUint32(32, status.gid, true);
  writeUint64(view, 40, status.rdev);
  writeInt64(view, 48, status.size);
  writeInt64(view, 56, status.blksize);
  writeInt64(view, 64, status.blocks);
  writeTimes(view, status);
  return true;
}

/**
 * Writes aarch64's `struct stat`; padding becomes 0.
 *
 * @param status The fields.
 * @param bytes Receives 128 bytes.
 * @returns Whether there was room; nothing is written otherwise.
 */
export function encodeStatAarch64(status: FileStatus, bytes: Uint8Array): boolean {
  if (bytes.length < STAT_SIZE_AARCH64) return false;
  const view = viewOf(bytes);
  bytes.fill(0, 0, STAT_SIZE_AARCH64);
  writeUint64(view, 0, status.dev);
  view.setBigUint64(8, status.ino, true);
  view.setUint32(16, status.mode, true);
  view.setUint32(20, status.nlink, true);
  view.setUint32(24, status.uid, true);
  view.setUint32(28, status.gid, true);
  writeUint64(view, 32, status.rdev);
  writeInt64(view, 48, status.size);
  view.setInt32(56, status.blksize, true);
  writeInt64(view, 64, status.blocks);
  writeTimes(view, status);
  return true;
}

// The times are at the same place in both layouts.
function readTimes(view: DataView, status: FileStatus): void {
  status.atimeSeconds = readInt64(view, 72);
  status.atimeNanoseconds = readInt64(view, 80);
  status.mtimeSeconds = readInt64(view, 88);
  status.mtimeNanoseconds = readInt64(view, 96);
  status.ctimeSeconds = readInt64(view, 104);
  status.ctimeNanoseconds = readInt64(view, 112);
}

function writeTimes(view: DataView, status: FileStatus): void {
  writeInt64(view, 72, status.atimeSeconds);
  writeInt64(view, 80, status.atimeNanoseconds);
  writeInt64(view, 88, status.mtimeSeconds);
  writeInt64(view, 96, status.mtimeNanoseconds);
  writeInt64(view, 104, status.ctimeSeconds);
  writeInt64(view, 112, status.ctimeNanoseconds);
}
