/**
 * How much memory a program uses. JavaScript collects the garbage; this counts what is allocated
 * and, when that could have reached the limit, walks what is reachable to know what is left.
 *
 * @module
 */
import { MocaLimitError } from "./error.ts";
import { HeapWalk, STRING_BYTES } from "./heap_walk.ts";
import { SharedLimit } from "./shared_limit.ts";
import type { HostHeap } from "./vm_types.ts";

export { OBJECT_BYTES, SLOT_BYTES, STRING_BYTES } from "./heap_walk.ts";

/** Bytes a program may use unless told otherwise. */
export const DEFAULT_MAX_HEAP: number = 512 * 1024 * 1024;

/** Longest string, a little below what V8 can hold. */
export const MAX_STRING_LENGTH: number = 2 ** 29 - 64;

/**
 * The part of the host's heap that a program may have, inverted: what is counted is not exactly what V8
 * uses, its garbage waits for a while, and a walk takes memory, too.
 */
const HOST_SHARE = 4;

/** Allocations before the host is asked how much it has. */
const FIRST_BUDGET = 64 * 1024 * 1024;

/** What joined strings may come to, at least, between two looks at them. */
const MIN_ROPES = 16 * 1024 * 1024;

/** And at most. */
const MAX_ROPES = 2 ** 30 - 1;

/** Takes the values that a program holds directly into a walk. */
export type HeapRoots = (walk: HeapWalk) => void;

/** Counts the memory of one program, or of several that share a limit. */
export class Heap {
  /** Bytes that may still be allocated before the next walk. */
  budget: number;
  /**
   * Characters that joined strings may still have before the next look at them. V8 makes no copy when
   * it joins two strings, but later, when something looks inside: many can share their parts at first.
   */
  ropes: number;
  /** Longest string that needs no look at the limit. */
  readonly safeLength: number;
  #limit: number;
  readonly #roots = new Set<HeapRoots>();
  readonly #host: HostHeap | null;
  #asked = false;
  #clamped = false;
  /** The least that the host's heap held since the last walk. */
  #floor = Infinity;
  /** The limit of all threads, where others have heaps of their own. */
  #shared: SharedLimit | null = null;
  /** Bytes taken of it. */
  #lease = 0;
  /** Bytes in use when that was last looked at. */
  #live = 0;

  /**
   * @param limit Bytes that may be in use.
   * @param host Tells of the heap that everything is in; without it, joined strings are counted when
   * there is a walk for another reason only.
   * @param shared What {@linkcode Heap.share} of another thread gave: the limit is for both.
   */
  constructor(
    limit: number,
    host: HostHeap | null = null,
    shared: SharedArrayBuffer | null = null,
  ) {
    this.#limit = limit;
    this.#host = host;
    this.budget = Math.min(limit, FIRST_BUDGET);
    if (shared !== null) {
      this.#shared = new SharedLimit(shared);
      this.budget = 0;
    }
    this.ropes = this.#ropes(limit);
    this.safeLength = Math.min(limit, MAX_STRING_LENGTH);
  }

  /** Counts what these roots hold from now on. */
  addRoots(roots: HeapRoots): void {
    this.#roots.add(roots);
  }

  /** Counts it no more. */
  removeRoots(roots: HeapRoots): void {
    this.#roots.delete(roots);
  }

  /**
   * Shares the limit with heaps on other threads.
   *
   * @returns What their constructor wants.
   */
  share(): SharedArrayBuffer {
    this.#askHost();
    // What has become garbage must not count as taken.
    const held = this.#shared === null ? this.#limit - this.budget : this.#lease;
    if (held > this.#limit / 4) {
      this.#walk(0);
    }
    if (this.#shared === null) {
      this.#live = this.#limit - this.budget;
      this.#lease = Math.min(this.#limit, this.#live + this.#step);
      this.budget = this.#lease - this.#live;
      this.#shared = new SharedLimit(this.#limit - this.#lease);
    }
    return this.#shared.memory;
  }

  /** Gives back what it has of a limit that is shared: it is used no more. */
  release(): void {
    this.#shared?.give(this.#lease);
    this.#lease = 0;
  }

