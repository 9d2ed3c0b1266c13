/**
 * The guest's side of the I/O worker.
 *
 * @module
 */
import { EFD_CLOEXEC, EFD_NONBLOCK } from "../../linux/eventfd.ts";
import { Errno } from "../../linux/errno.ts";
import type { Libc } from "../libc/libc.ts";
import {
  type ControlMemory,
  newControlMemory,
  Operation,
  RequestState,
  SlotWord,
  Word,
  type WorkerConfiguration,
} from "./control.ts";

/** How long the worker may take to start, in milliseconds. */
const START_TIMEOUT = 30_000;
/** How long the end waits for what peers have not acknowledged, in milliseconds. */
const DRAIN_PATIENCE = 5000;

const ONE = new Uint8Array(new BigUint64Array([1n]).buffer);

/** What {@link ControlChannel} is told. */
export type ChannelOptions = Omit<WorkerConfiguration, "memory" | "bell">;

/** Requests to the worker, one at a time, each of which the thread waits for. */
export class ControlChannel {
  readonly #libc: Libc;
  readonly #memory: ControlMemory = newControlMemory();
  readonly #bell: number;
  readonly #worker: Worker;
  #open = true;

  /**
   * Starts the worker and waits until it runs.
   *
   * @param libc The C library.
   * @param options What the worker is told.
   * @throws {Error} `errno N` of what kept the device from being opened.
   */
  constructor(libc: Libc, options: ChannelOptions) {
    this.#libc = libc;
    this.#bell = libc.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    const configuration: WorkerConfiguration = {
      ...options,
      memory: this.#memory,
      bell: this.#bell,
    };
    this.#worker.postMessage(configuration);
  }

  /**
   * Waits until the worker runs.
   *
   * @returns 1, or a negated errno: the device cannot be had, or −ETIMEDOUT for a worker that does not
   * start.
   */
  awaitStart(): number {
    const { control } = this.#memory;
    if (Atomics.wait(control, Word.ready, 0, START_TIMEOUT) === "timed-out") {
      return -Errno.ETIMEDOUT;
    }
    return Atomics.load(control, Word.ready);
  }

  /** What requests and answers carry. */
  get data(): Uint8Array<SharedArrayBuffer> {
    return this.#memory.data;
  }

  /** Reads a word of a socket's row. */
  word(slot: number, index: number): number {
    return Atomics.load(this.#memory.slots, slot * SlotWord.count + index);
  }

  /** Takes the error of a socket's row, leaving 0. */
  takeError(slot: number): number {
    return Atomics.exchange(this.#memory.slots, slot * SlotWord.count + SlotWord.error, 0);
  }

  /** Leaves an error in a socket's row. */
  setError(slot: number, errno: number): void {
    Atomics.store(this.#memory.slots, slot * SlotWord.count + SlotWord.error, errno);
  }

  /** Counts a connection that the guest has taken, so that others get room. */
  countAccepted(slot: number): void {
    Atomics.add(this.#memory.slots, slot * SlotWord.count + SlotWord.accepted, 1);
    this.#libc.write(this.#bell, ONE, 8);
  }

  /**
   * Makes a request and waits for the answer.
   *
   * @param operation One of `Operation`.
   * @param slot The socket's row.
   * @param args At most three.
   * @returns A number ≥ 0 or a negated errno; −EIO once the worker has ended.
   */
  request(operation: number, slot: number, ...args: readonly number[]): number {
    const { control } = this.#memory;
    if (Atomics.load(control, Word.dead) !== 0) return -Errno.EIO;
    Atomics.store(control, Word.operation, operation);
    Atomics.store(control, Word.slot, slot);
    for (const [index, value] of args.entries()) {
      Atomics.store(control, Word.argument + index, value);
    }
    Atomics.store(control, Word.state, RequestState.requested);
    this.#libc.write(this.#bell, ONE, 8);
    while (Atomics.load(control, Word.state) === RequestState.requested) {
      // One that ended before it saw the request does not answer it.
      if (Atomics.load(control, Word.dead) !== 0) return -Errno.EIO;
      Atomics.wait(control, Word.state, RequestState.requested, 1000);
    }
    return Atomics.load(control, Word.result);
  }

  /**
   * Makes a request that carries octets.
   *
   * @param bytes The octets; their count is the first argument.
   */
  requestWith(bytes: Uint8Array, operation: number, slot: number, ...args: number[]): number {
    this.data.set(bytes);
    return this.request(operation, slot, bytes.length, ...args);
  }

  /** Delivers what was taken for sending, ends the worker, and waits until it has ended. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    const { control } = this.#memory;
    if (Atomics.load(control, Word.ready) === 1) {
      this.request(Operation.stop, 0, DRAIN_PATIENCE);
      Atomics.wait(control, Word.dead, 0, DRAIN_PATIENCE + 1000);
    }
    this.#worker.terminate();
    this.#libc.close(this.#bell);
  }
}
