/**
 * Threads of a script as workers, each with a machine and a system of its own.
 *
 * @module
 */
import type { Bytecode } from "../../moca/bytecode.ts";
import { type MocaLimitError, noThread, runtimeError } from "../../moca/error.ts";
import type { Value } from "../../moca/value.ts";
import type { ThreadHost } from "../../moca/vm_types.ts";
import { pollTimeout } from "./wait.ts";

/** Threads that run at once, at most. */
const MAX_THREADS = 64;

/** Milliseconds until a worker that was made must have begun to run. */
const START_LIMIT = 30_000;

/** Where a thread stands: the first word of the memory that it shares. */
const ThreadState = { made: 0, running: 1, ended: 2 } as const;

/** What a thread's result is: the second word. The value follows, 8 bytes. */
const ResultKind = { nil: 0, int: 1, float: 2, bool: 3 } as const;

const SHARED_SIZE = 16;
const VALUE_OFFSET = 8;

/** What a worker needs to run a thread; it is sent to it as a message. */
export interface ThreadStart {
  /** The program. */
  readonly program: Bytecode;
  /** Index of the function to run. */
  readonly entry: number;
  /** Where the result goes. */
  readonly shared: SharedArrayBuffer;
  /** When the script's time is up, in milliseconds since 1970; null for never. */
  readonly deadline: number | null;
  /** The limit of memory that the script's threads share. */
  readonly heap: SharedArrayBuffer;
  /** What else the one who makes the workers wants them to know. */
  readonly init: unknown;
}

/** How workers are made. */
export interface WorkerThreadOptions {
  /** Makes a worker that gives its first message, a {@linkcode ThreadStart}, to its program. */
  readonly makeWorker: () => Worker;
  /** What the workers are told besides. */
  readonly init: unknown;
}

/** What limits a script. */
export interface ScriptLimits {
  /** When its time is up, on `performance.now()`'s clock; null for never. */
  readonly deadline: number | null;
  /** The error then. */
  readonly timeUp: () => MocaLimitError;
  /** Shares the limit of memory. */
  readonly shareHeap: () => SharedArrayBuffer;
}

interface Thread {
  readonly worker: Worker;
  readonly state: Int32Array<SharedArrayBuffer>;
  readonly value: DataView<SharedArrayBuffer>;
}

/** Starts workers for a machine's threads. */
export class WorkerThreads implements ThreadHost {
  readonly #options: WorkerThreadOptions;
  readonly #program: Bytecode;
  readonly #deadline: number | null;
  readonly #timeUp: () => MocaLimitError;
  readonly #shareHeap: () => SharedArrayBuffer;
  readonly #threads = new Map<bigint, Thread>();
  #next = 1n;

  /**
   * Makes a host of threads; none is started yet.
   *
   * @param options How workers are made.
   * @param program What they run.
   * @param limits What limits the script.
   */
  constructor(options: WorkerThreadOptions, program: Bytecode, limits: ScriptLimits) {
    this.#options = options;
    this.#program = program;
    this.#deadline = limits.deadline;
    this.#timeUp = limits.timeUp;
    this.#shareHeap = limits.shareHeap;
  }

  spawn(entry: number): bigint {
    this.#forgetEnded();
    if (this.#threads.size >= MAX_THREADS) {
      throw runtimeError(`too many threads: at most ${MAX_THREADS} run at once`);
    }
    const shared = new SharedArrayBuffer(SHARED_SIZE);
    const worker = this.#options.makeWorker();
    // What a thread fails with is its own affair: whoever joins it gets nil.
    worker.onerror = (event) => event.preventDefault();
    const deadline = this.#deadline === null ? null : this.#deadline + performance.timeOrigin;
    const { init } = this.#options;
    const heap = this.#shareHeap();
    const start: ThreadStart = { program: this.#program, entry, shared, deadline, heap, init };
    worker.postMessage(start);
    const handle = this.#next++;
    this.#threads.set(handle, {
      worker,
      state: new Int32Array(shared),
      value: new DataView(shared, VALUE_OFFSET),
    });
    return handle;
  }

  join(handle: bigint): Value {
    const thread = this.#threads.get(handle);
    if (thread === undefined) throw noThread(handle, this.#next);
    const { state } = thread;
    if (Atomics.load(state, 0) === ThreadState.made) {
      const wait = this.#deadline === null
        ? START_LIMIT
        : Math.min(START_LIMIT, pollTimeout(this.#deadline));
      Atomics.wait(state, 0, ThreadState.made, wait);
    }
    if (Atomics.load(state, 0) === ThreadState.running) {
      const wait = this.#deadline === null ? Infinity : pollTimeout(this.#deadline);
      Atomics.wait(state, 0, ThreadState.running, wait);
    }
    if (this.#deadline !== null && performance.now() >= this.#deadline) throw this.#timeUp();
    this.#threads.delete(handle);
    if (Atomics.load(state, 0) !== ThreadState.ended) {
      thread.worker.terminate();
      throw runtimeError(`Thread ${handle} could not be started`);
    }
    return readResult(thread);
  }

  /** Ends the threads that still run. One that waits in the system ends with the process. */
  close(): void {
    for (const { worker } of this.#threads.values()) worker.terminate();
    this.#threads.clear();
  }

  /** Keeps no more of ended threads than their results. */
  #forgetEnded(): void {
    if (this.#threads.size < MAX_THREADS) return;
    for (const [handle, { state }] of this.#threads) {
      // Nobody may join it any more: there has to be some limit.
      if (Atomics.load(state, 0) === ThreadState.ended) this.#threads.delete(handle);
    }
  }
}

function readResult({ state, value }: Thread): Value {
  switch (state[1]) {
    case ResultKind.int:
      return value.getBigInt64(0, true);
    case ResultKind.float:
      return value.getFloat64(0, true);
    case ResultKind.bool:
      return value.getInt32(0, true) !== 0;
    default:
      return null;
  }
}

/**
 * Runs a thread in its worker and leaves its result where {@linkcode WorkerThreads} finds it.
 *
 * @param start The worker's first message.
 * @param run Runs the thread's function; returns its result, null if it failed.
 */
export function runWorkerThread(start: ThreadStart, run: () => Value): void {
  const state = new Int32Array(start.shared);
  const view = new DataView(start.shared, VALUE_OFFSET);
  Atomics.store(state, 0, ThreadState.running);
  Atomics.notify(state, 0);
  try {
    const value = run();
    if (typeof value === "bigint") {
      state[1] = ResultKind.int;
      view.setBigInt64(0, value, true);
    } else if (typeof value === "number") {
      state[1] = ResultKind.float;
      view.setFloat64(0, value, true);
    } else if (typeof value === "boolean") {
      state[1] = ResultKind.bool;
      view.setInt32(0, Number(value), true);
    }
  } finally {
    Atomics.store(state, 0, ThreadState.ended);
    Atomics.notify(state, 0);
  }
}
