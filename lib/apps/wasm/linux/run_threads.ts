/**
 * Runs WebAssembly modules whose threads are workers.
 *
 * @module
 */
import { SharedGuestHeap } from "../../../guest/linux/shared_guest_heap.ts";
import { GuestMemory } from "../../../guest/memory.ts";
import { CommandError } from "../../command.ts";
import type { GuestSetup } from "../guest_kind.ts";
import { reportTrapMessage } from "../trap.ts";
import { type LinuxModule, makeMemory } from "./linux_module.ts";
import { layOutArguments, POINTER_SIZE } from "./program_stack.ts";
import {
  needsWorker,
  ThreadControl,
  type ThreadedProgram,
  type ThreadOrder,
  type WorkerOrder,
  type WorkerReport,
} from "./thread_control.ts";

/**
 * The workers of a program. All are started here, since a thread that runs a guest has no time for
 * those that it starts.
 */
class ThreadWorkers {
  readonly #program: ThreadedProgram;
  readonly #control: ThreadControl;
  readonly #workers: Worker[] = [];
  readonly #idle: Worker[] = [];
  /** Threads that wait for a worker. */
  readonly #waiting: ThreadOrder[] = [];
  readonly #ended = Promise.withResolvers<number>();

  /** No workers yet. */
  constructor(program: ThreadedProgram) {
    this.#program = program;
    this.#control = new ThreadControl(program.control);
  }

  /** The status that the program exits with. */
  get ended(): Promise<number> {
    return this.#ended.promise;
  }

  /** Runs a thread, which a process that has ended needs no more. */
  start(order: ThreadOrder): void {
    if (this.#control.isOver) return;
    const idle = this.#idle.pop();
    if (idle !== undefined) {
      idle.postMessage({ ...order, program: null } satisfies WorkerOrder);
    } else if (needsWorker(this.#control.live, this.#waiting.length, this.#workers.length)) {
      this.#make().postMessage({ ...order, program: this.#program } satisfies WorkerOrder);
    } else {
      this.#waiting.push(order);
    }
  }

  /** Ends the workers. */
  terminate(): void {
    for (const worker of this.#workers) worker.terminate();
  }

  #make(): Worker {
    const worker = new Worker(new URL("./linux_thread.ts", import.meta.url), { type: "module" });
    this.#workers.push(worker);
    worker.onmessage = ({ data }: MessageEvent<WorkerReport>) => this.#hear(worker, data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#ended.reject(new Error(`A thread failed: ${event.message}`));
    };
    return worker;
  }

  #hear(worker: Worker, report: WorkerReport): void {
    switch (report.kind) {
      case "spawn":
        this.start(report.order);
        break;
      case "idle": {
        this.#idle.push(worker);
        const order = this.#waiting.shift();
        if (order !== undefined) this.start(order);
        break;
      }
      case "ended":
        this.#ended.resolve(report.status);
        break;
      case "trapped":
        this.#ended.resolve(reportTrapMessage(this.#program.guest.path, report.message));
        break;
      case "failed":
        this.#ended.reject(new (report.isOurs ? Error : CommandError)(report.message));
        break;
    }
  }
}

/**
 * Runs a module that imports `"wasi" "thread-spawn"`. Its first thread is a worker, too: this thread
 * has to see when another is to be started.
 *
 * @returns Its exit status; 134 for one of which a thread trapped.
 * @throws {CommandError} If it cannot be run.
 * @throws {ThreadsUnavailableError} If there are no threads, with what is missing.
 */
export async function runThreads(guest: LinuxModule, setup: GuestSetup): Promise<number> {
  const { path, dialect, memory: imported } = guest;
  if (imported === null) throw new Error(`${path} has threads and a memory of its own`);
  const memory = makeMemory(path, imported);
  const stack = layOutArguments(
    guest,
    new GuestMemory(memory, { pointerSize: POINTER_SIZE }),
    setup,
  );
  using session = await setup.invocation.openSession();
  const { operands, options } = setup.invocation;
  const { pid } = Deno;
  const workers = new ThreadWorkers({
    guest,
    memory,
    heap: SharedGuestHeap.allocate(),
    process: session.kernel.share(),
    control: ThreadControl.allocate(pid),
    pid,
    dialect,
    stack,
    argc: setup.args.length,
    parsed: { operands, options },
  });
  try {
    workers.start({ tid: pid, argument: null });
    return await workers.ended;
  } finally {
    workers.terminate();
  }
}
