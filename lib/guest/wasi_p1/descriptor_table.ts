/**
 * The descriptors of a WASI preview 1 guest.
 *
 * @module
 */
import type { Descriptor } from "./descriptor.ts";

/** Numbers to descriptors; the lowest free number is given out. */
export class DescriptorTable {
  readonly #entries: (Descriptor | undefined)[] = [];
  /** No number below it is free. */
  #lowest = 0;

  /** One more than the highest number that was ever given out. */
  get size(): number {
    return this.#entries.length;
  }

  /** What a number refers to; undefined for one that is not open, whatever it is. */
  get(fd: number): Descriptor | undefined {
    return this.#entries[fd];
  }

  /** Gives a descriptor the lowest free number. */
  add(descriptor: Descriptor): number {
    let fd = this.#lowest;
    while (this.#entries[fd] !== undefined) fd++;
    this.#entries[fd] = descriptor;
    this.#lowest = fd + 1;
    return fd;
  }

  /** Puts a descriptor at a number that is in use. */
  replace(fd: number, descriptor: Descriptor): void {
    this.#entries[fd] = descriptor;
  }

  /** Frees a number that is in use. */
  remove(fd: number): void {
    this.#entries[fd] = undefined;
    this.#lowest = Math.min(this.#lowest, fd);
  }
}
