/**
 * What a client may make the server hold, and for how long.
 *
 * @module
 */

/** Limits that nobody has asked to change yet. */
export const HttpdLimits = {
  /** Bytes of a request's line; beyond, 414. */
  requestLine: 8 * 1024,
  /** Bytes of a request's head, its line included; beyond, 431. */
  head: 16 * 1024,
  /** Fields of a request's head; beyond, 431. */
  fields: 100,
  /** Empty lines before a request. */
  emptyLines: 4,
  /** Bytes of a request's body, which nobody reads; beyond, 413. */
  body: 64 * 1024,
  /** Bytes of one line of a chunked body that is not data, and of its trailer section. */
  chunkLines: 4 * 1024,
  /** Ranges of a file in one request; beyond, the whole file is sent. */
  ranges: 16,
  /** Bytes that a client must take within a time-out, unless it takes all there is. */
  progress: 4 * 1024,
  /** Milliseconds that the end of a refused connection may take. */
  lingering: 2000,
  /** Bytes that are still read from a refused connection. */
  lingeringBytes: 256 * 1024,
  /** Bytes of a file that is kept in memory. */
  inlineFile: 32 * 1024,
  /** Files that are kept open. */
  openFiles: 256,
  /** Names in the listing of a directory; the others are left out. */
  listing: 10_000,
} as const;

/** Bytes that are taken from a connection at once. A head that fits has to fit into it. */
export const RECEIVE_SIZE: number = HttpdLimits.head;

/** Bytes of responses that are gathered before they are sent. */
export const SEND_SIZE: number = 64 * 1024;
