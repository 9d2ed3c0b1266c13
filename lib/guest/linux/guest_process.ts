/**
 * What the threads of one guest process share beside its `System` and its memory.
 *
 * @module
 */
import type { GuestMemory } from "../memory.ts";
import { GuestHeap } from "./guest_heap.ts";

/** A guest process. */
export class GuestProcess {
  /** Its number, as getpid(2) tells. */
  readonly pid: number;
  /** What it asked for with brk(2) and mmap(2). */
  readonly heap: GuestHeap;
  /** What it exited with, 0 to 255; null while it runs. */
  exitStatus: number | null = null;

  /** A process with this number and memory. */
  constructor(pid: number, memory: GuestMemory) {
    this.pid = pid;
    this.heap = new GuestHeap(memory);
  }
}
