/**
 * The fields of a request that a server of files goes by.
 *
 * @module
 */
import { isDigit, latin1 } from "./characters.ts";
import { isHost } from "./host_field.ts";
import type { Request } from "./request.ts";

/** Takes a field's value: 0, or a negated status. */
type TakeValue = (request: Request, start: number, end: number) => number;

/** Names of fields as they are compared: in lower case. */
interface KnownField {
  readonly name: Uint8Array;
  readonly take: TakeValue;
}

/** One step of {@linkcode fieldHash}. */
export function hashStep(hash: number, octet: number): number {
  return (Math.imul(hash, 31) + (octet | 0x20)) | 0;
}

function takeHost(request: Request, start: number, end: number): number {
  if (request.hasHost || !isHost(request.bytes, start, end)) return -400;
  request.hasHost = true;
  return 0;
}

function takeConnection(request: Request, start: number, end: number): number {
  for (const token of latin1(request.bytes, start, end).toLowerCase().split(",")) {
    const name = token.trim();
    if (name === "close") request.wantsClose = true;
    else if (name === "keep-alive") request.wantsKeepAlive = true;
  }
  return 0;
}

function takeContentLength(request: Request, start: number, end: number): number {
  // RFC 9112 section 6.3 lets a server refuse even lengths that agree.
  if (request.contentLength >= 0 || start === end) return -400;
  let length = 0;
  for (let at = start; at < end; at++) {
    const octet = request.bytes[at] as number;
    if (!isDigit(octet)) return -400;
    // Infinity at the end of very many digits; beyond every limit then.
    length = length * 10 + (octet - 48);
  }
  request.contentLength = length;
  return 0;
}

function takeTransferEncoding(request: Request, start: number, end: number): number {
  const value = latin1(request.bytes, start, end).toLowerCase();
  request.transferEncoding = request.hasTransferEncoding
    ? `${request.transferEncoding},${value}`
    : value;
  request.hasTransferEncoding = true;
  return 0;
}

function takeExpect(request: Request, start: number, end: number): number {
  const value = latin1(request.bytes, start, end).toLowerCase();
  request.expect = request.expect === "" ? value : `${request.expect},${value}`;
  return 0;
}

/** Names of the fields that say on what the response depends. */
type ConditionName =
  | "ifMatch"
  | "ifNoneMatch"
  | "ifModifiedSince"
  | "ifUnmodifiedSince"
  | "ifRange"
  | "range";

function takeCondition(name: ConditionName): TakeValue {
  return (request, start, end) => {
    const value = latin1(request.bytes, start, end);
    const before = request[name];
    request[name] = before === null ? value : `${before}, ${value}`;
    request.isConditional = true;
    return 0;
  };
}

const KNOWN: Readonly<Record<string, TakeValue>> = {
  "host": takeHost,
  "connection": takeConnection,
  "content-length": takeContentLength,
  "transfer-encoding": takeTransferEncoding,
  "expect": takeExpect,
  "if-match": takeCondition("ifMatch"),
  "if-none-match": takeCondition("ifNoneMatch"),
  "if-modified-since": takeCondition("ifModifiedSince"),
  "if-unmodified-since": takeCondition("ifUnmodifiedSince"),
  "if-range": takeCondition("ifRange"),
  "range": takeCondition("range"),
};

const FIELDS: ReadonlyMap<number, KnownField> = new Map(
  Object.entries(KNOWN).map(([text, take]) => {
    const name = new TextEncoder().encode(text);
    return [name.reduce(hashStep, 0), { name, take }];
  }),
);

function isNamed(bytes: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
  if (end - start !== name.length) return false;
  for (let at = 0; at < name.length; at++) {
    // Only "-" among the characters of these names is no letter, and it has the bit already.
    if (((bytes[start + at] as number) | 0x20) !== name[at]) return false;
  }
  return true;
}

/**
 * Takes a field.
 *
 * @param request Receives what it says.
 * @param hash The hash of its name, by {@linkcode hashStep} from 0.
 * @param nameStart Where the name starts in the request's bytes.
 * @param nameEnd Where it ends.
 * @param start Where the value starts, without the white space before it.
 * @param end Where it ends, without the white space behind it.
 * @returns 0, or −400.
 */
export function takeField(
  request: Request,
  hash: number,
  nameStart: number,
  nameEnd: number,
  start: number,
  end: number,
): number {
  const field = FIELDS.get(hash);
  if (field === undefined || !isNamed(request.bytes, nameStart, nameEnd, field.name)) return 0;
  return field.take(request, start, end);
}
