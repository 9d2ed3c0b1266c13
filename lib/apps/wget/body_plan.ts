/**
 * What to do with a response's body.
 *
 * @module
 */
import { HttpError, quote } from "../http/error.ts";
import type { HttpResponse } from "../http/client.ts";
import { DownloadError, ExitStatus } from "./exit_status.ts";

/** What to do with a body. */
export interface BodyPlan {
  /** Whether the document has been saved as a whole already: the body is not wanted. */
  readonly complete: boolean;
  /** How many bytes of the body have been saved already. */
  readonly skip: number;
  /** How many bytes the whole document has; null where the server does not say. */
  readonly size: number | null;
}

/** A Content-Range field, RFC 9110 section 14.4. */
interface ContentRange {
  /** First and last byte; null where no range could be satisfied. */
  readonly range: readonly [first: number, last: number] | null;
  /** Length of the document; null where it is not known. */
  readonly size: number | null;
}

function parseContentRange(text: string): ContentRange | null {
  const match = /^bytes (?:([0-9]+)-([0-9]+)|\*)\/([0-9]+|\*)$/i.exec(text.trim());
  if (match === null) return null;
  const [, first, last, length] = match;
  const size = length === "*" ? null : Number(length);
  const range = first === undefined ? null : [Number(first), Number(last)] as const;
  const numbers = [...range ?? [], ...size === null ? [] : [size]];
  const isSound = numbers.every(Number.isSafeInteger) &&
    (range === null ? size !== null : range[0] <= range[1] && range[1] < (size ?? Infinity));
  return isSound ? { range, size } : null;
}

/**
 * Tells what to do with a response's body.
 *
 * @param response The response, not a redirect that can be followed.
 * @param saved How many bytes of the document have been saved, from where it was asked for.
 * @param isPart Whether the caller asked for a part of his own choice: that is the document then.
 * @throws {DownloadError} If the server answered that there is no document.
 * @throws {HttpError} If the response is not one to what was asked.
 */
export function planBody(response: HttpResponse, saved: number, isPart = false): BodyPlan {
  const { head, framing } = response;
  const length = framing.kind === "length" ? framing.length : null;
  switch (head.status) {
    case 206:
      if (isPart) return { complete: false, skip: 0, size: length };
      return planPart(response, saved, length);
    case 416:
      return planUnsatisfied(response, saved);
    case 401:
      throw new DownloadError(
        `the server wants a user name and a password (${response.status})`,
        ExitStatus.authentication,
      );
    default:
      if (head.status >= 300) throw refused(response);
  }
  if (length !== null && length < saved) throw tooLong(saved, length);
  return { complete: saved > 0 && length === saved, skip: saved, size: length };
}

function refused(response: HttpResponse): DownloadError {
  const isRedirect = [301, 302, 303, 307, 308].includes(response.head.status);
  const more = isRedirect ? " without saying where to go" : "";
  return new DownloadError(`the server answered ${response.status}${more}`, ExitStatus.server);
}

/** The error for a document that is shorter than what has been saved of it. */
export function tooLong(saved: number, size: number): DownloadError {
  return new DownloadError(
    `${saved} bytes have been saved, more than the ${size} that the server has`,
    ExitStatus.generic,
  );
}

function planPart(response: HttpResponse, saved: number, length: number | null): BodyPlan {
  const field = response.head.headers.get("content-range") ?? "";
  const { range = null, size = null } = parseContentRange(field) ?? {};
  if (saved === 0) throw new HttpError("the server sent a part without being asked for one");
  if (range === null) {
    throw new HttpError(`the Content-Range ${quote(field)} of a part is missing or malformed`);
  }
  const [first, last] = range;
  if (first !== saved) {
    throw new HttpError(`the server sent the bytes from ${first} instead of those from ${saved}`);
  }
  if (length !== null && length !== last - first + 1) {
    throw new HttpError(`the Content-Range ${quote(field)} contradicts the Content-Length`);
  }
  return { complete: false, skip: 0, size: size ?? last + 1 };
}

/** Nothing follows what has been saved: it is whole, unless the document has another length. */
function planUnsatisfied(response: HttpResponse, saved: number): BodyPlan {
  const field = response.head.headers.get("content-range") ?? "";
  const { size = null } = parseContentRange(field) ?? {};
  if (saved === 0 || (size !== null && size > saved)) throw refused(response);
  if (size !== null && size < saved) throw tooLong(saved, size);
  return { complete: true, skip: 0, size: saved };
}
