/**
 * A request's head, as far as a server of files cares.
 *
 * @module
 */
import { latin1 } from "./characters.ts";

/** What parsing returns where a request has not arrived as a whole. */
export const INCOMPLETE = 0;

/** What is asked for: GET, HEAD, another method of the standard (405), or an unknown one (501). */
export const Method = { get: 1, head: 2, known: 3, unknown: 4 } as const;

/** One of the values of {@linkcode Method}. */
export type Method = (typeof Method)[keyof typeof Method];

/**
 * A request's head, reusable. Parts of it are places in the bytes that it was parsed from, so that
 * nothing is made for a request that has been answered before; see {@linkcode Request.detach}.
 */
export class Request {
  /** What it was parsed from. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** Where the request's line starts. */
  lineStart = 0;
  /** Where the request's line ends. */
  lineEnd = 0;
  /** The method. */
  method: Method = Method.get;
  /** Minor version: 0, or 1 for anything above. */
  minorVersion = 0;
  /** Where the path starts; it is empty where an absolute target has none. */
  pathStart = 0;
  /** Where the path ends. */
  pathEnd = 0;
  /** Where the query ends, which starts with `?` at the path's end; no query if it is the same. */
  queryEnd = 0;
  /** Whether a Host field was seen. */
  hasHost = false;
  /** Whether the connection ends with the response, by the client's wish. */
  wantsClose = false;
  /** Whether a client of HTTP/1.0 wants the connection to stay. */
  wantsKeepAlive = false;
  /** Content-Length; −1 where there is none. */
  contentLength = -1;
  /** Whether a Transfer-Encoding field was seen. */
  hasTransferEncoding = false;
  /** The transfer codings; empty where there are none. */
  transferEncoding = "";
  /** Expect; empty where there is none. */
  expect = "";
  /** Whether any of the following fields is there. */
  isConditional = false;
  /** If-Match, or null; fields of one name are joined by commas. */
  ifMatch: string | null = null;
  /** If-None-Match, or null. */
  ifNoneMatch: string | null = null;
  /** If-Modified-Since, or null. */
  ifModifiedSince: string | null = null;
  /** If-Unmodified-Since, or null. */
  ifUnmodifiedSince: string | null = null;
  /** If-Range, or null. */
  ifRange: string | null = null;
  /** Range, or null. */
  range: string | null = null;

  /** Forgets everything before another head is parsed. */
  reset(bytes: Uint8Array<ArrayBuffer>): void {
    this.bytes = bytes;
    this.lineStart = 0;
    this.lineEnd = 0;
    this.hasHost = false;
    this.wantsClose = false;
    this.wantsKeepAlive = false;
    this.contentLength = -1;
    this.hasTransferEncoding = false;
    if (this.transferEncoding !== "") this.transferEncoding = "";
    if (this.expect !== "") this.expect = "";
    if (!this.isConditional) return;
    this.isConditional = false;
    this.ifMatch = null;
    this.ifNoneMatch = null;
    this.ifModifiedSince = null;
    this.ifUnmodifiedSince = null;
    this.ifRange = null;
    this.range = null;
  }

  /** Whether the connection stays after the response, RFC 9112 section 9.3. */
  get keepsAlive(): boolean {
    return !this.wantsClose && (this.minorVersion > 0 || this.wantsKeepAlive);
  }

  /** Whether a body follows. */
  get hasBody(): boolean {
    return this.contentLength > 0 || this.hasTransferEncoding;
  }

  /** The request's line as text, for the log. */
  get line(): string {
    return latin1(this.bytes, this.lineStart, this.lineEnd);
  }

  /** The query with its `?` as text; empty where there is none. */
  get query(): string {
    return latin1(this.bytes, this.pathEnd, this.queryEnd);
  }

  /** A copy with bytes of its own, which outlives what it was parsed from. */
  detach(): Request {
    const copy = Object.assign(new Request(), this);
    const start = this.lineStart;
    copy.bytes = this.bytes.slice(start, this.lineEnd);
    copy.lineStart -= start;
    copy.lineEnd -= start;
    copy.pathStart -= start;
    copy.pathEnd -= start;
    copy.queryEnd -= start;
    return copy;
  }
}
