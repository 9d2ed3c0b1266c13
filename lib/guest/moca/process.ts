/**
 * A running script: its threads, how they wait, its limits.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import type { PollFd } from "../../linux/poll.ts";
import type { Bytecode } from "../../moca/bytecode.ts";
import { MocaLimitError, runtimeError } from "../../moca/error.ts";
import { DEFAULT_MAX_HEAP } from "../../moca/heap.ts";
import { toBytes } from "../../moca/text.ts";
import type { Value } from "../../moca/value.ts";
import { Vm } from "../../moca/vm.ts";
import { PENDING, type ThreadHost, type VmState } from "../../moca/vm_types.ts";
import { CallContext } from "./call_context.ts";
import { wallClock } from "./clock.ts";
import type { ErrnoNumbers } from "./errno.ts";
import { hostCalls } from "./host_calls.ts";
import { hostHeap } from "./host_heap.ts";
import { formatScriptError, timeLimitText } from "./script_error.ts";
import { ScriptThread, threadResult } from "./thread.ts";
import { earlier, pollUntil, type Steps, type Wait } from "./wait.ts";
import { type WorkerThreadOptions, WorkerThreads } from "./worker_threads.ts";

/** Threads of a script in one thread of the host, at most. */
const MAX_THREADS = 1000;

/** Takes what a script writes to descriptor 1 or 2; what it throws must be a `MocaTrap`. */
export type ScriptOutput = (fd: number, bytes: Uint8Array<ArrayBuffer>) => void;

/** How a compiled script runs. */
export interface ProcessOptions {
  /** The system that carries its calls out. */
  readonly system: System;
  /** Takes its output. */
  readonly output: ScriptOutput;
  /** Whose error numbers its calls return; its prelude must have been made for the same. */
  readonly errno?: ErrnoNumbers;
  /** The script's name and arguments. */
  readonly args?: readonly string[];
  /** Milliseconds that it may take; default: as many as it likes. */
  readonly timeout?: number;
  /** Bytes of memory that it may use, with all of its threads. */
  readonly maxHeap?: number;
  /** The limit of memory where it is a thread of another process: `ThreadStart.heap`. */
  readonly sharedHeap?: SharedArrayBuffer;
  /** Calls inside one another in each of its threads, at most. */
  readonly maxFrames?: number;
  /** Makes workers for its threads; default: they take turns in this thread. */
  readonly workers?: WorkerThreadOptions;
  /** Index of the function to run; default: the top-level statements. */
  readonly entry?: number;
}

/** How a script ended. */
export interface ScriptOutcome {
  /** Exit status: 1 for an error that nothing caught. */
  readonly status: 0 | 1;
  /** The error's text, position and call stack, without a newline at its end; null for none. */
  readonly error: string | null;
  /** What the entry function returned. */
  readonly result: Value;
}

/**
 * A script that runs: a program that is compiled already, once or several times. {@linkcode runScript}
 * compiles and runs in one step.
 *
 * @example
 * ```ts
 * import { compileScript, ScriptProcess } from "@vmsock/vmsock/moca";
 * import { Kernel, openStack } from "@vmsock/vmsock/kernel";
 * import { assertEquals } from "@std/assert";
 *
 * const program = compileScript(`print(argv(1));`, { path: "greet.mc" });
 * using system = new Kernel(openStack("auto"));
 * let text = "";
 * for (const name of ["Ann", "Bob"]) {
 *   const process = new ScriptProcess(program, {
 *     system,
 *     args: ["greet.mc", name],
 *     output: (_fd, bytes) => void (text += new TextDecoder().decode(bytes)),
 *     timeout: 1000,
 *   });
 *   assertEquals(process.run().status, 0);
 * }
 * assertEquals(text, "Ann\nBob\n");
 * ```
 */
export class ScriptProcess {
  readonly #program: Bytecode;
  readonly #options: ProcessOptions;
  readonly #deadline: number | null;
  readonly #workers: WorkerThreads | null;
  readonly #main: ScriptThread;
  /** The threads that have not ended. */
  readonly #threads = new Set<ScriptThread>();

