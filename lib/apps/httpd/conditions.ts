/**
 * Conditional requests, RFC 9110 section 13.
 *
 * @module
 */
import { parseHttpDate } from "../http/http_date.ts";
import type { Request } from "./request.ts";

/** By what a client knows a version of a file. */
export interface Validators {
  /** The entity tag, in quotes. It is strong: it changes whenever the file does. */
  readonly etag: string;
  /** Last-Modified; empty where the file is said to have changed in the future. */
  readonly lastModified: string;
  /** The same in milliseconds since 1970, whole seconds. */
  readonly modified: number;
}

/** One entity tag of a list, RFC 9110 section 8.8.3, and what separates it from the next. */
const TAG = /[ \t]*(W\/)?("[\x21\x23-\x7e\x80-\xff]*")[ \t]*(,|$)|[ \t]*,/y;

/** Whether a list of entity tags has `etag`; a malformed one has nothing. */
function hasTag(list: string, etag: string, isStrong: boolean): boolean {
  let found = false;
  TAG.lastIndex = 0;
  while (TAG.lastIndex < list.length) {
    const match = TAG.exec(list);
    if (match === null) return false;
    const [, weak, tag] = match;
    if (tag === etag && !(isStrong && weak !== undefined)) found = true;
  }
  return found;
}

function isSameOrAny(list: string, etag: string, isStrong: boolean): boolean {
  return list === "*" || hasTag(list, etag, isStrong);
}

/** Whether the file was not changed after a date; null if it is no date. */
function unmodifiedSince(text: string, { lastModified, modified }: Validators): boolean | null {
  if (lastModified === "") return null;
  if (text === lastModified) return true;
  const date = parseHttpDate(text);
  return date === null ? null : modified <= date;
}

/**
 * Evaluates the conditions of a request for a file, in the order of RFC 9110 section 13.2.2.
 *
 * @returns 0 to go on, 304 or 412.
 */
export function evaluateConditions(request: Request, file: Validators): 0 | 304 | 412 {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = request;
  if (ifMatch !== null) {
    if (!isSameOrAny(ifMatch, file.etag, true)) return 412;
  } else if (ifUnmodifiedSince !== null && unmodifiedSince(ifUnmodifiedSince, file) === false) {
    return 412;
  }
  if (ifNoneMatch !== null) return isSameOrAny(ifNoneMatch, file.etag, false) ? 304 : 0;
  return ifModifiedSince !== null && unmodifiedSince(ifModifiedSince, file) === true ? 304 : 0;
}

/**
 * Whether a range may be sent, RFC 9110 section 13.1.5: without If-Range, or where it names this
 * version of the file. A date within the last second cannot tell versions apart.
 *
 * @param ifRange The field, or null.
 * @param file The file.
 * @param now The present, in milliseconds since 1970.
 */
export function allowsRange(ifRange: string | null, file: Validators, now: number): boolean {
  if (ifRange === null) return true;
  if (ifRange.startsWith('"')) return ifRange === file.etag;
  const { lastModified, modified } = file;
  if (lastModified === "" || now - modified < 1000) return false;
  return ifRange === lastModified || parseHttpDate(ifRange, now) === modified;
}
