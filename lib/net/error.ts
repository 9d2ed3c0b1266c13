/**
 * The errors of blocking sockets: one class, with Linux's number and its meaning.
 *
 * @module
 */
import type { SocketAddress } from "../ip.ts";
import { Errno, errnoMessage, errnoName } from "../linux/errno.ts";

/**
 * What went wrong, in the words of Rust's `std::io::ErrorKind`: one for each meaning that Linux's
 * errnos have, `UnexpectedEof` and `WriteZero` for transfers that end early, `Other` for the rest.
 */
export type NetErrorKind =
  | "AddrInUse"
  | "AddrNotAvailable"
  | "AlreadyExists"
  | "ArgumentListTooLong"
  | "BrokenPipe"
  | "ConnectionAborted"
  | "ConnectionRefused"
  | "ConnectionReset"
  | "CrossesDevices"
  | "Deadlock"
  | "DirectoryNotEmpty"
  | "ExecutableFileBusy"
  | "FileTooLarge"
  | "FilesystemLoop"
  | "HostUnreachable"
  | "InProgress"
  | "Interrupted"
  | "InvalidData"
  | "InvalidFilename"
  | "InvalidInput"
  | "IsADirectory"
  | "NetworkDown"
  | "NetworkUnreachable"
  | "NotADirectory"
  | "NotConnected"
  | "NotFound"
  | "NotSeekable"
  | "Other"
  | "OutOfMemory"
  | "PermissionDenied"
  | "QuotaExceeded"
  | "ReadOnlyFilesystem"
  | "ResourceBusy"
  | "StaleNetworkFileHandle"
  | "StorageFull"
  | "TimedOut"
  | "TooManyLinks"
  | "UnexpectedEof"
  | "Unsupported"
  | "WouldBlock"
  | "WriteZero";

const KINDS: ReadonlyMap<number, NetErrorKind> = new Map<number, NetErrorKind>([
  [Errno.EPERM, "PermissionDenied"],
  [Errno.ENOENT, "NotFound"],
  [Errno.EINTR, "Interrupted"],
  [Errno.E2BIG, "ArgumentListTooLong"],
  [Errno.EBADF, "InvalidInput"],
  [Errno.EAGAIN, "WouldBlock"],
  [Errno.ENOMEM, "OutOfMemory"],
  [Errno.EACCES, "PermissionDenied"],
  [Errno.EBUSY, "ResourceBusy"],
  [Errno.EEXIST, "AlreadyExists"],
  [Errno.EXDEV, "CrossesDevices"],
  [Errno.ENOTDIR, "NotADirectory"],
  [Errno.EISDIR, "IsADirectory"],
  [Errno.EINVAL, "InvalidInput"],
  [Errno.ETXTBSY, "ExecutableFileBusy"],
  [Errno.EFBIG, "FileTooLarge"],
  [Errno.ENOSPC, "StorageFull"],
  [Errno.ESPIPE, "NotSeekable"],
  [Errno.EROFS, "ReadOnlyFilesystem"],
  [Errno.EMLINK, "TooManyLinks"],
  [Errno.EPIPE, "BrokenPipe"],
  [Errno.EDEADLK, "Deadlock"],
  [Errno.ENAMETOOLONG, "InvalidFilename"],
  [Errno.ENOSYS, "Unsupported"],
  [Errno.ENOTEMPTY, "DirectoryNotEmpty"],
  [Errno.ELOOP, "FilesystemLoop"],
  [Errno.EBADMSG, "InvalidData"],
  [Errno.EILSEQ, "InvalidData"],
  [Errno.ENOPROTOOPT, "Unsupported"],
  [Errno.EPROTONOSUPPORT, "Unsupported"],
  [Errno.ESOCKTNOSUPPORT, "Unsupported"],
  [Errno.EOPNOTSUPP, "Unsupported"],
  [Errno.EPFNOSUPPORT, "Unsupported"],
  [Errno.EAFNOSUPPORT, "Unsupported"],
  [Errno.EADDRINUSE, "AddrInUse"],
  [Errno.EADDRNOTAVAIL, "AddrNotAvailable"],
  [Errno.ENETDOWN, "NetworkDown"],
  [Errno.ENETUNREACH, "NetworkUnreachable"],
  [Errno.ECONNABORTED, "ConnectionAborted"],
  [Errno.ECONNRESET, "ConnectionReset"],
  [Errno.ENOTCONN, "NotConnected"],
  [Errno.ETIMEDOUT, "TimedOut"],
  [Errno.ECONNREFUSED, "ConnectionRefused"],
  [Errno.EHOSTUNREACH, "HostUnreachable"],
  [Errno.EINPROGRESS, "InProgress"],
  [Errno.ESTALE, "StaleNetworkFileHandle"],
  [Errno.EDQUOT, "QuotaExceeded"],
]);

