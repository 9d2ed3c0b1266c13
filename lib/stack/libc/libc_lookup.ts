/**
 * Name lookups of the C library that one need not wait for: getaddrinfo(3) knows no time limit.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { inlineWorker } from "../inline_worker.ts";
import type { Libc } from "./libc.ts";
import { libraryName } from "./library.ts";
import { type LookupMemory, lookupMemory, takeLookup } from "./resolver.ts";

/** Lookups under way at a time, at most: one that hangs keeps a thread of the host. */
const MAX_LOOKUPS = 16;

/** Milliseconds for which an answer is kept that nobody has come for. */
const MAX_AGE = 10_000;

/** Words of the memory that a lookup shares with the worker. */
const Word = { state: 0, code: 1, count: 2 } as const;

/** How far a lookup is. */
const State = {
  pending: 0,
  done: 1,
  /** Nobody will take its answer. */
  abandoned: 2,
} as const;

interface Lookup extends LookupMemory {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly started: number;
}

interface LookupRequest extends Lookup {
  readonly library: string;
}

interface LookupScope {
  onmessage: ((event: MessageEvent<LookupRequest | null>) => Promise<void>) | null;
  close(): void;
}

/** The worker's program: it uses nothing from outside itself. */
function lookupWorker(scope: LookupScope): void {
  const symbols = {
    getaddrinfo: {
      parameters: ["buffer", "pointer", "buffer", "buffer"],
      result: "i32",
      nonblocking: true,
    },
    freeaddrinfo: { parameters: ["u64"], result: "void" },
  } as const;
  let loaded: Deno.DynamicLibrary<typeof symbols> | null = null;
  let running = 0;
  let ending = false;

  function load(path: string): Deno.DynamicLibrary<typeof symbols> | null {
    // The permission may have been revoked since: dlopen would ask for it.
    if (Deno.permissions.querySync({ name: "ffi", path }).state !== "granted") return null;
    return loaded ??= Deno.dlopen(path, symbols);
  }

  scope.onmessage = async ({ data }) => {
    if (data === null) {
      ending = true;
    } else {
      const { library, words, node, hints, list } = data;
      running++;
      const libc = load(library);
      // EPERM: positive codes are errnos.
      const code = await libc?.symbols.getaddrinfo(node, null, hints, list) ?? 1;
      running--;
      Atomics.store(words, 1, code);
      const before = Atomics.compareExchange(words, 0, 0, 1);
      Atomics.notify(words, 0);
      const [first = 0n] = list;
      if (before !== 0 && code === 0) libc?.symbols.freeaddrinfo(first);
    }
    if (ending && running === 0) scope.close();
  };
}

/**
 * Looks names up in a worker, which calls getaddrinfo(3) in further threads of its own. A lookup goes on
 * when the time for it is over: whoever asks for the same name again gets the answer of the first.
 */
export class LibcLookup {
  readonly #libc: Libc;
  readonly #lookups = new Map<string, Lookup>();
  #worker: Worker | null = null;

  /**
   * @param libc Takes answers over on this thread.
   */
  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /**
   * As `Stack.resolve`.
   *
   * @param timeout Milliseconds that it may take.
   */
  resolve(
    name: string,
    family: number,
    addresses: Uint8Array<ArrayBuffer>[],
    timeout: number,
  ): number {
    const key = `${family} ${name}`;
    const lookup = this.#known(key) ?? this.#start(key, name, family);
    if (typeof lookup === "number") return lookup;
    const { words } = lookup;
    Atomics.wait(words, Word.state, State.pending, timeout);
    if (Atomics.load(words, Word.state) === State.pending) return -Errno.ETIMEDOUT;
    this.#lookups.delete(key);
    return takeLookup(this.#libc, lookup, Atomics.load(words, Word.code), addresses);
  }

  /** Ends the worker, or lets it end when the lookups that it is at have. */
  close(): void {
    let running = false;
    for (const lookup of this.#lookups.values()) {
      if (!this.#abandon(lookup)) running = true;
    }
    this.#lookups.clear();
    // Memory that getaddrinfo still writes to belongs to the worker.
    if (running) this.#worker?.postMessage(null);
    else this.#worker?.terminate();
    this.#worker = null;
  }

  /** Frees the answer of a lookup, or has it freed; returns whether it was there. */
  #abandon(lookup: Lookup): boolean {
    const { words } = lookup;
    const before = Atomics.compareExchange(words, Word.state, State.pending, State.abandoned);
    if (before === State.pending) return false;
    takeLookup(this.#libc, lookup, Atomics.load(words, Word.code), []);
    return true;
  }

  /** A lookup that was begun before and whose answer is fresh. */
  #known(key: string): Lookup | undefined {
    const lookup = this.#lookups.get(key);
    if (lookup === undefined || !this.#isStale(lookup)) return lookup;
    this.#abandon(lookup);
    this.#lookups.delete(key);
    return undefined;
  }

  #isStale({ words, started }: Lookup): boolean {
    return Atomics.load(words, Word.state) === State.done && performance.now() - started > MAX_AGE;
  }

  #start(key: string, name: string, family: number): Lookup | number {
    const memory = lookupMemory(name, family);
    if (memory === null) return -Errno.ENOENT;
    if (this.#lookups.size >= MAX_LOOKUPS) {
      for (const [other, lookup] of this.#lookups) {
        if (Atomics.load(lookup.words, Word.state) !== State.done) continue;
        this.#abandon(lookup);
        this.#lookups.delete(other);
      }
      if (this.#lookups.size >= MAX_LOOKUPS) return -Errno.EAGAIN;
    }
    const words = new Int32Array(new SharedArrayBuffer(4 * Word.count));
    const lookup: Lookup = { ...memory, words, started: performance.now() };
    this.#lookups.set(key, lookup);
    this.#worker ??= inlineWorker(lookupWorker);
    this.#worker.postMessage({ ...lookup, library: libraryName() } satisfies LookupRequest);
    return lookup;
  }
}
