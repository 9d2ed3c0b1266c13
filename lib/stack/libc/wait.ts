/**
 * poll(2) and select(2) over the host's descriptors.
 *
 * @module
 */
import { POLLIN, POLLOUT, POLLPRI } from "../../linux/poll.ts";
import { fdIsSet, fdSet } from "../../linux/select.ts";
import type { OpenFile } from "../open_file.ts";
import { LibcFile } from "./libc_file.ts";
import type { LibcThread } from "./libc_thread.ts";

/** Longest time-out that poll(2) takes; longer ones go by in `struct timespec`. */
const INT_MAX = 0x7fffffff;

/** A file's descriptor; −1, which poll ignores, for none and for files that are not the host's. */
function descriptorOf(file: OpenFile | null | undefined): number {
  return file instanceof LibcFile ? file.descriptor : -1;
}

/**
 * What is ready of a file that is not the host's: stdio that an embedder replaced. Its readiness
 * does not change while this thread waits.
 */
function foreignEvents(file: OpenFile | null | undefined, events: number): number {
  return file === null || file === undefined || file instanceof LibcFile ? 0 : file.poll(events);
}

/** How many of the three sets' bits are in `revents`. */
function countBits(revents: number): number {
  return (revents & POLLIN ? 1 : 0) + (revents & POLLOUT ? 1 : 0) + (revents & POLLPRI ? 1 : 0);
}

/**
 * Seconds and a fraction, as the two 64-bit integers of `struct timespec` or `struct timeval`. What
 * is too long for exact arithmetic, infinity too, becomes 285,000 years.
 */
function encodeTime(time: BigInt64Array, milliseconds: number, unitsPerSecond: number): void {
  const bounded = Math.min(milliseconds, Number.MAX_SAFE_INTEGER);
  const seconds = Math.floor(bounded / 1000);
  const fraction = Math.ceil((bounded - seconds * 1000) * (unitsPerSecond / 1000));
  const carry = fraction >= unitsPerSecond ? 1 : 0;
  time[0] = BigInt(seconds + carry);
  time[1] = BigInt(fraction - carry * unitsPerSecond);
}

/** Waits on host descriptors, in memory that is kept from call to call. */
export class Waiter {
  readonly #thread: LibcThread;
  readonly #time: BigInt64Array<ArrayBuffer> = new BigInt64Array(2);
  /** `struct pollfd` in pairs of words: the descriptor, then events and revents. */
  #pollfds: Int32Array<ArrayBuffer> = new Int32Array(2 * 16);
  /** The three sets of select(2), as big as the highest descriptor asks. */
  #sets: [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>] = [
    new Uint8Array(128),
    new Uint8Array(128),
    new Uint8Array(128),
  ];

  /** Waits through `thread`'s C library. */
  constructor(thread: LibcThread) {
    this.#thread = thread;
  }

  /** As `Stack.poll`. */
  poll(
    files: readonly (OpenFile | null)[],
    events: Int16Array,
    revents: Int16Array,
    count: number,
    timeout: number,
  ): number {
    if (this.#pollfds.length < 2 * count) this.#pollfds = new Int32Array(4 * count);
    const pollfds = this.#pollfds;
    let foreign = 0;
    for (let index = 0; index < count; index++) {
      const file = files[index];
      const wanted = events[index] as number;
      pollfds[2 * index] = descriptorOf(file);
      pollfds[2 * index + 1] = wanted & 0xffff;
      revents[index] = foreignEvents(file, wanted);
      if (revents[index] !== 0) foreign++;
    }
    const { libc } = this.#thread;
    let result: number;
    if (foreign > 0) {
      result = libc.poll(pollfds, count, 0);
    } else if (timeout < 0) {
      result = libc.poll(pollfds, count, -1);
    } else if (Number.isInteger(timeout) && timeout <= INT_MAX) {
      result = libc.poll(pollfds, count, timeout | 0);
    } else {
      encodeTime(this.#time, timeout, 1e9);
      result = libc.ppoll(pollfds, count, this.#time);
    }
    if (result < 0) return result;
    for (let index = 0; index < count; index++) {
      revents[index] = (revents[index] as number) | ((pollfds[2 * index + 1] as number) >>> 16);
    }
    return result + foreign;
  }

  /** As `Stack.select`. */
  select(
    files: readonly (OpenFile | null)[],
    events: Int16Array,
    revents: Int16Array,
    count: number,
    timeout: number,
  ): number {
    const numbers: number[] = [];
    let highest = -1;
    let foreign = 0;
    for (let index = 0; index < count; index++) {
      const descriptor = descriptorOf(files[index]);
      numbers.push(descriptor);
      if (descriptor > highest) highest = descriptor;
      revents[index] = foreignEvents(files[index], events[index] as number);
      foreign += countBits(revents[index] as number);
    }
    // select(2) takes each descriptor once, whatever the count of those that share it.
    const size = 8 * Math.ceil((highest + 1) / 64);
    if (this.#sets[0].length < size) {
      this.#sets = [new Uint8Array(size), new Uint8Array(size), new Uint8Array(size)];
    }
    const [readSet, writeSet, exceptSet] = this.#sets;
    for (const set of this.#sets) set.fill(0);
    for (let index = 0; index < count; index++) {
      const descriptor = numbers[index] as number;
      if (descriptor < 0) continue;
      const wanted = events[index] as number;
      if ((wanted & POLLIN) !== 0) fdSet(readSet, descriptor);
      if ((wanted & POLLOUT) !== 0) fdSet(writeSet, descriptor);
      if ((wanted & POLLPRI) !== 0) fdSet(exceptSet, descriptor);
    }
    const bounded = foreign > 0 || timeout >= 0;
    if (bounded) encodeTime(this.#time, foreign > 0 ? 0 : timeout, 1e6);
    const result = this.#thread.libc.select(
      highest + 1,
      readSet,
      writeSet,
      exceptSet,
      bounded ? this.#time : null,
    );
    if (result < 0) return result;
    let ready = foreign;
    for (let index = 0; index < count; index++) {
      const descriptor = numbers[index] as number;
      if (descriptor < 0) continue;
      const found = (fdIsSet(readSet, descriptor) ? POLLIN : 0) |
        (fdIsSet(writeSet, descriptor) ? POLLOUT : 0) |
        (fdIsSet(exceptSet, descriptor) ? POLLPRI : 0);
      revents[index] = found & (events[index] as number);
      ready += countBits(revents[index] as number);
    }
    return ready;
  }
}
