/**
 * The entries of an open directory, for getdents64(2) without libc.
 *
 * @module
 */
import { type Dirent64, DT_DIR, encodeDirent64 } from "../../linux/dirent.ts";
import { Errno } from "../../linux/errno.ts";
import { SEEK_CUR, SEEK_END, SEEK_SET } from "../../linux/fcntl.ts";
import { type FileStatus, S_IFMT } from "../../linux/stat.ts";
import type { Bytes } from "../../stack/open_file.ts";

// struct linux_dirent64 for a name of one byte, the least that any record takes.
const SMALLEST_RECORD = 24;

/** How a {@link DirectoryStream} looks into its directory. */
export interface DirectoryAccess {
  /** Reads a directory's names, or gives a negated errno. */
  readonly list: (path: string) => readonly string[] | number;
  /** Attributes of a name in a directory, not followed; null where it is gone. */
  readonly look: (path: string) => FileStatus | null;
}

/**
 * Reads a directory once, at the first call after it was opened or rewound, and hands the entries out
 * as buffers have room. An offset is the count of entries before it.
 */
export class DirectoryStream {
  readonly #path: string;
  readonly #ino: bigint;
  readonly #access: DirectoryAccess;
  #names: readonly string[] | null = null;
  #offset = 0;

  /** Streams the directory at `path`, which has attributes `status`. */
  constructor(path: string, status: FileStatus, access: DirectoryAccess) {
    this.#path = path;
    this.#ino = status.ino;
    this.#access = access;
  }

  /** lseek(2). */
  seek(offset: number, whence: number): number {
    let next = offset;
    if (whence === SEEK_CUR) next += this.#offset;
    else if (whence === SEEK_END) {
      const names = this.#list();
      if (typeof names === "number") return names;
      next += names.length;
    } else if (whence !== SEEK_SET) return -Errno.EINVAL;
    if (!(next >= 0 && next <= Number.MAX_SAFE_INTEGER)) return -Errno.EINVAL;
    if (next === 0) this.#names = null;
    this.#offset = next;
    return next;
  }

  /** getdents64(2). */
  read(buffer: Bytes | null, length: number): number {
    const names = this.#list();
    if (typeof names === "number") return names;
    const room = buffer?.subarray(0, length);
    let used = 0;
    while (this.#offset < names.length) {
      const entry = this.#entry(names[this.#offset] as string);
      if (entry !== null) {
        if (length - used < SMALLEST_RECORD) return used > 0 ? used : -Errno.EINVAL;
        if (room === undefined) return used > 0 ? used : -Errno.EFAULT;
        const size = encodeDirent64(entry, room, used);
        if (size === 0) return used > 0 ? used : -Errno.EINVAL;
        used += size;
      }
      this.#offset++;
    }
    return used;
  }

  #list(): readonly string[] | number {
    if (this.#names !== null) return this.#names;
    const names = this.#access.list(this.#path);
    if (typeof names === "number") return names;
    this.#names = [".", "..", ...names];
    return this.#names;
  }

  #entry(name: string): Dirent64 | null {
    const found = name === "." ? null : this.#access.look(`${this.#path}/${name}`);
    const itself = name === "." || (name === ".." && found === null);
    if (found === null && !itself) return null;
    return {
      // The folder above may be out of the guest's reach; its own number stands in then.
      ino: found?.ino ?? this.#ino,
      offset: BigInt(this.#offset + 1),
      type: itself || name === ".." ? DT_DIR : ((found?.mode ?? 0) & S_IFMT) >> 12,
      name: new TextEncoder().encode(name),
    };
  }
}
