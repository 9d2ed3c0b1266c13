/**
 * Natives on strings and text output.
 *
 * @module
 */
import { runtimeError } from "../error.ts";
import { formatFloat, plainText } from "../format.ts";
import { OBJECT_BYTES, SLOT_BYTES } from "../heap.ts";
import { Sequence, SequenceKind, type Value } from "../value.ts";
import {
  float,
  int,
  native,
  type NativeContext,
  type NativeRow,
  sequence,
  string,
} from "./native.ts";

const BLANK = new Set([32, 9, 10, 13]);

function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && BLANK.has(text.charCodeAt(start))) {
    start++;
  }
  while (end > start && BLANK.has(text.charCodeAt(end - 1))) {
    end--;
  }
  return text.slice(start, end);
}

/** Reads decimal digits; what does not fit in 64 bits wraps around. */
function parseInteger(text: string): bigint {
  const digits = trimmed(text);
  if (digits === "") {
    throw runtimeError("cannot parse empty string as int");
  }
  if (!/^-?[0-9]+$/.test(digits)) {
    throw runtimeError(`cannot parse '${text}' as int`);
  }
  const negative = digits.startsWith("-");
  let value = 0n;
  for (let i = negative ? 1 : 0; i < digits.length; i += 18) {
    const chunk = digits.slice(i, i + 18);
    value = BigInt.asIntN(64, value * 10n ** BigInt(chunk.length) + BigInt(chunk));
  }
  return BigInt.asIntN(64, negative ? -value : value);
}

/** A position in a string of this length; everything outside becomes one of its ends. */
function clamp(value: bigint, length: number): number {
  return value < 0n ? 0 : value > BigInt(length) ? length : Number(value);
}

function vecOfStrings(context: NativeContext, items: readonly string[]): Sequence {
  context.heap.reserve(OBJECT_BYTES + items.length * SLOT_BYTES);
  const vec = new Sequence(SequenceKind.VALUE, true, 0, items.length);
  for (const item of items) {
    vec.items.push(item);
  }
  vec.length = items.length;
  return vec;
}

function mapCase(text: string, first: number, last: number): string {
  let result = "";
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    result += String.fromCharCode(code >= first && code <= last ? code ^ 32 : code);
  }
  return result;
}

function joined(context: NativeContext, parts: readonly string[]): string {
  context.heap.reserveString(parts.reduce((sum, part) => sum + part.length, 0));
  return parts.join("");
}

function replaced(context: NativeContext, text: string, old: string, by: string): string {
  if (old === "") {
    return text;
  }
  const parts = text.split(old);
  context.heap.reserveString(
    text.length + (parts.length - 1) * Math.max(0, by.length - old.length),
  );
  return parts.join(by);
}

function fail(
  context: NativeContext,
  message: Value | undefined,
  expected: Value,
  actual: Value,
): never {
  const show = (value: Value): string =>
    plainText(context.program, value, (bytes) => context.heap.reserve(bytes));
  throw runtimeError(`${string(message)} (expected: ${show(expected)}, actual: ${show(actual)})`);
}

function assertSame(context: NativeContext, [actual, expected, message]: readonly Value[]): Value {
  if (actual !== expected) {
    fail(context, message, expected ?? null, actual ?? null);
  }
  return null;
}

/** Natives on strings, by name. */
export const TEXT_NATIVES: readonly (readonly [string, NativeRow])[] = [
  [
    "print_line",
    native("v", "v", (context, [text]) => {
      context.output(1, `${string(text)}\n`);
      return null;
    }),
  ],
  [
    "print_after",
    native("vv", "v", (context, [, text]) => {
      context.output(1, `${string(text)}\n`);
      return null;
    }),
  ],
  [
    "print_str",
    native("v", "v", (context, [text]) => {
      context.output(1, string(text));
      return null;
    }),
  ],
  [
    "eprint_str",
    native("v", "v", (context, [text]) => {
      context.output(2, string(text));
      return null;
    }),
  ],
  [
    "write_text",
    native("vi", "v", (context, [text, fd]) => {
      context.output(Number(BigInt.asIntN(32, int(fd))), string(text));
      return null;
    }),
  ],
  ["parse_int", native("v", "i", (_, [text]) => parseInteger(string(text)))],
  ["_int_to_string", native("i", "v", (_, [value]) => String(int(value)))],
  ["_float_to_string", native("f", "v", (_, [value]) => formatFloat(float(value)))],
  ["_bool_to_string", native("b", "v", (_, [value]) => String(value))],
  [
    "assert",
    native("bv", "v", (_, [condition, message]) => {
      if (condition !== true) {
        throw runtimeError(string(message));
      }
      return null;
    }),
  ],
  ["assert_eq", native("iiv", "v", assertSame)],
  ["assert_eq_str", native("vvv", "v", assertSame)],
  ["assert_eq_bool", native("bbv", "v", assertSame)],
  ["str_contains", native("vv", "b", (_, [text, part]) => string(text).includes(string(part)))],
  [
    "str_index_of",
    native("vv", "i", (_, [text, part]) => BigInt(string(text).indexOf(string(part)))),
  ],
  ["starts_with", native("vv", "b", (_, [text, part]) => string(text).startsWith(string(part)))],
  ["ends_with", native("vv", "b", (_, [text, part]) => string(text).endsWith(string(part)))],
  [
    "substring",
    native("vii", "v", (context, [value, from, to]) => {
      const text = string(value);
      const start = clamp(int(from), text.length);
      const end = clamp(int(to), text.length);
      if (start >= end) {
        return "";
      }
      context.heap.reserveString(0);
      return text.slice(start, end);
    }),
  ],
  ["trim", native("v", "v", (_, [text]) => trimmed(string(text)))],
  [
    "to_upper",
    native("v", "v", (context, [text]) => {
      context.heap.reserveString(string(text).length);
      return mapCase(string(text), 97, 122);
    }),
  ],
  [
    "to_lower",
    native("v", "v", (context, [text]) => {
      context.heap.reserveString(string(text).length);
      return mapCase(string(text), 65, 90);
    }),
  ],
  [
    "split",
    native("vv", "v", (context, [value, separator]) => {
      const text = string(value);
      const by = string(separator);
      context.heap.reserve(by === "" ? text.length * SLOT_BYTES : 0);
      return vecOfStrings(context, text.split(by));
    }),
  ],
  [
    "replace",
    native(
      "vvv",
      "v",
      (context, [text, old, by]) => replaced(context, string(text), string(old), string(by)),
    ),
  ],
  [
    "string_concat",
    native("vv", "v", (context, [a, b]) => {
      context.heap.reserveConcat(string(a).length, string(b).length);
      return string(a) + string(b);
    }),
  ],
  [
    "string_join",
    native("v", "v", (context, [parts]) => {
      const list = sequence(parts);
      return joined(context, list.items.slice(0, list.length).map(string));
    }),
  ],
];
