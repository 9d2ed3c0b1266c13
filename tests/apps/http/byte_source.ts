/**
 * Bytes for a `MessageReader`, in pieces of a test's choice.
 *
 * @module
 */
import { type ByteSource, MessageReader } from "../../../lib/apps/http/message_reader.ts";

/** Latin-1 text as bytes. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A source of these bytes that gives at most `piece` at once, then ends. */
export function sourceOf(bytes: Uint8Array, piece = Infinity): ByteSource {
  let start = 0;
  return {
    read(buffer) {
      const count = Math.min(buffer.length, piece, bytes.length - start);
      buffer.set(bytes.subarray(start, start + count));
      start += count;
      return count;
    },
  };
}

/** A reader of text, which arrives `piece` bytes at a time and is buffered `size` bytes at a time. */
export function readerOf(text: string, piece?: number, size?: number): MessageReader {
  return new MessageReader(sourceOf(latin1(text), piece), size);
}

/** All pieces of a body, copied and joined. */
export function join(pieces: Iterable<Uint8Array>): Uint8Array<ArrayBuffer> {
  const all: number[] = [];
  for (const piece of pieces) all.push(...piece);
  return Uint8Array.from(all);
}
