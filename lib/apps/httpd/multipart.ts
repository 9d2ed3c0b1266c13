/**
 * Several ranges of a file in one response, RFC 9110 section 14.6.
 *
 * @module
 */
import { latin1Bytes } from "./characters.ts";
import type { ByteRange } from "./ranges.ts";
import type { ServedFile } from "./served_file.ts";

/** A string that no file has in it but by an accident of 2⁻¹²⁸. */
function randomBoundary(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toHex();
}

/** A multipart/byteranges body, handed out piece by piece: bytes, then a range of the file, … */
export class MultipartBody {
  /** The Content-Type. */
  readonly contentType: string;
  /** Bytes of the whole body. */
  readonly length: number;
  /** The file. */
  readonly file: ServedFile;
  readonly #ranges: readonly ByteRange[];
  readonly #heads: readonly Uint8Array<ArrayBuffer>[];
  readonly #end: Uint8Array<ArrayBuffer>;
  #next = 0;

  /** Makes a body of ranges of a file, in their order. */
  constructor(file: ServedFile, ranges: readonly ByteRange[]) {
    const boundary = randomBoundary();
    this.contentType = `multipart/byteranges; boundary=${boundary}`;
    this.file = file;
    this.#ranges = ranges;
    this.#heads = ranges.map(({ start, end }, index) =>
      latin1Bytes(
        `${index === 0 ? "" : "\r\n"}--${boundary}\r\nContent-Type: ${file.place.contentType}\r\n` +
          `Content-Range: bytes ${start}-${end - 1}/${file.size}\r\n\r\n`,
      )
    );
    this.#end = latin1Bytes(`\r\n--${boundary}--\r\n`);
    let length = this.#end.length;
    for (const { start, end } of ranges) length += end - start;
    for (const head of this.#heads) length += head.length;
    this.length = length;
  }

  /** What follows: bytes, and the range that follows them; null for no range: then that is all. */
  next(): { readonly bytes: Uint8Array<ArrayBuffer>; readonly range: ByteRange | null } {
    const index = this.#next++;
    const range = this.#ranges[index] ?? null;
    return { bytes: this.#heads[index] ?? this.#end, range };
  }
}
