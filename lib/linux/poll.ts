/**
 * Events of `poll(2)`.
 *
 * @module
 */

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
