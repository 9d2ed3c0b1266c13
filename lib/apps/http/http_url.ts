/**
 * `http:` and `https:` URLs: where to connect, and what to ask for there.
 *
 * @module
 */
import { HttpError } from "./error.ts";

/** The schemes that there are. */
export type Scheme = "http" | "https";

/** An `http:` or `https:` URL. */
export interface HttpUrl {
  /** Its canonical text, without a fragment. */
  readonly href: string;
  /** How the server is reached. */
  readonly scheme: Scheme;
  /** Scheme, host and port: what may see the same credentials. */
  readonly origin: string;
  /** Name or IP address, IPv6 without brackets. */
  readonly hostname: string;
  /** Port. */
  readonly port: number;
  /** `host:port` to connect to, IPv6 addresses in brackets. */
  readonly address: string;
  /** The Host field, RFC 9110 section 7.2: without the port where it is the scheme's own. */
  readonly host: string;
  /** The request target, RFC 9112 section 3.2.1: path and query. */
  readonly target: string;
}

/** How a URL is parsed. */
export interface ParseUrlOptions {
  /** What a relative one is relative to. */
  readonly base?: HttpUrl;
  /** The schemes that are allowed; default: http alone. */
  readonly schemes?: readonly Scheme[];
}

const DEFAULT_PORTS: Readonly<Record<Scheme, number>> = { http: 80, https: 443 };

function wrongUrl(reason: string): HttpError {
  return new HttpError(reason, "url");
}

/** Why text is no URL at all. */
function malformed(text: string, schemes: readonly Scheme[]): HttpError {
  const expected = schemes.map((scheme) => `${scheme}://`).join(" or ");
  if (!text.includes("://") && URL.canParse(`http://${text}`)) {
    return wrongUrl(`the URL must start with ${expected}`);
  }
  const port = /^[a-z]+:\/\/[^/?#]*:([0-9]+)(?:[/?#]|$)/i.exec(text)?.[1];
  return Number(port) > 65535
    ? wrongUrl(`there is no port ${port}: the last is 65535`)
    : wrongUrl(`it is not a valid ${expected} URL`);
}

/**
 * Parses a URL.
 *
 * @param text The URL.
 * @param options What it may be relative to, and the schemes.
 * @throws {HttpError} If it is malformed, its scheme is not allowed, or it carries a password. The
 * message does not repeat the text.
 */
export function parseHttpUrl(text: string, options: ParseUrlOptions = {}): HttpUrl {
  const { base, schemes = ["http"] } = options;
  const url = URL.parse(text, base?.href);
  if (url === null) throw malformed(text, schemes);
  const scheme = url.protocol.slice(0, -1);
  if (scheme === "https" && !schemes.includes("https")) {
    throw wrongUrl("https:// is not supported, only http:// is; vmsock wget has both");
  }
  if (scheme !== "http" && scheme !== "https") {
    // "localhost:8080/" parses, as a URL of the scheme "localhost".
    const expected = schemes.map((allowed) => `${allowed}://`).join(" or ");
    throw wrongUrl(`the URL must start with ${expected}`);
  }
  if (url.username !== "" || url.password !== "") {
    throw wrongUrl("user names and passwords in URLs are not supported");
  }
  url.hash = "";
  const port = url.port === "" ? DEFAULT_PORTS[scheme] : Number(url.port);
  return {
    href: url.href,
    scheme,
    origin: url.origin,
    hostname: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port,
    address: `${url.hostname}:${port}`,
    host: url.host,
    // An empty query is one, too, which `search` does not tell.
    target: url.href.slice(url.origin.length),
  };
}
