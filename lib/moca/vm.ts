/**
 * The register machine, as its host sees it: it runs, stops, and is resumed.
 *
 * What it consists of is in `machine/`: its state (machine.ts), the registers that all machines share
 * (registers.ts), the loop (dispatch.ts), what the loop leaves to others (slow_paths.ts).
 *
 * @module
 */
import { type Bytecode, classNumber } from "./bytecode.ts";
import { MocaLimitError, type MocaTrap } from "./error.ts";
import { DEFAULT_MAX_HEAP, Heap } from "./heap.ts";
import { dispatch } from "./machine/dispatch.ts";
import { finishCall } from "./machine/host_calls.ts";
import { Machine } from "./machine/machine.ts";
import { acquire } from "./machine/registers.ts";
import { Signal } from "./machine/signal.ts";
import { InlineThreads } from "./machine/threads.ts";
import { unwind } from "./machine/unwind.ts";
import type { Value } from "./value.ts";
import type { VmOptions, VmState } from "./vm_types.ts";

/** Slices between two looks at the clock. */
const SLICES_PER_TICK = 32;

/** A machine with one program. */
export class Vm {
  readonly #machine: Machine;
  readonly #threads: InlineThreads;
  #state: VmState | null = null;
  #slices = 0;

  /**
   * Makes a machine that is ready to run.
   *
   * @param program The program; it must have been verified.
   * @param options What the host provides.
   * @param depth Machines that this one runs inside; for the machine's own use.
   */
  constructor(program: Bytecode, options: VmOptions, depth = 0) {
    const { sharesHeapWith: other, maxHeap = DEFAULT_MAX_HEAP } = options;
    const heap = other === undefined
      ? new Heap(maxHeap, options.hostHeap, options.sharedHeap)
      : other.#machine.heap;
    this.#threads = new InlineThreads(
      (entry, inner) => new Vm(program, { ...options, sharesHeapWith: this, entry }, inner),
      depth,
    );
    this.#machine = new Machine(program, { options, heap, threads: this.#threads });
  }

  /**
   * Shares the limit of memory with machines in other threads of the host.
   *
   * @returns What they are given as `sharedHeap`.
   */
  shareHeap(): SharedArrayBuffer {
    return this.#machine.heap.share();
  }

  /** Leaves what it has of a shared limit of memory to the others: it runs no more. */
  releaseHeap(): void {
    this.#machine.heap.release();
  }

  /**
   * Runs until the program ends, blocks, or the slices are used up.
   *
   * @param slices How long to run, in units of about 131,000 jumps and calls: a millisecond or less.
   * @returns Where the machine stands.
   */
  run(slices = Infinity): VmState {
    for (let left = slices; this.#state === null && left > 0;) {
      const { running } = this.#threads;
      if (running !== null) {
        const state = this.#runThread(running, left);
        if (state !== null) {
          return state;
        }
        continue;
      }
      acquire(this.#machine);
      switch (this.#dispatch()) {
        case Signal.DONE:
          return this.#finish({ kind: "done", result: this.#result() });
        case Signal.BLOCKED:
          return { kind: "blocked", ...this.#machine.blocked };
        case Signal.TRAP:
          this.#unwind();
          // Each error begins a slice anew: a program that does little else must be asked about, too.
          // falls through
        case Signal.SLICE:
          if (this.#state === null && ++this.#slices % SLICES_PER_TICK === 0) {
            left--;
            this.#tick();
          }
      }
    }
    return this.#state ?? { kind: "paused" };
  }

  /**
   * Gives a blocked machine the result of its call; it goes on with the next {@linkcode run}.
   *
   * @param value The result.
   */
  resume(value: Value): void {
    const { running } = this.#threads;
    if (running !== null) {
      running.resume(value);
      return;
    }
    try {
      this.#machine.reserveResult(value);
    } catch (error) {
      if (!(error instanceof MocaLimitError)) {
        throw error;
      }
      this.reject(error);
      return;
    }
    finishCall(this.#machine, value);
  }

  /**
   * Gives a blocked machine an error instead of a result.
   *
   * @param error The error; a {@linkcode MocaTrap} can be caught by the program.
   */
  reject(error: MocaTrap | MocaLimitError): void {
    const { running } = this.#threads;
    if (running !== null) {
      running.reject(error);
      return;
    }
    this.#machine.error = error;
    this.#unwind();
  }

  /** Runs on; an error becomes a signal. What throws has left the state as it was before. */
  #dispatch(): number {
    try {
      return dispatch(this.#machine);
    } catch (error) {
      this.#machine.error = error;
      return Signal.TRAP;
    }
  }

  #unwind(): void {
    const failed = unwind(this.#machine);
    if (failed !== null) {
      this.#finish(failed);
    }
  }

  #tick(): void {
    try {
      this.#machine.tick();
    } catch (error) {
      this.#machine.error = error;
      this.#unwind();
    }
  }

  /** Runs the thread that this machine waits for. Returns null once it has ended. */
  #runThread(thread: Vm, slices: number): VmState | null {
    const state = thread.run(slices);
    if (state.kind === "paused" || state.kind === "blocked") {
      return state;
    }
    if (state.kind === "failed" && state.message.includes("limit exceeded")) {
      return this.#finish(state);
    }
    this.#threads.end(state.kind === "done" ? state.result : null);
    return null;
  }

  #finish(state: VmState): VmState {
    this.#state = state;
    this.#machine.finish();
    return state;
  }

  /** The entry function's result, which its return left in the first register. */
  #result(): Value {
    const { program, options } = this.#machine;
    const entry = program.functions[options.entry ?? 0];
    return this.#machine.load(0, classNumber(entry?.result ?? "v"));
  }
}
