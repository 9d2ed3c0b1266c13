/**
 * File descriptors of a guest process that has one thread.
 *
 * @module
 */
import { Errno } from "../linux/errno.ts";
import type { OpenFile } from "../stack/open_file.ts";
import type { DescriptorTable } from "./descriptor_table.ts";

/** Numbers and what they refer to. */
export class FdTable implements DescriptorTable {
  readonly #files: (OpenFile | undefined)[] = [];
  readonly #closeOnExec: boolean[] = [];
  readonly #end: (file: OpenFile) => number;
  /** No number below this one is free. */
  #lowest = 0;
  #limit: number;

  /**
   * Makes an empty table.
   *
   * @param limit RLIMIT_NOFILE.
   * @param end Ends a file to which nothing refers any more; returns what closing it returned.
   */
  constructor(limit: number, end: (file: OpenFile) => number) {
    this.#limit = limit;
    this.#end = end;
  }

  get limit(): number {
    return this.#limit;
  }

  set limit(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#files.length;
  }

  get(fd: number): OpenFile | undefined {
    // Reading outside the array would leave V8's fast path.
    return fd >= 0 && fd < this.#files.length ? this.#files[fd] : undefined;
  }

  isAllowed(fd: number): boolean {
    return Number.isInteger(fd) && fd >= 0 && fd < this.#limit;
  }

  /** The lowest free number; nobody else can take it before {@linkcode FdTable.set}. */
  reserve(minimum = 0): number {
    let fd = Math.max(minimum, this.#lowest);
    while (this.#files[fd] !== undefined) fd++;
    if (minimum <= this.#lowest) this.#lowest = fd;
    return fd < this.#limit ? fd : -Errno.EMFILE;
  }

  giveBack(_fd: number): void {}

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

  replace(fd: number, file: OpenFile, closeOnExec: boolean): OpenFile | null {
    const replaced = this.remove(fd) ?? null;
    this.set(fd, file, closeOnExec);
    return replaced;
  }

  remove(fd: number): OpenFile | undefined {
    const file = this.#files[fd];
    if (file === undefined) return undefined;
    this.#files[fd] = undefined;
    if (fd < this.#lowest) this.#lowest = fd;
    return file;
  }

  drop(file: OpenFile): number {
    return --file.references === 0 ? this.#end(file) : 0;
  }

  isCloseOnExec(fd: number): boolean {
    return this.#closeOnExec[fd] === true;
  }

  setCloseOnExec(fd: number, closeOnExec: boolean): void {
    this.#closeOnExec[fd] = closeOnExec;
  }
}
