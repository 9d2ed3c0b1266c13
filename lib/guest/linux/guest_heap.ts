/**
 * Memory that a guest asks for at run time: brk(2) and anonymous mmap(2).
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import type { GuestMemory } from "../memory.ts";

/** Bytes of a page, as guests are told. */
export const PAGE_SIZE = 4096;

/** A range of addresses. */
interface Range {
  start: number;
  end: number;
}

function roundUp(length: number): number {
  return Math.ceil(length / PAGE_SIZE) * PAGE_SIZE;
}

/** Takes a range out of a list that is in order; returns what of it was in there, in order. */
function cut(ranges: Range[], { start, end }: Range): Range[] {
  const removed: Range[] = [];
  const kept: Range[] = [];
  for (const range of ranges) {
    const from = Math.max(start, range.start);
    const to = Math.min(end, range.end);
    if (from >= to) {
      kept.push(range);
      continue;
    }
    removed.push({ start: from, end: to });
    if (range.start < from) kept.push({ start: range.start, end: from });
    if (to < range.end) kept.push({ start: to, end: range.end });
  }
  ranges.splice(0, ranges.length, ...kept);
  return removed;
}

/** Puts a range into a list in order, joined with its neighbours. */
function join(ranges: Range[], range: Range): void {
  const at = ranges.findIndex(({ start }) => start > range.start);
  ranges.splice(at < 0 ? ranges.length : at, 0, range);
  for (let index = ranges.length - 1; index > 0; index--) {
    const before = ranges[index - 1] as Range;
    const { start, end } = ranges[index] as Range;
    if (before.end < start) continue;
    before.end = Math.max(before.end, end);
    ranges.splice(index, 1);
  }
}

/**
 * The part of a guest's memory that was added since its start. The memory only ever grows: what is
 * given back is used again.
 */
export class GuestHeap {
  readonly #memory: GuestMemory;
  /** Where the break began; null while it has not been moved. */
  #start: number | null = null;
  #break = 0;
  /** End of the memory that belongs to the break. */
  #end = 0;
  readonly #mapped: Range[] = [];
  readonly #free: Range[] = [];

  /** A heap at the end of `memory`. */
  constructor(memory: GuestMemory) {
    this.#memory = memory;
  }

  /**
   * brk(2), the system call.
   *
   * @param address Where the heap is to end.
   * @returns Where it ends now: `address`, or what it was before if it cannot.
   */
  setBreak(address: number): number {
    const memory = this.#memory;
    const start = this.#start ?? memory.size;
    const current = this.#start === null ? start : this.#break;
    if (!(address >= start && address <= Number.MAX_SAFE_INTEGER)) return current;
    if (this.#start === null) {
      this.#start = start;
      this.#end = start;
      this.#break = start;
    }
    if (address > this.#end) {
      // Nothing else may have been put behind it.
      if (memory.size !== this.#end || memory.grow(address - this.#end) < 0) return current;
      this.#end = memory.size;
    }
    // What comes back has to be zeros.
    if (address < current) memory.bytes(address, current - address)?.fill(0);
    this.#break = address;
    return address;
  }

  /**
   * mmap(2) of anonymous memory at an address of our choice.
   *
   * @param length Bytes, above 0.
   * @returns The address of that many zeros, or −ENOMEM.
   */
  map(length: number): number {
    const size = roundUp(length);
    const hole = this.#free.find(({ start, end }) => end - start >= size);
    if (hole !== undefined) return this.#take(hole.start, size);
    const before = this.#memory.size;
    const start = roundUp(before);
    const added = this.#memory.grow(start - before + size);
    if (added < 0) return added;
    join(this.#free, { start, end: Math.floor(this.#memory.size / PAGE_SIZE) * PAGE_SIZE });
    return this.#take(start, size);
  }

  /**
   * munmap(2) of what {@linkcode GuestHeap.map} gave.
   *
   * @param address A multiple of the page size.
   * @param length Bytes, above 0.
   * @returns 0, also if nothing is there; −EINVAL if there is other memory in the range, which cannot
   * be given back.
   */
  unmap(address: number, length: number): number {
    const range = { start: address, end: address + roundUp(length) };
    const others: Range[] = [{ start: 0, end: this.#memory.size }];
    for (const known of [...this.#mapped, ...this.#free]) cut(others, known);
    if (others.some(({ start, end }) => start < range.end && range.start < end)) {
      return -Errno.EINVAL;
    }
    for (const removed of cut(this.#mapped, range)) join(this.#free, removed);
    return 0;
  }

  #take(start: number, size: number): number {
    const range = { start, end: start + size };
    cut(this.#free, range);
    join(this.#mapped, { ...range });
    this.#memory.bytes(start, size)?.fill(0);
    return start;
  }
}
