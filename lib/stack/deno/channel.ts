/**
 * The guest's side of the I/O worker: requests, waiting, and the worker's life.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import type { Alarm } from "../alarm.ts";
import { unrefWorker } from "../inline_worker.ts";
import { ioWorkerSource } from "./io_worker.ts";
import { HostOption } from "../options/host_option.ts";
import {
  BindFlag,
  CloseMode,
  MAX_SLOTS,
  newSharedMemory,
  Operation,
  OUTBOX_SIZE,
  POST_HEADER,
  ReadFlag,
  RequestState,
  type SharedMemory,
  SlotFlag,
  SlotWord,
  Word,
} from "./shared_memory.ts";

/** How long the worker may take to start, in milliseconds, before the stack is given up. */
const START_TIMEOUT = 30_000;

/** How long the end of the process waits for what is unsent while nothing moves, in milliseconds. */
const DRAIN_PATIENCE = 5_000;

/**
 * Requests to the I/O worker, one at a time, from a thread that really waits for each.
 *
 * Nothing here throws for what a guest can cause: once the worker has failed, every request answers
 * −EIO.
 */
export class Channel {
  readonly #memory: SharedMemory = newSharedMemory();
  readonly #control: Int32Array<SharedArrayBuffer>;
  readonly #slots: Int32Array<SharedArrayBuffer>;
  readonly #outboxWords: Int32Array<SharedArrayBuffer>;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  readonly #freeSlots: number[] = [];
  #nextSlot = 0;
  #worker: Worker | null;
  readonly #atExit: () => void;
  /** The second result of the last request. */
  detail = 0;
  /**
   * Whether a socket of this stack did something that another one of it must notice at once, as over
   * Linux's loopback device. {@link Channel.settle} brings it about.
   */
  stirred = false;

