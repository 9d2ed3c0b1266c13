/**
 * DNS messages for a stub resolver, which asks one question and reads addresses: RFC 1035, RFC 3596.
 *
 * @module
 */
import { readUint16, readUint32, writeUint16 } from "./bytes.ts";

/** A record with an IPv4 address. */
export const DNS_TYPE_A = 1;
/** A record with the canonical name of an alias. */
export const DNS_TYPE_CNAME = 5;
/** A record with an IPv6 address. */
export const DNS_TYPE_AAAA = 28;

const CLASS_INTERNET = 1;
const HEADER_LENGTH = 12;
const FLAG_RESPONSE = 0x8000;
const FLAG_TRUNCATED = 0x0200;
const FLAG_RECURSION_DESIRED = 0x0100;
const MAX_LABEL_LENGTH = 63;
const MAX_NAME_LENGTH = 255;

/** One record of an answer. */
export interface DnsRecord {
  /** The name that it is about, in lower case, without a final dot. */
  readonly name: string;
  /** Its type: {@link DNS_TYPE_A} and so on. */
  readonly type: number;
  /** For how many seconds it may be kept. */
  readonly timeToLive: number;
  /** The octets of an address; empty for other types. */
  readonly address: Uint8Array;
  /** The canonical name of an alias; empty for other types. */
  readonly canonicalName: string;
}

/** What a response says. */
export interface DnsResponse {
  /** The number of the query. */
  readonly id: number;
  /** The response code: 0 for success, 3 for a name that does not exist. */
  readonly code: number;
  /** Whether it did not fit into the datagram. */
  readonly truncated: boolean;
  /** The name that was asked about, in lower case, without a final dot. */
  readonly questionName: string;
  /** The type that was asked for. */
  readonly questionType: number;
  /** The answers of class Internet, in their order. */
  readonly answers: readonly DnsRecord[];
}

/** Letters of host names are ASCII; a domain in another script comes in its ASCII form. */
function labelBytes(label: string): Uint8Array | null {
  if (label.length === 0 || label.length > MAX_LABEL_LENGTH) return null;
  const bytes = new Uint8Array(label.length);
  for (let index = 0; index < label.length; index++) {
    const code = label.charCodeAt(index);
    if (code <= 0x20 || code >= 0x7f) return null;
    bytes[index] = code;
  }
  return bytes;
}

/**
 * Writes a query with one question.
 *
 * @param id A number that the response repeats, 0 to 65 535; one that others cannot guess.
 * @param name The name, with or without a final dot.
 * @param type {@link DNS_TYPE_A} or {@link DNS_TYPE_AAAA}.
 * @returns Null if the name cannot be asked about: an empty label, one of more than 63 octets, a name
 * of more than 255, a character that no ASCII name has.
 */
export function encodeDnsQuery(id: number, name: string, type: number): Uint8Array | null {
  const labels = name.replace(/\.$/, "").split(".").map(labelBytes);
  const nameLength = labels.reduce((sum, label) => sum + 1 + (label?.length ?? 0), 1);
  if (nameLength > MAX_NAME_LENGTH) return null;
  const query = new Uint8Array(HEADER_LENGTH + nameLength + 4);
  writeUint16(query, 0, id);
  writeUint16(query, 2, FLAG_RECURSION_DESIRED);
  writeUint16(query, 4, 1);
  let offset = HEADER_LENGTH;
  for (const label of labels) {
    if (label === null) return null;
    query[offset] = label.length;
    query.set(label, offset + 1);
    offset += 1 + label.length;
  }
  writeUint16(query, offset + 1, type);
  writeUint16(query, offset + 3, CLASS_INTERNET);
  return query;
}

interface NameAt {
  readonly name: string;
  /** Where what follows the name begins. */
  readonly end: number;
}

/** Reads a name. Each pointer has to lead further back, so that none can lead in circles. */
function readName(bytes: Uint8Array, start: number): NameAt | null {
  const labels: string[] = [];
  let offset = start;
  let end = -1;
  let limit = start;
  let length = 1;
  for (;;) {
    const size = bytes[offset];
    if (size === undefined) return null;
    if (size === 0) break;
    if (size >= 0xc0) {
      if (offset + 2 > bytes.length) return null;
      const target = readUint16(bytes, offset) & 0x3fff;
      if (target >= limit) return null;
      if (end < 0) end = offset + 2;
      limit = target;
      offset = target;
      continue;
    }
    length += 1 + size;
    if (size > MAX_LABEL_LENGTH || length > MAX_NAME_LENGTH) return null;
    if (offset + 1 + size > bytes.length) return null;
    const label = bytes.subarray(offset + 1, offset + 1 + size);
    labels.push(String.fromCharCode(...label).toLowerCase());
    offset += 1 + size;
  }
  return { name: labels.join("."), end: end < 0 ? offset + 1 : end };
}

interface RecordAt {
  readonly record: DnsRecord | null;
  readonly end: number;
}

const NO_ADDRESS = new Uint8Array();

function readRecord(bytes: Uint8Array, start: number): RecordAt | null {
  const owner = readName(bytes, start);
  if (owner === null) return null;
  const { name, end: fixed } = owner;
  const data = fixed + 10;
  const end = data + readUint16(bytes, fixed + 8);
  if (data > bytes.length || end > bytes.length) return null;
  const type = readUint16(bytes, fixed);
  if (readUint16(bytes, fixed + 2) !== CLASS_INTERNET) return { record: null, end };
  const timeToLive = readUint32(bytes, fixed + 4);
  const addressLength = type === DNS_TYPE_A ? 4 : type === DNS_TYPE_AAAA ? 16 : 0;
  if (addressLength !== 0 && end - data !== addressLength) return null;
  let canonicalName = "";
  if (type === DNS_TYPE_CNAME) {
    const target = readName(bytes, data);
    if (target === null || target.end !== end) return null;
    canonicalName = target.name;
  }
  const address = addressLength === 0 ? NO_ADDRESS : bytes.slice(data, end);
  return { record: { name, type, timeToLive, address, canonicalName }, end };
}

/**
 * Reads a response.
 *
 * @param bytes What arrived.
 * @returns Null if it is not a response to one question, or is malformed.
 */
export function decodeDnsResponse(bytes: Uint8Array): DnsResponse | null {
  const flags = readUint16(bytes, 2);
  if (bytes.length < HEADER_LENGTH || (flags & FLAG_RESPONSE) === 0) return null;
  if (readUint16(bytes, 4) !== 1) return null;
  const question = readName(bytes, HEADER_LENGTH);
  if (question === null || question.end + 4 > bytes.length) return null;
  const answers: DnsRecord[] = [];
  const count = readUint16(bytes, 6);
  let offset = question.end + 4;
  for (let index = 0; index < count; index++) {
    const at = readRecord(bytes, offset);
    if (at === null) return null;
    if (at.record !== null) answers.push(at.record);
    offset = at.end;
  }
  return {
    id: readUint16(bytes, 0),
    code: flags & 15,
    truncated: (flags & FLAG_TRUNCATED) !== 0,
    questionName: question.name,
    questionType: readUint16(bytes, question.end),
    answers,
  };
}
