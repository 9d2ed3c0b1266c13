/**
 * Constants of WASI preview 1, wasi_snapshot_preview1.witx, with their names in wasi-libc's api.h
 * without the prefix.
 *
 * @module
 */
import {
  O_APPEND,
  O_DSYNC,
  O_NONBLOCK,
  O_SYNC,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
} from "../../linux/fcntl.ts";

// clockid
/** Time since 1970. */
export const CLOCKID_REALTIME = 0;
/** Time that never steps back. */
export const CLOCKID_MONOTONIC = 1;
/** CPU time of the process. */
export const CLOCKID_PROCESS_CPUTIME_ID = 2;
/** CPU time of the thread. */
export const CLOCKID_THREAD_CPUTIME_ID = 3;

// filetype
/** Of no other type: pipes. */
export const FILETYPE_UNKNOWN = 0;
/** Block device. */
export const FILETYPE_BLOCK_DEVICE = 1;
/** Character device. */
export const FILETYPE_CHARACTER_DEVICE = 2;
/** Directory. */
export const FILETYPE_DIRECTORY = 3;
/** Regular file. */
export const FILETYPE_REGULAR_FILE = 4;
/** Datagram socket. */
export const FILETYPE_SOCKET_DGRAM = 5;
/** Stream socket. */
export const FILETYPE_SOCKET_STREAM = 6;
/** Symbolic link. */
export const FILETYPE_SYMBOLIC_LINK = 7;

// fdflags
/** Every write goes to the end. */
export const FDFLAGS_APPEND = 1;
/** Writes wait for the data to reach the storage. */
export const FDFLAGS_DSYNC = 2;
/** Calls that would wait return EAGAIN. */
export const FDFLAGS_NONBLOCK = 4;
/** Reads wait for writes in progress; on Linux the same as SYNC. */
export const FDFLAGS_RSYNC = 8;
/** Writes wait for data and metadata. */
export const FDFLAGS_SYNC = 16;
/** Those that only path_open sets. */
export const FDFLAGS_SYNCHRONOUS: number = FDFLAGS_DSYNC | FDFLAGS_RSYNC | FDFLAGS_SYNC;
/** Every one of them. */
export const FDFLAGS_ALL: number = FDFLAGS_APPEND | FDFLAGS_NONBLOCK | FDFLAGS_SYNCHRONOUS;

// oflags
/** Creates the file if it does not exist. */
export const OFLAGS_CREAT = 1;
/** Fails if it is no directory. */
export const OFLAGS_DIRECTORY = 2;
/** Fails if the file exists. */
export const OFLAGS_EXCL = 4;
/** Truncates the file. */
export const OFLAGS_TRUNC = 8;
/** Every one of them. */
export const OFLAGS_ALL: number = OFLAGS_CREAT | OFLAGS_DIRECTORY | OFLAGS_EXCL | OFLAGS_TRUNC;

// lookupflags
/** A symbolic link at the end of the path is followed. */
export const LOOKUPFLAGS_SYMLINK_FOLLOW = 1;

// fstflags
/** Sets the access time. */
export const FSTFLAGS_ATIM = 1;
/** Sets the access time to the clock's. */
export const FSTFLAGS_ATIM_NOW = 2;
/** Sets the modification time. */
export const FSTFLAGS_MTIM = 4;
/** Sets the modification time to the clock's. */
export const FSTFLAGS_MTIM_NOW = 8;
/** Every one of them. */
export const FSTFLAGS_ALL = 15;

// whence
/** Linux's origins of a seek, by WASI's number. */
export const WHENCES: readonly number[] = [SEEK_SET, SEEK_CUR, SEEK_END];
/** From the current offset. */
export const WHENCE_CUR = 1;

// advice
/** The last of them, NOREUSE. */
export const ADVICE_LAST = 5;

// eventtype
/** A clock reaches a time. */
export const EVENTTYPE_CLOCK = 0;
/** A descriptor has data to read. */
export const EVENTTYPE_FD_READ = 1;
/** A descriptor has room to write. */
export const EVENTTYPE_FD_WRITE = 2;

// eventrwflags
/** The peer has closed or disconnected. */
export const EVENTRWFLAGS_FD_READWRITE_HANGUP = 1;

// subclockflags
/** The time-out is a time of the clock, not one to add to it. */
export const SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME = 1;

// riflags
/** Leaves what is read in the socket. */
export const RIFLAGS_RECV_PEEK = 1;
/** Waits until the buffers are full. */
export const RIFLAGS_RECV_WAITALL = 2;

// roflags
/** The datagram had more bytes than there was room for. */
export const ROFLAGS_RECV_DATA_TRUNCATED = 1;

// preopentype
/** A preopened directory. */
export const PREOPENTYPE_DIR = 0;

/** Flags of open(2) for `fdflags`. */
export function openFlagsOf(fdflags: number): number {
  let flags = 0;
  if ((fdflags & FDFLAGS_APPEND) !== 0) flags |= O_APPEND;
  if ((fdflags & FDFLAGS_DSYNC) !== 0) flags |= O_DSYNC;
  if ((fdflags & FDFLAGS_NONBLOCK) !== 0) flags |= O_NONBLOCK;
  if ((fdflags & (FDFLAGS_RSYNC | FDFLAGS_SYNC)) !== 0) flags |= O_SYNC;
  return flags;
}

/** `fdflags` for status flags of fcntl(2), those that only path_open sets aside. */
export function fdflagsOf(statusFlags: number): number {
  let flags = 0;
  if ((statusFlags & O_APPEND) !== 0) flags |= FDFLAGS_APPEND;
  if ((statusFlags & O_NONBLOCK) !== 0) flags |= FDFLAGS_NONBLOCK;
  return flags;
}
