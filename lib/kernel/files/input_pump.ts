/**
 * Waiting for the process's own input where no poll(2) is at hand.
 *
 * @module
 */
import type { Alarm } from "../../stack/alarm.ts";
import { inlineWorker } from "../../stack/inline_worker.ts";
import { errnoOf } from "./node_fs.ts";

/** Bytes read ahead, at most. */
const ROOM = 64 * 1024;

/** Words of the memory that is shared with the worker. */
const Word = { state: 0, result: 1, count: 2 } as const;

/** Who has to act next. */
const State = {
  /** Nobody: nothing has been asked for. */
  idle: 0,
  /** The worker has to read. */
  asked: 1,
  /** The worker is reading, which may take for ever. */
  reading: 2,
  /** The guest has a result to take: bytes, the end, or an error. */
  done: 3,
} as const;

/** How long a worker may take to begin to read, in milliseconds. */
const START_LIMIT = 10_000;

/** What is there already arrives within this time, in milliseconds. */
const ARRIVAL_LIMIT = 5;

interface InputMemory {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly alarm: Alarm;
}

interface InputScope {
  onmessage: ((event: MessageEvent<InputMemory>) => void) | null;
}

/** The worker's program: it uses nothing from outside itself. */
function inputWorker(scope: InputScope): void {
  scope.onmessage = ({ data: { words, bytes, alarm } }) => {
    const room = new Uint8Array(bytes.length);
    // The numbers are the host's own; what has none is EIO.
    const failure = (error: unknown) => -Number(/\(os error (\d+)\)/.exec(String(error))?.[1] ?? 5);
    for (;;) {
      Atomics.wait(words, 0, 0);
      if (Atomics.compareExchange(words, 0, 1, 2) !== 1) {
        Atomics.wait(words, 0, 3);
        continue;
      }
      Atomics.notify(words, 0);
      let result: number;
      try {
        result = Deno.stdin.readSync(room) ?? 0;
        bytes.set(room.subarray(0, result));
      } catch (error) {
        result = failure(error);
      }
      Atomics.store(words, 1, result);
      Atomics.store(words, 0, 3);
      Atomics.notify(words, 0);
      Atomics.add(alarm.words, alarm.index, 1);
      Atomics.notify(alarm.words, alarm.index);
    }
  };
}

/**
 * Reads standard input ahead in a worker, from the first time that somebody asks whether there is any.
 * Until then, and whenever nothing is read ahead, reads go to the descriptor itself.
 */
export class InputPump {
  readonly #alarm: Alarm;
  readonly #words = new Int32Array(new SharedArrayBuffer(4 * Word.count));
  readonly #bytes = new Uint8Array(new SharedArrayBuffer(ROOM));
  #worker: Worker | null = null;
  /** Bytes of the result that have been taken. */
  #taken = 0;

  /**
   * @param alarm Rung when there is something to read.
   */
  constructor(alarm: Alarm) {
    this.#alarm = alarm;
  }

  /** Whether a read would not wait. Begins to read ahead if it is not known. */
  poll(): boolean {
    const words = this.#words;
    if (Atomics.load(words, Word.state) === State.idle) {
      Atomics.store(words, Word.state, State.asked);
      Atomics.notify(words, Word.state);
      this.#start();
      Atomics.wait(words, Word.state, State.asked, START_LIMIT);
      Atomics.wait(words, Word.state, State.reading, ARRIVAL_LIMIT);
    }
    return Atomics.load(words, Word.state) === State.done;
  }

  /** As read(2): bytes, 0 at the end, or a negated errno. Waits. */
  read(buffer: Uint8Array): number {
    const words = this.#words;
    for (;;) {
      const state = Atomics.load(words, Word.state);
      if (state === State.idle) return readDirectly(buffer);
      if (state === State.done) return this.#take(buffer);
      Atomics.wait(words, Word.state, state);
    }
  }

  /** Ends the worker. What it has read ahead, or is about to read, is lost. */
  close(): void {
    this.#worker?.terminate();
    this.#worker = null;
  }

  #start(): void {
    if (this.#worker !== null) return;
    this.#worker = inlineWorker(inputWorker);
    const memory: InputMemory = { words: this.#words, bytes: this.#bytes, alarm: this.#alarm };
    this.#worker.postMessage(memory);
  }

  #take(buffer: Uint8Array): number {
    const words = this.#words;
    const result = Atomics.load(words, Word.result);
    const count = Math.min(buffer.length, Math.max(0, result) - this.#taken);
    buffer.set(this.#bytes.subarray(this.#taken, this.#taken + count));
    this.#taken += count;
    if (this.#taken >= result) {
      this.#taken = 0;
      Atomics.store(words, Word.state, State.idle);
      Atomics.notify(words, Word.state);
    }
    return result < 0 ? result : count;
  }
}

/** Reads the process's own standard input. */
function readDirectly(buffer: Uint8Array): number {
  try {
    return Deno.stdin.readSync(buffer) ?? 0;
  } catch (error) {
    return errnoOf(error);
  }
}