/**
 * Returns what an errno means.
 *
 * @param errno A Linux errno, positive or negated.
 * @returns Its kind; `Other` for a number that has none.
 * @example
 * ```ts
 * import { netErrorKind } from "@vmsock/vmsock/net";
 * import { Errno } from "@vmsock/vmsock/linux";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(netErrorKind(Errno.ECONNREFUSED), "ConnectionRefused");
 * assertEquals(netErrorKind(Errno.EISCONN), "Other");
 * ```
 */
export function netErrorKind(errno: number): NetErrorKind {
  return KINDS.get(Math.abs(errno)) ?? "Other";
}

/** What a {@linkcode NetError} carries beside its message. */
export interface NetErrorOptions {
  /** Name of the system call that failed. */
  readonly syscall: string;
  /** The positive errno; 0, the default, where no call failed but a transfer ended early. */
  readonly errno?: number;
  /** What it means; default: what the errno means. */
  readonly kind?: NetErrorKind;
  /** The address concerned, where there is one. */
  readonly address?: SocketAddress | undefined;
}

/**
 * A failure of a socket or of a name's resolution. Its message is one line that says what was
 * attempted and why it failed; where a permission is missing, it names the flag to add.
 *
 * @example
 * ```ts
 * import { NetError, TcpListener, TcpStream } from "@vmsock/vmsock/net";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const listener = TcpListener.bind("127.0.0.1:0");
 * const address = listener.localAddr();
 * listener.close();
 *
 * const error = assertThrows(() => TcpStream.connect(address), NetError);
 * assertEquals(error.kind, "ConnectionRefused");
 * assertEquals(error.errno, 111);
 * assertEquals(error.syscall, "connect");
 * ```
 */
export class NetError extends Error {
  /** `NetError`. */
  override readonly name: string = "NetError";
  /** The positive Linux errno; 0 where no call failed but a transfer ended early. */
  readonly errno: number;
  /** What it means. */
  readonly kind: NetErrorKind;
  /** Name of the system call, such as `connect`; `resolve` for names; empty where none is known. */
  readonly syscall: string;
  /** The address that the call was about, where there is one. */
  readonly address: SocketAddress | undefined;

  /**
   * Makes an error.
   *
   * @param message One line: what was attempted, and why it failed.
   * @param options What it carries.
   */
  constructor(message: string, options: NetErrorOptions) {
    super(message);
    this.errno = options.errno ?? 0;
    this.kind = options.kind ?? netErrorKind(this.errno);
    this.syscall = options.syscall;
    this.address = options.address;
  }

  /**
   * Makes the error for what a system call returned, for programs that call a `System` themselves.
   *
   * @param errno A Linux errno, positive or negated.
   * @param syscall Name of the call, where there was one.
   * @returns The error; its message is strerror(3)'s text and the errno's name, after the call's.
   * @example
   * ```ts
   * import { defaultSystem, NetError } from "@vmsock/vmsock/net";
   * import { assertEquals } from "@std/assert";
   *
   * const error = NetError.fromErrno(defaultSystem().listen(-1, 1), "listen");
   * assertEquals(error.message, "listen: Bad file descriptor (EBADF)");
   * assertEquals(error.kind, "InvalidInput");
   * ```
   */
  static fromErrno(errno: number, syscall = ""): NetError {
    const reason = `${errnoMessage(errno)} (${errnoName(errno)})`;
    const message = syscall === "" ? reason : `${syscall}: ${reason}`;
    return new NetError(message, { syscall, errno: Math.abs(errno) });
  }
}
