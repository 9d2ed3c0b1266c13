/**
 * System calls that take paths.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import {
  AT_EACCESS,
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_STATX_SYNC_TYPE,
  AT_SYMLINK_NOFOLLOW,
} from "../../../linux/fcntl.ts";
import { openFlagsFromAarch64 } from "../../../linux/fcntl_aarch64.ts";
import { encodeStatAarch64, S_IFLNK, S_IFMT, STAT_SIZE_AARCH64 } from "../../../linux/stat.ts";
import { encodeStatx, STATX__RESERVED, STATX_SIZE } from "../../../linux/statx.ts";
import { decodeTimespec, TIMESPEC_SIZE } from "../../../linux/time.ts";
import { type CallContext, hex, PATH_MAX } from "../call_context.ts";

/** R_OK, W_OK and X_OK of access(2). */
const ACCESS_MODES = 7;

/** Ends a call with a path that has no meaning here: one that is not UTF-8. */
function refusePath(c: CallContext, name: string, errno: number, ...args: number[]): number {
  return c.answer(name, errno, ...args.map((arg) => arg === AT_FDCWD ? "AT_FDCWD" : hex(arg)));
}

/** openat(2). */
export function openat(
  c: CallContext,
  directory: number,
  address: number,
  flags: number,
  mode: number,
): number {
  const path = c.path(address);
  if (typeof path === "number") return refusePath(c, "openat", path, directory | 0, address);
  return c.system.openat(directory | 0, path, openFlagsFromAarch64(flags | 0), mode & 0xffff);
}

/** openat as the akuma dialect has it: `(directory, path, length, flags, mode)`. */
export function openatAkuma(
  c: CallContext,
  directory: number,
  address: number,
  length: number,
  flags: number,
  mode: number,
): number {
  const path = akumaPath(c, address, length);
  if (typeof path === "number") return refusePath(c, "openat", path, directory | 0, address);
  return c.system.openat(directory | 0, path, openFlagsFromAarch64(flags | 0), mode & 0xffff);
}

/** A path of a given length, which is never empty. */
function akumaPath(c: CallContext, address: number, length: number): string | number {
  if (address === 0 || length === 0) return -Errno.EINVAL;
  if (!(length > 0 && c.memory.available(address) >= length)) return -Errno.EFAULT;
  if (length >= PATH_MAX) return -Errno.ENAMETOOLONG;
  const path = c.memory.text(address, length);
  return path === -Errno.EILSEQ || (typeof path === "string" && path.includes("\0"))
    ? -Errno.EINVAL
    : path;
}

/** newfstatat(2). */
export function newfstatat(
  c: CallContext,
  directory: number,
  address: number,
  statusAddress: number,
  flags: number,
): number {
  const { memory, status, system } = c;
  const path = pathOrNothing(c, address, flags);
  if (typeof path === "number") return refusePath(c, "newfstatat", path, directory | 0, address);
  const result = system.fstatat(directory | 0, path, status, flags | 0);
  if (result < 0) return result;
  const bytes = memory.bytes(statusAddress, STAT_SIZE_AARCH64);
  if (bytes === null) {
    return refusePath(c, "newfstatat", -Errno.EFAULT, directory | 0, address, statusAddress);
  }
  encodeStatAarch64(status, bytes);
  return 0;
}

/** statx(2). */
export function statx(
  c: CallContext,
  directory: number,
  address: number,
  flags: number,
  mask: number,
  statusAddress: number,
): number {
  const { memory, status, system } = c;
  const isInvalid = (mask & STATX__RESERVED) !== 0 ||
    (flags & AT_STATX_SYNC_TYPE) === AT_STATX_SYNC_TYPE;
  if (isInvalid) return refusePath(c, "statx", -Errno.EINVAL, directory | 0, address, flags, mask);
  const path = pathOrNothing(c, address, flags);
  if (typeof path === "number") return refusePath(c, "statx", path, directory | 0, address);
  const result = system.fstatat(directory | 0, path, status, flags & ~AT_STATX_SYNC_TYPE);
  if (result < 0) return result;
  const bytes = memory.bytes(statusAddress, STATX_SIZE);
  if (bytes === null) {
    return refusePath(c, "statx", -Errno.EFAULT, directory | 0, address, statusAddress);
  }
  encodeStatx(status, bytes);
  return 0;
}

