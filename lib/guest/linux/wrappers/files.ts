/**
 * System calls on files as plain functions.
 *
 * @module
 */
import { defaultSystem, type SystemOptions } from "../../../kernel/default_system.ts";
import type { System } from "../../../kernel/system.ts";
import { AT_FDCWD } from "../../../linux/fcntl.ts";
import { FileStatus } from "../../../linux/stat.ts";

/** How a file is opened. */
export interface OpenOptions extends SystemOptions {
  /** Permission bits of a file that O_CREAT makes, less the umask; default 0o644. */
  readonly mode?: number;
}

/**
 * Opens a file, open(2). What may be opened is what Deno's `--allow-read` and `--allow-write` say.
 *
 * @param path Its path, relative to the current folder.
 * @param flags O_RDONLY, O_WRONLY or O_RDWR, with O_CREAT, O_EXCL, O_TRUNC, O_APPEND, …, in x86-64's
 * numbers.
 * @param options Permission bits and system.
 * @returns The descriptor; −ENOENT, −EEXIST, −EISDIR, −ENOTDIR, −ELOOP, −EROFS, −EMFILE, …; −EACCES
 * also where Deno's permissions refuse it.
 * @example
 * ```ts
 * import { close, fstat, lseek, open, readFd, writeFd } from "@vmsock/vmsock/linux";
 * import { O_CREAT, O_EXCL, O_RDWR, SEEK_SET } from "@vmsock/vmsock/linux";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const folder = Deno.makeTempDirSync();
 * const fd = open(`${folder}/greeting`, O_RDWR | O_CREAT | O_EXCL);
 * assertEquals(writeFd(fd, new TextEncoder().encode("hello")), 5);
 * const status = fstat(fd);
 * assert(typeof status !== "number");
 * assertEquals(status.size, 5);
 *
 * assertEquals(lseek(fd, 1, SEEK_SET), 1);
 * const buffer = new Uint8Array(16);
 * assertEquals(readFd(fd, buffer), 4);
 * assertEquals(close(fd), 0);
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export function open(path: string, flags: number, options?: OpenOptions): number {
  return systemOf(options).openat(AT_FDCWD, path, flags, options?.mode ?? 0o644);
}

/**
 * Tells what a descriptor refers to, fstat(2).
 *
 * @param fd The descriptor.
 * @param options The system.
 * @returns Its attributes; or −EBADF.
 * @example
 * ```ts
 * import { Errno, fstat } from "@vmsock/vmsock/linux";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(fstat(-1), -Errno.EBADF);
 * ```
 */
export function fstat(fd: number, options?: SystemOptions): FileStatus | number {
  const status = new FileStatus();
  const result = systemOf(options).fstat(fd, status);
  return result < 0 ? result : status;
}

/**
 * Moves the offset of an open file, lseek(2).
 *
 * @param fd The file.
 * @param offset Bytes, from where `whence` says.
 * @param whence SEEK_SET, SEEK_CUR or SEEK_END.
 * @param options The system.
 * @returns The new offset from the start; −ESPIPE for a socket or a pipe; −EINVAL for an offset before
 * the start or another `whence`; −EBADF.
 * @example
 * ```ts
 * import { AF_INET, close, Errno, lseek, SEEK_SET } from "@vmsock/vmsock/linux";
 * import { SOCK_STREAM, socket } from "@vmsock/vmsock/linux";
 * import { assertEquals } from "@std/assert";
 *
 * const fd = socket(AF_INET, SOCK_STREAM, 0);
 * assertEquals(lseek(fd, 0, SEEK_SET), -Errno.ESPIPE);
 * close(fd);
 * ```
 */
export function lseek(
  fd: number,
  offset: number,
  whence: number,
  options?: SystemOptions,
): number {
  return systemOf(options).lseek(fd, offset, whence);
}

/**
 * Reads bytes, read(2).
 *
 * @param fd A file at its offset, a socket, a pipe, …
 * @param buffer Receives the bytes.
 * @param options The system.
 * @returns How many; 0 at the end; −EISDIR, −EAGAIN, −ECONNRESET, −EBADF where it is not open for
 * reading, …
 * @example
 * ```ts
 * import { Errno, readFd } from "@vmsock/vmsock/linux";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(readFd(-1, new Uint8Array(1)), -Errno.EBADF);
 * ```
 */
export function readFd(fd: number, buffer: Uint8Array, options?: SystemOptions): number {
  return systemOf(options).read(fd, buffer, buffer.byteLength);
}

/**
 * Writes bytes, write(2).
 *
 * @param fd A file at its offset, a socket, a pipe, …
 * @param buffer The bytes.
 * @param options The system.
 * @returns How many were taken, possibly fewer than there are; −ENOSPC, −EPIPE, −EAGAIN, −EBADF where
 * it is not open for writing, …
 * @example
 * ```ts
 * import { Errno, writeFd } from "@vmsock/vmsock/linux";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(writeFd(-1, new Uint8Array(1)), -Errno.EBADF);
 * ```
 */
export function writeFd(fd: number, buffer: Uint8Array, options?: SystemOptions): number {
  return systemOf(options).write(fd, buffer, buffer.byteLength);
}

function systemOf(options: SystemOptions | undefined): System {
  return options?.system ?? defaultSystem();
}
