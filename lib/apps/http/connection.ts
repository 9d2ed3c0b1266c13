/**
 * A connection to an HTTP server, whatever carries its bytes.
 *
 * @module
 */
import { NetError } from "../../net/error.ts";
import { Errno } from "../../linux/errno.ts";
import type { ByteSource } from "./message_reader.ts";
import type { Wait } from "./time_limit.ts";

/** A connection whose calls wait, within a time limit. */
export interface HttpConnection extends ByteSource, Disposable {
  /** The peer's address, for people: `127.0.0.1:80`. */
  readonly peer: string;
  /** Writes all bytes. */
  write(data: Uint8Array): void;
}

/**
 * The error for a wait that took too long.
 *
 * @param syscall The call that waited.
 * @param action What was attempted, to stand after "Cannot".
 * @param wait What bounded it.
 */
export function timedOut(syscall: string, action: string, { limit }: Wait): NetError {
  return new NetError(`Cannot ${action}: Timed out after ${limit} ms`, {
    syscall,
    errno: Errno.ETIMEDOUT,
  });
}
