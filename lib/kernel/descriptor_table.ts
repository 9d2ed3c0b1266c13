/**
 * What a process needs of its table of descriptors, whether one thread has it or several share it.
 *
 * @module
 */
import type { OpenFile } from "../stack/open_file.ts";

/** Most descriptors a guest can be given, Linux's fs.nr_open. */
export const NR_OPEN = 1048576;

/**
 * Numbers, what they refer to, and the flag that belongs to the number (FD_CLOEXEC). The table does
 * no I/O: it counts the references to a file, and closing it is the caller's part.
 */
export interface DescriptorTable {
  /** RLIMIT_NOFILE: no new number is given from here on; those that are open stay. */
  limit: number;

  /** One more than the highest number ever in use. */
  readonly size: number;

  /**
   * What `fd` refers to, or undefined; `fd` may be any number. The file is good until the end of the
   * call, whatever other threads do; asked twice, the answers may differ.
   */
  get(fd: number): OpenFile | undefined;

  /** Whether `fd` is a number that dup2 may make: not negative, below the limit. */
  isAllowed(fd: number): boolean;

  /**
   * Takes the lowest free number ≥ `minimum`, which is {@linkcode DescriptorTable.set} or given back
   * before the call ends.
   *
   * @returns The number; −EMFILE at the limit; −ENFILE where there is no memory for more files.
   */
  reserve(minimum?: number): number;

  /** Gives a number back that was reserved. */
  giveBack(fd: number): void;

  /** Makes `fd`, which is reserved, refer to `file`. */
  set(fd: number, file: OpenFile, closeOnExec: boolean): void;

  /**
   * Makes `fd`, which is allowed, refer to `file`, whatever it was.
   *
   * @returns What it referred to before, whose reference is now the caller's, who drops it; null for
   * nothing; −EBUSY if it is reserved by another thread.
   */
  replace(fd: number, file: OpenFile, closeOnExec: boolean): OpenFile | null | number;

  /**
   * Frees `fd`.
   *
   * @returns What it referred to, whose reference is now the caller's, who drops it; undefined if it
   * was free.
   */
  remove(fd: number): OpenFile | undefined;

  /**
   * Gives up a reference. The last one ends the file.
   *
   * @returns What ending it returned, 0 if it lives on.
   */
  drop(file: OpenFile): number;

  /** FD_CLOEXEC of an open `fd`. */
  isCloseOnExec(fd: number): boolean;

  /** Sets FD_CLOEXEC of an open `fd`. */
  setCloseOnExec(fd: number, closeOnExec: boolean): void;
}