/** A path; none at all is an empty one where that stands for the descriptor (Linux 6.11). */
function pathOrNothing(c: CallContext, address: number, flags: number): string | null | number {
  return address === 0 && (flags & AT_EMPTY_PATH) !== 0 ? "" : c.path(address);
}

/** truncate(2). */
export function truncate(c: CallContext, address: number, length: number): number {
  const path = c.path(address);
  if (typeof path === "number") return refusePath(c, "truncate", path, address);
  return c.system.truncate(path, length);
}

/** unlinkat(2). */
export function unlinkat(
  c: CallContext,
  directory: number,
  address: number,
  flags: number,
): number {
  const path = c.path(address);
  if (typeof path === "number") return refusePath(c, "unlinkat", path, directory | 0, address);
  return c.system.unlinkat(directory | 0, path, flags | 0);
}

/** mkdirat(2). */
export function mkdirat(c: CallContext, directory: number, address: number, mode: number): number {
  const path = c.path(address);
  if (typeof path === "number") return refusePath(c, "mkdirat", path, directory | 0, address);
  return c.system.mkdirat(directory | 0, path, mode & 0xffff);
}

/** renameat(2). */
export function renameat(
  c: CallContext,
  fromDirectory: number,
  from: number,
  toDirectory: number,
  to: number,
): number {
  const fromPath = c.path(from);
  const toPath = c.path(to);
  if (typeof fromPath === "number" || typeof toPath === "number") {
    return refusePath(c, "renameat", -Errno.EILSEQ, fromDirectory | 0, from, toDirectory | 0, to);
  }
  return c.system.renameat(fromDirectory | 0, fromPath, toDirectory | 0, toPath);
}

/** renameat2(2). */
export function renameat2(
  c: CallContext,
  fromDirectory: number,
  from: number,
  toDirectory: number,
  to: number,
  flags: number,
): number {
  if ((flags | 0) === 0) return renameat(c, fromDirectory, from, toDirectory, to);
  return refusePath(c, "renameat2", -Errno.EINVAL, fromDirectory | 0, from, toDirectory | 0, to);
}

/** linkat(2). */
export function linkat(
  c: CallContext,
  fromDirectory: number,
  from: number,
  toDirectory: number,
  to: number,
  flags: number,
): number {
  const fromPath = c.path(from);
  const toPath = c.path(to);
  if (typeof fromPath === "number" || typeof toPath === "number") {
    return refusePath(c, "linkat", -Errno.EILSEQ, fromDirectory | 0, from, toDirectory | 0, to);
  }
  return c.system.linkat(fromDirectory | 0, fromPath, toDirectory | 0, toPath, flags | 0);
}

/** symlinkat(2). */
export function symlinkat(
  c: CallContext,
  target: number,
  directory: number,
  address: number,
): number {
  const targetPath = c.path(target);
  const path = c.path(address);
  if (typeof targetPath === "number" || typeof path === "number") {
    return refusePath(c, "symlinkat", -Errno.EILSEQ, target, directory | 0, address);
  }
  return c.system.symlinkat(targetPath, directory | 0, path);
}

/** readlinkat(2). */
export function readlinkat(
  c: CallContext,
  directory: number,
  address: number,
  buffer: number,
  length: number,
): number {
  const { memory, system } = c;
  const path = c.path(address);
  if (typeof path === "number") return refusePath(c, "readlinkat", path, directory | 0, address);
  const size = length | 0;
  const bytes = size < 0 ? null : memory.bytes(buffer, size);
  const room = memory.available(buffer);
  if (bytes !== null || size < 0 || room === 0) {
    return system.readlinkat(directory | 0, path, bytes, size);
  }
  // The target may fit into what there is.
  const target = new Uint8Array(Math.min(size, PATH_MAX));
  const result = system.readlinkat(directory | 0, path, target, target.length);
  if (result < 0 || memory.copyOut(buffer, target, result) === 0) return result;
  return refusePath(c, "readlinkat", -Errno.EFAULT, directory | 0, address, buffer);
}

