/**
 * Following redirects, RFC 9110 section 15.4.
 *
 * @module
 */
import { type HttpResponse, type RequestOptions, sendRequest } from "./client.ts";
import { clip, HttpError } from "./error.ts";
import { type HttpUrl, parseHttpUrl, type Scheme } from "./http_url.ts";

/** How redirects are followed. */
export interface FollowOptions extends RequestOptions {
  /** The schemes that they may lead to; default: http alone. */
  readonly schemes?: readonly Scheme[];
  /** Is told of each redirect that is followed. */
  readonly onRedirect?: (response: HttpResponse, next: HttpUrl) => void;
}

/** Redirects that are followed at most. */
export const MAX_REDIRECTS = 20;

/** Fields that must not follow a redirect to another host. */
const CREDENTIALS: ReadonlySet<string> = new Set(["authorization", "cookie", "host"]);

/**
 * Sends a request and follows redirects. Credentials (`Authorization`, `Cookie`) and a `Host` field
 * stay with the scheme, host and port that they were given for.
 *
 * @throws {HttpError} As `sendRequest`; if there are too many redirects, if they lead to a URL that
 * has redirected before, or to one that is malformed or of another scheme.
 * @throws {NetError} If a connection fails, or time runs out.
 */
export function sendRequestFollowing(url: HttpUrl, options: FollowOptions): HttpResponse {
  const trail: string[] = [url.href];
  let fields = options.fields ?? [];
  for (let next = url;;) {
    const response = sendRequest(next, { ...options, fields });
    if (response.location === null) return response;
    response[Symbol.dispose]();
    next = redirectTarget(response, options.schemes);
    if (trail.includes(next.href)) throw loopError(trail, next.href);
    if (trail.length > MAX_REDIRECTS) {
      throw new HttpError(`there are more than ${MAX_REDIRECTS} redirects`, "redirect");
    }
    options.onRedirect?.(response, next);
    trail.push(next.href);
    if (next.origin !== response.url.origin) {
      fields = fields.filter(([name]) => !CREDENTIALS.has(name.toLowerCase()));
    }
  }
}

/** Names the loop, shortened where it is long. */
function loopError(trail: readonly string[], repeated: string): HttpError {
  const loop = [...trail.slice(trail.indexOf(repeated)), repeated];
  const shown = loop.length <= 5 ? loop : [...loop.slice(0, 2), "…", ...loop.slice(-2)];
  return new HttpError(
    `its redirects go round in a loop: ${shown.map(clip).join(" → ")}`,
    "redirect",
  );
}

function redirectTarget({ location, url }: HttpResponse, schemes?: readonly Scheme[]): HttpUrl {
  try {
    return parseHttpUrl(location ?? "", {
      base: url,
      ...(schemes === undefined ? {} : { schemes }),
    });
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    throw new HttpError(`it redirects to ${clip(location ?? "")}: ${error.message}`, error.fault);
  }
}
