/**
 * wasi:io/streams.
 *
 * @module
 */
import type { WasiContext } from "../context.ts";
import { fail, trap } from "../fail.ts";
import { Resource } from "../resource.ts";
import { type ErrorOrigin, IoError } from "./error.ts";
import type { Pollable } from "./poll.ts";

/** What `blocking-write-and-flush` takes, at most. */
const MAX_BLOCKING_WRITE = 4096;

/** What a write of zeros writes at once. */
const ZEROS = new Uint8Array(MAX_BLOCKING_WRITE);

/** `stream-error`. */
export type StreamError =
  | { readonly tag: "closed" }
  | { readonly tag: "last-operation-failed"; readonly val: IoError };

const CLOSED: StreamError = { tag: "closed" };

/** Fails with `closed`. */
export function failClosed(): never {
  fail(CLOSED);
}

/** Fails with `last-operation-failed` and a positive errno. */
export function failOperation(errno: number, origin: ErrorOrigin): never {
  fail({ tag: "last-operation-failed", val: new IoError(errno, origin) });
}

/** Length of a transfer as a number; more than 2⁵³ is as good as that. */
function toLength(value: bigint): number {
  return Number(value);
}

/** `input-stream`. */
export abstract class InputStream extends Resource {
  /** What the guest's resources share. */
  protected readonly context: WasiContext;

  /** A stream of `parent`, if there is one. */
  constructor(context: WasiContext, parent: Resource | null) {
    super(parent);
    this.context = context;
  }

  /**
   * Reads once. What it returns is valid until the next call of the context.
   *
   * @param length Bytes, at most; 0 tells whether the stream is closed.
   * @param wait Whether to wait for a byte, or the end.
   */
  protected abstract pull(length: number, wait: boolean): Uint8Array;

  /** `subscribe`. */
  abstract subscribe(): Pollable;

  /** `read`. */
  read(length: bigint): Uint8Array {
    return this.pull(toLength(length), false);
  }

  /** `blocking-read`. */
  blockingRead(length: bigint): Uint8Array {
    return this.pull(toLength(length), true);
  }

  /** `skip`. */
  skip(length: bigint): bigint {
    return BigInt(this.pull(toLength(length), false).length);
  }

  /** `blocking-skip`. */
  blockingSkip(length: bigint): bigint {
    return BigInt(this.pull(toLength(length), true).length);
  }
}

/** `output-stream`. */
export abstract class OutputStream extends Resource {
  /** What the guest's resources share. */
  protected readonly context: WasiContext;
  /** Bytes that the last `check-write` has permitted. */
  #permit = 0;

  /** A stream of `parent`, if there is one. */
  constructor(context: WasiContext, parent: Resource | null) {
    super(parent);
    this.context = context;
  }

  /** How many bytes {@linkcode OutputStream.push} may be given now; fails if it is closed. */
  protected abstract room(): number;

  /** Accepts bytes, at most as many as there was room for. They are valid during the call only. */
  protected abstract push(bytes: Uint8Array): void;

  /** Begins to hand over what was accepted; fails if that has failed. */
  protected abstract startFlush(): void;

  /** Waits until what was accepted is handed over; fails if that fails. */
  protected abstract finishFlush(): void;

  /** Waits until there is room; fails if it is closed. */
  protected abstract waitForRoom(): number;

  /** Writes all of some bytes, and waits until they are handed over. */
  protected writeThrough(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const part = bytes.subarray(done, done + this.waitForRoom());
      this.push(part);
      done += part.length;
    }
    this.finishFlush();
  }

  /** `subscribe`. */
  abstract subscribe(): Pollable;

  /** `check-write`. */
  checkWrite(): bigint {
    this.#permit = this.room();
    return BigInt(this.#permit);
  }

  /** `write`. */
  write(contents: Uint8Array): void {
    if (contents.length > this.#permit) {
      trap(`write was given ${contents.length} bytes, and check-write permits ${this.#permit}`);
    }
    this.#permit -= contents.length;
    this.push(contents);
  }

  /** `blocking-write-and-flush`. */
  blockingWriteAndFlush(contents: Uint8Array): void {
    if (contents.length > MAX_BLOCKING_WRITE) {
      trap(`blocking-write-and-flush was given ${contents.length} bytes, more than 4096`);
    }
    this.#permit = 0;
    this.writeThrough(contents);
  }

  /** `flush`. */
  flush(): void {
    this.startFlush();
  }

  /** `blocking-flush`. */
  blockingFlush(): void {
    this.finishFlush();
  }

  /** `write-zeroes`. */
  writeZeroes(length: bigint): void {
    const count = toLength(length);
    if (count > this.#permit) {
      trap(`write-zeroes was given ${count} bytes, and check-write permits ${this.#permit}`);
    }
    this.#permit -= count;
    for (let left = count; left > 0; left -= ZEROS.length) this.push(ZEROS.subarray(0, left));
  }

  /** `blocking-write-zeroes-and-flush`. */
  blockingWriteZeroesAndFlush(length: bigint): void {
    const count = toLength(length);
    if (count > MAX_BLOCKING_WRITE) {
      trap(`blocking-write-zeroes-and-flush was given ${count} bytes, more than 4096`);
    }
    this.#permit = 0;
    this.writeThrough(ZEROS.subarray(0, count));
  }

  /** `splice`. */
  splice(source: InputStream, length: bigint): bigint {
    const count = Math.min(this.room(), toLength(length));
    this.#permit = 0;
    return count === 0 ? 0n : this.#move(source.read(BigInt(count)));
  }

  /** `blocking-splice`. */
  blockingSplice(source: InputStream, length: bigint): bigint {
    const count = Math.min(this.waitForRoom(), toLength(length));
    this.#permit = 0;
    return this.#move(source.blockingRead(BigInt(count)));
  }

  #move(bytes: Uint8Array): bigint {
    this.push(bytes);
    return BigInt(bytes.length);
  }
}
