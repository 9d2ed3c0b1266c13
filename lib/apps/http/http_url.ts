/**
 * `http:` URLs: where to connect, and what to ask for there.
 *
 * @module
 */
import { HttpError, quote } from "./error.ts";

/** An `http:` URL. */
export interface HttpUrl {
  /** Its canonical text, without a fragment. */
  readonly href: string;
  /** Scheme, host and port: what may see the same credentials. */
  readonly origin: string;
  /** `host:port` to connect to, IPv6 addresses in brackets. */
  readonly address: string;
  /** The Host field, RFC 9110 section 7.2: without the port where it is 80. */
  readonly host: string;
  /** The request target, RFC 9112 section 3.2.1: path and query. */
  readonly target: string;
}

/**
 * Parses a URL.
 *
 * @param text The URL; relative to `base` where that is given.
 * @throws {HttpError} If it is malformed, its scheme is not `http`, or it carries a password.
 */
export function parseHttpUrl(text: string, base?: HttpUrl): HttpUrl {
  const url = URL.parse(text, base?.href);
  if (url === null) {
    const isBare = !text.includes("://") && URL.canParse(`http://${text}`);
    throw new HttpError(
      isBare ? "the URL must start with http://" : `${quote(text)} is not a valid http:// URL`,
    );
  }
  if (url.protocol === "https:") {
    throw new HttpError("https:// is not supported, only http:// is");
  }
  if (url.protocol !== "http:") {
    // "localhost:8080/" parses, as a URL of the scheme "localhost".
    throw new HttpError("the URL must start with http://");
  }
  if (url.username !== "" || url.password !== "") {
    throw new HttpError("user names and passwords in URLs are not supported");
  }
  return {
    href: url.origin + url.pathname + url.search,
    origin: url.origin,
    address: `${url.hostname}:${url.port === "" ? 80 : url.port}`,
    host: url.host,
    target: url.pathname + url.search,
  };
}
