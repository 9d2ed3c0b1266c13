/**
 * Functions of WASI preview 1 as a module takes them.
 *
 * @module
 */
import type { WasiFunction } from "./function_table.ts";
import type { WasiProcess } from "./wasi_process.ts";

/** What WebAssembly passes for an i32, which has a sign then, or an i64. */
type Value = number | bigint;

/** A function that a module imports. */
export type ImportedFunction = (...values: Value[]) => number;

/** A 32-bit number as a guest means it: an address, a length, flags have no sign. */
function plain(value: Value): Value {
  return typeof value === "number" ? value >>> 0 : value;
}

/**
 * By count of parameters: an array for what a guest passes would cost more than most calls do. It
 * is the rule that each has a parameter more than the one before.
 */
const BINDERS: readonly ((process: WasiProcess, call: WasiFunction) => ImportedFunction)[] = [
  (process, call) => () => call(process),
  (process, call) => (a) => call(process, plain(a)),
  (process, call) => (a, b) => call(process, plain(a), plain(b)),
  (process, call) => (a, b, c) => call(process, plain(a), plain(b), plain(c)),
  (process, call) => (a, b, c, d) => call(process, plain(a), plain(b), plain(c), plain(d)),
  (process, call) => (a, b, c, d, e) =>
    call(process, plain(a), plain(b), plain(c), plain(d), plain(e)),
  (process, call) => (a, b, c, d, e, f) =>
    call(process, plain(a), plain(b), plain(c), plain(d), plain(e), plain(f)),
  (process, call) => (a, b, c, d, e, f, g) =>
    call(process, plain(a), plain(b), plain(c), plain(d), plain(e), plain(f), plain(g)),
];

/**
 * Makes a function that a module can import.
 *
 * @param process The guest.
 * @param call What it does.
 * @param count How many parameters it has.
 */
export function bindFunction(
  process: WasiProcess,
  call: WasiFunction,
  count: number,
): ImportedFunction {
  const bind = BINDERS[count];
  return bind !== undefined
    ? bind(process, call)
    : (...values) => call(process, ...values.map(plain));
}
