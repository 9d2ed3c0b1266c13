/**
 * wasi:sockets/network.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import { fail } from "../fail.ts";
import type { IoError } from "../io/error.ts";
import { Resource } from "../resource.ts";

/** `error-code`. */
export type ErrorCode =
  | "unknown"
  | "access-denied"
  | "not-supported"
  | "invalid-argument"
  | "out-of-memory"
  | "timeout"
  | "concurrency-conflict"
  | "not-in-progress"
  | "would-block"
  | "invalid-state"
  | "new-socket-limit"
  | "address-not-bindable"
  | "address-in-use"
  | "remote-unreachable"
  | "connection-refused"
  | "connection-reset"
  | "connection-aborted"
  | "datagram-too-large"
  | "name-unresolvable"
  | "temporary-resolver-failure"
  | "permanent-resolver-failure";

/** `ip-address-family`. */
export type IpAddressFamily = "ipv4" | "ipv6";

/** `ipv4-address`. */
export type Ipv4Address = readonly [number, number, number, number];

/** `ipv6-address`. */
export type Ipv6Address = readonly [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

/** `ip-address`. */
export type IpAddressValue =
  | { readonly tag: "ipv4"; readonly val: Ipv4Address }
  | { readonly tag: "ipv6"; readonly val: Ipv6Address };

/** `ip-socket-address`. */
export type IpSocketAddress =
  | { readonly tag: "ipv4"; readonly val: { readonly port: number; readonly address: Ipv4Address } }
  | {
    readonly tag: "ipv6";
    readonly val: {
      readonly port: number;
      readonly flowInfo: number;
      readonly address: Ipv6Address;
      readonly scopeId: number;
    };
  };

/** Which code each errno of a socket call is. What is not here is `unknown`. */
const CODES: ReadonlyMap<number, ErrorCode> = new Map<number, ErrorCode>([
  [Errno.EACCES, "access-denied"],
  [Errno.EPERM, "access-denied"],
  [Errno.EOPNOTSUPP, "not-supported"],
  [Errno.ENOPROTOOPT, "not-supported"],
  [Errno.EPFNOSUPPORT, "not-supported"],
  [Errno.EAFNOSUPPORT, "not-supported"],
  [Errno.ESOCKTNOSUPPORT, "not-supported"],
  [Errno.EPROTONOSUPPORT, "not-supported"],
  [Errno.EPROTOTYPE, "not-supported"],
  [Errno.EINVAL, "invalid-argument"],
  [Errno.EDOM, "invalid-argument"],
  [Errno.EFAULT, "invalid-argument"],
  [Errno.ENOMEM, "out-of-memory"],
  [Errno.ENOBUFS, "out-of-memory"],
  [Errno.ETIMEDOUT, "timeout"],
  [Errno.EALREADY, "concurrency-conflict"],
  [Errno.EAGAIN, "would-block"],
  [Errno.EINPROGRESS, "would-block"],
  [Errno.EISCONN, "invalid-state"],
  [Errno.ENOTCONN, "invalid-state"],
  [Errno.EDESTADDRREQ, "invalid-state"],
  [Errno.EBADF, "invalid-state"],
  [Errno.EMFILE, "new-socket-limit"],
  [Errno.ENFILE, "new-socket-limit"],
  [Errno.EADDRNOTAVAIL, "address-not-bindable"],
  [Errno.EADDRINUSE, "address-in-use"],
  [Errno.EHOSTUNREACH, "remote-unreachable"],
  [Errno.EHOSTDOWN, "remote-unreachable"],
  [Errno.ENETUNREACH, "remote-unreachable"],
  [Errno.ENETDOWN, "remote-unreachable"],
  [Errno.ENONET, "remote-unreachable"],
  [Errno.ECONNREFUSED, "connection-refused"],
  [Errno.ECONNRESET, "connection-reset"],
  [Errno.EPIPE, "connection-reset"],
  [Errno.ECONNABORTED, "connection-aborted"],
  [Errno.EMSGSIZE, "datagram-too-large"],
]);

/**
 * Which code a socket call's errno is.
 *
 * @param errno The errno, negated or not.
 */
export function errorCode(errno: number): ErrorCode {
  return CODES.get(Math.abs(errno)) ?? "unknown";
}

/** Fails with a code. */
export function failWith(code: ErrorCode): never {
  fail(code);
}

/** Returns what a call returned; fails if that is a negated errno. */
export function check(result: number): number {
  if (result < 0) failWith(errorCode(result));
  return result;
}

/**
 * `network`: what may be reached. What that is the system's policy says, which is asked when an
 * address is used.
 */
export class Network extends Resource {}

/** `network-error-code`: what a stream's error means for a socket, if it is one of a socket's. */
export function networkErrorCode(error: IoError): ErrorCode | undefined {
  return error.origin === "network" ? errorCode(error.errno) : undefined;
}
