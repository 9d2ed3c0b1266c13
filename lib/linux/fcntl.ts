/**
 * Flags of `open(2)`, commands of `fcntl(2)` and flags of the `*at` calls, with x86-64's numbers.
 *
 * @module
 */
import { readInt64, viewOf, writeInt64 } from "./int64.ts";

// Flags of open(2): asm-generic/fcntl.h
/** Mask of the access mode. */
export const O_ACCMODE = 0o3;
/** Reading only. */
export const O_RDONLY = 0;
/** Writing only. */
export const O_WRONLY = 0o1;
/** Reading and writing. */
export const O_RDWR = 0o2;
/** Creates the file if it does not exist. */
export const O_CREAT = 0o100;
/** With {@linkcode O_CREAT}: fails with `EEXIST` if it exists. */
export const O_EXCL = 0o200;
/** Does not make a terminal the controlling one. */
export const O_NOCTTY = 0o400;
/** Truncates the file to length 0. */
export const O_TRUNC = 0o1000;
/** Every write goes to the end. */
export const O_APPEND = 0o2000;
/** Non-blocking; a status flag of the open file description. */
export const O_NONBLOCK = 0o4000;
/** Old name of {@linkcode O_NONBLOCK}. */
export const O_NDELAY = 0o4000;
/** Writes wait for the data to reach the storage. */
export const O_DSYNC = 0o10000;
/** Signal-driven I/O. */
export const O_ASYNC = 0o20000;
/** Bypasses the page cache; another number on aarch64. */
export const O_DIRECT = 0o40000;
/** Files beyond 2 GiB; the kernel's number, another on aarch64 (glibc defines 0). */
export const O_LARGEFILE = 0o100000;
/** Fails with `ENOTDIR` unless it is a directory; another number on aarch64. */
export const O_DIRECTORY = 0o200000;
/** Fails with `ELOOP` if the last component is a symbolic link; another number on aarch64. */
export const O_NOFOLLOW = 0o400000;
/** Does not update the access time. */
export const O_NOATIME = 0o1000000;
/** Sets `FD_CLOEXEC` on the new descriptor. */
export const O_CLOEXEC = 0o2000000;
/** Writes wait for data and metadata. */
export const O_SYNC = 0o4010000;
/** A descriptor for the path alone, without access to the contents. */
export const O_PATH = 0o10000000;
/** Makes an unnamed file in a directory; contains {@linkcode O_DIRECTORY}. */
export const O_TMPFILE = 0o20200000;

// Flags of close_range(2): linux/close_range.h
/** Gives the thread a table of descriptors of its own first. */
export const CLOSE_RANGE_UNSHARE = 0x2;
/** Sets `FD_CLOEXEC` instead of closing. */
export const CLOSE_RANGE_CLOEXEC = 0x4;

// Commands of fcntl(2): asm-generic/fcntl.h, linux/fcntl.h
/** Duplicates to the lowest free number ≥ the argument. */
export const F_DUPFD = 0;
/** Gets the descriptor flags. */
export const F_GETFD = 1;
/** Sets the descriptor flags. */
export const F_SETFD = 2;
/** Gets access mode and status flags. */
export const F_GETFL = 3;
/** Sets the status flags. */
export const F_SETFL = 4;
/** Tests a record lock. */
export const F_GETLK = 5;
/** Sets or clears a record lock; `EAGAIN` if another process holds it. */
export const F_SETLK = 6;
/** Sets or clears a record lock; waits. */
export const F_SETLKW = 7;
/** Sets the process that gets SIGIO and SIGURG. */
export const F_SETOWN = 8;
/** Gets the process that gets SIGIO and SIGURG. */
export const F_GETOWN = 9;
/** Sets the signal sent instead of SIGIO. */
export const F_SETSIG = 10;
/** Gets the signal sent instead of SIGIO. */
export const F_GETSIG = 11;
/** {@linkcode F_SETOWN} with `struct f_owner_ex`. */
export const F_SETOWN_EX = 15;
/** {@linkcode F_GETOWN} with `struct f_owner_ex`. */
export const F_GETOWN_EX = 16;
/** Gets the owner's user ids. */
export const F_GETOWNER_UIDS = 17;
/** Tests a lock of the open file description. */
export const F_OFD_GETLK = 36;
/** Sets or clears a lock of the open file description. */
export const F_OFD_SETLK = 37;
/** Sets or clears a lock of the open file description; waits. */
export const F_OFD_SETLKW = 38;
/** Sets or removes a lease. */
export const F_SETLEASE = 1024;
/** Gets the type of lease. */
export const F_GETLEASE = 1025;
/** Asks for a signal when a directory changes. */
export const F_NOTIFY = 1026;
/** {@linkcode F_DUPFD} with `FD_CLOEXEC` set. */
export const F_DUPFD_CLOEXEC = 1030;
/** Sets a pipe's capacity in bytes. */
export const F_SETPIPE_SZ = 1031;
/** Gets a pipe's capacity in bytes. */
export const F_GETPIPE_SZ = 1032;
/** Adds seals to a memory file. */
export const F_ADD_SEALS = 1033;
/** Gets the seals of a memory file. */
export const F_GET_SEALS = 1034;

