/**
 * The heap of a guest whose threads share its memory.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import type { GuestMemory } from "../memory.ts";
import { GuestHeap, type Range } from "./guest_heap.ts";

/** Ranges that there can be, mapped or free. */
const MAX_RANGES = 4096;

// Words: the lock; how many ranges there are, mapped and free. Then doubles: start (−1 for none), break
// and end, and two for each range.
const LOCK = 0;
const MAPPED = 1;
const FREE = 2;
const WORDS = 4;
const DOUBLES = 3 + 2 * (MAX_RANGES + 4);

/** A heap whose state is in memory that every thread has, and changes under a lock. */
export class SharedGuestHeap extends GuestHeap {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #numbers: Float64Array<SharedArrayBuffer>;

  /**
   * A heap at the end of `memory`.
   *
   * @param memory The guest's memory, as this thread sees it.
   * @param shared What {@linkcode SharedGuestHeap.allocate} made.
   */
  constructor(memory: GuestMemory, shared: SharedArrayBuffer) {
    super(memory);
    this.#words = new Int32Array(shared, 0, WORDS);
    this.#numbers = new Float64Array(shared, 4 * WORDS, DOUBLES);
  }

  /** Memory for the state of a heap that nobody has used yet. */
  static allocate(): SharedArrayBuffer {
    const shared = new SharedArrayBuffer(4 * WORDS + 8 * DOUBLES);
    new Float64Array(shared, 4 * WORDS, 1)[0] = -1;
    return shared;
  }

  override setBreak(address: number): number {
    return this.#exclusively(() => super.setBreak(address));
  }

  override map(length: number): number {
    return this.#exclusively(() => this.#hasRoom() ? super.map(length) : -Errno.ENOMEM);
  }

  override unmap(address: number, length: number): number {
    return this.#exclusively(() => this.#hasRoom() ? super.unmap(address, length) : -Errno.ENOMEM);
  }

  /** Whether one range more can be noted: a call makes at most two of one. */
  #hasRoom(): boolean {
    return this.state.mapped.length + this.state.free.length < MAX_RANGES;
  }

  #exclusively(action: () => number): number {
    const words = this.#words;
    while (Atomics.compareExchange(words, LOCK, 0, 1) !== 0) Atomics.wait(words, LOCK, 1);
    try {
      this.#load();
      const result = action();
      this.#store();
      return result;
    } finally {
      Atomics.store(words, LOCK, 0);
      Atomics.notify(words, LOCK, 1);
    }
  }

  #load(): void {
    const numbers = this.#numbers;
    let at = 3;
    const read = (count: number): Range[] =>
      Array.from({ length: count }, () => ({
        start: numbers[at++] as number,
        end: numbers[at++] as number,
      }));
    const [start = -1, current = 0, end = 0] = numbers;
    const mapped = read(this.#words[MAPPED] as number);
    const free = read(this.#words[FREE] as number);
    this.state = { start: start < 0 ? null : start, break: current, end, mapped, free };
  }

  #store(): void {
    const { start, break: current, end, mapped, free } = this.state;
    const ranges = [...mapped, ...free].flatMap((range) => [range.start, range.end]);
    this.#numbers.set([start ?? -1, current, end, ...ranges]);
    this.#words[MAPPED] = mapped.length;
    this.#words[FREE] = free.length;
  }
}
