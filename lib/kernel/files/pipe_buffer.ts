/**
 * The bytes inside a pipe, kept as Linux keeps them: in a ring of pages.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import type { Iovec } from "../../linux/uio.ts";

/** Bytes of a page; also PIPE_BUF, the most that one write puts in without a break (pipe(7)). */
export const PAGE_SIZE = 4096;

// linux/pipe_fs_i.h: PIPE_DEF_BUFFERS.
const DEFAULT_PAGES = 16;

interface Page {
  readonly bytes: Uint8Array;
  start: number;
  end: number;
}

/** A position in a list of buffers. */
class IovecCursor {
  /** Bytes that are left. */
  remaining = 0;
  readonly #buffers: readonly Iovec[];
  #index = 0;
  #offset = 0;

  constructor(buffers: readonly Iovec[]) {
    this.#buffers = buffers;
    for (const { length } of buffers) this.remaining += length;
  }

  /**
   * Moves up to `count` bytes between the buffers and `bytes` from `at` on.
   *
   * @returns How many were moved: fewer where a buffer faults.
   */
  copy(bytes: Uint8Array, at: number, count: number, toBuffers: boolean): number {
    let done = 0;
    while (done < count) {
      const buffer = this.#buffers[this.#index];
      if (buffer === undefined) break;
      const part = Math.min(count - done, buffer.length - this.#offset);
      if (part > 0) {
        if (buffer.base === null) break;
        if (toBuffers) {
          buffer.base.set(bytes.subarray(at + done, at + done + part), this.#offset);
        } else {
          bytes.set(buffer.base.subarray(this.#offset, this.#offset + part), at + done);
        }
        done += part;
        this.#offset += part;
        this.remaining -= part;
      }
      if (this.#offset >= buffer.length) {
        this.#index++;
        this.#offset = 0;
      }
    }
    return done;
  }
}

/**
 * The ring of pages of one pipe. Its pages matter to guests: a write that does not fit into what is
 * left of the last page begins a new one, so a pipe can be full before it holds its size in bytes.
 */
export class PipeBuffer {
  readonly #pages: Page[] = [];
  #capacity = DEFAULT_PAGES;

  /** Most bytes that fit, `F_GETPIPE_SZ`. */
  get size(): number {
    return this.#capacity * PAGE_SIZE;
  }

  /** Whether there is nothing to read. */
  get empty(): boolean {
    return this.#pages.length === 0;
  }

  /** Whether every page is in use. */
  get full(): boolean {
    return this.#pages.length >= this.#capacity;
  }

  /** Bytes to read, `FIONREAD`. */
  get length(): number {
    let length = 0;
    for (const page of this.#pages) length += page.end - page.start;
    return length;
  }

  /** Sets the size to a multiple of the page: 0, or −EBUSY if more pages are in use. */
  resize(size: number): number {
    const pages = size / PAGE_SIZE;
    if (pages < this.#pages.length) return -Errno.EBUSY;
    this.#capacity = pages;
    return 0;
  }

  /** Takes bytes out: how many, 0 if there are none, −EFAULT if none could be copied. */
  read(buffers: readonly Iovec[]): number {
    const cursor = new IovecCursor(buffers);
    let total = 0;
    while (cursor.remaining > 0) {
      const page = this.#pages[0];
      if (page === undefined) break;
      const count = Math.min(page.end - page.start, cursor.remaining);
      // What went into the first buffers of a list that faults later stays in the pipe.
      if (cursor.copy(page.bytes, page.start, count, true) < count) {
        return total > 0 ? total : -Errno.EFAULT;
      }
      total += count;
      page.start += count;
      if (page.start === page.end) this.#pages.shift();
    }
    return total;
  }

  /** Puts bytes in while there is room: how many, −EAGAIN for none, −EFAULT. */
  write(buffers: readonly Iovec[]): number {
    const cursor = new IovecCursor(buffers);
    let total = 0;
    const odd = cursor.remaining % PAGE_SIZE;
    const last = this.#pages.at(-1);
    if (odd > 0 && last !== undefined && last.end + odd <= PAGE_SIZE) {
      if (cursor.copy(last.bytes, last.end, odd, false) < odd) return -Errno.EFAULT;
      last.end += odd;
      total = odd;
    }
    while (cursor.remaining > 0) {
      if (this.full) return total > 0 ? total : -Errno.EAGAIN;
      const count = Math.min(cursor.remaining, PAGE_SIZE);
      const page = { bytes: new Uint8Array(PAGE_SIZE), start: 0, end: count };
      if (cursor.copy(page.bytes, 0, count, false) < count) {
        return total > 0 ? total : -Errno.EFAULT;
      }
      this.#pages.push(page);
      total += count;
    }
    return total;
  }
}
