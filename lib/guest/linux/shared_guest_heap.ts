/**
 * The heap of a guest whose threads share its memory.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import type { GuestMemory } from "../memory.ts";
import { GuestHeap } from "./guest_heap.ts";
import type { Range } from "./ranges.ts";

/** Ranges that there can be, mapped or free. */
const MAX_RANGES = 4096;

/** How many ranges more a call can make at most. */
const MOST_ADDED = 4;

// Words: the lock; how many ranges there are, mapped and free; how often they were changed. Then
// doubles: start (−1 for none), break and end, and two for each range.
const LOCK = 0;
const MAPPED = 1;
const FREE = 2;
const CHANGES = 3;
const WORDS = 4;
const FIRST_RANGE = 3;
const DOUBLES = FIRST_RANGE + 2 * (MAX_RANGES + MOST_ADDED);

/** A heap whose state is in memory that every thread has, and changes under a lock. */
export class SharedGuestHeap extends GuestHeap {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #numbers: Float64Array<SharedArrayBuffer>;
  /** The change that this thread has seen. */
  #seen = 0;
  /** Whether this thread has the lock. */
  #isLocked = false;

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
    return this.#locked(() => {
      this.#loadBreak();
      const result = super.setBreak(address);
      this.#storeBreak();
      return result;
    });
  }

  protected override exclusively(action: () => number): number {
    // Moving the break looks at no range.
    if (this.#isLocked) return action();
    return this.#locked(() => {
      this.#loadRanges();
      const { mapped, free } = this.state;
      if (mapped.length + free.length > MAX_RANGES) return -Errno.ENOMEM;
      const result = action();
      if (result >= 0) this.#storeRanges();
      return result;
    });
  }

  #locked(action: () => number): number {
    const words = this.#words;
    while (Atomics.compareExchange(words, LOCK, 0, 1) !== 0) Atomics.wait(words, LOCK, 1);
    this.#isLocked = true;
    try {
      return action();
    } finally {
      this.#isLocked = false;
      Atomics.store(words, LOCK, 0);
      Atomics.notify(words, LOCK, 1);
    }
  }

  #loadBreak(): void {
    const [start = -1, current = 0, end = 0] = this.#numbers;
    this.state.start = start < 0 ? null : start;
    this.state.break = current;
    this.state.end = end;
  }

  #storeBreak(): void {
    const { start, break: current, end } = this.state;
    this.#numbers[0] = start ?? -1;
    this.#numbers[1] = current;
    this.#numbers[2] = end;
  }

  #loadRanges(): void {
    const words = this.#words;
    if (words[CHANGES] === this.#seen) return;
    const { mapped, free } = this.state;
    const count = words[MAPPED] as number;
    this.#load(mapped, FIRST_RANGE, count);
    this.#load(free, FIRST_RANGE + 2 * count, words[FREE] as number);
    this.#seen = words[CHANGES] as number;
  }

  #load(ranges: Range[], at: number, count: number): void {
    const numbers = this.#numbers;
    ranges.length = 0;
    for (let index = at; index < at + 2 * count; index += 2) {
      ranges.push({ start: numbers[index] as number, end: numbers[index + 1] as number });
    }
  }

  #storeRanges(): void {
    const { mapped, free } = this.state;
    const words = this.#words;
    this.#store(mapped, FIRST_RANGE);
    this.#store(free, FIRST_RANGE + 2 * mapped.length);
    words[MAPPED] = mapped.length;
    words[FREE] = free.length;
    this.#seen = (this.#seen + 1) | 0;
    words[CHANGES] = this.#seen;
  }

  #store(ranges: readonly Range[], at: number): void {
    const numbers = this.#numbers;
    let index = at;
    for (const { start, end } of ranges) {
      numbers[index++] = start;
      numbers[index++] = end;
    }
  }
}
