/**
 * A stream of bytes, read by lines and by pieces.
 *
 * @module
 */
import { HttpError } from "./error.ts";

/** Where bytes come from; 0 is the end. A `TcpStream` is one. */
export interface ByteSource {
  /** Waits for bytes and puts them into `buffer`. */
  read(buffer: Uint8Array): number;
}

/** Bytes that may be read from a source at once. */
const BUFFER_SIZE = 64 * 1024;

const LF = 10;
const CR = 13;

/** Buffers a source. */
export class MessageReader {
  readonly #source: ByteSource;
  readonly #buffer: Uint8Array<ArrayBuffer>;
  #start = 0;
  #end = 0;

  /** Reads `source`, at most `size` bytes at once. */
  constructor(source: ByteSource, size: number = BUFFER_SIZE) {
    this.#source = source;
    this.#buffer = new Uint8Array(size);
  }

  /**
   * Takes bytes, waiting for any at all.
   *
   * @param most How many at most.
   * @returns Some of them, valid until the next call; none at the end.
   */
  take(most: number): Uint8Array<ArrayBuffer> {
    if (!this.#fill()) return this.#buffer.subarray(0, 0);
    const end = Math.min(this.#end, this.#start + most);
    const taken = this.#buffer.subarray(this.#start, end);
    this.#start = end;
    return taken;
  }

  /**
   * Takes a line, which ends with LF or CR LF (RFC 9112 section 2.2).
   *
   * @param most The longest line allowed, in bytes with its end.
   * @returns The line without its end, Latin-1; null at the end of the stream.
   * @throws {HttpError} If the line is longer, or the stream ends within it.
   */
  line(most: number): string | null {
    let text = "";
    let room = most;
    while (this.#fill()) {
      const found = this.#buffer.subarray(this.#start, this.#end).indexOf(LF);
      const size = found < 0 ? this.#end - this.#start : found + 1;
      if (size > room) throw new HttpError("the response has a line that is too long");
      room -= size;
      text += latin1(this.#buffer.subarray(this.#start, this.#start + size));
      this.#start += size;
      if (found < 0) continue;
      return text.slice(0, text.charCodeAt(text.length - 2) === CR ? -2 : -1);
    }
    if (text === "") return null;
    throw new HttpError("the connection ended within a line", "truncated");
  }

  #fill(): boolean {
    if (this.#start < this.#end) return true;
    this.#start = 0;
    this.#end = this.#source.read(this.#buffer);
    return this.#end > 0;
  }
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
