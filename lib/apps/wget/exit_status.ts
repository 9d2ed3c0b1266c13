/**
 * Exit statuses of `vmsock wget`, as GNU Wget's manual lists them.
 *
 * @module
 */
import { NetError } from "../../net/error.ts";
import { HttpError, type HttpFault } from "../http/error.ts";
import { TlsError } from "../http/tls_connection.ts";

/** What each status means. */
export const ExitStatus = {
  /** Everything was saved. */
  ok: 0,
  /** None of the others. */
  generic: 1,
  /** The command line is wrong. */
  usage: 2,
  /** A file cannot be written. */
  file: 3,
  /** The network failed, or a response ended early. */
  network: 4,
  /** TLS could not be agreed on, or the certificate is not trusted. */
  tls: 5,
  /** The server wants a user name and a password. */
  authentication: 6,
  /** The response is not HTTP. */
  protocol: 7,
  /** The server answered that it will not, or redirected to nowhere. */
  server: 8,
} as const;

/** One of these statuses. */
export type ExitStatus = (typeof ExitStatus)[keyof typeof ExitStatus];

/** A download that failed for a reason that is no other error's. */
export class DownloadError extends Error {
  /** `DownloadError`. */
  override readonly name: string = "DownloadError";
  /** The exit status. */
  readonly status: ExitStatus;

  /** Makes an error. */
  constructor(message: string, status: ExitStatus) {
    super(message);
    this.status = status;
  }
}

const FAULTS: Readonly<Record<HttpFault, ExitStatus>> = {
  url: ExitStatus.generic,
  protocol: ExitStatus.protocol,
  redirect: ExitStatus.server,
  truncated: ExitStatus.network,
};

/** The exit status for an error. */
export function statusOf(error: unknown): ExitStatus {
  if (error instanceof DownloadError) return error.status;
  if (error instanceof TlsError) return ExitStatus.tls;
  if (error instanceof NetError) return ExitStatus.network;
  return error instanceof HttpError ? FAULTS[error.fault] : ExitStatus.generic;
}

/**
 * The status of several downloads together: of those that failed the lowest, but for 1, which any
 * other goes before.
 */
export function worse(a: ExitStatus, b: ExitStatus): ExitStatus {
  const [low, high] = a < b ? [a, b] : [b, a];
  return low === ExitStatus.ok || low === ExitStatus.generic ? high : low;
}

/** Whether trying again may help: the network failed, and nobody said no. */
export function mayPass(error: unknown): boolean {
  if (error instanceof HttpError) return error.fault === "truncated";
  if (!(error instanceof NetError)) return false;
  return !["PermissionDenied", "NotFound", "ConnectionRefused", "InvalidInput"]
    .includes(error.kind);
}
