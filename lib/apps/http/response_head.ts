/**
 * The head of an HTTP/1.x response.
 *
 * @module
 */
import { HttpError, quote } from "./error.ts";
import type { MessageReader } from "./message_reader.ts";

/** What a response says before its body. */
export interface ResponseHead {
  /** Minor version of HTTP/1. */
  readonly minorVersion: number;
  /** Status code. */
  readonly status: number;
  /** Reason phrase, possibly empty. */
  readonly reason: string;
  /** Header fields; several of one name are joined by commas. */
  readonly headers: Headers;
}

/** Limits on what a server may make the client hold. */
export const HeadLimits = {
  /** Bytes of a head or of a trailer section. */
  bytes: 64 * 1024,
  /** Fields of a head or of a trailer section. */
  fields: 256,
  /** Interim responses before the final one. */
  interim: 16,
} as const;

// RFC 9112 section 4; the space before an empty reason is left out by some servers.
const STATUS_LINE = /^HTTP\/1\.([0-9]) ([1-9][0-9]{2})(?: ([\t\x20-\x7e\x80-\xff]*))?$/;

// RFC 9112 section 5: no space before the colon.
const FIELD_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/;

/** Reads lines within a head's limit of bytes. */
class HeadLines {
  readonly #reader: MessageReader;
  #room: number = HeadLimits.bytes;

  constructor(reader: MessageReader) {
    this.#reader = reader;
  }

  next(): string | null {
    const line = this.#reader.line(this.#room);
    this.#room -= (line?.length ?? 0) + 2;
    return line;
  }
}

function readFields(lines: HeadLines): Headers {
  const fields: [string, string][] = [];
  for (;;) {
    const line = lines.next();
    if (line === null) {
      throw new HttpError("the connection ended within the header fields", "truncated");
    }
    if (line === "") break;
    const last = fields.at(-1);
    // RFC 9112 section 5.2: a folded line continues the one before.
    const folded = /^[ \t]/.test(line) && last !== undefined;
    const match = FIELD_LINE.exec(folded ? `x:${line}` : line);
    if (match === null) throw new HttpError(`the header line ${quote(line)} is malformed`);
    const [, name = "", value = ""] = match;
    if (folded) last[1] = `${last[1]} ${value}`.trim();
    else if (fields.push([name, value]) > HeadLimits.fields) {
      throw new HttpError(`there are more than ${HeadLimits.fields} header fields`);
    }
  }
  return new Headers(fields);
}

function readOne(reader: MessageReader): ResponseHead {
  const lines = new HeadLines(reader);
  const line = lines.next();
  if (line === null) {
    throw new HttpError("the server closed the connection without a response", "truncated");
  }
  const match = STATUS_LINE.exec(line);
  if (match === null) throw new HttpError(`the response starts with ${quote(line)}, not HTTP/1.1`);
  const [, minorVersion, status, reason = ""] = match;
  return {
    minorVersion: Number(minorVersion),
    status: Number(status),
    reason,
    headers: readFields(lines),
  };
}

/**
 * Reads the head of the final response: interim ones (1xx) are skipped, RFC 9110 section 15.2.
 *
 * @throws {HttpError} If the response is malformed or beyond the limits.
 */
export function readResponseHead(reader: MessageReader): ResponseHead {
  for (let count = 0; count <= HeadLimits.interim; count++) {
    const head = readOne(reader);
    if (head.status >= 200) return head;
    if (head.status === 101) throw new HttpError("the server switched protocols unasked");
  }
  throw new HttpError(`there are more than ${HeadLimits.interim} interim responses`);
}

/**
 * Reads and drops the trailer section of a chunked body, RFC 9112 section 7.1.2.
 *
 * @throws {HttpError} If it is malformed or beyond the limits.
 */
export function skipTrailers(reader: MessageReader): void {
  readFields(new HeadLines(reader));
}
