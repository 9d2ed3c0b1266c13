/**
 * System calls that wait for several descriptors.
 *
 * @module
 */
import { Errno } from "../linux/errno.ts";
import { type PollFd, POLLIN, POLLNVAL, POLLOUT, POLLPRI } from "../linux/poll.ts";
import { fdClear, fdIsSet, fdSet } from "../linux/select.ts";
import type { OpenFile } from "../stack/open_file.ts";
import { SocketCalls } from "./socket_calls.ts";

/**
 * Linux cuts select's count to what its descriptor table has room for, which starts at this many
 * and grows in powers of two.
 */
const SMALLEST_TABLE = 64;

/** Bits of a word of select's sets. */
const SET_WORD = 64;

/** poll(2) and select(2). */
export abstract class WaitCalls extends SocketCalls {
  /** What the entries of one call refer to, in memory that is kept. */
  readonly #files: (OpenFile | null)[] = [];
  #events: Int16Array = new Int16Array(16);
  #revents: Int16Array = new Int16Array(16);

  /** poll(2). */
  poll(fds: readonly PollFd[], timeout: number): number {
    const count = fds.length;
    if (count > this.nofile.current) return -Errno.EINVAL;
    this.#reserve(count);
    let invalid = 0;
    for (let index = 0; index < count; index++) {
      const entry = fds[index] as PollFd;
      const file = entry.fd < 0 ? null : this.table.get(entry.fd);
      if (file === undefined) invalid++;
      this.#files[index] = file ?? null;
      this.#events[index] = entry.events;
    }
    // What is not open is ready at once.
    const wait = invalid > 0 || Number.isNaN(timeout) ? 0 : timeout;
    const ready = this.stack.poll(this.#files, this.#events, this.#revents, count, wait);
    if (ready < 0) {
      this.#release(count);
      return ready;
    }
    for (let index = 0; index < count; index++) {
      const entry = fds[index] as PollFd;
      const isOpen = entry.fd < 0 || this.#files[index] !== null;
      entry.revents = isOpen ? this.#revents[index] as number : POLLNVAL;
    }
    this.#release(count);
    return ready + invalid;
  }

  /** select(2). */
  select(
    count: number,
    readSet: Uint8Array | null,
    writeSet: Uint8Array | null,
    exceptSet: Uint8Array | null,
    timeout: number | null,
  ): number {
    if (timeout !== null && !(timeout >= 0)) return -Errno.EINVAL;
    if (!(count >= 0) || (count | 0) !== count) return -Errno.EINVAL;
    const room = Math.max(SMALLEST_TABLE, 2 ** Math.ceil(Math.log2(this.table.size)));
    const end = Math.min(count, room);

    const fds: number[] = [];
    for (let fd = 0; fd < end; fd++) {
      const events = (readSet !== null && fdIsSet(readSet, fd) ? POLLIN : 0) |
        (writeSet !== null && fdIsSet(writeSet, fd) ? POLLOUT : 0) |
        (exceptSet !== null && fdIsSet(exceptSet, fd) ? POLLPRI : 0);
      if (events === 0) continue;
      const file = this.table.get(fd);
      if (file === undefined) {
        this.#release(fds.length);
        return -Errno.EBADF;
      }
      this.#reserve(fds.length + 1);
      this.#files[fds.length] = file;
      this.#events[fds.length] = events;
      fds.push(fd);
    }
    const ready = this.stack.select(
      this.#files,
      this.#events,
      this.#revents,
      fds.length,
      timeout ?? -1,
    );
    this.#release(fds.length);
    if (ready < 0) return ready;
    // Linux copies the sets back in words.
    const copied = SET_WORD * Math.ceil(end / SET_WORD);
    for (const set of [readSet, writeSet, exceptSet]) {
      if (set !== null) { for (let fd = 0; fd < copied; fd++) fdClear(set, fd); }
    }
    fds.forEach((fd, index) => {
      const revents = this.#revents[index] as number;
      if (readSet !== null && (revents & POLLIN) !== 0) fdSet(readSet, fd);
      if (writeSet !== null && (revents & POLLOUT) !== 0) fdSet(writeSet, fd);
      if (exceptSet !== null && (revents & POLLPRI) !== 0) fdSet(exceptSet, fd);
    });
    return ready;
  }

  #reserve(count: number): void {
    if (count <= this.#events.length) return;
    const events = new Int16Array(2 * count);
    events.set(this.#events);
    this.#events = events;
    this.#revents = new Int16Array(2 * count);
  }

  /** A closed file must not be kept alive by the next call's memory. */
  #release(count: number): void {
    this.#files.fill(null, 0, count);
  }
}