/** faccessat(2), the system call, which has no flags. */
export function faccessat(
  c: CallContext,
  directory: number,
  address: number,
  mode: number,
): number {
  const path = c.path(address);
  if (typeof path === "number") return refusePath(c, "faccessat", path, directory | 0, address);
  return c.system.faccessat(directory | 0, path, mode | 0);
}

/** faccessat2(2): the guest's effective user is its real one. */
export function faccessat2(
  c: CallContext,
  directory: number,
  address: number,
  mode: number,
  flags: number,
): number {
  const known = AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
  if ((flags & ~known) !== 0 || (mode & ~ACCESS_MODES) !== 0) {
    return refusePath(c, "faccessat2", -Errno.EINVAL, directory | 0, address, mode, flags);
  }
  const lookup = flags & (AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH);
  if (lookup === 0) return faccessat(c, directory, address, mode);
  const { status } = c;
  const path = c.path(address);
  if (typeof path === "number") return refusePath(c, "faccessat2", path, directory | 0, address);
  const found = c.system.fstatat(directory | 0, path, status, lookup);
  const isLink = (status.mode & S_IFMT) === S_IFLNK;
  // Everybody may do everything with a link itself.
  if (found < 0 || ((flags & AT_SYMLINK_NOFOLLOW) !== 0 && isLink)) return found;
  if (path !== "") return c.system.faccessat(directory | 0, path, mode | 0);
  const bits = (status.mode >> 6) | (status.mode >> 3) | status.mode;
  const result = (mode & ~bits) === 0 ? 0 : -Errno.EACCES;
  return refusePath(c, "faccessat2", result, directory | 0, address, mode, flags);
}

/** utimensat(2). Without a path it is about the descriptor itself. */
export function utimensat(
  c: CallContext,
  directory: number,
  address: number,
  timesAddress: number,
  flags: number,
): number {
  const { memory, system } = c;
  const bytes = timesAddress === 0 ? null : memory.bytes(timesAddress, 2 * TIMESPEC_SIZE);
  if (timesAddress !== 0 && bytes === null) {
    return refusePath(c, "utimensat", -Errno.EFAULT, directory | 0, address, timesAddress);
  }
  const atime = bytes === null ? null : decodeTimespec(bytes);
  const mtime = bytes === null ? null : decodeTimespec(bytes.subarray(TIMESPEC_SIZE));
  const times = atime === null || mtime === null ? null : { atime, mtime };
  if (address === 0 && (directory | 0) !== AT_FDCWD) {
    if ((flags | 0) !== 0) {
      return refusePath(c, "utimensat", -Errno.EINVAL, directory | 0, address, timesAddress);
    }
    return system.utimensat(directory | 0, "", times, AT_EMPTY_PATH);
  }
  const path = c.path(address);
  if (typeof path === "number") return refusePath(c, "utimensat", path, directory | 0, address);
  return system.utimensat(directory | 0, path, times, flags | 0);
}

/** chdir(2). */
export function chdir(c: CallContext, address: number): number {
  const path = c.path(address);
  if (typeof path === "number") return refusePath(c, "chdir", path, address);
  return c.system.chdir(path);
}

/** fchdir(2). */
export function fchdir(c: CallContext, fd: number): number {
  return c.system.fchdir(fd | 0);
}

/** getcwd(2), the system call: the length with the NUL. */
export function getcwd(c: CallContext, address: number, length: number): number {
  const { memory, system } = c;
  const bytes = memory.bytes(address, length);
  if (bytes !== null) return system.getcwd(bytes, length);
  const path = new Uint8Array(Math.min(length >= 0 ? length : PATH_MAX, PATH_MAX));
  const result = system.getcwd(path, path.length);
  if (result < 0 || memory.copyOut(address, path, result) === 0) return result;
  return c.answer("getcwd", -Errno.EFAULT, hex(address), String(length));
}

/** umask(2). */
export function umask(c: CallContext, mask: number): number {
  return c.system.umask(mask & 0o777);
}
