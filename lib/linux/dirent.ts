/**
 * Directory entries as `getdents64(2)` writes them.
 *
 * @module
 */

// Types of an entry: linux/fs_types.h (dirent.h)
/** Not known; ask `lstat`. */
export const DT_UNKNOWN = 0;
/** Pipe. */
export const DT_FIFO = 1;
/** Character device. */
export const DT_CHR = 2;
/** Directory. */
export const DT_DIR = 4;
/** Block device. */
export const DT_BLK = 6;
/** Regular file. */
export const DT_REG = 8;
/** Symbolic link. */
export const DT_LNK = 10;
/** Socket. */
export const DT_SOCK = 12;
/** Whiteout of a union mount. */
export const DT_WHT = 14;
