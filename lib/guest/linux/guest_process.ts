/**
 * What the calls of a guest's thread know of its process, beside its `System` and its memory.
 *
 * @module
 */
import type { GuestHeap } from "./guest_heap.ts";

/** A guest process, as one of its threads has it. */
export class GuestProcess {
  /** Its number, as getpid(2) tells. */
  readonly pid: number;
  /** The thread's number, as gettid(2) tells. */
  readonly tid: number;
  /** What it asked for with brk(2) and mmap(2). */
  readonly heap: GuestHeap;
  /** What the thread exited with, 0 to 255; null while it runs. */
  exitStatus: number | null = null;
  /** Whether the process ended with the thread, however many others it has. */
  hasEnded = false;

  /** A process with these numbers and this heap. */
  constructor(pid: number, tid: number, heap: GuestHeap) {
    this.pid = pid;
    this.tid = tid;
    this.heap = heap;
  }
}
