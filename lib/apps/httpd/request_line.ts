/**
 * The first line of a request, RFC 9112 section 3.
 *
 * @module
 */
import { CR, LF, SLASH, SP, TARGET, TOKEN } from "./characters.ts";
import { isHost } from "./host_field.ts";
import { INCOMPLETE, Method, type Request } from "./request.ts";

const QUESTION_MARK = 63;
const DIGIT_0 = 48;
const DIGIT_1 = 49;
const DIGIT_9 = 57;

/** `HTTP/`, and the place of the digits after it. */
const VERSION_NAME = [72, 84, 84, 80, 47] as const;
const DOT = 46;

const KNOWN_METHODS: ReadonlySet<string> = new Set([
  "CONNECT",
  "DELETE",
  "OPTIONS",
  "PATCH",
  "POST",
  "PUT",
  "TRACE",
]);

function methodOf(bytes: Uint8Array, start: number, end: number): Method {
  const length = end - start;
  // "GET", "HEAD": compared as they are, since methods are case-sensitive.
  if (
    length === 3 && bytes[start] === 71 && bytes[start + 1] === 69 && bytes[start + 2] === 84
  ) return Method.get;
  if (
    length === 4 && bytes[start] === 72 && bytes[start + 1] === 69 && bytes[start + 2] === 65 &&
    bytes[start + 3] === 68
  ) return Method.head;
  if (length > 7) return Method.unknown;
  const name = String.fromCharCode(...bytes.subarray(start, end));
  return KNOWN_METHODS.has(name) ? Method.known : Method.unknown;
}

/** Finds the path and the query of a target that starts with `/`. */
function splitTarget(request: Request, start: number, end: number): void {
  const { bytes } = request;
  let at = start;
  while (at < end && bytes[at] !== QUESTION_MARK) at++;
  request.pathStart = start;
  request.pathEnd = at;
  request.queryEnd = end;
}

/** The scheme of an absolute target, in lower case: only letters are compared so. */
const SCHEME = [104, 116, 116, 112, 58, 47, 47] as const;

/**
 * Takes a target that does not start with `/`: absolute (RFC 9112 section 3.2.2), or one of those
 * that only OPTIONS and CONNECT have.
 *
 * @returns 0, or −400.
 */
function takeOtherTarget(request: Request, start: number, end: number): number {
  const { bytes, method } = request;
  if (method === Method.known || method === Method.unknown) {
    // Refused whatever it is.
    splitTarget(request, start, end);
    return 0;
  }
  for (let at = 0; at < SCHEME.length; at++) {
    const octet = bytes[start + at] as number;
    const folded = at < 4 ? octet | 0x20 : octet;
    if (start + at >= end || folded !== SCHEME[at]) return -400;
  }
  const authority = start + SCHEME.length;
  let at = authority;
  while (at < end && bytes[at] !== SLASH && bytes[at] !== QUESTION_MARK) at++;
  if (at === authority || !isHost(bytes, authority, at)) return -400;
  splitTarget(request, at, end);
  return 0;
}

/**
 * Takes the version and the line's end.
 *
 * @returns Where the next line starts, {@linkcode INCOMPLETE}, or a negated status.
 */
function takeVersion(request: Request, start: number, end: number): number {
  const { bytes } = request;
  let at = start;
  for (const octet of VERSION_NAME) {
    if (at >= end) return INCOMPLETE;
    if (bytes[at++] !== octet) return -400;
  }
  if (at + 4 >= end) {
    // What is there may be wrong already.
    const line = bytes.subarray(at, end).indexOf(LF);
    return line < 0 ? INCOMPLETE : -400;
  }
  const major = bytes[at] as number;
  const minor = bytes[at + 2] as number;
  if (
    major < DIGIT_0 || major > DIGIT_9 || bytes[at + 1] !== DOT || minor < DIGIT_0 ||
    minor > DIGIT_9 || bytes[at + 3] !== CR || bytes[at + 4] !== LF
  ) return -400;
  request.lineEnd = at + 3;
  if (major !== DIGIT_1) return -505;
  request.minorVersion = minor === DIGIT_0 ? 0 : 1;
  return at + 5;
}

/**
 * Takes a request's line: a method, a target and a version with one space between them.
 *
 * @param request Receives what it says.
 * @param start Where it starts in the request's bytes.
 * @param end Where the bytes end that have arrived.
 * @returns Where the next line starts, {@linkcode INCOMPLETE}, −400 for what is no request's line, or
 * −505 for another version of HTTP.
 */
export function takeRequestLine(request: Request, start: number, end: number): number {
  const { bytes } = request;
  let at = start;
  request.lineStart = start;
  while (at < end && TOKEN[bytes[at] as number] === 1) at++;
  if (at === end) return INCOMPLETE;
  if (at === start || bytes[at] !== SP) return -400;
  request.method = methodOf(bytes, start, at);
  const target = ++at;
  while (at < end && TARGET[bytes[at] as number] === 1) at++;
  if (at === end) return INCOMPLETE;
  if (at === target || bytes[at] !== SP) return -400;
  request.lineEnd = at;
  if (bytes[target] === SLASH) splitTarget(request, target, at);
  else {
    const refused = takeOtherTarget(request, target, at);
    if (refused < 0) return refused;
  }
  return takeVersion(request, at + 1, end);
}
