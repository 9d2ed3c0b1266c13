/**
 * Scatter and gather lists of `readv(2)` and `sendmsg(2)`, and the limits of a transfer.
 *
 * @module
 */

// linux/uio.h
/** Most buffers in one call; more is `EINVAL`, or `EMSGSIZE` for `sendmsg` and `recvmsg`. */
export const UIO_MAXIOV = 1024;

// linux/fs.h
/** Most bytes that one call transfers: INT_MAX rounded down to a page. */
export const MAX_RW_COUNT = 0x7ffff000;

/** One buffer of a scatter or gather list, `struct iovec`. */
export interface Iovec {
  /** The bytes, at least `length` of them; null is a pointer that faults. */
  base: Uint8Array | null;
  /** Count of bytes to transfer. */
  length: number;
}
