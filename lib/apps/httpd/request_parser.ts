/**
 * Parses a request's head, strictly: what two servers could read in two ways is refused, since a
 * request could be smuggled through there (RFC 9112 sections 2.2, 5.1, 5.2, 6.1, 11.2).
 *
 * @module
 */
import { COLON, CR, FIELD_VALUE, HTAB, LF, SP, TOKEN } from "./characters.ts";
import { HttpdLimits } from "./limits.ts";
import { hashStep, takeField } from "./request_field.ts";
import { takeRequestLine } from "./request_line.ts";
import { INCOMPLETE, type Request } from "./request.ts";

/**
 * Skips empty lines, RFC 9112 section 2.2: the new start, or −400. It is the end of the bytes too
 * where the line feed of an empty line has not arrived.
 */
function skipEmptyLines(bytes: Uint8Array, start: number, end: number): number {
  const most = start + 2 * HttpdLimits.emptyLines;
  let at = start;
  while (at + 1 < end && bytes[at] === CR && bytes[at + 1] === LF) {
    at += 2;
    if (at > most) return -400;
  }
  return at + 1 === end && bytes[at] === CR ? end : at;
}

/** Takes the fields and the empty line: where the body starts, INCOMPLETE, or a negated status. */
function takeFields(request: Request, start: number, end: number): number {
  const { bytes } = request;
  let at = start;
  for (let count = 0; count <= HttpdLimits.fields; count++) {
    if (at >= end) return INCOMPLETE;
    if (bytes[at] === CR) {
      if (at + 1 >= end) return INCOMPLETE;
      return bytes[at + 1] === LF ? at + 2 : -400;
    }
    const nameStart = at;
    let hash = 0;
    let octet = 0;
    while (at < end && TOKEN[octet = bytes[at] as number] === 1) {
      hash = hashStep(hash, octet);
      at++;
    }
    if (at >= end) return INCOMPLETE;
    // White space before the colon, a folded line and a line without a name end here, too.
    if (octet !== COLON || at === nameStart) return -400;
    const nameEnd = at++;
    while (at < end && ((octet = bytes[at] as number) === SP || octet === HTAB)) at++;
    const valueStart = at;
    while (at < end && FIELD_VALUE[bytes[at] as number] === 1) at++;
    if (at + 1 >= end) return at < end && bytes[at] !== CR ? -400 : INCOMPLETE;
    if (bytes[at] !== CR || bytes[at + 1] !== LF) return -400;
    let valueEnd = at;
    while (
      valueEnd > valueStart && ((octet = bytes[valueEnd - 1] as number) === SP || octet === HTAB)
    ) valueEnd--;
    at += 2;
    const refused = takeField(request, hash, nameStart, nameEnd, valueStart, valueEnd);
    if (refused < 0) return refused;
  }
  return -431;
}

/** What the fields say about each other: 0, or a negated status. */
function checkFraming(request: Request): number {
  if (!request.hasHost && request.minorVersion > 0) return -400;
  if (!request.hasTransferEncoding) return 0;
  // RFC 9112 section 6.1: both at once, or in HTTP/1.0, may be an attempt to smuggle.
  if (request.contentLength >= 0 || request.minorVersion === 0) return -400;
  const codings = request.transferEncoding.split(",").map((coding) => coding.trim());
  // RFC 9112 section 6.3: without chunked at the end nobody knows where the body ends.
  if (codings.indexOf("chunked") !== codings.length - 1) return -400;
  return codings.length > 1 ? -501 : 0;
}

/**
 * Parses a request's head.
 *
 * @param request Receives what it says.
 * @param bytes What has arrived.
 * @param start Where the request starts there.
 * @param end Where it ends.
 * @returns Where the body or the next request starts; {@linkcode INCOMPLETE} if the head has not
 * arrived as a whole; a negated status if it is to be refused, after which nobody can tell where the
 * next request starts: −400, −414, −431, −501 (a transfer coding), −505.
 */
export function parseRequest(
  request: Request,
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
  end: number,
): number {
  request.reset(bytes);
  const line = skipEmptyLines(bytes, start, end);
  if (line < 0) return line;
  const fields = takeRequestLine(request, line, end);
  if (fields < 0) return fields;
  if (fields === INCOMPLETE) return end - line > HttpdLimits.requestLine ? -414 : INCOMPLETE;
  if (fields - line > HttpdLimits.requestLine) return -414;
  const body = takeFields(request, fields, end);
  if (body < 0) return body;
  if (body === INCOMPLETE) return end - start >= HttpdLimits.head ? -431 : INCOMPLETE;
  if (body - start > HttpdLimits.head) return -431;
  const refused = checkFraming(request);
  return refused < 0 ? refused : body;
}
