/**
 * What a function is that WASI preview 1 guests import.
 *
 * @module
 */
import type { WasiProcess } from "./wasi_process.ts";

/**
 * A function: what a guest gave, 32-bit numbers as unsigned ones and 64-bit numbers as BigInts, and
 * the `errno` that it gets.
 */
// deno-lint-ignore no-explicit-any -- what follows the process is in `parameters`
export type WasiFunction = (process: WasiProcess, ...args: any[]) => number;

/** A function with its type. */
export interface FunctionRow {
  /** Its parameters, a letter each: `i` for i32, `I` for i64. */
  readonly parameters: string;
  /** Whether it has no result; default: an i32. */
  readonly returnsNothing?: boolean;
  /** What it does. */
  readonly call: WasiFunction;
}

/** Functions by name; several of one name are told apart by their parameters. */
export type FunctionTable = Readonly<Record<string, readonly FunctionRow[]>>;
