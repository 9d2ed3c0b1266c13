/**
 * What a native function is, and how it reads its arguments.
 *
 * @module
 */
import type { Bytecode, RegisterClass } from "../bytecode.ts";
import type { Channel } from "../channel.ts";
import type { Heap } from "../heap.ts";
import type { Value } from "../value.ts";

/** What natives need from the machine. */
export interface NativeContext {
  /** The program. */
  readonly program: Bytecode;
  /** Counts memory. */
  readonly heap: Heap;
  /** The script's arguments, as bytes; the first is the script. */
  readonly args: readonly string[];
  /** Channels by number. */
  readonly channels: Channel[];
  /** Writes bytes to standard output (1) or standard error (2). */
  output(fd: number, bytes: string): void;
  /** The text of a value without calling into the program, as errors show it. */
  plain(value: Value): string;
  /**
   * Counts work that takes long, so that limits of time hold.
   *
   * @param work About nanoseconds.
   */
  spend(work: number): void;
  /** Wall clock in nanoseconds. */
  time(): bigint;
}

/** A native function. */
export interface NativeRow {
  /** Classes of its arguments, one letter each. */
  readonly params: string;
  /** Class of its result. */
  readonly result: RegisterClass;
  /** What it does. */
  readonly run: (context: NativeContext, args: readonly Value[]) => Value;
}

/** Describes a native. */
export function native(
  params: string,
  result: RegisterClass,
  run: (context: NativeContext, args: readonly Value[]) => Value,
): NativeRow {
  return { params, result, run };
}
