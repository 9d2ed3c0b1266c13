/**
 * Memory that a guest asks for at run time: brk(2) and anonymous mmap(2).
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import type { GuestMemory } from "../memory.ts";
import { cutRange, joinRange, overlapWith, type Range } from "./ranges.ts";

/** Bytes of a page, as guests are told. */
export const PAGE_SIZE = 4096;

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

function sizeOf({ start, end }: Range): number {
  return end - start;
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
    return this.exclusively(() => this.#setBreak(address));
  }

  /**
   * mmap(2) of anonymous memory at an address of our choice.
   *
   * @param length Bytes, above 0.
   * @returns The address of that many zeros, or −ENOMEM.
   */
  map(length: number): number {
    return this.exclusively(() => this.#map(roundUp(length)));
  }

  /**
   * mmap(2) of anonymous memory in place of what {@linkcode GuestHeap.map} gave, MAP_FIXED.
   *
   * @param address A multiple of the page size.
   * @param length Bytes, above 0.
   * @param replaces Whether what is mapped there may be lost.
   * @returns `address`, where there are zeros; −EEXIST for what may not be lost; −ENOMEM for memory
   * that was never mapped.
   */
  mapAt(address: number, length: number, replaces: boolean): number {
    const range = { start: address, end: address + roundUp(length) };
    return this.exclusively(() => {
      const { mapped, free } = this.state;
      const used = overlapWith(mapped, range);
      if (used > 0 && !replaces) return -Errno.EEXIST;
      if (used + overlapWith(free, range) < sizeOf(range)) return -Errno.ENOMEM;
      cutRange(mapped, range);
      this.#take(range, true);
      return address;
    });
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
    return this.exclusively(() => {
      // What is mapped and what is free never overlap.
      const { mapped, free } = this.state;
      const known = overlapWith(mapped, range) + overlapWith(free, range);
      const inside = Math.max(0, Math.min(range.end, this.#memory.size) - range.start);
      if (known < inside) return -Errno.EINVAL;
      this.#release(range);
      return 0;
    });
  }

  /**
   * mremap(2) of what {@linkcode GuestHeap.map} gave.
   *
   * @param address A multiple of the page size.
   * @param length Bytes that are there, above 0.
   * @param newLength Bytes that there are to be, above 0.
   * @param mayMove Whether they may be somewhere else.
   * @returns Where they are, zeros behind what there was; −EFAULT if the range is not mapped; −ENOMEM.
   */
  remap(address: number, length: number, newLength: number, mayMove: boolean): number {
    const old = { start: address, end: address + roundUp(length) };
    const size = roundUp(newLength);
    return this.exclusively(() => {
      if (!this.#isMapped(old)) return -Errno.EFAULT;
      const wanted = { start: old.end, end: address + size };
      if (sizeOf(wanted) <= 0) {
        this.#release({ start: wanted.end, end: wanted.start });
        return address;
      }
      if (overlapWith(this.state.free, wanted) === sizeOf(wanted)) {
        this.#take(wanted, true);
        return address;
      }
      if (!mayMove) return -Errno.ENOMEM;
      const moved = this.#map(size);
      if (moved < 0) return moved;
      const memory = this.#memory;
      const bytes = memory.bytes(address, sizeOf(old));
      if (bytes !== null) memory.copyOut(moved, bytes);
      this.#release(old);
      return moved;
    });
  }

  /**
   * Makes zeros of what {@linkcode GuestHeap.map} gave, as madvise(2) does by MADV_DONTNEED.
   *
   * @returns Whether all of the range was mapped; nothing is done if not.
   */
  clear(address: number, length: number): boolean {
    const range = { start: address, end: address + roundUp(length) };
    return this.exclusively(() => {
      if (!this.#isMapped(range)) return -Errno.ENOMEM;
      this.#memory.bytes(address, sizeOf(range))?.fill(0);
      return 0;
    }) === 0;
  }

  /** Does something while no other thread does anything with the heap. */
  protected exclusively(action: () => number): number {
    return action();
  }

  #setBreak(address: number): number {
    const memory = this.#memory;
    const { state } = this;
    const start = state.start ?? memory.size;
    const current = state.start === null ? start : state.break;
    if (!(address >= start && address <= Number.MAX_SAFE_INTEGER)) return current;
    if (state.start === null) {
      state.start = start;
      state.end = start;
      state.break = start;
    }
    if (address > state.end) {
      // Nothing else may have been put behind it.
      const wanted = address - state.end;
      if (memory.size !== state.end || memory.grow(wanted) !== state.end) return current;
      state.end += memory.growthOf(wanted);
    }
    // What comes back has to be zeros.
    if (address < current) memory.bytes(address, current - address)?.fill(0);
    state.break = address;
    return address;
  }

  #map(size: number): number {
    const hole = this.state.free.find((range) => sizeOf(range) >= size);
    if (hole !== undefined) {
      const { start } = hole;
      this.#take({ start, end: start + size }, true);
      return start;
    }
    const memory = this.#memory;
    const before = memory.size;
    const wanted = roundUp(before) - before + size;
    const added = memory.grow(wanted);
    if (added < 0) return added;
    const start = roundUp(added);
    const end = Math.floor((added + memory.growthOf(wanted)) / PAGE_SIZE) * PAGE_SIZE;
    joinRange(this.state.free, { start, end });
    this.#take({ start, end: start + size }, false);
    return start;
  }

  #isMapped(range: Range): boolean {
    return overlapWith(this.state.mapped, range) === sizeOf(range);
  }

  /** Gives a range out that is not mapped. */
  #take(range: Range, wasUsed: boolean): void {
    cutRange(this.state.free, range);
    joinRange(this.state.mapped, range);
    if (wasUsed) this.#memory.bytes(range.start, sizeOf(range))?.fill(0);
  }

  /** Takes back what of a range is mapped. */
  #release(range: Range): void {
    for (const removed of cutRange(this.state.mapped, range)) joinRange(this.state.free, removed);
  }
}
