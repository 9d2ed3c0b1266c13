/** Random numbers for tests, the same ones in every run: a seeded 32-bit generator (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** An integer from 0 to `below` − 1. */
  integer(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296 * below);
  }

  /** An integer of 53 bits with a sign. */
  signed(): number {
    const magnitude = this.integer(2 ** 21) * 2 ** 32 + this.integer(2 ** 32);
    return this.integer(2) === 0 ? magnitude : -1 - magnitude;
  }

  /** Random bytes. */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length }, () => this.integer(256));
  }

  /** One of the values. */
  pick<T>(values: ArrayLike<T>): T {
    return values[this.integer(values.length)] as T;
  }
}
