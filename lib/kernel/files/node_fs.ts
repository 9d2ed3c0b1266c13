/**
 * `node:fs`, loaded on first use, and what it throws and returns in Linux's terms.
 *
 * @module
 */
import type * as NodeFs from "node:fs";
import { Errno } from "../../linux/errno.ts";
import {
  O_ACCMODE,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_DSYNC,
  O_EXCL,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_SYNC,
} from "../../linux/fcntl.ts";
import {
  type FileStatus,
  type FileTimes,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFMT,
  S_IFREG,
  UTIME_NOW,
  UTIME_OMIT,
} from "../../linux/stat.ts";
import type { Timespec } from "../../linux/time.ts";
import { FileKind } from "../../stack/open_file.ts";

interface BuiltinLoader {
  getBuiltinModule(id: "node:fs"): typeof NodeFs;
}

let loaded: typeof NodeFs | undefined;

/**
 * The module `node:fs`. A static import would cost every program 15 ms at its start, also those
 * that open no file.
 */
export function nodeFs(): typeof NodeFs {
  loaded ??= (globalThis as unknown as { process: BuiltinLoader }).process
    .getBuiltinModule("node:fs");
  return loaded;
}

// Errors of Deno's own APIs that carry no `code`.
const ERRNO_BY_CLASS: Readonly<Record<string, number>> = {
  AddrInUse: Errno.EADDRINUSE,
  BadResource: Errno.EBADF,
  BrokenPipe: Errno.EPIPE,
  ConnectionReset: Errno.ECONNRESET,
  Interrupted: Errno.EINTR,
  NotCapable: Errno.EACCES,
  PermissionDenied: Errno.EACCES,
  WouldBlock: Errno.EAGAIN,
};

/** Whether an error says that Deno's permissions do not allow a call. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Deno.errors.NotCapable;
}

/**
 * The errno for what a function of `node:fs` or of Deno threw.
 *
 * @returns A negated errno: by the error's `code`; −EACCES where Deno's permissions refuse; −EINVAL
 * for arguments that the function did not take; else −EIO.
 */
export function errnoOf(error: unknown): number {
  if (!(error instanceof Error)) return -Errno.EIO;
  const { code } = error as { code?: unknown };
  if (typeof code === "string") {
    const known = (Errno as Readonly<Record<string, number>>)[code];
    if (known !== undefined) return -known;
    if (code.startsWith("ERR_")) return -Errno.EINVAL;
  }
  const named = ERRNO_BY_CLASS[error.name];
  if (named !== undefined) return -named;
  // Some functions give no code for EFBIG and others, only Rust's text; its numbers are the host's.
  const number = Deno.build.os === "linux" ? /\(os error (\d+)\)/.exec(error.message) : null;
  return number === null ? -Errno.EIO : -Number(number[1]);
}

/**
 * Flags for `openSync`: Linux's own on Linux, elsewhere those that the host has by its numbers.
 * Always with O_NOCTTY: a guest's terminal must not become the one that controls this process.
 *
 * @param flags Linux flags.
 * @returns The host's flags; −EINVAL for one that it lacks.
 */
export function hostOpenFlags(flags: number): number {
  const { constants } = nodeFs();
  if (Deno.build.os === "linux") return flags | constants.O_NOCTTY;
  const names: readonly (readonly [number, number | undefined])[] = [
    [O_CREAT, constants.O_CREAT],
    [O_EXCL, constants.O_EXCL],
    [O_APPEND, constants.O_APPEND],
    [O_NONBLOCK, constants.O_NONBLOCK ?? 0],
    [O_SYNC, constants.O_SYNC ?? constants.O_DSYNC],
    [O_DSYNC, constants.O_DSYNC],
    [O_DIRECTORY, constants.O_DIRECTORY ?? 0],
    [O_NOFOLLOW, constants.O_NOFOLLOW ?? 0],
  ];
  let rest = flags & ~O_ACCMODE;
  let host = (flags & O_ACCMODE) | (constants.O_NOCTTY ?? 0);
  for (const [linux, native] of names) {
    if ((rest & linux) !== linux) continue;
    if (native === undefined) return -Errno.EINVAL;
    rest &= ~linux;
    host |= native;
  }
  return rest === 0 ? host : -Errno.EINVAL;
}

/** What kind of open file a mode (`st_mode`) stands for. */
export function fileKindOf(mode: number): FileKind {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return FileKind.file;
    case S_IFDIR:
      return FileKind.directory;
    case S_IFIFO:
      return FileKind.pipe;
    case S_IFCHR:
      return FileKind.character;
    default:
      return FileKind.other;
  }
}

/**
 * Fills in a status from what `node:fs` returned. Deno tells times in milliseconds only, and the
 * time of the last change of the inode in seconds.
 */
export function fillStatus(stats: NodeFs.BigIntStats, status: FileStatus): void {
  status.dev = Number(stats.dev);
  status.ino = BigInt.asUintN(64, stats.ino);
  status.mode = Number(stats.mode);
  status.nlink = Number(stats.nlink);
  status.uid = Number(stats.uid);
  status.gid = Number(stats.gid);
  status.rdev = Number(stats.rdev);
  status.size = Number(stats.size);
  status.blksize = Number(stats.blksize);
  status.blocks = Number(stats.blocks);
  const atime = Number(stats.atimeMs);
  const mtime = Number(stats.mtimeMs);
  const ctime = Number(stats.ctimeMs);
  status.atimeSeconds = Math.floor(atime / 1000);
  status.atimeNanoseconds = (atime - status.atimeSeconds * 1000) * 1e6;
  status.mtimeSeconds = Math.floor(mtime / 1000);
  status.mtimeNanoseconds = (mtime - status.mtimeSeconds * 1000) * 1e6;
  status.ctimeSeconds = Math.floor(ctime / 1000);
  status.ctimeNanoseconds = (ctime - status.ctimeSeconds * 1000) * 1e6;
}

/**
 * Times as `node:fs` sets them, in milliseconds.
 *
 * @param times What is to be set.
 * @param current Gives the times as they are, for one that stays.
 * @returns Access and modification.
 * @throws {RangeError} With EINVAL as its code for a time before 1970, which Deno takes for another.
 */
export function nodeTimes(times: FileTimes, current: () => NodeFs.Stats): [Date, Date] {
  const omits = [times.atime, times.mtime].some((time) => time.nanoseconds === UTIME_OMIT);
  const stats = omits ? current() : null;
  return [nodeTime(times.atime, stats?.atimeMs), nodeTime(times.mtime, stats?.mtimeMs)];
}

function nodeTime({ seconds, nanoseconds }: Timespec, current: number | undefined): Date {
  if (nanoseconds === UTIME_NOW) return new Date();
  if (nanoseconds === UTIME_OMIT && current !== undefined) return new Date(current);
  if (seconds < 0) {
    throw Object.assign(new RangeError("Cannot set a time before 1970"), { code: "EINVAL" });
  }
  return new Date(seconds * 1000 + Math.floor(nanoseconds / 1e6));
}
