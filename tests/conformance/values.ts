/**
 * Operands of the scenario language that are values: numbers, data to send, buffers to receive into,
 * values of socket options.
 *
 * @module
 */
import { encodeTimeval, TIMEVAL_SIZE } from "../../lib/linux/time.ts";
import { type Iovec, UIO_MAXIOV } from "../../lib/linux/uio.ts";
import { constant } from "./constants.ts";
import { ScenarioError, type Word } from "./scenario.ts";

/** Room in bytes for the value of a socket option: more than Linux reads or writes of any. */
export const OPTION_ROOM = 65536;

// What strtol(3) takes in base 0.
const NUMBER = /^([-+]?)(0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*)$/i;
const LONG_MAX = 2n ** 63n - 1n;

/** Returns whether a word is a number in decimal, hexadecimal or octal. */
export function isNumber(text: string): boolean {
  return NUMBER.test(text);
}

/**
 * Reads numbers and constants joined by `|`, as a C `long`.
 *
 * @param text The word.
 * @throws {ScenarioError} If a part is neither a number nor the name of a constant.
 */
export function parseLong(text: string): bigint {
  let value = 0n;
  for (const part of text.split("|")) {
    if (part !== "") value |= parsePart(part);
  }
  return value;
}

/**
 * Reads a number; beyond 2⁵³ the nearest that JavaScript has.
 *
 * @param text As for {@linkcode parseLong}.
 * @throws {ScenarioError} As {@linkcode parseLong} does.
 */
export function parseNumber(text: string): number {
  return Number(parseLong(text));
}

/**
 * Reads a number and cuts it to a C `int`.
 *
 * @param text As for {@linkcode parseLong}.
 * @throws {ScenarioError} As {@linkcode parseLong} does.
 */
export function parseInt32(text: string): number {
  return Number(BigInt.asIntN(32, parseLong(text)));
}

/**
 * Reads data to send: a string, `fill:N`, `zero:N`, or `null:N` and `bad:N`, pointers that fault.
 *
 * @param word The operand.
 * @throws {ScenarioError} If it is none of these.
 */
export function parseData(word: Word): Iovec {
  if (word.quoted) return whole(word.bytes);
  const { kind, size } = splitSized(word.text);
  switch (kind) {
    case "null":
    case "bad":
      return faulting(size);
    case "fill":
      return whole(fillPattern(parseSize(size)));
    case "zero":
      return whole(new Uint8Array(parseSize(size)));
    default:
      throw new ScenarioError(`bad data operand ${word.text}`);
  }
}

/**
 * Reads a buffer to receive into: a size, or `null:N` and `bad:N`, pointers that fault.
 *
 * @param text The operand.
 * @throws {ScenarioError} If the size is not a number.
 */
export function parseBuffer(text: string): Iovec {
  if (/^(null|bad):/.test(text)) return faulting(splitSized(text).size);
  return whole(new Uint8Array(parseSize(text)));
}

/** Returns N bytes abc…zabc…. */
export function fillPattern(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => 0x61 + i % 26);
}

/**
 * Reads the value of a socket option: an int, a string, `hex:…`, `200ms` and `tv:SEC,USEC` (struct
 * timeval), `linger:ON,SEC` (struct linger), or `null` and `bad`, pointers that fault.
 *
 * @param word The operand.
 * @returns The value in {@linkcode OPTION_ROOM} bytes, zeros after it, and its own length.
 * @throws {ScenarioError} If it is none of these.
 */
export function parseOptionValue(word: Word): Iovec {
  if (word.quoted) return optionValue(word.bytes);
  const { text } = word;
  if (text === "null" || text === "bad") return { base: null, length: 4 };
  if (text.startsWith("hex:")) return optionValue(parseHex(text.slice("hex:".length)));
  const pair = /^(linger|tv):([-+]?[0-9]+),([-+]?[0-9]+)$/.exec(text);
  if (pair !== null) {
    const [, kind, first, second] = pair;
    const values = [Number(first), Number(second)] as const;
    return optionValue(kind === "tv" ? timevalBytes(...values) : intBytes(...values));
  }
  const milliseconds = /^([0-9]+)ms$/.exec(text)?.[1];
  if (milliseconds !== undefined) return optionValue(millisecondsBytes(Number(milliseconds)));
  return optionValue(intBytes(parseInt32(text)));
}

/**
 * Returns the buffers of a call as it is told of them.
 *
 * @param buffers The buffers.
 * @param count How many the scenario says that there are, if it does; what is missing is empty, and
 * any count that Linux refuses (negative, over 1024) becomes 1025.
 */
export function bufferList(buffers: readonly Iovec[], count = buffers.length): readonly Iovec[] {
  const valid = count >= 0 && count <= UIO_MAXIOV;
  const length = valid ? count : UIO_MAXIOV + 1;
  return Array.from({ length }, (_, i) => buffers[i] ?? whole(new Uint8Array(0)));
}

/**
 * Returns a time as the bytes of a `struct timeval`.
 *
 * @param milliseconds The time in milliseconds, ≥ 0.
 */
export function millisecondsBytes(milliseconds: number): Uint8Array<ArrayBuffer> {
  return timevalBytes(Math.floor(milliseconds / 1000), milliseconds % 1000 * 1000);
}

/**
 * Reads bytes in hexadecimal, two digits each; an odd digit at the end is left out.
 *
 * @param digits The digits.
 * @throws {ScenarioError} If one is not hexadecimal.
 */
export function parseHex(digits: string): Uint8Array<ArrayBuffer> {
  if (!/^[0-9a-f]*$/i.test(digits)) throw new ScenarioError(`bad hexadecimal digits ${digits}`);
  const pairs = digits.match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => parseInt(pair, 16));
}

function parsePart(part: string): bigint {
  const number = NUMBER.exec(part);
  if (number === null) {
    const value = constant(part);
    if (value === undefined) throw new ScenarioError(`unknown constant ${part}`);
    return BigInt(value);
  }
  const [, sign, digits = ""] = number;
  const magnitude = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
  const value = sign === "-" ? -magnitude : magnitude;
  return value > LONG_MAX ? LONG_MAX : value < -LONG_MAX - 1n ? -LONG_MAX - 1n : value;
}

function splitSized(text: string): { kind: string; size: string } {
  const colon = text.indexOf(":");
  if (colon < 0) throw new ScenarioError(`bad data operand ${text}`);
  return { kind: text.slice(0, colon), size: text.slice(colon + 1) };
}

function whole(base: Uint8Array): Iovec {
  return { base, length: base.length };
}

function faulting(size: string): Iovec {
  // A pointer that faults may come with any size_t.
  return { base: null, length: Number(BigInt.asUintN(64, parseLong(size))) };
}

function parseSize(text: string): number {
  const size = parseNumber(text);
  if (size < 0) throw new ScenarioError(`bad size ${text}`);
  return size;
}

function optionValue(value: Uint8Array): Iovec {
  const base = new Uint8Array(Math.max(OPTION_ROOM, value.length));
  base.set(value);
  return { base, length: value.length };
}

function intBytes(...values: number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setInt32(4 * i, value, true));
  return bytes;
}

function timevalBytes(seconds: number, microseconds: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(TIMEVAL_SIZE);
  encodeTimeval({ seconds, microseconds }, bytes);
  return bytes;
}
