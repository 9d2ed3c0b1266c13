/**
 * What the calls of a guest's thread know of its process, beside its `System` and its memory.
 *
 * @module
 */
import type { GuestHeap } from "./guest_heap.ts";

/** What a thread has told about signals, and is told again: none is ever delivered to a handler. */
export class GuestSignals {
  /** Blocked signals, the lowest bit for signal 1. */
  blocked = 0n;
  /** `struct sigaction` by signal, in the guest's layout; what is not there is the default. */
  readonly actions: Map<number, Uint8Array<ArrayBuffer>> = new Map();
  /** The alternate stack, a `stack_t` in the guest's layout; null for none. */
  stack: Uint8Array<ArrayBuffer> | null = null;
}

/** A guest process, as one of its threads has it. */
export class GuestProcess {
  /** Its number, as getpid(2) tells. */
  readonly pid: number;
  /** The thread's number, as gettid(2) tells. */
  readonly tid: number;
  /** What it asked for with brk(2) and mmap(2). */
  readonly heap: GuestHeap;
  /** What the thread has told about signals. */
  readonly signals: GuestSignals = new GuestSignals();
  /** The thread's name, as prctl(2) sets and tells it. */
  readonly name: Uint8Array<ArrayBuffer> = new Uint8Array(16);
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
