/**
 * What can be wrong with an HTTP exchange.
 *
 * @module
 */

/** A request that cannot be made, or a response that is not HTTP/1.x. Its message is one clause. */
export class HttpError extends Error {
  /** `HttpError`. */
  override readonly name: string = "HttpError";
}

/** Text of a peer for a message: quoted, without control characters, cut to a few words. */
export function quote(text: string): string {
  const cut = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  // JSON escapes the control characters up to U+001F; terminals obey U+009B like an escape, too.
  return JSON.stringify(cut).replace(/\p{Cc}/gu, "?");
}
