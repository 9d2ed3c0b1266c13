/**
 * One line of a guest: `NAME = CALL ARGUMENTS`, or `CALL ARGUMENTS`.
 *
 * Arguments are separated by spaces: numbers, constants joined by `|`, `'text'` for bytes, names of
 * results, paths, and addresses: `127.0.0.1:80`, `[::1]:80`, `unix:PATH`, `unix:@NAME`, `unix:` for
 * autobind, `hex:…` for bytes as they are, `NAME:80` for the first address that `NAME` resolved to,
 * `null` for a pointer that faults.
 *
 * @module
 */
import { parseSocketAddress } from "../../lib/ip.ts";
import { encodeSockaddr, UnixAddress } from "../../lib/linux/sockaddr.ts";
import { constant } from "../conformance/constants.ts";

/** What a guest has named so far. */
export interface Names {
  /** Results: descriptors. */
  readonly numbers: Map<string, number>;
  /** First addresses of resolved names. */
  readonly addresses: Map<string, Uint8Array>;
}

/** A line, taken apart. */
export interface GuestCall {
  /** What the result is named; null for nothing. */
  readonly name: string | null;
  /** The system call. */
  readonly call: string;
  /** Its arguments. */
  readonly words: readonly string[];
}

/** Takes a line apart. */
export function parseCall(line: string): GuestCall {
  const named = /^(\w+) = (.*)$/.exec(line);
  const [call = "", ...words] = (named?.[2] ?? line).match(/'[^']*'|\S+/g) ?? [];
  return { name: named?.[1] ?? null, call, words };
}

/** A number, a named result, or constants. */
export function numberOf(word: string | undefined, names: Names): number {
  if (word === undefined) return 0;
  const named = names.numbers.get(word);
  if (named !== undefined) return named;
  let value = 0;
  for (const part of word.split("|")) {
    const number = constant(part) ?? Number(part);
    if (Number.isNaN(number) && part !== "NaN") throw new Error(`Cannot read ${part} as a number`);
    value = word.includes("|") ? value | number : number;
  }
  return value;
}

/** Bytes of `'text'` or `hex:…`; null for `null`. */
export function bytesOf(word: string | undefined): Uint8Array<ArrayBuffer> | null {
  if (word === "null") return null;
  const hex = word?.startsWith("hex:") ? word.slice(4) : null;
  if (hex !== null) return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  return new TextEncoder().encode(word?.replace(/^'|'$/g, "") ?? "");
}

/** Sockaddr bytes; null for `null`. */
export function sockaddrOf(
  word: string | undefined,
  names: Names,
): Uint8Array<ArrayBuffer> | null {
  if (word === undefined || word === "null" || word.startsWith("hex:")) {
    return bytesOf(word ?? "null");
  }
  if (word === "unix:") return encodeSockaddr(new UnixAddress("unnamed"));
  if (word.startsWith("unix:@")) return encodeSockaddr(new UnixAddress("abstract", word.slice(6)));
  if (word.startsWith("unix:")) return encodeSockaddr(new UnixAddress("pathname", word.slice(5)));
  const [name = "", port = ""] = word.split(":");
  const resolved = names.addresses.get(name);
  if (resolved !== undefined) {
    const bytes = resolved.slice() as Uint8Array<ArrayBuffer>;
    new DataView(bytes.buffer).setUint16(2, Number(port));
    return bytes;
  }
  const address = parseSocketAddress(word);
  if (address === null) throw new Error(`Cannot read ${word} as an address`);
  return encodeSockaddr(address);
}