  /**
   * Makes a process; nothing runs yet.
   *
   * @param program What {@linkcode compileScript} gave.
   * @param options System, output, arguments, limits.
   */
  constructor(program: Bytecode, options: ProcessOptions) {
    const { timeout, workers } = options;
    this.#program = program;
    this.#options = options;
    this.#deadline = timeout === undefined ? null : performance.now() + timeout;
    this.#workers = workers === undefined ? null : new WorkerThreads(workers, program, {
      deadline: this.#deadline,
      timeUp: () => this.#timeUp(),
      shareHeap: () => this.#main.vm.shareHeap(),
    });
    this.#main = this.#start(options.entry ?? 0);
  }

  /**
   * Runs the script to its end; what it left open is closed.
   *
   * @returns Exit status, error and result.
   */
  run(): ScriptOutcome {
    try {
      for (;;) {
        for (const thread of [...this.#threads]) {
          if (thread.isBlocked) continue;
          // Threads that take turns may be spawned at any time.
          const state = thread.vm.run(this.#workers === null ? 1 : Infinity);
          if (state.kind !== "done" && state.kind !== "failed") continue;
          if (thread === this.#main) return outcome(state);
          if (state.kind === "failed" && this.#isTimeUp) this.#expire();
          this.#end(thread, state.kind === "done" ? threadResult(state.result) : null);
        }
        this.#pollAll();
      }
    } finally {
      this.#workers?.close();
      this.#main.vm.releaseHeap();
      for (const thread of this.#threads) thread.context.close();
    }
  }

  #timeUp(): MocaLimitError {
    return new MocaLimitError(timeLimitText(this.#options.timeout ?? 0));
  }

  get #isTimeUp(): boolean {
    return this.#deadline !== null && performance.now() >= this.#deadline;
  }

  #start(entry: number): ScriptThread {
    const { system, output, errno = "moca", args, maxHeap, sharedHeap, maxFrames } = this.#options;
    const context = new CallContext({
      system,
      output,
      errno,
      mayBlock: () => this.#deadline === null && this.#threads.size === 1,
      maxRead: maxHeap ?? DEFAULT_MAX_HEAP,
      // The machine asks by itself after so many instructions, which calls make long.
      check: () => {
        if (this.#isTimeUp) throw this.#timeUp();
      },
      deadline: this.#deadline,
    });
    const [main] = this.#threads;
    const thread = new ScriptThread(context, (self) =>
      new Vm(this.#program, {
        hostCalls: hostCalls(context, (steps) => this.#wait(self, steps)),
        output: (fd, bytes) => output(fd, toBytes(bytes)),
        time: wallClock,
        interrupt: () => this.#isTimeUp ? this.#timeUp().message : null,
        threads: this.#workers ?? this.#turns(self),
        entry,
        hostHeap,
        ...(main === undefined ? {} : { sharesHeapWith: main.vm }),
        ...(args === undefined ? {} : { args }),
        ...(maxHeap === undefined ? {} : { maxHeap }),
        ...(sharedHeap === undefined ? {} : { sharedHeap }),
        ...(maxFrames === undefined ? {} : { maxFrames }),
      }));
    this.#threads.add(thread);
    return thread;
  }

  /** Threads that take turns in this one. */
  #turns(parent: ScriptThread): ThreadHost {
    return {
      spawn: (entry) => {
        if (this.#threads.size >= MAX_THREADS) {
          throw runtimeError(`too many threads: at most ${MAX_THREADS} run at once`);
        }
        return parent.adopt(this.#start(entry));
      },
      join: (handle) => {
        const child = parent.child(handle);
        if (child.result !== undefined) return child.result;
        parent.joining = child;
        return PENDING;
      },
    };
  }

  #end(thread: ScriptThread, result: Value): void {
    thread.end.result = result;
    thread.context.close();
    this.#threads.delete(thread);
    for (const other of this.#threads) {
      if (other.joining !== thread.end) continue;
      other.joining = null;
      other.vm.resume(result);
    }
  }

  /** Runs a call to its end, or leaves it to {@linkcode ScriptProcess.#pollAll}. */
  #wait(thread: ScriptThread, steps: Steps<Value>): Value | typeof PENDING {
    let step = steps.next();
    while (!step.done) {
      if (this.#threads.size > 1) {
        thread.pending = { steps, wait: step.value };
        return PENDING;
      }
      step = steps.next(this.#pollOne(step.value));
    }
    return step.value;
  }

  #pollOne({ fds, deadline }: Wait): number {
    const ready = pollUntil(this.#options.system, fds, earlier(deadline, this.#deadline));
    if (ready === 0 && this.#isTimeUp) throw this.#timeUp();
    return ready;
  }

  /** Ends the script, whatever its first thread is at. */
  #expire(): void {
    this.#main.pending = this.#main.joining = null;
    this.#main.vm.reject(this.#timeUp());
  }

  /** Waits until a thread can go on; with one that can, only looks which others can too. */
  #pollAll(): void {
    const waiting = [...this.#threads].filter(({ pending }) => pending !== null);
    if (waiting.length === 0) return;
    const fds: PollFd[] = [];
    let deadline = this.#deadline;
    for (const { pending } of waiting) {
      fds.push(...pending?.wait.fds ?? []);
      deadline = earlier(deadline, pending?.wait.deadline ?? null);
    }
    const runs = [...this.#threads].some((thread) => !thread.isBlocked);
    const ready = pollUntil(this.#options.system, fds, runs ? performance.now() : deadline);
    if (this.#isTimeUp) this.#expire();
    for (const thread of waiting) {
      const { pending } = thread;
      if (pending === null) continue;
      const { wait } = pending;
      const count = wait.fds.filter(({ revents }) => revents !== 0).length;
      const expired = wait.deadline !== null && performance.now() >= wait.deadline;
      if (ready < 0) thread.advance(pending, ready);
      else if (count > 0 || expired) thread.advance(pending, count);
    }
  }
}

function outcome(state: VmState): ScriptOutcome {
  if (state.kind === "failed") {
    return { status: 1, error: formatScriptError(state.message, state.stack), result: null };
  }
  return { status: 0, error: null, result: state.kind === "done" ? state.result : null };
}