  constructor() {
    this.#control = this.#memory.control;
    this.#slots = this.#memory.slots;
    this.#outboxWords = new Int32Array(this.#memory.outbox.buffer);
    const url = URL.createObjectURL(new Blob([ioWorkerSource()], { type: "text/javascript" }));
    this.#worker = new Worker(url, { type: "module" });
    URL.revokeObjectURL(url);
    this.#worker.postMessage({
      memory: this.#memory,
      errno: { ...Errno },
      constants: {
        Word,
        RequestState,
        SlotWord,
        SlotFlag,
        Operation,
        ReadFlag,
        BindFlag,
        HostOption,
        CloseMode,
      },
    });
    unrefWorker(this.#worker);
    this.#atExit = () => this.#drain(0);
    globalThis.addEventListener("unload", this.#atExit);
  }

  /** Whether the worker has failed or was ended. */
  get dead(): boolean {
    return Atomics.load(this.#control, Word.dead) !== 0;
  }

  /** What waits for an event sleep on. */
  get alarm(): Alarm {
    return { words: this.#control, index: Word.events };
  }

  /** Bytes of requests and replies. */
  get data(): Uint8Array<SharedArrayBuffer> {
    return this.#memory.data;
  }

  /** A free row for a socket, or −ENFILE. */
  allocateSlot(): number {
    const slot = this.#freeSlots.pop();
    if (slot !== undefined) return slot;
    return this.#nextSlot < MAX_SLOTS ? this.#nextSlot++ : -Errno.ENFILE;
  }

  /** Gives a row back, after `close` was requested for it. */
  freeSlot(slot: number): void {
    this.#freeSlots.push(slot);
  }

  /** A word of a socket's row. */
  word(slot: number, index: number): number {
    return Atomics.load(this.#slots, slot * SlotWord.count + index);
  }

  /** Takes the errno of a socket's row, leaving 0. */
  takeError(slot: number): number {
    const index = slot * SlotWord.count + SlotWord.error;
    return Atomics.load(this.#slots, index) === 0 ? 0 : Atomics.exchange(this.#slots, index, 0);
  }

  /** Puts text at the start of the data area; returns its length in bytes. */
  putText(text: string): number {
    // encodeInto refuses shared memory.
    const bytes = this.#encoder.encode(text);
    this.#memory.data.set(bytes.subarray(0, this.#memory.data.length));
    return bytes.length;
  }

  /** The text of `length` bytes at the start of the data area. */
  getText(length: number): string {
    return this.#decoder.decode(this.#memory.data.slice(0, length));
  }

  /** Makes a request and waits for the reply: a number ≥ 0 or a negated errno. */
  request(operation: number, slot: number, a = 0, b = 0, c = 0, d = 0): number {
    const control = this.#control;
    if (this.dead) return -Errno.EIO;
    if (Atomics.load(control, Word.ready) === 0) this.#awaitStart();
    if (this.dead) return -Errno.EIO;
    Atomics.store(control, Word.operation, operation);
    Atomics.store(control, Word.slot, slot);
    Atomics.store(control, Word.argument, a);
    Atomics.store(control, Word.argument + 1, b);
    Atomics.store(control, Word.argument + 2, c);
    Atomics.store(control, Word.argument + 3, d);
    Atomics.store(control, Word.state, RequestState.requested);
    this.#ring();
    // A worker that failed between the look above and the request has not seen it.
    if (this.dead) return -Errno.EIO;
    while (Atomics.load(control, Word.state) === RequestState.requested) {
      Atomics.wait(control, Word.state, RequestState.requested);
    }
    this.detail = Atomics.load(control, Word.detail);
    return Atomics.load(control, Word.result);
  }

  /** As {@link Channel.request} with text as what the request carries. */
  requestText(operation: number, slot: number, text: string, a = 0, c = 0, d = 0): number {
    const length = this.putText(text);
    return this.request(operation, slot, a, length, c, d);
  }

  /**
   * Leaves bytes for the worker to send, without waiting for it; it takes them before the next
   * request.
   *
   * @param slot The socket's row.
   * @param bytes At most MAX_POSTED.
   * @param more Whether MSG_MORE was given.
   * @returns Whether there was room.
   */
  post(slot: number, bytes: Uint8Array, more: boolean): boolean {
    const control = this.#control;
    if (this.dead) return false;
    const { outbox } = this.#memory;
    const posted = Atomics.load(control, Word.posted);
    const used = (posted - Atomics.load(control, Word.taken)) >>> 0;
    const size = POST_HEADER + ((bytes.length + 3) & ~3);
    if (size > OUTBOX_SIZE - used) return false;
    const at = posted & (OUTBOX_SIZE - 1);
    const words = this.#outboxWords;
    words[at >> 2] = slot;
    words[((at + 4) & (OUTBOX_SIZE - 1)) >> 2] = bytes.length | (more ? 1 << 31 : 0);
    const start = (at + POST_HEADER) & (OUTBOX_SIZE - 1);
    const first = Math.min(bytes.length, OUTBOX_SIZE - start);
    outbox.set(bytes.subarray(0, first), start);
    outbox.set(bytes.subarray(first), 0);
    Atomics.add(this.#slots, slot * SlotWord.count + SlotWord.posted, bytes.length);
    Atomics.store(control, Word.posted, (posted + size) | 0);
    this.#ring();
    return true;
  }

  /** Bytes of a socket that were accepted for sending and that the host has not taken yet. */
  unsent(slot: number): number {
    // In this order, what the worker is just taking counts twice rather than not at all.
    const taken = this.word(slot, SlotWord.taken);
    const unsent = this.word(slot, SlotWord.unsent);
    return unsent + ((this.word(slot, SlotWord.posted) - taken) >>> 0);
  }

  /** How many events there have been; to be read before looking at what is awaited. */
  events(): number {
    return Atomics.load(this.#control, Word.events);
  }

  /**
   * Waits for an event after `seen`.
   *
   * @param seen What {@link Channel.events} returned.
   * @param deadline Milliseconds of `performance.now()`, Infinity for none.
   * @returns Whether there was one before the deadline.
   */
  waitEvent(seen: number, deadline: number): boolean {
    if (this.dead) return true;
    if (deadline === Infinity) {
      Atomics.wait(this.#control, Word.events, seen);
      return true;
    }
    const left = deadline - performance.now();
    if (left <= 0) return Atomics.load(this.#control, Word.events) !== seen;
    return Atomics.wait(this.#control, Word.events, seen, left) !== "timed-out";
  }

  /** Lets everything that has already arrived at the host come in. */
  turn(): void {
    this.stirred = false;
    this.request(Operation.turn, 0);
  }

  /** Lets one socket of this stack notice what another one did. */
  settle(): void {
    if (this.stirred) this.turn();
  }

  /** Delivers what was accepted for sending, then ends the worker. */
  close(): void {
    const worker = this.#worker;
    if (worker === null) return;
    this.#worker = null;
    globalThis.removeEventListener("unload", this.#atExit);
    this.#drain(1);
    Atomics.store(this.#control, Word.dead, 1);
    worker.terminate();
  }

  #ring(): void {
    Atomics.add(this.#control, Word.bell, 1);
    Atomics.notify(this.#control, Word.bell);
  }

  #awaitStart(): void {
    if (Atomics.load(this.#control, Word.ready) !== 0) return;
    if (Atomics.wait(this.#control, Word.ready, 0, START_TIMEOUT) === "timed-out") {
      Atomics.store(this.#control, Word.dead, 1);
    }
  }

  // As request(), but given up when nothing moves any more: a peer may never read.
  #drain(end: number): void {
    const control = this.#control;
    if (this.dead || Atomics.load(control, Word.ready) === 0) return;
    Atomics.store(control, Word.operation, Operation.drain);
    Atomics.store(control, Word.argument, end);
    Atomics.store(control, Word.state, RequestState.requested);
    this.#ring();
    let seen = this.events();
    while (Atomics.load(control, Word.state) === RequestState.requested) {
      const answer = Atomics.wait(
        control,
        Word.state,
        RequestState.requested,
        DRAIN_PATIENCE,
      );
      if (answer === "timed-out") {
        if (this.events() === seen) return;
        seen = this.events();
      }
    }
  }
}
