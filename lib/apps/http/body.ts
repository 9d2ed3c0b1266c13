/**
 * The body of an HTTP/1.x response: where it ends, and its bytes.
 *
 * @module
 */
import { HttpError, quote } from "./error.ts";
import type { MessageReader } from "./message_reader.ts";
import type { Method } from "./request_head.ts";
import { type ResponseHead, skipTrailers } from "./response_head.ts";

/**
 * Where a body ends: after so many bytes, after its last chunk, or with the connection (RFC 9112
 * section 6.3).
 */
export type BodyFraming =
  | { readonly kind: "length"; readonly length: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "close" };

const LF = 10;
const CR = 13;

/** Longest line before a chunk, its extensions included. */
const MAX_CHUNK_LINE = 4096;

/**
 * Tells where a response's body ends.
 *
 * @param head The response's head.
 * @param method The request's method.
 * @throws {HttpError} If the head contradicts itself or names a coding that was not asked for.
 */
export function bodyFraming(head: ResponseHead, method: Method): BodyFraming {
  const { status, headers } = head;
  if (method === "HEAD" || status === 204 || status === 304) return { kind: "length", length: 0 };
  const coding = headers.get("transfer-encoding");
  if (coding !== null) {
    if (coding.toLowerCase() === "chunked") return { kind: "chunked" };
    throw new HttpError(`the transfer coding ${quote(coding)} is not supported`);
  }
  const length = headers.get("content-length");
  return length === null
    ? { kind: "close" }
    : { kind: "length", length: parseContentLength(length) };
}

/** RFC 9110 section 8.6: the same length may have been repeated. */
function parseContentLength(text: string): number {
  const values = new Set(text.split(",").map((value) => value.trim()));
  const [value = ""] = values;
  const length = Number(value);
  if (values.size !== 1 || !/^[0-9]+$/.test(value) || !Number.isSafeInteger(length)) {
    throw new HttpError(`the Content-Length ${quote(text)} is malformed`);
  }
  return length;
}

/**
 * Decodes a body.
 *
 * @param reader Stands at the body's start.
 * @param framing Where the body ends.
 * @returns Its bytes in pieces of bounded size as they arrive; each is valid until the next is asked
 * for.
 * @throws {HttpError} If the connection ends before the body, or a chunk is malformed.
 */
export function decodeBody(
  reader: MessageReader,
  framing: BodyFraming,
): Generator<Uint8Array<ArrayBuffer>, void> {
  switch (framing.kind) {
    case "length":
      return take(reader, framing.length);
    case "chunked":
      return takeChunks(reader);
    case "close":
      return takeAll(reader);
  }
}

function* take(
  reader: MessageReader,
  length: number,
): Generator<Uint8Array<ArrayBuffer>, void> {
  let left = length;
  while (left > 0) {
    const piece = reader.take(left);
    if (piece.byteLength === 0) {
      const got = length - left;
      throw new HttpError(`the connection ended after ${got} of ${length} bytes`, "truncated");
    }
    left -= piece.byteLength;
    yield piece;
  }
}

function* takeAll(reader: MessageReader): Generator<Uint8Array<ArrayBuffer>, void> {
  for (;;) {
    const piece = reader.take(Infinity);
    if (piece.byteLength === 0) return;
    yield piece;
  }
}

function* takeChunks(reader: MessageReader): Generator<Uint8Array<ArrayBuffer>, void> {
  for (;;) {
    const size = readChunkSize(reader);
    if (size === 0) break;
    yield* take(reader, size);
    endChunk(reader);
  }
  skipTrailers(reader);
}

/** Takes the end of the line that a chunk's data is on; its CR may be missing (section 2.2). */
function endChunk(reader: MessageReader): void {
  let octet = takeOctet(reader);
  if (octet === CR) octet = takeOctet(reader);
  if (octet !== LF) throw new HttpError("a chunk does not end where it should");
}

function takeOctet(reader: MessageReader): number {
  const [octet] = reader.take(1);
  if (octet === undefined) throw endedBeforeLastChunk();
  return octet;
}

/** RFC 9112 section 7.1: hexadecimal, then extensions, which are ignored. */
function readChunkSize(reader: MessageReader): number {
  const line = reader.line(MAX_CHUNK_LINE);
  if (line === null) throw endedBeforeLastChunk();
  const match = /^([0-9a-fA-F]+)[ \t]*(?:;.*)?$/.exec(line);
  const size = match === null ? NaN : Number.parseInt(match[1] ?? "", 16);
  if (!Number.isSafeInteger(size)) {
    throw new HttpError(`the chunk size ${quote(line)} is malformed`);
  }
  return size;
}

function endedBeforeLastChunk(): HttpError {
  return new HttpError("the connection ended before the last chunk", "truncated");
}
