/**
 * wasi:io/error.
 *
 * @module
 */
import { errnoMessage, errnoName } from "../../../linux/errno.ts";
import { Resource } from "../resource.ts";

/** What an error belongs to, by which it is taken apart again. */
export type ErrorOrigin = "network" | "filesystem" | "other";

/** `error`: what went wrong with a stream. */
export class IoError extends Resource {
  /** A positive Linux errno. */
  readonly errno: number;
  /** What it is about. */
  readonly origin: ErrorOrigin;

  /** An error of `origin` with a positive errno. */
  constructor(errno: number, origin: ErrorOrigin) {
    super();
    this.errno = errno;
    this.origin = origin;
  }

  /** `to-debug-string`: such as `ECONNRESET (Connection reset by peer)`. */
  toDebugString(): string {
    return `${errnoName(this.errno)} (${errnoMessage(-this.errno)})`;
  }
}
