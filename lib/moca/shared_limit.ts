/**
 * One limit of memory for a program whose threads have machines in several workers.
 *
 * @module
 */

/** Unit of what is counted: 32 bits of it are 2 TiB. */
const UNIT = 1024;

/** What is left of a limit that several heaps share. Each takes a part before it is used. */
export class SharedLimit {
  /** The memory that the heaps share; to be posted to other threads. */
  readonly memory: SharedArrayBuffer;
  readonly #free: Int32Array<SharedArrayBuffer>;

  /**
   * @param memory What another thread shares, or how many bytes there are at first.
   */
  constructor(memory: SharedArrayBuffer | number) {
    this.memory = typeof memory === "number" ? new SharedArrayBuffer(4) : memory;
    this.#free = new Int32Array(this.memory);
    if (typeof memory === "number") this.#free[0] = Math.floor(Math.max(memory, 0) / UNIT);
  }

  /**
   * Takes a part.
   *
   * @param least Bytes that are of use, at least.
   * @param most Bytes that are wanted.
   * @returns Bytes taken, about `most` at most; 0 where less than `least` is left.
   */
  take(least: number, most: number): number {
    const [low, high] = [Math.ceil(least / UNIT), Math.ceil(Math.max(least, most) / UNIT)];
    for (;;) {
      const free = Atomics.load(this.#free, 0);
      if (free < low || free <= 0) return 0;
      const taken = Math.min(free, high);
      if (Atomics.compareExchange(this.#free, 0, free, free - taken) === free) return taken * UNIT;
    }
  }

  /** Gives a part back; returns the bytes given, less than a unit fewer than `bytes`. */
  give(bytes: number): number {
    const units = Math.floor(Math.max(bytes, 0) / UNIT);
    Atomics.add(this.#free, 0, units);
    return units * UNIT;
  }
}
