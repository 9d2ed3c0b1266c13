/**
 * A directory's entries in the form that fd_readdir hands out.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import {
  decodeDirents64,
  type Dirent64,
  DT_BLK,
  DT_CHR,
  DT_DIR,
  DT_LNK,
  DT_REG,
  DT_SOCK,
} from "../../linux/dirent.ts";
import { SEEK_SET } from "../../linux/fcntl.ts";
import { FileStatus } from "../../linux/stat.ts";
import {
  FILETYPE_BLOCK_DEVICE,
  FILETYPE_CHARACTER_DEVICE,
  FILETYPE_DIRECTORY,
  FILETYPE_REGULAR_FILE,
  FILETYPE_SOCKET_STREAM,
  FILETYPE_SYMBOLIC_LINK,
  FILETYPE_UNKNOWN,
} from "./flags.ts";

/** Size of `dirent` without the name that follows it. */
const DIRENT_SIZE = 24;

/** Bytes that are read from the directory at once. */
const READ_SIZE = 32_768;

const TYPES: ReadonlyMap<number, number> = new Map([
  [DT_BLK, FILETYPE_BLOCK_DEVICE],
  [DT_CHR, FILETYPE_CHARACTER_DEVICE],
  [DT_DIR, FILETYPE_DIRECTORY],
  [DT_REG, FILETYPE_REGULAR_FILE],
  [DT_SOCK, FILETYPE_SOCKET_STREAM],
  [DT_LNK, FILETYPE_SYMBOLIC_LINK],
]);

/**
 * The entries of a directory, taken at one moment: cookies count them, since Linux's own offsets take
 * more bits than a cookie can be trusted with, and entries that come and go must not move others.
 */
export class DirectoryListing {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(READ_SIZE);
  #length = 0;
  /** Where each entry begins, and where the last one ends. */
  readonly #starts: number[] = [0];

  /** The entries from a cookie on; no bytes beyond the last one. */
  from(cookie: bigint): Uint8Array {
    const start = cookie < BigInt(this.#starts.length) ? this.#starts[Number(cookie)] : undefined;
    return this.#bytes.subarray(start ?? this.#length, this.#length);
  }

  /** Adds an entry at the end. */
  add({ ino, type, name }: Dirent64): void {
    const end = this.#length + DIRENT_SIZE + name.length;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(2 * end);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    const view = new DataView(this.#bytes.buffer, this.#length, DIRENT_SIZE);
    view.setBigUint64(0, BigInt(this.#starts.length), true);
    view.setBigUint64(8, ino, true);
    view.setUint32(16, name.length, true);
    view.setUint32(20, TYPES.get(type) ?? FILETYPE_UNKNOWN, true);
    this.#bytes.set(name, this.#length + DIRENT_SIZE);
    this.#length = end;
    this.#starts.push(end);
  }
}

/**
 * Reads a whole directory.
 *
 * @param system The system.
 * @param fd An open directory; its offset is left at its end.
 * @returns The entries, or a negated errno.
 */
export function listDirectory(system: System, fd: number): DirectoryListing | number {
  const status = new FileStatus();
  const buffer = new Uint8Array(READ_SIZE);
  const listing = new DirectoryListing();
  let result = system.fstat(fd, status);
  if (result === 0) result = system.lseek(fd, 0, SEEK_SET);
  if (result < 0) return result;
  for (;;) {
    result = system.getdents(fd, buffer, buffer.length);
    if (result <= 0) return result < 0 ? result : listing;
    for (const entry of decodeDirents64(buffer.subarray(0, result))) {
      // What is above the directory is none of the guest's business.
      listing.add(isParent(entry.name) ? { ...entry, ino: status.ino } : entry);
    }
  }
}

function isParent(name: Uint8Array): boolean {
  return name.length === 2 && name[0] === 0x2e && name[1] === 0x2e;
}
