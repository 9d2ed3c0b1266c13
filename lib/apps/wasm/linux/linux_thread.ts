/**
 * The program of a worker that runs threads of a WebAssembly program, one after another.
 *
 * @module
 */
import { LinuxAbi } from "../../../guest/linux/linux_abi.ts";
import { SharedGuestHeap } from "../../../guest/linux/shared_guest_heap.ts";
import { GuestMemory } from "../../../guest/memory.ts";
import { ProcessEndedError } from "../../../kernel/threads/joined_process.ts";
import { Errno } from "../../../linux/errno.ts";
import { CommandError } from "../../command.ts";
import { joinSession, type TracedSession } from "../../session.ts";
import { trapMessage, TRAPPED } from "../trap.ts";
import { HostCalls } from "./host_calls.ts";
import { instantiate, startProgram, startThread } from "./linux_module.ts";
import { POINTER_SIZE } from "./program_stack.ts";
import {
  ThreadControl,
  type ThreadedProgram,
  type ThreadOrder,
  type WorkerOrder,
  type WorkerReport,
} from "./thread_control.ts";

/** What an error says to the user, and whether it is none that we know. */
function failureOf(error: unknown): { readonly message: string; readonly isOurs: boolean } {
  if (error instanceof CommandError) return { message: error.message, isOurs: false };
  return {
    message: error instanceof Error ? error.stack ?? error.message : `${error}`,
    isOurs: true,
  };
}

/** A worker's part in a program. */
class ThreadRunner {
  readonly #program: ThreadedProgram;
  readonly #session: TracedSession;
  readonly #control: ThreadControl;
  readonly #report: (report: WorkerReport) => void;

  /** Joins the program's process. */
  constructor(program: ThreadedProgram, report: (report: WorkerReport) => void) {
    const { process, parsed, control } = program;
    this.#program = program;
    this.#session = joinSession(parsed, process);
    this.#control = new ThreadControl(control);
    this.#report = report;
  }

  /** Runs a thread to its end. */
  run(order: ThreadOrder): void {
    const { guest, memory: shared, heap, dialect, pid, stack } = this.#program;
    const control = this.#control;
    // V8 tells a thread what others added, but not what they had added before it was there.
    shared.grow(0);
    const memory = new GuestMemory(shared, { pointerSize: POINTER_SIZE });
    const { tid } = order;
    // As strace shows threads: their lines would run into each other.
    const system = this.#session.traced({ wholeLines: true, prefix: `[pid ${tid}] ` });
    const abi = new LinuxAbi(system, memory, {
      dialect,
      pid,
      tid,
      heap: new SharedGuestHeap(memory, heap),
    });
    const host = new HostCalls(() => control.isOver);
    const { syscall, args, abort } = host;
    const spawn = (argument: number) => this.#spawn(argument);
    try {
      const instance = instantiate(guest, { syscall, args, abort, spawn, memory: shared });
      host.connect(abi, stack);
      if (order.argument === null) {
        this.#end(startProgram(instance, guest, this.#program.argc, stack + POINTER_SIZE));
        return;
      }
      startThread(instance, tid, order.argument);
    } catch (error) {
      if (abi.exitStatus === null && !control.isOver) throw error;
      if (abi.hasEnded) this.#end(abi.exitStatus ?? 0);
      else if (order.argument === null) control.status = abi.exitStatus ?? 0;
    }
    this.#leave();
  }

  /** Ends the process for what came out of a thread. */
  fail(error: unknown): void {
    if (!this.#control.end()) return;
    const trap = trapMessage(error);
    this.#session.kernel.exit(TRAPPED);
    this.#report(
      trap === null ? { kind: "failed", ...failureOf(error) } : { kind: "trapped", message: trap },
    );
  }

  #spawn(argument: number): number {
    const tid = this.#control.isOver ? null : this.#control.add();
    if (tid === null) return -Errno.EAGAIN;
    this.#report({ kind: "spawn", order: { tid, argument } });
    return tid;
  }

  #leave(): void {
    // Whoever counts fewer threads and starts one finds the worker free.
    this.#report({ kind: "idle" });
    if (this.#control.remove()) this.#end(this.#control.status);
  }

  #end(status: number): void {
    if (!this.#control.end()) return;
    this.#session.kernel.exit(status);
    this.#report({ kind: "ended", status });
  }
}

let runner: ThreadRunner | null = null;

addEventListener("message", (event) => {
  const { data: order } = event as MessageEvent<WorkerOrder>;
  const report = (message: WorkerReport): void => {
    (self as unknown as { postMessage(message: WorkerReport): void }).postMessage(message);
  };
  try {
    if (order.program !== null) runner = new ThreadRunner(order.program, report);
    runner?.run(order);
  } catch (error) {
    if (runner !== null) runner.fail(error);
    // Who has ended the process before this thread ran says so.
    else if (error instanceof ProcessEndedError) report({ kind: "idle" });
    else report({ kind: "failed", ...failureOf(error) });
  }
});
