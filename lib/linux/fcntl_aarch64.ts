/**
 * The flags of `open(2)` whose numbers on aarch64 differ from x86-64's. Four bits have changed
 * places; aarch64's `O_DIRECTORY` is x86-64's `O_DIRECT`.
 *
 * @module
 */

// arch/arm64/include/uapi/asm/fcntl.h
/** `O_DIRECTORY` on aarch64. */
export const O_DIRECTORY_AARCH64 = 0o40000;
/** `O_NOFOLLOW` on aarch64. */
export const O_NOFOLLOW_AARCH64 = 0o100000;
/** `O_DIRECT` on aarch64. */
export const O_DIRECT_AARCH64 = 0o200000;
/** `O_LARGEFILE` on aarch64. */
export const O_LARGEFILE_AARCH64 = 0o400000;
/** `O_TMPFILE` on aarch64; contains `O_DIRECTORY`. */
export const O_TMPFILE_AARCH64 = 0o20040000;

/**
 * Translates flags of `openat(2)` from aarch64 to x86-64.
 *
 * @param flags aarch64's flags. Bits that are the same on both pass through, unknown ones too.
 * @returns x86-64's flags.
 */
export function openFlagsFromAarch64(flags: number): number {
  return swapPairs(flags);
}

/**
 * Translates flags, as `F_GETFL` returns them, from x86-64 to aarch64.
 *
 * @param flags x86-64's flags. Bits that are the same on both pass through, unknown ones too.
 * @returns aarch64's flags.
 */
export function openFlagsToAarch64(flags: number): number {
  return swapPairs(flags);
}

// DIRECTORY and NOFOLLOW are bits 14 and 15 on aarch64, 16 and 17 on x86-64; DIRECT and LARGEFILE
// the other way round. The translation is therefore its own inverse.
function swapPairs(flags: number): number {
  return (flags & ~0o740000) | ((flags & 0o140000) << 2) | ((flags & 0o600000) >> 2);
}
