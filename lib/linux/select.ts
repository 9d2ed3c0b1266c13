/**
 * The descriptor sets of `select(2)` as bytes.
 *
 * The C library's `fd_set` is an array of longs; on a little-endian machine descriptor n is bit
 * n mod 8 of byte n / 8, whatever the size of a long. The kernel takes sets of any size.
 *
 * @module
 */

// linux/posix_types.h
/** Descriptors in glibc's `fd_set`. */
export const FD_SETSIZE = 1024;

/**
 * Returns whether a descriptor is in a set, `FD_ISSET`.
 *
 * @param set The bytes of the set.
 * @param fd The descriptor; one beyond the bytes is not in the set.
 */
export function fdIsSet(set: Uint8Array, fd: number): boolean {
  return isInside(set, fd) && (((set[fd >>> 3] ?? 0) >> (fd & 7)) & 1) === 1;
}

/**
 * Adds a descriptor to a set, `FD_SET`.
 *
 * @param set The bytes of the set.
 * @param fd The descriptor; one beyond the bytes changes nothing.
 */
export function fdSet(set: Uint8Array, fd: number): void {
  if (isInside(set, fd)) set[fd >>> 3] = (set[fd >>> 3] ?? 0) | (1 << (fd & 7));
}

/**
 * Removes a descriptor from a set, `FD_CLR`.
 *
 * @param set The bytes of the set.
 * @param fd The descriptor; one beyond the bytes changes nothing.
 */
export function fdClear(set: Uint8Array, fd: number): void {
  if (isInside(set, fd)) set[fd >>> 3] = (set[fd >>> 3] ?? 0) & ~(1 << (fd & 7));
}

function isInside(set: Uint8Array, fd: number): boolean {
  return fd >= 0 && fd < set.length * 8;
}
