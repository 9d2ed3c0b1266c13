/**
 * Events of `poll(2)`.
 *
 * @module
 */
import { viewOf } from "./int64.ts";

// Events: asm-generic/poll.h
/** There is data to read, a connection to accept, or the end of the stream. */
export const POLLIN = 0x1;
/** There is an exceptional condition: out-of-band data. */
export const POLLPRI = 0x2;
/** Writing does not block. */
export const POLLOUT = 0x4;
/** Returned only: an error is pending, or a pipe's reader has gone. */
export const POLLERR = 0x8;
/** Returned only: hung up; both directions of a connection are shut down. */
export const POLLHUP = 0x10;
/** Returned only: the descriptor is not open. */
export const POLLNVAL = 0x20;
/** Normal data can be read; goes with {@linkcode POLLIN}. */
export const POLLRDNORM = 0x40;
/** Priority data can be read; not set for sockets. */
export const POLLRDBAND = 0x80;
/** Normal data can be written; goes with {@linkcode POLLOUT}. */
export const POLLWRNORM = 0x100;
/** Priority data can be written. */
export const POLLWRBAND = 0x200;
/** Not used by Linux. */
export const POLLMSG = 0x400;
/** Not used by `poll`. */
export const POLLREMOVE = 0x1000;
/** The peer has shut down its writing half. */
export const POLLRDHUP = 0x2000;

/** One descriptor that `poll(2)` watches, `struct pollfd`. */
export interface PollFd {
  /** The descriptor; a negative one is ignored and its `revents` set to 0. */
  fd: number;
  /** The events asked for; `POLLERR`, `POLLHUP` and `POLLNVAL` are always reported. */
  events: number;
  /** The events that occurred, set by the call. */
  revents: number;
}

/** Size of `struct pollfd` in bytes. */
export const POLLFD_SIZE = 8;

/**
 * Reads one `struct pollfd`.
 *
 * @param bytes An array of them.
 * @param index Which one.
 * @returns The entry, with `events` and `revents` as unsigned 16-bit numbers; null if it is not
 * wholly inside the bytes.
 */
export function decodePollFd(bytes: Uint8Array, index: number): PollFd | null {
  const offset = index * POLLFD_SIZE;
  if (!(offset >= 0 && offset + POLLFD_SIZE <= bytes.length)) return null;
  const view = viewOf(bytes);
  return {
    fd: view.getInt32(offset, true),
    events: view.getUint16(offset + 4, true),
    revents: view.getUint16(offset + 6, true),
  };
}

/**
 * Writes one `struct pollfd`.
 *
 * @param entry The entry.
 * @param bytes An array of them.
 * @param index Which one.
 * @returns Whether it was wholly inside the bytes; nothing is written otherwise.
 */
export function encodePollFd(entry: PollFd, bytes: Uint8Array, index: number): boolean {
  const offset = index * POLLFD_SIZE;
  if (!(offset >= 0 && offset + POLLFD_SIZE <= bytes.length)) return false;
  const view = viewOf(bytes);
  view.setInt32(offset, entry.fd, true);
  view.setUint16(offset + 4, entry.events, true);
  view.setUint16(offset + 6, entry.revents, true);
  return true;
}
