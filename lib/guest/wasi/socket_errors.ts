/**
 * Error codes of socket calls: WASI 0.2's, and those of `scheduler:core-libs`.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";

/** `error-code` of wasi:sockets/network. */
export type WasiErrorCode =
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

/** `error-code` of scheduler:core-libs/wasi-network. */
export type NetworkErrorCode = Exclude<
  WasiErrorCode,
  | "concurrency-conflict"
  | "not-in-progress"
  | "new-socket-limit"
  | "datagram-too-large"
  | "temporary-resolver-failure"
  | "permanent-resolver-failure"
>;

/** `socket-error` of scheduler:core-libs/socket. */
export type SocketError =
  | "connection-refused"
  | "connection-reset"
  | "connection-aborted"
  | "network-unreachable"
  | "address-in-use"
  | "address-not-available"
  | "timeout"
  | "would-block"
  | "invalid-input"
  | "other";

/** One row: a code of WASI 0.2, where it comes from and where it goes. */
export interface SocketErrorRow {
  /** The code. */
  readonly code: WasiErrorCode;
  /** What it is in scheduler:core-libs/wasi-network. */
  readonly network: NetworkErrorCode;
  /** What it is in scheduler:core-libs/socket. */
  readonly socket: SocketError;
  /** Linux's errnos that become it, positive. */
  readonly errnos: readonly number[];
}

function row(
  code: WasiErrorCode,
  network: NetworkErrorCode,
  socket: SocketError,
  ...errnos: readonly number[]
): SocketErrorRow {
  return { code, network, socket, errnos };
}

/**
 * The table. An errno in no row is `unknown`. What a guest did at the wrong time or to the wrong
 * socket is `invalid-input` in `socket`, which has no word for states.
 */
export const SOCKET_ERRORS: readonly SocketErrorRow[] = [
  row("unknown", "unknown", "other"),
  row("access-denied", "access-denied", "other", Errno.EACCES, Errno.EPERM),
  row(
    "not-supported",
    "not-supported",
    "other",
    Errno.EOPNOTSUPP,
    Errno.ENOPROTOOPT,
    Errno.EPFNOSUPPORT,
    Errno.EAFNOSUPPORT,
    Errno.ESOCKTNOSUPPORT,
    Errno.EPROTONOSUPPORT,
    Errno.EPROTOTYPE,
  ),
  row(
    "invalid-argument",
    "invalid-argument",
    "invalid-input",
    Errno.EINVAL,
    Errno.EDOM,
    Errno.EFAULT,
  ),
  row("out-of-memory", "out-of-memory", "other", Errno.ENOMEM, Errno.ENOBUFS),
  row("timeout", "timeout", "timeout", Errno.ETIMEDOUT),
  row("concurrency-conflict", "invalid-state", "invalid-input", Errno.EALREADY),
  row("not-in-progress", "invalid-state", "invalid-input"),
  row("would-block", "would-block", "would-block", Errno.EAGAIN, Errno.EINPROGRESS),
  row(
    "invalid-state",
    "invalid-state",
    "invalid-input",
    Errno.EISCONN,
    Errno.ENOTCONN,
    Errno.EDESTADDRREQ,
    Errno.EBADF,
  ),
  row("new-socket-limit", "out-of-memory", "other", Errno.EMFILE, Errno.ENFILE),
  row(
    "address-not-bindable",
    "address-not-bindable",
    "address-not-available",
    Errno.EADDRNOTAVAIL,
  ),
  row("address-in-use", "address-in-use", "address-in-use", Errno.EADDRINUSE),
  row(
    "remote-unreachable",
    "remote-unreachable",
    "network-unreachable",
    Errno.EHOSTUNREACH,
    Errno.EHOSTDOWN,
    Errno.ENETUNREACH,
    Errno.ENETDOWN,
    Errno.ENONET,
  ),
  row("connection-refused", "connection-refused", "connection-refused", Errno.ECONNREFUSED),
  row("connection-reset", "connection-reset", "connection-reset", Errno.ECONNRESET, Errno.EPIPE),
  row("connection-aborted", "connection-aborted", "connection-aborted", Errno.ECONNABORTED),
  row("datagram-too-large", "invalid-argument", "invalid-input", Errno.EMSGSIZE),
  // A name that may not be looked up is `other` too, so that nothing is told about it.
  row("name-unresolvable", "name-unresolvable", "other"),
  row("temporary-resolver-failure", "name-unresolvable", "other"),
  row("permanent-resolver-failure", "name-unresolvable", "other"),
];

const BY_ERRNO: ReadonlyMap<number, WasiErrorCode> = new Map(
  SOCKET_ERRORS.flatMap(({ code, errnos }) => errnos.map((errno) => [errno, code] as const)),
);

/**
 * Which code a socket call's errno is.
 *
 * @param errno The errno, negated or not.
 */
export function wasiErrorCode(errno: number): WasiErrorCode {
  return BY_ERRNO.get(Math.abs(errno)) ?? "unknown";
}

/** What each code is in one interface. */
export type ErrorNames = Readonly<Record<WasiErrorCode, string>>;

function column(name: "network" | "socket"): ErrorNames {
  const entries = SOCKET_ERRORS.map((row) => [row.code, row[name]] as const);
  return Object.fromEntries(entries) as Record<WasiErrorCode, string>;
}

/** Codes as scheduler:core-libs/wasi-network has them. */
export const NETWORK_ERROR_NAMES: ErrorNames = column("network");

/** Codes as scheduler:core-libs/socket has them. */
export const SOCKET_ERROR_NAMES: ErrorNames = column("socket");
