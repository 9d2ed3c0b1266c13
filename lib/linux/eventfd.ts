/**
 * Flags of `eventfd2(2)`.
 *
 * @module
 */

// linux/eventfd.h
/** A read takes 1 from the counter instead of all of it. */
export const EFD_SEMAPHORE = 1;
/** Sets `FD_CLOEXEC` on the new descriptor. */
export const EFD_CLOEXEC = 0o2000000;
/** Non-blocking; the number of `O_NONBLOCK`. */
export const EFD_NONBLOCK = 0o4000;