// Descriptor flags: asm-generic/fcntl.h
/** The descriptor is closed on `execve`. */
export const FD_CLOEXEC = 1;

// Types of a record lock: asm-generic/fcntl.h
/** Read lock, shared. */
export const F_RDLCK = 0;
/** Write lock, exclusive. */
export const F_WRLCK = 1;
/** No lock; removes one. */
export const F_UNLCK = 2;

// Operations of flock(2): asm-generic/fcntl.h
/** Shared lock. */
export const LOCK_SH = 1;
/** Exclusive lock. */
export const LOCK_EX = 2;
/** Or-ed in: does not block. */
export const LOCK_NB = 4;
/** Removes the lock. */
export const LOCK_UN = 8;

// The *at calls: linux/fcntl.h
/** As a directory descriptor: the current working directory. */
export const AT_FDCWD: number = -100;

// Flags of the *at calls: linux/fcntl.h
/** Works on a symbolic link itself. */
export const AT_SYMLINK_NOFOLLOW = 0x100;
/** `faccessat`: tests with the effective ids. */
export const AT_EACCESS = 0x200;
/** `unlinkat`: removes a directory. */
export const AT_REMOVEDIR = 0x200;
/** `linkat`: follows a symbolic link. */
export const AT_SYMLINK_FOLLOW = 0x400;
/** Does not trigger an automount. */
export const AT_NO_AUTOMOUNT = 0x800;
/** An empty path means the descriptor itself. */
export const AT_EMPTY_PATH = 0x1000;
/** `statx`: mask of the kind of synchronisation. */
export const AT_STATX_SYNC_TYPE = 0x6000;
/** `statx`: whatever `stat` does. */
export const AT_STATX_SYNC_AS_STAT = 0x0;
/** `statx`: asks the server. */
export const AT_STATX_FORCE_SYNC = 0x2000;
/** `statx`: takes what is cached. */
export const AT_STATX_DONT_SYNC = 0x4000;
/** Applies to the whole subtree. */
export const AT_RECURSIVE = 0x8000;

// Origins of lseek(2): linux/fs.h
/** From the start of the file. */
export const SEEK_SET = 0;
/** From the current offset. */
export const SEEK_CUR = 1;
/** From the end of the file. */
export const SEEK_END = 2;
/** To the next data at or after the offset. */
export const SEEK_DATA = 3;
/** To the next hole at or after the offset. */
export const SEEK_HOLE = 4;

// Modes of access(2): unistd.h
/** The file exists. */
export const F_OK = 0;
/** Execution is permitted. */
export const X_OK = 1;
/** Writing is permitted. */
export const W_OK = 2;
/** Reading is permitted. */
export const R_OK = 4;

// Flags of renameat2(2): linux/fs.h
/** Fails with `EEXIST` if the new path exists. */
export const RENAME_NOREPLACE = 0x1;
/** Exchanges the two paths. */
export const RENAME_EXCHANGE = 0x2;
/** Leaves a whiteout at the old path. */
export const RENAME_WHITEOUT = 0x4;

/** A record lock of `fcntl(2)`, `struct flock`. */
export interface Flock {
  /** {@linkcode F_RDLCK}, {@linkcode F_WRLCK} or {@linkcode F_UNLCK}. */
  type: number;
  /** What `start` counts from: {@linkcode SEEK_SET}, {@linkcode SEEK_CUR}, {@linkcode SEEK_END}. */
  whence: number;
  /** First byte of the lock, relative to `whence`. */
  start: number;
  /** Count of bytes; 0 is to the end of the file, negative is before `start`. */
  length: number;
  /** Process that holds the lock, set by {@linkcode F_GETLK}. */
  pid: number;
}

/** Size of `struct flock` in bytes. */
export const FLOCK_SIZE = 32;

/**
 * Reads a `struct flock`.
 *
 * @param bytes Its 32 bytes; more are ignored.
 * @returns The lock; null if there are fewer bytes. Offsets beyond 2⁵³ are rounded.
 */
export function decodeFlock(bytes: Uint8Array): Flock | null {
  if (bytes.length < FLOCK_SIZE) return null;
  const view = viewOf(bytes);
  return {
    type: view.getInt16(0, true),
    whence: view.getInt16(2, true),
    start: readInt64(view, 8),
    length: readInt64(view, 16),
    pid: view.getInt32(24, true),
  };
}

/**
 * Writes a `struct flock`; padding becomes 0.
 *
 * @param lock The lock.
 * @param bytes Receives 32 bytes.
 * @returns Whether there was room; nothing is written otherwise.
 */
export function encodeFlock(lock: Flock, bytes: Uint8Array): boolean {
  if (bytes.length < FLOCK_SIZE) return false;
  const view = viewOf(bytes);
  bytes.fill(0, 0, FLOCK_SIZE);
  view.setInt16(0, lock.type, true);
  view.setInt16(2, lock.whence, true);
  writeInt64(view, 8, lock.start);
  writeInt64(view, 16, lock.length);
  view.setInt32(24, lock.pid, true);
  return true;
}
