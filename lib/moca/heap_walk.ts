/**
 * A walk over everything that a program can reach, which adds up its memory.
 *
 * @module
 */
import { Channel } from "./channel.ts";
import { TextBuilder } from "./format.ts";
import { MocaMap } from "./map.ts";
import {
  Cell,
  Closure,
  DynBox,
  HeapBlock,
  Pointer,
  Sequence,
  SequenceKind,
  StructValue,
  type Value,
} from "./value.ts";

/** Bytes counted for an object besides its slots. */
export const OBJECT_BYTES = 64;

/** Bytes counted for a slot; integers in slots are objects of their own. */
export const SLOT_BYTES = 32;

/** Bytes counted for a string besides its characters, and for a place where two were joined. */
export const STRING_BYTES = 32;

/** Shorter strings are counted wherever they are held. */
const LONG = 256;

/** From this length on V8's hash is the length alone: a table of such strings would compare all. */
const UNHASHED = 16_384;

/** Characters at each end, and in between, that the walk's own hash of such strings looks at. */
const SAMPLES = 16;

/** Strings with the same hash that a string is compared with. */
const MAX_CANDIDATES = 16;

/**
 * Adds up memory. Nothing in JavaScript tells one string held twice from two equal ones, so the walk
 * makes them one: what equals a long string that was met before is replaced by it.
 */
export class HeapWalk {
  /** Bytes found so far. */
  bytes = 0;
  readonly #enough: number;
  readonly #seen = new Set<object>();
  readonly #stack: object[] = [];
  readonly #long = new Map<string, string>();
  readonly #unhashed = new Map<string, string[]>();
  #flattened = 0;

  /**
   * @param enough The walk stops once there is more than this.
   */
  constructor(enough: number) {
    this.#enough = enough;
  }

  /** Counts memory that no value holds. */
  add(bytes: number): void {
    this.bytes += bytes;
  }

  /**
   * Takes in the first `count` of some values. Strings among them may be replaced by equal ones.
   */
  slots(values: unknown[], count = values.length): void {
    for (let i = 0; i < count && this.bytes <= this.#enough; i++) {
      const value = values[i];
      if (typeof value === "string") {
        if (value.length >= LONG) {
          values[i] = this.#string(value);
        } else {
          this.#string(value);
        }
      } else if (typeof value === "object" && value !== null) {
        this.#take(value);
      }
    }
  }

  /** Takes in one value. Returns what to hold in its place. */
  value(value: Value): Value {
    if (typeof value === "string") {
      return this.#string(value);
    }
    if (typeof value === "object" && value !== null) {
      this.#take(value);
    }
    return value;
  }

  /** Follows everything taken in so far to its end. */
  run(): void {
    for (;;) {
      const value = this.#stack.pop();
      if (value === undefined || this.bytes > this.#enough) {
        return;
      }
      // Counted after what it holds: the object adds that itself.
      const own = this.#object(value);
      this.bytes += own;
    }
  }

  #take(value: object): void {
    if (!this.#seen.has(value)) {
      this.#seen.add(value);
      this.#stack.push(value);
    }
  }

  /** Counts a string; returns the string that stands for all that equal it. */
  #string(text: string): string {
    if (text.length > 12) {
      // Looking at a character makes V8 put the parts of a joined string together.
      this.#flattened ^= text.charCodeAt(0);
    }
    const known = text.length < LONG ? null : this.#sameAs(text);
    if (known !== null) {
      return known;
    }
    this.bytes += STRING_BYTES + text.length;
    return text;
  }

  /** An equal long string that was met before, or null. */
  #sameAs(text: string): string | null {
    if (text.length < UNHASHED) {
      const known = this.#long.get(text);
      if (known === undefined) {
        this.#long.set(text, text);
      }
      return known ?? null;
    }
    const key = sampled(text);
    const candidates = this.#unhashed.get(key);
    if (candidates === undefined) {
      this.#unhashed.set(key, [text]);
      return null;
    }
    const known = candidates.find((candidate) => candidate === text);
    if (known === undefined && candidates.length < MAX_CANDIDATES) {
      candidates.push(text);
    }
    return known ?? null;
  }

  #object(value: object): number {
    if (value instanceof Sequence) {
      if (value.kind !== SequenceKind.VALUE) {
        return OBJECT_BYTES + value.capacity * 8;
      }
      this.slots(value.items);
      return OBJECT_BYTES + value.capacity * SLOT_BYTES;
    }
    if (value instanceof StructValue) {
      this.slots(value.fields);
      return OBJECT_BYTES + value.fields.length * SLOT_BYTES;
    }
    if (value instanceof MocaMap) {
      value.replaceValues((item) => this.value(item), (key) => this.add(STRING_BYTES + key.length));
      return OBJECT_BYTES + value.capacity * 8 + value.size * 4 * SLOT_BYTES;
    }
    if (value instanceof Cell || value instanceof DynBox) {
      value.value = this.value(value.value);
      return OBJECT_BYTES;
    }
    if (value instanceof Closure) {
      for (const cell of value.cells) {
        this.#take(cell);
      }
      return OBJECT_BYTES + value.cells.length * 8;
    }
    if (value instanceof HeapBlock) {
      this.slots(value.slots);
      return OBJECT_BYTES + value.slots.length * SLOT_BYTES;
    }
    if (value instanceof Pointer) {
      const { target } = value;
      if (typeof target === "string") {
        value.target = this.#string(target);
      } else {
        this.#take(target);
      }
      return OBJECT_BYTES;
    }
    if (value instanceof Channel) {
      this.slots(value.slots);
      return OBJECT_BYTES + value.slots.length * SLOT_BYTES;
    }
    if (value instanceof TextBuilder) {
      this.#flattened ^= value.text.charCodeAt(0);
      return OBJECT_BYTES + value.text.length + value.walk((item) => void this.value(item));
    }
    return OBJECT_BYTES;
  }
}

/** Length and some characters of a string. */
function sampled(text: string): string {
  let key = text.slice(0, SAMPLES) + text.slice(-SAMPLES);
  const step = Math.floor(text.length / SAMPLES);
  for (let i = 0; i < SAMPLES; i++) {
    key += text.charAt(i * step);
  }
  return key + text.length;
}
