/**
 * Ends this process when a guest's time is up, whatever it waits in.
 *
 * A machine that looks at the clock, and calls that wait by poll(2), end by themselves. A write to a
 * pipe that nobody reads, the opening of a named pipe and a WebAssembly program that computes do not:
 * no thread can end another one there, only the process.
 *
 * @module
 */
import { libraryNames } from "../stack/libc/library.ts";
import { inlineWorker } from "../stack/inline_worker.ts";

/** Words of the memory that the threads share. */
const Word = {
  /** Not 0 once the guest has ended. */
  ended: 0,
  /** Not 0 once the message stands on standard error. */
  said: 1,
  count: 2,
} as const;

/** Exit status of a guest whose time was up. */
const STATUS = 1;

/** Milliseconds that the message may take: standard error may have no reader either. */
const MESSAGE_LIMIT = 200;

interface WatchRequest {
  readonly words: Int32Array<SharedArrayBuffer>;
  /** Milliseconds until the end. */
  readonly wait: number;
  /** What to say; null for the thread that ends the process. */
  readonly message: string | null;
  readonly messageLimit: number;
  readonly status: number;
  /** Names of the C library. */
  readonly libraries: readonly string[];
}

interface WatchScope {
  onmessage: ((event: MessageEvent<WatchRequest>) => void) | null;
}

/** The workers' program: it uses nothing from outside itself. */
function watchWorker(scope: WatchScope): void {
  scope.onmessage = ({ data }) => {
    const { words, wait, message, messageLimit, status, libraries } = data;
    Atomics.wait(words, 0, 0, wait);
    if (Atomics.load(words, 0) !== 0) return;
    if (message !== null) {
      const bytes = new TextEncoder().encode(message);
      try {
        for (let written = 0; written < bytes.length;) {
          written += Deno.stderr.writeSync(bytes.subarray(written));
        }
      } catch {
        // Nobody listens.
      }
      Atomics.store(words, 1, 1);
      Atomics.notify(words, 1);
      return;
    }
    Atomics.wait(words, 1, 0, messageLimit);
    // Here Deno.exit would end the worker alone; the C library's ends all.
    for (const path of libraries) {
      const { state, partial } = Deno.permissions.querySync({ name: "ffi", path });
      if (state !== "granted" || partial === true) continue;
      try {
        const exit = { parameters: ["i32"], result: "void" } as const;
        Deno.dlopen(path, { _exit: exit }).symbols._exit(status);
      } catch {
        // It has another name here.
      }
    }
    Deno.kill(Deno.pid, "SIGKILL");
  };
}

/**
 * A time limit that holds until it is disposed of.
 *
 * When it is over, a line is written to standard error and the process ends: with exit status 1, or
 * by SIGKILL where the C library cannot be called (`--allow-ffi`), since Deno lets no thread but the
 * first one exit.
 */
export class TimeLimit implements Disposable {
  readonly #words = new Int32Array(new SharedArrayBuffer(4 * Word.count));
  readonly #workers: readonly Worker[];

  /**
   * Starts to count.
   *
   * @param milliseconds How long the guest may take.
   * @param message What is written when that is over, without a newline.
   */
  constructor(milliseconds: number, message: string) {
    const { os, arch } = Deno.build;
    const request = {
      words: this.#words,
      wait: milliseconds,
      messageLimit: MESSAGE_LIMIT,
      status: STATUS,
      libraries: os === "linux" ? libraryNames(arch) : [],
    };
    // A thread that writes may have to wait for ever, so that another one has to end the process.
    this.#workers = [`${message}\n`, null].map((message) => {
      const worker = inlineWorker(watchWorker);
      worker.postMessage({ ...request, message } satisfies WatchRequest);
      return worker;
    });
  }

  /** Ends the limit: the guest was in time. */
  [Symbol.dispose](): void {
    Atomics.store(this.#words, Word.ended, 1);
    Atomics.notify(this.#words, Word.ended);
    for (const worker of this.#workers) worker.terminate();
  }
}
