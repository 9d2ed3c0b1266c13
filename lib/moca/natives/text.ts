/**
 * Natives on strings and text output.
 *
 * @module
 */
import { runtimeError } from "../error.ts";
import { formatFloat } from "../format.ts";
import { OBJECT_BYTES, SLOT_BYTES, STRING_BYTES } from "../heap.ts";
import { copyOfPart } from "../text.ts";
import { Sequence, SequenceKind, type Value } from "../value.ts";
import { float, int, sequence, string } from "../value_checks.ts";
import { native, type NativeContext, type NativeRow } from "./native.ts";

const BLANK = new Set([32, 9, 10, 13]);

/** Pieces of a replaced string that wait to be joined. */
const MAX_PARTS = 4096;

function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && BLANK.has(text.charCodeAt(start))) {
    start++;
  }
  while (end > start && BLANK.has(text.charCodeAt(end - 1))) {
    end--;
  }
  return copyOfPart(text, start, end);
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

/** How often a part that is not empty occurs, one occurrence behind the other. */
function occurrences(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) {
    count++;
  }
  return count;
}

function splitAt(context: NativeContext, text: string, separator: string): Sequence {
  const count = separator === "" ? text.length : occurrences(text, separator) + 1;
  context.heap.reserve(OBJECT_BYTES + count * (SLOT_BYTES + STRING_BYTES) + text.length);
  const vec = new Sequence(SequenceKind.VALUE, true, 0, count);
  const step = Math.max(1, separator.length);
  for (let start = 0; vec.length < count; vec.length++) {
    const found = separator === "" ? start + 1 : text.indexOf(separator, start);
    const end = found < 0 ? text.length : found;
    vec.items.push(copyOfPart(text, start, end));
    start = separator === "" ? end : end + step;
  }
  return vec;
}

function joined(context: NativeContext, parts: readonly string[]): string {
  context.heap.reserveString(parts.reduce((sum, part) => sum + part.length, 0));
  return parts.join("");
}

function replaced(context: NativeContext, text: string, old: string, by: string): string {
  if (old === "") {
    return text;
  }
  context.heap.reserveString(text.length + occurrences(text, old) * (by.length - old.length));
  const chunks: string[] = [];
  let parts: string[] = [];
  let start = 0;
  for (let at = text.indexOf(old); at >= 0; at = text.indexOf(old, start)) {
    parts.push(text.slice(start, at), by);
    start = at + old.length;
    if (parts.length >= MAX_PARTS) {
      chunks.push(parts.join(""));
      parts = [];
    }
  }
  chunks.push(...parts, text.slice(start));
  return chunks.join("");
}

function fail(
  context: NativeContext,
  message: Value | undefined,
  expected: Value,
  actual: Value,
): never {
  throw runtimeError(
    `${string(message)} (expected: ${context.plain(expected)}, actual: ${context.plain(actual)})`,
  );
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
      context.heap.reserveString(end - start);
      return copyOfPart(text, start, end);
    }),
  ],
  [
    "trim",
    native("v", "v", (context, [text]) => {
      context.heap.reserveString(string(text).length);
      return trimmed(string(text));
    }),
  ],
  [
    "to_upper",
    native("v", "v", (context, [text]) => {
      context.heap.reserveString(string(text).length);
      return string(text).replace(/[a-z]+/g, (letters) => letters.toUpperCase());
    }),
  ],
  [
    "to_lower",
    native("v", "v", (context, [text]) => {
      context.heap.reserveString(string(text).length);
      return string(text).replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
    }),
  ],
  [
    "split",
    native(
      "vv",
      "v",
      (context, [text, separator]) => splitAt(context, string(text), string(separator)),
    ),
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
