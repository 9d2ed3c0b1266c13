/**
 * What a native function is, and how it reads its arguments.
 *
 * @module
 */
import type { Bytecode, RegisterClass } from "../bytecode.ts";
import type { Channel } from "../channel.ts";
import { type MocaTrap, runtimeError } from "../error.ts";
import type { Heap } from "../heap.ts";
import { MocaMap } from "../map.ts";
import { Sequence, SequenceKind, type Value } from "../value.ts";

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

/** An argument that is an int. */
export function int(value: Value | undefined): bigint {
  if (typeof value !== "bigint") {
    throw runtimeError("expected integer");
  }
  return value;
}

/** An argument that is a float. */
export function float(value: Value | undefined): number {
  if (typeof value !== "number") {
    throw runtimeError("expected float");
  }
  return value;
}

/** An argument that is a string. */
export function string(value: Value | undefined): string {
  if (typeof value !== "string") {
    throw runtimeError("expected reference");
  }
  return value;
}

/** An argument that is an array or Vec. */
export function sequence(value: Value | undefined): Sequence {
  if (!(value instanceof Sequence)) {
    throw runtimeError("expected reference");
  }
  return value;
}

/** An argument that is a Map. */
export function map(value: Value | undefined): MocaMap {
  if (!(value instanceof MocaMap)) {
    throw runtimeError("expected reference");
  }
  return value;
}

/** An index as a number, whatever its size; out of range values stay out of range. */
export function toIndex(value: bigint): number {
  return value < 0n ? -1 : value > 0x7fffffffn ? 0x7fffffff : Number(value);
}

/** The error of an index that is out of range. */
export function outOfBounds(target: Sequence | string | null, index: bigint): MocaTrap {
  const typed = typeof target === "string" ||
    (target instanceof Sequence && target.isVec && target.kind !== SequenceKind.VALUE);
  return runtimeError(
    typed ? `typed array index ${index} out of bounds` : `slot index ${index} out of bounds`,
  );
}

/** Checks an index of an array or Vec. */
export function checkedIndex(target: Sequence, index: bigint): number {
  const at = toIndex(index);
  if (at < 0 || at >= target.length) {
    throw outOfBounds(target, index);
  }
  return at;
}
