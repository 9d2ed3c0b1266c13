/**
 * `error-code` of wasi:filesystem/types.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import { fail } from "../fail.ts";
import type { IoError } from "../io/error.ts";

/** Which code each errno of a file's call is. What is not here is `io`. */
const CODES: ReadonlyMap<number, string> = new Map<number, string>([
  [Errno.EACCES, "access"],
  [Errno.EAGAIN, "would-block"],
  [Errno.EALREADY, "already"],
  [Errno.EBADF, "bad-descriptor"],
  [Errno.EBUSY, "busy"],
  [Errno.EDEADLK, "deadlock"],
  [Errno.EDQUOT, "quota"],
  [Errno.EEXIST, "exist"],
  [Errno.EFBIG, "file-too-large"],
  [Errno.EILSEQ, "illegal-byte-sequence"],
  [Errno.EINPROGRESS, "in-progress"],
  [Errno.EINTR, "interrupted"],
  [Errno.EINVAL, "invalid"],
  [Errno.EIO, "io"],
  [Errno.EISDIR, "is-directory"],
  [Errno.ELOOP, "loop"],
  [Errno.EMLINK, "too-many-links"],
  [Errno.EMSGSIZE, "message-size"],
  [Errno.ENAMETOOLONG, "name-too-long"],
  [Errno.ENODEV, "no-device"],
  [Errno.ENOENT, "no-entry"],
  [Errno.ENOLCK, "no-lock"],
  [Errno.ENOMEM, "insufficient-memory"],
  [Errno.EMFILE, "insufficient-memory"],
  [Errno.ENFILE, "insufficient-memory"],
  [Errno.ENOSPC, "insufficient-space"],
  [Errno.ENOTDIR, "not-directory"],
  [Errno.ENOTEMPTY, "not-empty"],
  [Errno.ENOTRECOVERABLE, "not-recoverable"],
  [Errno.EOPNOTSUPP, "unsupported"],
  [Errno.ENOSYS, "unsupported"],
  [Errno.ENOTTY, "no-tty"],
  [Errno.ENXIO, "no-such-device"],
  [Errno.EOVERFLOW, "overflow"],
  [Errno.EPERM, "not-permitted"],
  [Errno.EPIPE, "pipe"],
  [Errno.EROFS, "read-only"],
  [Errno.ESPIPE, "invalid-seek"],
  [Errno.ETXTBSY, "text-file-busy"],
  [Errno.EXDEV, "cross-device"],
]);

/** Which code a file's errno is, negated or not. */
export function fileErrorCode(errno: number): string {
  return CODES.get(Math.abs(errno)) ?? "io";
}

/** Fails with the code of an errno. */
export function failFile(errno: number): never {
  fail(fileErrorCode(errno));
}

/** Returns what a call returned; fails if that is a negated errno. */
export function checkFile(result: number): number {
  if (result < 0) failFile(result);
  return result;
}

/** `filesystem-error-code`: what a stream's error means for a file, if it is one of a file's. */
export function filesystemErrorCode(error: IoError): string | undefined {
  return error.origin === "filesystem" ? fileErrorCode(error.errno) : undefined;
}
