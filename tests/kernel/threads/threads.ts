/**
 * Guests with threads, for tests.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { SharedProcess } from "../../../lib/kernel/threads/process_memory.ts";
import { openDescriptors } from "../open_descriptors.ts";
import { Guest, whyMissing } from "../guest.ts";
import type { KernelOptions } from "../../../lib/kernel/kernel.ts";
import { currentCall, isThread, openSignalSockets, pause } from "./host_threads.ts";
import type { ProgramName } from "./programs.ts";
import type { ThreadMessage, ThreadTask } from "./worker.ts";

/** Milliseconds after which a thread that has not come to where it should is a failure. */
const PATIENCE = 20_000;

const WORKER = new URL("./worker.ts", import.meta.url);

/** Numbers of system calls on x86-64 and aarch64 by name. */
const CALLS = {
  recvfrom: [45, 207],
  read: [0, 63],
  write: [1, 64],
  accept4: [288, 242],
  poll: [7, 73],
  pselect6: [270, 72],
  epoll_wait: [232, 22],
} as const;

/** A call in which a thread can be found. */
export type BlockingCall = keyof typeof CALLS;

/** Waits until something is so. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (!isSo()) {
    assert(performance.now() < deadline, `waited in vain: ${what}`);
    await pause();
  }
}

/** A thread of a guest, in a worker. */
export class Thread {
  /** The host's number of the thread, once it has joined. */
  readonly joined: Promise<number>;
  /** What its program returned. */
  readonly result: Promise<unknown>;
  readonly #worker: Worker;
  readonly #reports: unknown[] = [];
  #threadId = 0;

  constructor(shared: SharedProcess, program: ProgramName, args: readonly number[]) {
    this.#worker = new Worker(WORKER, { type: "module" });
    const joined = Promise.withResolvers<number>();
    const result = Promise.withResolvers<unknown>();
    this.joined = joined.promise;
    this.result = result.promise;
    // Who does not ask does not want to be told.
    this.joined.catch(() => {});
    this.result.catch(() => {});
    this.#worker.onmessage = (event) => {
      const message = (event as MessageEvent<ThreadMessage>).data;
      switch (message.type) {
        case "joined":
          this.#threadId = message.threadId;
          joined.resolve(message.threadId);
          break;
        case "report":
          this.#reports.push(message.value);
          break;
        case "done":
          result.resolve(message.value);
          break;
        case "failed": {
          const error = new Error(message.value);
          joined.reject(error);
          result.reject(error);
        }
      }
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      const error = new Error(event.message);
      joined.reject(error);
      result.reject(error);
    };
    const task: ThreadTask = { shared, program, args };
    this.#worker.postMessage(task);
  }

  /** The next value that the program reports. */
  async report(): Promise<unknown> {
    await until(() => this.#reports.length > 0, "a report");
    return this.#reports.shift();
  }

  /** Waits until the thread is inside of a call of the host's. */
  async inside(call: BlockingCall): Promise<void> {
    await this.joined;
    const number = CALLS[call][Deno.build.arch === "x86_64" ? 0 : 1];
    await until(() => currentCall(this.#threadId) === number, call);
  }

  /** Whether the host still knows the thread. */
  get isAlive(): boolean {
    return isThread(this.#threadId);
  }

  /** Ends the worker wherever it is. */
  terminate(): void {
    this.#worker.terminate();
  }
}

/** A guest that has threads; its kernel is that of one of them. */
export class ThreadedGuest extends Guest {
  /** The process. */
  readonly shared: SharedProcess;
  readonly #threads: Thread[] = [];

  constructor(options: KernelOptions = {}) {
    super("libc", options);
    this.shared = this.kernel.share();
  }

  /** Starts a thread. */
  start(program: ProgramName, ...args: readonly number[]): Thread {
    const thread = new Thread(this.shared, program, args);
    this.#threads.push(thread);
    return thread;
  }

  /** Ends everything: first the process, so that no thread is inside of a call any more. */
  async end(): Promise<void> {
    this[Symbol.dispose]();
    for (const thread of this.#threads) {
      thread.terminate();
      await until(() => !thread.isAlive, "the end of a worker");
    }
  }
}

let isWarm = false;

/** Makes the first worker, for which Deno opens descriptors that it keeps. */
async function warmUp(): Promise<void> {
  if (isWarm) return;
  isWarm = true;
  openSignalSockets();
  const guest = new ThreadedGuest();
  await guest.start("kinds").result;
  await guest.end();
}

/** How many descriptors are open that a guest may have made. Deno opens files for new workers. */
function guestDescriptors(): number {
  return openDescriptors().filter((name) => !name.startsWith("/")).length;
}

/** Why threads cannot be tested here; null if they can. */
function whyNoThreads(): string | null {
  if (Deno.build.os !== "linux") return "needs Linux";
  return whyMissing("libc");
}

/** Registers a test with a guest that has threads, and counts the descriptors that it leaves. */
export function testThreads(
  name: string,
  body: (guest: ThreadedGuest) => Promise<void>,
  options: KernelOptions = {},
): void {
  const missing = whyNoThreads();
  Deno.test({
    name: `[threads] ${name}${missing === null ? "" : ` (skipped: ${missing})`}`,
    ignore: missing !== null,
    fn: async () => {
      await warmUp();
      const before = guestDescriptors();
      const guest = new ThreadedGuest(options);
      try {
        await body(guest);
      } finally {
        await guest.end();
      }
      await until(() => guestDescriptors() <= before, "closed descriptors");
    },
  });
}
