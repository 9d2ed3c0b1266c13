/**
 * Flags of `mmap(2)`.
 *
 * @module
 */

// asm-generic/mman-common.h, linux/mman.h
/** Shares changes with others that map the same. */
export const MAP_SHARED = 0x01;
/** Keeps changes to oneself. */
export const MAP_PRIVATE = 0x02;
/** As {@linkcode MAP_SHARED}, and unknown flags are refused. */
export const MAP_SHARED_VALIDATE = 0x03;
/** Mask for the three. */
export const MAP_TYPE = 0x0f;
/** Maps exactly at the address, instead of what is there. */
export const MAP_FIXED = 0x10;
/** Maps no file: zeros. */
export const MAP_ANONYMOUS = 0x20;
/** Maps exactly at the address, if nothing is there. */
export const MAP_FIXED_NOREPLACE = 0x100000;

// Protection: asm-generic/mman-common.h
/** No access. */
export const PROT_NONE = 0;
/** Can be read. */
export const PROT_READ = 1;
/** Can be written. */
export const PROT_WRITE = 2;
/** Can be run. */
export const PROT_EXEC = 4;
