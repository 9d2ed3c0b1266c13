/**
 * Directory entries as `getdents64(2)` writes them.
 *
 * @module
 */
import { viewOf } from "./int64.ts";

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

/** One entry of a directory, `struct linux_dirent64`. */
export interface Dirent64 {
  /** Inode number. */
  ino: bigint;
  /** Where the entry after this one is, for `lseek`; opaque, some file systems use all 63 bits. */
  offset: bigint;
  /** A `DT_` constant. */
  type: number;
  /** The name without its NUL; bytes, since Linux demands no encoding. */
  name: Uint8Array;
}

// Offset of d_name: after d_ino, d_off, d_reclen and d_type.
const NAME_OFFSET = 19;

/**
 * Writes one `struct linux_dirent64`, padded with zeros to a multiple of 8 bytes.
 *
 * @param entry The entry.
 * @param bytes Receives the record.
 * @param offset Where in the bytes.
 * @returns Length of the record; 0 if it does not fit, and nothing is written.
 */
export function encodeDirent64(entry: Dirent64, bytes: Uint8Array, offset: number): number {
  const length = (NAME_OFFSET + entry.name.length + 1 + 7) & ~7;
  if (!(offset >= 0 && offset + length <= bytes.length) || length > 0xffff) return 0;
  const view = viewOf(bytes);
  view.setBigUint64(offset, entry.ino, true);
  view.setBigInt64(offset + 8, entry.offset, true);
  view.setUint16(offset + 16, length, true);
  view.setUint8(offset + 18, entry.type);
  bytes.set(entry.name, offset + NAME_OFFSET);
  bytes.fill(0, offset + NAME_OFFSET + entry.name.length, offset + length);
  return length;
}

/**
 * Reads the records that `getdents64(2)` wrote. Never throws, whatever the bytes: it ends at a
 * record that is too short for its fields or longer than the rest.
 *
 * @param bytes The bytes, as many as the call returned. Names are copied.
 */
export function* decodeDirents64(bytes: Uint8Array): Generator<Dirent64> {
  const view = viewOf(bytes);
  let offset = 0;
  while (offset + NAME_OFFSET < bytes.length) {
    const length = view.getUint16(offset + 16, true);
    if (length <= NAME_OFFSET || offset + length > bytes.length) return;
    const name = bytes.subarray(offset + NAME_OFFSET, offset + length);
    const nul = name.indexOf(0);
    yield {
      ino: view.getBigUint64(offset, true),
      offset: view.getBigInt64(offset + 8, true),
      type: view.getUint8(offset + 18),
      name: name.slice(0, nul < 0 ? name.length : nul),
    };
    offset += length;
  }
}
