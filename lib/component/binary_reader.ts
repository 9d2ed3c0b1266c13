/**
 * Reads the encodings that WebAssembly's binary formats share.
 *
 * @module
 */
import { ComponentError } from "./error.ts";

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes that are read from the start to an end. */
export class BinaryReader {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #end: number;
  #at: number;

  /** Reads `bytes` from `start` to `end`. */
  constructor(bytes: Uint8Array<ArrayBuffer>, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Whether everything has been read. */
  get done(): boolean {
    return this.#at >= this.#end;
  }

  /** The error for what is wrong at the place that was just read. */
  malformed(what: string): ComponentError {
    return new ComponentError(`Malformed component: ${what} at byte ${this.#at}`);
  }

  /** The next byte. */
  byte(): number {
    const value = this.done ? undefined : this.#bytes[this.#at++];
    if (value === undefined) throw this.malformed("it ends early");
    return value;
  }

  /** The next byte, without reading it. */
  peek(): number {
    const value = this.byte();
    this.#at--;
    return value;
  }

  /** An unsigned number of 32 bits, LEB128. */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      if (shift === 28 && byte > 0x0f) throw this.malformed("a number is too long");
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw this.malformed("a number is too long");
  }

  /** The next `length` bytes, without a copy. */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    const start = this.#at;
    if (length > this.#end - start) throw this.malformed("it ends early");
    this.#at += length;
    return this.#bytes.subarray(start, this.#at);
  }

  /** Everything that has not been read yet, without a copy. */
  rest(): Uint8Array<ArrayBuffer> {
    return this.bytes(this.#end - this.#at);
  }

  /** A reader for the next `length` bytes. */
  section(length: number): BinaryReader {
    const start = this.#at;
    this.bytes(length);
    return new BinaryReader(this.#bytes, start, this.#at);
  }

  /** A text. */
  name(): string {
    const bytes = this.bytes(this.u32());
    try {
      return DECODER.decode(bytes);
    } catch {
      throw this.malformed("a name is not UTF-8");
    }
  }

  /** A vector: a count, and so many of what `item` reads. */
  vector<T>(item: () => T): T[] {
    const count = this.u32();
    // Each takes a byte at least, so that a count alone makes nothing large.
    if (count > this.#end - this.#at) throw this.malformed("it ends early");
    return Array.from({ length: count }, item);
  }

  /** What `item` reads, if a byte says that it is there. */
  optional<T>(item: () => T): T | undefined {
    const flag = this.byte();
    if (flag > 1) throw this.malformed("an option is neither absent nor present");
    return flag === 0 ? undefined : item();
  }
}
