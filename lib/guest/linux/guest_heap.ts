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
export interface Range {
  /** The first one. */
  start: number;
  /** The one after the last. */
  end: number;
}

/** What a heap consists of. */
export interface HeapState {
  /** Where the break began; null while it has not been moved. */
  start: number | null;
  /** Where it is. */
  break: number;
  /** End of the memory that belongs to the break. */
  end: number;
  /** What was mapped, in order. */
  readonly mapped: Range[];
  /** What was mapped and given back, in order. */
  readonly free: Range[];
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

/** How many bytes of a range are in a list. */
function overlap(ranges: readonly Range[], { start, end }: Range): number {
  return ranges.reduce(
    (sum, range) => sum + Math.max(0, Math.min(end, range.end) - Math.max(start, range.start)),
    0,
  );
}

/** Puts a range into a list in order, joined with its neighbours. */
function join(ranges: Range[], range: Range): void {
  const at = ranges.findIndex(({ start }) => start > range.start);
  let index = at < 0 ? ranges.length : at;
  const before = ranges[index - 1];
  if (before !== undefined && before.end >= range.start) {
    before.end = Math.max(before.end, range.end);
    index--;
  } else ranges.splice(index, 0, range);
  const joined = ranges[index] as Range;
  const next = ranges[index + 1];
  if (next === undefined || joined.end < next.start) return;
  joined.end = Math.max(joined.end, next.end);
  ranges.splice(index + 1, 1);
}

/**
 * The part of a guest's memory that was added since its start. The memory only ever grows: what is
 * given back is used again. `SharedGuestHeap` is one of several threads.
 */
export class GuestHeap {
  readonly #memory: GuestMemory;
  /** What it consists of. */
  protected state: HeapState = { start: null, break: 0, end: 0, mapped: [], free: [] };

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
    const start = this.state.start ?? memory.size;
    const current = this.state.start === null ? start : this.state.break;
    if (!(address >= start && address <= Number.MAX_SAFE_INTEGER)) return current;
    if (this.state.start === null) {
      this.state.start = start;
      this.state.end = start;
      this.state.break = start;
    }
    if (address > this.state.end) {
      // Nothing else may have been put behind it.
      const wanted = address - this.state.end;
      if (memory.size !== this.state.end || memory.grow(wanted) !== this.state.end) return current;
      this.state.end += memory.growthOf(wanted);
    }
    // What comes back has to be zeros.
    if (address < current) memory.bytes(address, current - address)?.fill(0);
    this.state.break = address;
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
    const hole = this.state.free.find(({ start, end }) => end - start >= size);
    if (hole !== undefined) return this.#take(hole.start, size);
    const memory = this.#memory;
    const before = memory.size;
    const wanted = roundUp(before) - before + size;
    const added = memory.grow(wanted);
    if (added < 0) return added;
    const start = roundUp(added);
    const end = Math.floor((added + memory.growthOf(wanted)) / PAGE_SIZE) * PAGE_SIZE;
    join(this.state.free, { start, end });
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
    // What is mapped and what is free never overlap.
    const { mapped, free } = this.state;
    const known = overlap(mapped, range) + overlap(free, range);
    if (known < overlap([{ start: 0, end: this.#memory.size }], range)) return -Errno.EINVAL;
    for (const removed of cut(this.state.mapped, range)) join(this.state.free, removed);
    return 0;
  }

  #take(start: number, size: number): number {
    const range = { start, end: start + size };
    cut(this.state.free, range);
    join(this.state.mapped, { ...range });
    this.#memory.bytes(start, size)?.fill(0);
    return start;
  }
}
