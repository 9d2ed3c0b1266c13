/**
 * Channels: queues of values.
 *
 * @module
 */
import type { Value } from "./value.ts";

/** Values taken out before the rest moves up. */
const SLACK = 1024;

/** A queue that has no limit of its own. */
export class Channel {
  /** What is in it, behind places that are empty already. */
  readonly slots: Value[] = [];
  #head = 0;

  /** Puts a value at the end. */
  push(value: Value): void {
    this.slots.push(value);
  }

  /** Takes the first value out; undefined if there is none. */
  shift(): Value | undefined {
    if (this.#head >= this.slots.length) {
      return undefined;
    }
    const value = this.slots[this.#head];
    this.slots[this.#head++] = null;
    if (this.#head === this.slots.length) {
      this.slots.length = this.#head = 0;
    } else if (this.#head >= SLACK && this.#head * 2 >= this.slots.length) {
      this.slots.splice(0, this.#head);
      this.#head = 0;
    }
    return value;
  }
}
