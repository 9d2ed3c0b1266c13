/**
 * What the threads of one WebAssembly program tell each other, and the thread that starts them.
 *
 * @module
 */
import type { Dialect } from "../../../guest/linux/syscall_table.ts";
import type { SharedProcess } from "../../../kernel/threads/process_memory.ts";
import type { ParsedArguments } from "../../command.ts";
import type { LinuxModule } from "./linux_module.ts";

/** A program whose threads are workers, as each of them gets it. */
export interface ThreadedProgram {
  /** The module. */
  readonly guest: LinuxModule;
  /** Its memory. */
  readonly memory: WebAssembly.Memory;
  /** State of its `SharedGuestHeap`. */
  readonly heap: SharedArrayBuffer;
  /** Its process. */
  readonly process: SharedProcess;
  /** State of its {@linkcode ThreadControl}. */
  readonly control: SharedArrayBuffer;
  /** What getpid(2) tells. */
  readonly pid: number;
  /** Whose numbers it calls by. */
  readonly dialect: Dialect;
  /** Where its arguments are. */
  readonly stack: number;
  /** How many there are. */
  readonly argc: number;
  /** The command's arguments. */
  readonly parsed: ParsedArguments;
}

/** A thread that is to run: the program's first one without an argument. */
export interface ThreadOrder {
  /** Its number. */
  readonly tid: number;
  /** What `wasi_thread_start` is handed; null for the program's first thread. */
  readonly argument: number | null;
}

/** What a worker is told: what it runs in, the first time, and what it runs. */
export interface WorkerOrder extends ThreadOrder {
  /** The program, of which a worker is told once. */
  readonly program: ThreadedProgram | null;
}

/** What a worker says. */
export type WorkerReport =
  /** One of the program's threads has started another. */
  | { readonly kind: "spawn"; readonly order: ThreadOrder }
  /** Its thread has ended; it can run another. */
  | { readonly kind: "idle" }
  /** The process has ended. */
  | { readonly kind: "ended"; readonly status: number }
  /** The process has ended by a trap. */
  | { readonly kind: "trapped"; readonly message: string }
  /** The program cannot go on; a message that says all about it, or an error of ours. */
  | { readonly kind: "failed"; readonly message: string; readonly isOurs: boolean };

/** Threads that a program can have at once: a process has 256, of which one starts them. */
export const MOST_THREADS = 255;

const LIVE = 0;
const LAST = 1;
const OVER = 2;
const STATUS = 3;
const WORDS = 4;

/**
 * Whether a thread that is to start needs a worker more.
 *
 * The threads that run are at most those that have not ended, without those that wait for a worker and
 * the one that is to start. With more workers than that, one has said already that it is free.
 *
 * @param live Threads that have not ended, the one that is to start included.
 * @param waiting Threads that wait for a worker.
 * @param workers Workers that there are, of which none is known to be free.
 */
export function needsWorker(live: number, waiting: number, workers: number): boolean {
  return workers <= live - waiting - 1 && workers < MOST_THREADS;
}

/** How many threads run, and whether the process has ended. */
export class ThreadControl {
  readonly #words: Int32Array<SharedArrayBuffer>;

  /** Sees what {@linkcode ThreadControl.allocate} made. */
  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  /** Memory for a program whose first thread, with this number, runs. */
  static allocate(tid: number): SharedArrayBuffer {
    const memory = new SharedArrayBuffer(4 * WORDS);
    new Int32Array(memory).set([1, tid, 0, 0]);
    return memory;
  }

  /** How many threads have been counted and have not ended. */
  get live(): number {
    return Atomics.load(this.#words, LIVE);
  }

  /** Whether the process has ended. */
  get isOver(): boolean {
    return Atomics.load(this.#words, OVER) !== 0;
  }

  /** Ends the process; returns whether nobody had. */
  end(): boolean {
    return Atomics.exchange(this.#words, OVER, 1) === 0;
  }

  /** Counts a thread that is to start; returns its number, null if there are too many. */
  add(): number | null {
    if (Atomics.add(this.#words, LIVE, 1) < MOST_THREADS) {
      return Atomics.add(this.#words, LAST, 1) + 1;
    }
    Atomics.sub(this.#words, LIVE, 1);
    return null;
  }

  /** Counts a thread no more; returns whether it was the last one. */
  remove(): boolean {
    return Atomics.sub(this.#words, LIVE, 1) === 1;
  }

  /** What the first thread exited with, which the process does if all its threads exit alone. */
  get status(): number {
    return Atomics.load(this.#words, STATUS);
  }

  set status(status: number) {
    Atomics.store(this.#words, STATUS, status);
  }
}
