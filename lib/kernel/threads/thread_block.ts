/**
 * What the other threads of a process know of each thread: that it runs, and what it is using.
 *
 * A thread whose worker is terminated ends wherever it is, so that it may leave references behind. Its
 * block tells which: others take them back once the host no longer knows the thread. A reference that
 * the block does not tell of (a thread killed between two steps, or in a poll of more files than the
 * block has room for) is taken back when the process ends.
 *
 * @module
 */
import { MAX_THREADS, type ProcessMemory, Thread } from "./process_memory.ts";

/** What the host knows of threads. */
export interface HostThreads {
  /** The host's number of this thread. */
  readonly threadId: number;
  /** Whether a thread still runs. */
  isAlive(threadId: number): boolean;
}

/** The process has as many threads as there is room for. */
export class TooManyThreadsError extends Error {
  /** The class's name, as `Error.prototype.name` is used. */
  override readonly name = "TooManyThreadsError";
}

/** One thread's block, and the way to the others'. */
export class ThreadBlock {
  /** Number of this thread in the process, from 0. */
  readonly index: number;
  /** The blocks of all threads. */
  readonly words: Int32Array<SharedArrayBuffer>;
  /** Where this thread's block begins. */
  readonly base: number;
  readonly #host: HostThreads;

  /**
   * Takes a free block for this thread.
   *
   * @throws {TooManyThreadsError} If there is none.
   */
  constructor(memory: ProcessMemory, host: HostThreads) {
    this.words = memory.threads;
    this.#host = host;
    this.index = claim(memory.threads, host.threadId);
    this.base = this.index * Thread.words;
  }

  /** Whether the thread with a number has joined and not left, and still runs. */
  isAlive(index: number): boolean {
    const id = this.idOf(index);
    return id > 0 && this.#host.isAlive(id);
  }

  /**
   * Takes the block of a thread that has ended, to reclaim what it has left and free the block.
   *
   * @returns Whether this thread has it now.
   */
  take(index: number): boolean {
    const id = this.idOf(index);
    if (id <= 0 || this.#host.isAlive(id)) return false;
    const at = index * Thread.words + Thread.id;
    return Atomics.compareExchange(this.words, at, id, -1 - this.index) === id;
  }

  /** Says that this thread is about to leave. */
  setLeaving(): void {
    Atomics.store(this.words, this.base + Thread.leaving, 1);
  }

  /** Whether a thread is about to leave. */
  isLeaving(index: number): boolean {
    return Atomics.load(this.words, index * Thread.words + Thread.leaving) !== 0;
  }

  /** The other threads that have joined and not left, whether they still run or not. */
  others(): readonly number[] {
    const found: number[] = [];
    for (let index = 0; index < MAX_THREADS; index++) {
      if (index !== this.index && this.idOf(index) !== 0) found.push(index);
    }
    return found;
  }

  /** The host's number of a thread; 0 for a block that is free, negative for one being freed. */
  idOf(index: number): number {
    return Atomics.load(this.words, index * Thread.words + Thread.id);
  }

  /** Whether a thread is inside of a call that uses descriptions or waits. */
  isBusy(index: number): boolean {
    return Atomics.load(this.words, index * Thread.words + Thread.busy) !== 0;
  }

  /** Says that this thread is, or no longer is, inside of a call that waits. */
  setBusy(busy: boolean): void {
    Atomics.store(this.words, this.base + Thread.busy, busy ? 1 : 0);
  }

  /** Frees a block: this thread's, which leaves, or that of a thread that has ended. */
  free(index: number): void {
    const base = index * Thread.words;
    this.words.fill(0, base + 1, base + Thread.words);
    Atomics.store(this.words, base + Thread.id, 0);
  }
}

function claim(words: Int32Array<SharedArrayBuffer>, id: number): number {
  for (let index = 0; index < MAX_THREADS; index++) {
    if (Atomics.compareExchange(words, index * Thread.words + Thread.id, 0, id) === 0) return index;
  }
  throw new TooManyThreadsError(`Cannot join the process: it has ${MAX_THREADS} threads`);
}
