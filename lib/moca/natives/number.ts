/**
 * Natives on numbers, time and arguments.
 *
 * @module
 */
import { runtimeError } from "../error.ts";
import { truncate } from "../operations.ts";
import { Sequence, SequenceKind } from "../value.ts";
import { float, int } from "../value_checks.ts";
import { native, type NativeContext, type NativeRow } from "./native.ts";

const SECONDS_PER_DAY = 86400n;

function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

/** Year, month, day of a day count since 1970-01-01, in the proleptic Gregorian calendar. */
function civil(days: bigint): [bigint, bigint, bigint] {
  // Years start on 1 March here, so that the leap day comes last; an era is 400 years.
  const shifted = days + 719468n;
  const era = floorDiv(shifted, 146097n);
  const dayOfEra = shifted - era * 146097n;
  const yearOfEra = (dayOfEra - dayOfEra / 1460n + dayOfEra / 36524n - dayOfEra / 146096n) / 365n;
  const dayOfYear = dayOfEra - (365n * yearOfEra + yearOfEra / 4n - yearOfEra / 100n);
  const shiftedMonth = (5n * dayOfYear + 2n) / 153n;
  const day = dayOfYear - (153n * shiftedMonth + 2n) / 5n + 1n;
  const month = shiftedMonth < 10n ? shiftedMonth + 3n : shiftedMonth - 9n;
  return [yearOfEra + era * 400n + (month <= 2n ? 1n : 0n), month, day];
}

function formatTime(seconds: bigint): string {
  const days = floorDiv(seconds, SECONDS_PER_DAY);
  const rest = seconds - days * SECONDS_PER_DAY;
  const [year, month, day] = civil(days);
  const two = (n: bigint): string => String(n).padStart(2, "0");
  const years = year < 0n ? `-${String(-year).padStart(4, "0")}` : String(year).padStart(4, "0");
  return `${years}-${two(month)}-${two(day)} ` +
    `${two(rest / 3600n)}:${two(rest / 60n % 60n)}:${two(rest % 60n)}`;
}

function argument(context: NativeContext, index: bigint): string {
  return index < 0n || index >= BigInt(context.args.length)
    ? ""
    : context.args[Number(index)] ?? "";
}

const BITS = new DataView(new ArrayBuffer(8));

/** Natives on numbers, by name. */
export const NUMBER_NATIVES: readonly (readonly [string, NativeRow])[] = [
  ["_int_to_float", native("i", "f", (_, [n]) => Number(int(n)))],
  ["_float_to_int", native("f", "i", (_, [x]) => truncate(float(x)))],
  ["abs", native("i", "i", (_, [n]) => BigInt.asIntN(64, int(n) < 0n ? -int(n) : int(n)))],
  ["max", native("ii", "i", (_, [a, b]) => int(a) > int(b) ? int(a) : int(b))],
  ["min", native("ii", "i", (_, [a, b]) => int(a) < int(b) ? int(a) : int(b))],
  ["abs_f", native("f", "f", (_, [x]) => Math.abs(float(x)))],
  ["sqrt_f", native("f", "f", (_, [x]) => float(x) > 0 ? Math.sqrt(float(x)) : 0)],
  ["floor_f", native("f", "f", (_, [x]) => Math.floor(float(x)))],
  [
    "fmod_f",
    native("ff", "f", (_, [x, y]) => {
      if (float(y) === 0) {
        throw runtimeError("division by zero");
      }
      return float(x) - Math.floor(float(x) / float(y)) * float(y);
    }),
  ],
  ["sin_f", native("f", "f", (_, [x]) => Math.sin(float(x)))],
  ["cos_f", native("f", "f", (_, [x]) => Math.cos(float(x)))],
  ["time", native("", "i", (context) => context.time() / 1_000_000_000n)],
  ["time_nanos", native("", "i", (context) => context.time())],
  ["time_format", native("i", "v", (_, [seconds]) => formatTime(int(seconds)))],
  ["argc", native("", "i", (context) => BigInt(context.args.length))],
  ["argv", native("i", "v", (context, [index]) => argument(context, int(index)))],
  [
    "args",
    native("", "v", (context) => {
      const list = new Sequence(SequenceKind.VALUE, false, 0, context.args.length);
      list.items.push(...context.args);
      list.length = context.args.length;
      return list;
    }),
  ],
  [
    "__umul128_hi",
    native(
      "ii",
      "i",
      (_, [a, b]) =>
        BigInt.asIntN(64, BigInt.asUintN(64, int(a)) * BigInt.asUintN(64, int(b)) >> 64n),
    ),
  ],
  [
    "__float_bits",
    native("f", "i", (_, [x]) => {
      BITS.setFloat64(0, float(x));
      return BITS.getBigInt64(0);
    }),
  ],
];
