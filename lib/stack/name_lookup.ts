/**
 * Name lookups that may take so long and no longer.
 *
 * @module
 */
import { Errno } from "../linux/errno.ts";
import { inlineWorker } from "./inline_worker.ts";

/** Room for addresses as text. */
const TEXT_SIZE = 16 * 1024;

/** Words of the memory that a lookup shares with the worker. */
const Word = { done: 0, result: 1, count: 2 } as const;

interface LookupRequest {
  readonly name: string;
  readonly family: number;
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly text: Uint8Array<SharedArrayBuffer>;
  /** What the worker answers for errors. */
  readonly again: number;
  readonly none: number;
}

interface LookupScope {
  onmessage: ((event: MessageEvent<LookupRequest>) => void) | null;
  process: { getBuiltinModule(name: "node:dns"): DnsModule };
}

interface DnsModule {
  lookup(
    name: string,
    options: { readonly all: true; readonly family: number; readonly verbatim: true },
    done: (
      error: { readonly code?: string } | null,
      addresses: readonly { readonly address: string }[],
    ) => void,
  ): void;
}

/** The worker's program: it uses nothing from outside itself. */
function lookupWorker(scope: LookupScope): void {
  const encoder = new TextEncoder();
  scope.onmessage = ({ data }) => {
    const { name, family, words, text, again, none } = data;
    function answer(result: number): void {
      Atomics.store(words, 1, result);
      Atomics.store(words, 0, 1);
      Atomics.notify(words, 0);
    }
    const dns = scope.process.getBuiltinModule("node:dns");
    dns.lookup(name, { all: true, family, verbatim: true }, (error, addresses) => {
      if (error !== null) {
        const { code } = error;
        return answer(code === "EAI_AGAIN" || code === "ETIMEOUT" ? again : none);
      }
      const list = addresses.map(({ address }) => address);
      const bytes = encoder.encode(list.join(" ")).subarray(0, text.length);
      text.set(bytes);
      answer(bytes.length);
    });
  };
}

/** Lookups under way at a time, and answers that nobody has come for, at most. */
const MAX_LOOKUPS = 64;

/** Milliseconds for which an answer is kept that nobody has come for. */
const MAX_AGE = 10_000;

/** A lookup that was begun. */
interface Lookup {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly text: Uint8Array<SharedArrayBuffer>;
  readonly started: number;
}

/**
 * Looks names up in a worker, by the host's resolver: nothing ends a lookup that hangs, but one need not
 * wait for it. Whoever asks for the same name again gets the answer of the first lookup.
 */
export class NameLookup {
  #worker: Worker | null = null;
  readonly #lookups = new Map<string, Lookup>();

  /**
   * Looks a name up.
   *
   * @param name The name; Deno must have granted `--allow-net` for it, or the worker would ask.
   * @param family 4, 6, or 0 for both.
   * @param timeout Milliseconds that it may take.
   * @returns Addresses as text in the resolver's order, with repeats; or a negated errno: −ENOENT for
   * none, −EAGAIN for a failure that may pass or too many lookups at a time, −ETIMEDOUT.
   */
  lookUp(name: string, family: 0 | 4 | 6, timeout: number): string[] | number {
    const key = `${family} ${name}`;
    const lookup = this.#known(key) ?? this.#start(key, name, family);
    if (lookup === null) return -Errno.EAGAIN;
    const { words, text } = lookup;
    Atomics.wait(words, Word.done, 0, timeout);
    if (Atomics.load(words, Word.done) === 0) return -Errno.ETIMEDOUT;
    this.#lookups.delete(key);
    const result = Atomics.load(words, Word.result);
    if (result < 0) return result;
    return new TextDecoder().decode(text.slice(0, result)).split(" ");
  }

  /** Ends the worker. */
  close(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#lookups.clear();
  }

  #known(key: string): Lookup | undefined {
    const lookup = this.#lookups.get(key);
    if (lookup === undefined) return undefined;
    const isDone = Atomics.load(lookup.words, Word.done) !== 0;
    return isDone && performance.now() - lookup.started > MAX_AGE ? undefined : lookup;
  }

  #start(key: string, name: string, family: 0 | 4 | 6): Lookup | null {
    if (this.#lookups.size >= MAX_LOOKUPS) {
      for (const [other, { words }] of this.#lookups) {
        if (Atomics.load(words, Word.done) !== 0) this.#lookups.delete(other);
      }
      if (this.#lookups.size >= MAX_LOOKUPS) return null;
    }
    const words = new Int32Array(new SharedArrayBuffer(4 * Word.count));
    const text = new Uint8Array(new SharedArrayBuffer(TEXT_SIZE));
    const lookup: Lookup = { words, text, started: performance.now() };
    this.#lookups.set(key, lookup);
    const worker = this.#worker ??= inlineWorker(lookupWorker);
    const request: LookupRequest = {
      name,
      family,
      words,
      text,
      again: -Errno.EAGAIN,
      none: -Errno.ENOENT,
    };
    worker.postMessage(request);
    return lookup;
  }
}
