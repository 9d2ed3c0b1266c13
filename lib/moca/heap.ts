/**
 * How much memory a program uses. JavaScript collects the garbage; this counts what is allocated
 * and, when that could have reached the limit, walks what is reachable to know what is left.
 *
 * @module
 */
import { MocaLimitError } from "./error.ts";
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
} from "./value.ts";

/** Bytes a program may use unless told otherwise. */
export const DEFAULT_MAX_HEAP: number = 512 * 1024 * 1024;

/** Longest string, a little below what V8 can hold. */
export const MAX_STRING_LENGTH: number = 2 ** 29 - 64;

/** Bytes counted for an object besides its slots. */
export const OBJECT_BYTES = 64;

/** Bytes counted for a slot; integers in slots are objects of their own. */
export const SLOT_BYTES = 32;

/** Bytes counted for a string besides its characters. */
export const STRING_BYTES = 32;

/** Counts the memory of one program. */
export class Heap {
  /** Bytes that may still be allocated before the next walk. */
  budget: number;
  /** Longest string that needs no look at the limit. */
  readonly safeLength: number;
  readonly #limit: number;
  readonly #roots: () => Iterable<unknown>;

  /**
   * @param limit Bytes that may be in use.
   * @param roots Gives all values that the program holds directly.
   */
  constructor(limit: number, roots: () => Iterable<unknown>) {
    this.#limit = limit;
    this.#roots = roots;
    this.budget = limit;
    this.safeLength = Math.min(limit, MAX_STRING_LENGTH);
  }

  /**
   * Counts memory that is about to be allocated.
   *
   * @param bytes How much.
   * @throws {MocaLimitError} If it does not fit.
   */
  reserve(bytes: number): void {
    this.budget -= bytes;
    if (this.budget < 0) {
      this.#walk(bytes);
    }
  }

  /** Counts a string that is about to be made. */
  reserveString(length: number): void {
    if (length > MAX_STRING_LENGTH) {
      throw heapLimit();
    }
    this.reserve(STRING_BYTES + length);
  }

  /**
   * Counts the joining of two strings. V8 keeps the parts, so that only the shorter one is counted
   * as new; the walk sees the whole length.
   */
  reserveConcat(left: number, right: number): void {
    const length = left + right;
    if (length > MAX_STRING_LENGTH || length > this.#limit) {
      throw heapLimit();
    }
    this.reserve(STRING_BYTES + Math.min(left, right));
  }

  #walk(wanted: number): void {
    const used = reachableBytes(this.#roots(), this.#limit) + wanted;
    const left = this.#limit - used;
    // Walking again after every few bytes would take all the time.
    if (left < this.#limit / 64) {
      throw heapLimit();
    }
    this.budget = left;
  }
}

function heapLimit(): MocaLimitError {
  return new MocaLimitError("runtime error: heap limit exceeded");
}

/** Adds up what can be reached, and stops early once that is more than `enough`. */
function reachableBytes(roots: Iterable<unknown>, enough: number): number {
  const seen = new Set<unknown>();
  const stack: unknown[] = [...roots];
  let bytes = 0;
  while (stack.length > 0 && bytes <= enough) {
    const value = stack.pop();
    if (typeof value === "string") {
      // Short strings are counted where they are held; hashing each would cost more.
      if (value.length < 256 || !seen.has(value)) {
        bytes += STRING_BYTES + value.length;
        if (value.length >= 256) {
          seen.add(value);
        }
      }
    } else if (typeof value === "object" && value !== null && !seen.has(value)) {
      seen.add(value);
      bytes += sizeOf(value, stack);
    }
  }
  return bytes;
}

function sizeOf(value: object, stack: unknown[]): number {
  if (value instanceof Sequence) {
    if (value.kind !== SequenceKind.VALUE) {
      return OBJECT_BYTES + value.capacity * 8;
    }
    pushAll(stack, value.items);
    return OBJECT_BYTES + value.capacity * SLOT_BYTES;
  }
  if (value instanceof StructValue) {
    pushAll(stack, value.fields);
    return OBJECT_BYTES + value.fields.length * SLOT_BYTES;
  }
  if (value instanceof MocaMap) {
    for (const [key, item] of value.entries()) {
      stack.push(key, item);
    }
    return OBJECT_BYTES + value.capacity * 8 + value.size * 4 * SLOT_BYTES;
  }
  if (value instanceof Cell || value instanceof DynBox) {
    stack.push(value.value);
    return OBJECT_BYTES;
  }
  if (value instanceof Closure) {
    pushAll(stack, value.cells);
    return OBJECT_BYTES + value.cells.length * 8;
  }
  if (value instanceof HeapBlock) {
    pushAll(stack, value.slots);
    return OBJECT_BYTES + value.slots.length * SLOT_BYTES;
  }
  if (value instanceof Pointer) {
    stack.push(value.target);
  }
  return OBJECT_BYTES;
}

function pushAll(stack: unknown[], values: readonly unknown[]): void {
  for (const value of values) {
    if (typeof value === "string" || (typeof value === "object" && value !== null)) {
      stack.push(value);
    }
  }
}
