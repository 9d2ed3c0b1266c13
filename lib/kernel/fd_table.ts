/**
 * File descriptors of one guest process.
 *
 * @module
 */
import { Errno } from "../linux/errno.ts";
import type { OpenFile } from "../stack/open_file.ts";

/** Most descriptors a guest can be given, Linux's fs.nr_open. */
export const NR_OPEN = 1048576;

/**
 * Numbers, what they refer to, and the flag that belongs to the number (FD_CLOEXEC). The table does
 * no I/O: closing what nothing refers to any more is the caller's part.
 */
export class FdTable {
  readonly #files: (OpenFile | undefined)[] = [];
  readonly #closeOnExec: boolean[] = [];
  /** No number below this one is free. */
  #lowest = 0;
  /** RLIMIT_NOFILE: every number is below it. */
  #limit: number;

  /** Makes an empty table whose numbers stay below `limit`. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Changes RLIMIT_NOFILE; numbers above stay open. */
  set limit(limit: number) {
    this.#limit = limit;
  }

  /** What `fd` refers to, or undefined; `fd` may be any number. */
  get(fd: number): OpenFile | undefined {
    // Reading outside the array would leave V8's fast path.
    return fd >= 0 && fd < this.#files.length ? this.#files[fd] : undefined;
  }

  /** One more than the highest number ever in use. */
  get size(): number {
    return this.#files.length;
  }

  /** The lowest free number ≥ `minimum`, or −EMFILE. */
  lowestFree(minimum = 0): number {
    let fd = Math.max(minimum, this.#lowest);
    while (this.#files[fd] !== undefined) fd++;
    if (minimum <= this.#lowest) this.#lowest = fd;
    return fd < this.#limit ? fd : -Errno.EMFILE;
  }

  /** Whether `fd` is a number that dup2 may make: not negative, below the limit. */
  isAllowed(fd: number): boolean {
    return Number.isInteger(fd) && fd >= 0 && fd < this.#limit;
  }

  /** Makes `fd`, which is free, refer to `file`. */
  set(fd: number, file: OpenFile, closeOnExec: boolean): void {
    // Holes would turn the array into a dictionary.
    while (this.#files.length < fd) {
      this.#files.push(undefined);
      this.#closeOnExec.push(false);
    }
    this.#files[fd] = file;
    this.#closeOnExec[fd] = closeOnExec;
    file.references++;
  }

  /**
   * Frees `fd`.
   *
   * @returns What it referred to, with one reference less, or undefined if it was free.
   */
  remove(fd: number): OpenFile | undefined {
    const file = this.#files[fd];
    if (file === undefined) return undefined;
    this.#files[fd] = undefined;
    if (fd < this.#lowest) this.#lowest = fd;
    file.references--;
    return file;
  }

  /** FD_CLOEXEC of an open `fd`. */
  isCloseOnExec(fd: number): boolean {
    return this.#closeOnExec[fd] === true;
  }

  /** Sets FD_CLOEXEC of an open `fd`. */
  setCloseOnExec(fd: number, closeOnExec: boolean): void {
    this.#closeOnExec[fd] = closeOnExec;
  }
}