  /** What is taken of a shared limit at a time, at least. */
  get #step(): number {
    return Math.max(this.#limit / 32, 16 * 1024);
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
      this.#exhausted(bytes);
    }
  }

  /** Counts a string that is about to be made. */
  reserveString(length: number): void {
    if (length > MAX_STRING_LENGTH) {
      throw this.#limitError();
    }
    this.reserve(STRING_BYTES + length);
  }

  /**
   * Counts the joining of two strings: the shorter one as new, the whole among the joined ones.
   */
  reserveConcat(left: number, right: number): void {
    const length = left + right;
    if (length > MAX_STRING_LENGTH || length > this.#limit) {
      throw this.#limitError();
    }
    this.reserve(STRING_BYTES + Math.min(left, right));
    this.ropes -= length;
    if (this.ropes < 0) {
      this.#lookAtRopes();
    }
  }

  #exhausted(wanted: number): void {
    if (this.#shared !== null) {
      this.#takeMore(this.#shared, wanted);
      return;
    }
    this.#askHost();
    if (this.budget < 0) {
      this.#walk(wanted);
    }
  }

  /** Keeps the limit below what the host has, when that is first of interest. */
  #askHost(): void {
    if (this.#asked) {
      return;
    }
    this.#asked = true;
    const first = Math.min(this.#limit, FIRST_BUDGET);
    const most = Math.floor((this.#host?.().limit ?? Infinity) / HOST_SHARE);
    this.#clamped = most < this.#limit;
    this.#limit = Math.min(this.#limit, most);
    if (this.#shared === null) {
      this.budget += this.#limit - first;
    }
  }

  /** Takes more of the shared limit; after so much, looks first what is in use. */
  #takeMore(shared: SharedLimit, wanted: number): void {
    this.#askHost();
    const lack = -this.budget;
    const most = Math.min(2 * this.#live + 4 * this.#step, this.#limit);
    if (this.#lease + lack <= most) {
      const taken = shared.take(lack, Math.min(lack + this.#step, most - this.#lease));
      this.#lease += taken;
      this.budget += taken;
      if (taken > 0) {
        return;
      }
    }
    this.#walk(wanted);
  }

  /** What may be in use besides `used`, of what is taken of the shared limit then. */
  #adjustLease(shared: SharedLimit, used: number): number {
    const goal = Math.min(used + Math.max(this.#step, used / 2), this.#limit);
    if (goal < this.#lease) {
      this.#lease -= shared.give(this.#lease - goal);
    } else {
      const least = Math.max(used + this.#limit / 64 - this.#lease, 0);
      this.#lease += shared.take(least, Math.max(goal - this.#lease, least));
    }
    return this.#lease - used;
  }

  #walk(wanted: number): void {
    const walk = new HeapWalk(this.#limit);
    for (const roots of this.#roots) {
      roots(walk);
      walk.run();
    }
    this.#live = walk.bytes;
    const left = this.#shared === null
      ? this.#limit - walk.bytes - wanted
      : this.#adjustLease(this.#shared, walk.bytes + wanted);
    // Walking again after every few bytes would take all the time.
    if (left < this.#limit / 64) {
      throw this.#limitError();
    }
    this.budget = left;
    this.ropes = this.#ropes(left);
    this.#floor = Infinity;
  }

  #ropes(wanted: number): number {
    // Small integers cost the machine's loop less than others.
    return this.#host === null ? MAX_ROPES : Math.min(Math.max(wanted, MIN_ROPES), MAX_ROPES);
  }

  /** Walks if the host's heap has grown by half the limit. */
  #lookAtRopes(): void {
    this.ropes = this.#ropes(this.#limit / 4);
    if (this.#host === null) {
      return;
    }
    const { used } = this.#host();
    this.#floor = Math.min(this.#floor, used);
    if (used - this.#floor > Math.max(this.#limit / 2, MIN_ROPES)) {
      this.#walk(0);
    }
  }

  #limitError(): MocaLimitError {
    const text = "runtime error: heap limit exceeded";
    const megabytes = Math.floor(this.#limit / 2 ** 20);
    return new MocaLimitError(
      this.#clamped
        ? `${text}: V8 has room for ${megabytes} MiB, --v8-flags=--max-old-space-size=MIB gives it more`
        : text,
    );
  }
}
