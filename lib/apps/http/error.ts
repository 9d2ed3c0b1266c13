/**
 * What can be wrong with an HTTP exchange.
 *
 * @module
 */

/**
 * Who is at fault: the URL that was given; a peer that breaks the protocol; a peer whose redirects lead
 * nowhere; a connection that ended before the response did.
 */
export type HttpFault = "url" | "protocol" | "redirect" | "truncated";

/** A request that cannot be made, or a response that is not HTTP/1.x. Its message is one clause. */
export class HttpError extends Error {
  /** `HttpError`. */
  override readonly name: string = "HttpError";
  /** Who is at fault. */
  readonly fault: HttpFault;

  /** Makes an error. */
  constructor(message: string, fault: HttpFault = "protocol") {
    super(message);
    this.fault = fault;
  }
}

/** Text of a peer for a message: quoted, without control characters, cut to a few words. */
export function quote(text: string): string {
  const cut = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  // JSON escapes the control characters up to U+001F; terminals obey U+009B like an escape, too.
  return JSON.stringify(cut).replace(/\p{Cc}/gu, "?");
}

/** Text of a peer for a message, as it is but for control characters and what is beyond a line. */
export function clip(text: string): string {
  const cut = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return cut.replace(/\p{Cc}/gu, "?");
}
