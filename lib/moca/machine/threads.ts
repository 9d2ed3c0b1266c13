/**
 * Slow paths of threads, and threads for hosts that have none: a spawned function runs at once, to
 * its end, in a machine of its own.
 *
 * @module
 */
import { MocaLimitError, noThread } from "../error.ts";
import type { Value } from "../value.ts";
import type { Vm } from "../vm.ts";
import { PENDING } from "../vm_types.ts";
import { MACHINE_BYTES } from "./machine.ts";
import { acquire, INT_REGISTERS, operand } from "./registers.ts";
import { Signal, type SlowPath, type SlowPaths } from "./signal.ts";

/** Results kept of threads that nobody has joined. */
const MAX_UNJOINED = 10_000;

/** Threads inside one another. */
const MAX_THREAD_DEPTH = 16;

/** Makes the machine of a thread: one that runs a function of the same program. */
export type MakeThread = (fn: number, depth: number) => Vm;

/** The threads that one machine has spawned. */
export class InlineThreads {
  /** The thread that runs now, for which its parent waits. */
  running: Vm | null = null;
  readonly #make: MakeThread;
  readonly #depth: number;
  readonly #results = new Map<bigint, Value>();
  #next = 1n;

  /**
   * @param make Makes their machines.
   * @param depth Machines that the parent runs inside.
   */
  constructor(make: MakeThread, depth: number) {
    this.#make = make;
    this.#depth = depth;
  }

  /**
   * Makes a thread the running one.
   *
   * @param fn Index of its function.
   * @returns Its handle.
   * @throws {MocaLimitError} If too many threads are inside one another.
   */
  spawn(fn: number): bigint {
    if (this.#depth >= MAX_THREAD_DEPTH) {
      throw new MocaLimitError("runtime error: too many threads inside one another");
    }
    this.running = this.#make(fn, this.#depth + 1);
    return this.#next;
  }

  /**
   * Keeps the result of the running thread, which has ended, until somebody joins it.
   *
   * @param result The result; null if it failed.
   */
  end(result: Value): void {
    const [oldest] = this.#results.keys();
    if (oldest !== undefined && this.#results.size >= MAX_UNJOINED) {
      this.#results.delete(oldest);
    }
    this.#results.set(this.#next++, result);
    this.running = null;
  }

  /**
   * Takes a thread's result.
   *
   * @param handle The thread's handle.
   * @returns The result.
   * @throws {MocaTrap} If there is no such thread, or it has been joined.
   */
  join(handle: bigint): Value {
    const result = this.#results.get(handle);
    if (result === undefined) {
      throw noThread(handle, this.#next);
    }
    this.#results.delete(handle);
    // References belong to the thread that made them.
    return typeof result === "object" || typeof result === "string" ? null : result;
  }
}

const spawn: SlowPath = (machine, pc, base) => {
  const { threads } = machine.options;
  machine.heap.reserve(MACHINE_BYTES);
  const register = base + operand(pc, 1);
  const fn = operand(pc, 2);
  if (threads !== undefined) {
    const handle = threads.spawn(fn);
    // The host may have run another machine.
    acquire(machine);
    INT_REGISTERS[register] = handle;
    return pc + 3;
  }
  INT_REGISTERS[register] = machine.threads.spawn(fn);
  machine.pc = pc + 3;
  return Signal.CHILD;
};

const join: SlowPath = (machine, pc, base) => {
  const handle = INT_REGISTERS[base + operand(pc, 2)] as bigint;
  const value = (machine.options.threads ?? machine.threads).join(handle);
  acquire(machine);
  if (value === PENDING) {
    machine.blocked = { call: -1, args: [handle] };
    return Signal.BLOCKED;
  }
  machine.refs[base + operand(pc, 1)] = value;
  return pc + 3;
};

/** Slow paths of threads. */
export const THREADS: SlowPaths = { SPAWN: spawn, JOIN: join };
