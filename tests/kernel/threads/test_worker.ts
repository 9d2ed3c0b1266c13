/**
 * Workers of tests, and waiting for what they do.
 *
 * @module
 */
import { assert } from "@std/assert";
import { currentCall, isThread, pause } from "./host_threads.ts";
import type { WorkerMessage, WorkerTask } from "./worker.ts";

/** Milliseconds after which a thread that has not come to where it should is a failure. */
const PATIENCE = 60_000;

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
  close: [3, 57],
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

/** A worker that has one thing to do. */
export class TestWorker {
  /** The host's number of the thread, once it has begun. */
  readonly started: Promise<number>;
  /** What came of it. */
  readonly result: Promise<unknown>;
  readonly #worker: Worker;
  readonly #reports: unknown[] = [];
  #threadId = 0;

  /** Starts a worker. */
  constructor(task: WorkerTask) {
    this.#worker = new Worker(WORKER, { type: "module" });
    const started = Promise.withResolvers<number>();
    const result = Promise.withResolvers<unknown>();
    this.started = started.promise;
    this.result = result.promise;
    // Who does not ask does not want to be told.
    this.started.catch(() => {});
    this.result.catch(() => {});
    const fail = (message: string): void => {
      started.reject(new Error(message));
      result.reject(new Error(message));
    };
    this.#worker.onmessage = (event) => {
      const message = (event as MessageEvent<WorkerMessage>).data;
      if (message.type === "failed") fail(message.value);
      else if (message.type === "report") this.#reports.push(message.value);
      else if (message.type === "done") result.resolve(message.value);
      else {
        this.#threadId = message.threadId;
        started.resolve(message.threadId);
      }
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      fail(event.message);
    };
    this.#worker.postMessage(task);
  }

  /** The next value that a program reports. */
  async report(): Promise<unknown> {
    await until(() => this.#reports.length > 0, "a report");
    return this.#reports.shift();
  }

  /** Waits until the thread is inside of a call of the host's. */
  async inside(call: BlockingCall): Promise<void> {
    await this.started;
    const number = CALLS[call][Deno.build.arch === "x86_64" ? 0 : 1];
    await until(() => currentCall(this.#threadId) === number, call);
  }

  /** Ends the worker wherever it is. */
  terminate(): void {
    this.#worker.terminate();
  }

  /** Waits until the host no longer knows the thread. */
  async gone(): Promise<void> {
    await until(() => !isThread(this.#threadId), "the end of a worker");
  }
}
