/**
 * Values as what they must be, where only the running program decides that.
 *
 * @module
 */
import { runtimeError } from "./error.ts";
import { MocaMap } from "./map.ts";
import { Sequence, type Value } from "./value.ts";

/** A value that must be an int. */
export function int(value: Value | undefined): bigint {
  if (typeof value !== "bigint") {
    throw runtimeError("expected integer");
  }
  return value;
}

/** A value that must be a float. */
export function float(value: Value | undefined): number {
  if (typeof value !== "number") {
    throw runtimeError("expected float");
  }
  return value;
}

/** A value that must be a bool. */
export function bool(value: Value | undefined): boolean {
  if (typeof value !== "boolean") {
    throw runtimeError("expected bool");
  }
  return value;
}

/** A value that must be a string. */
export function string(value: Value | undefined): string {
  if (typeof value !== "string") {
    throw runtimeError("expected reference");
  }
  return value;
}

/** A value that must be an array or Vec. */
export function sequence(value: Value | undefined): Sequence {
  if (!(value instanceof Sequence)) {
    throw runtimeError("expected reference");
  }
  return value;
}

/** A value that must be a Map. */
export function map(value: Value | undefined): MocaMap {
  if (!(value instanceof MocaMap)) {
    throw runtimeError("expected reference");
  }
  return value;
}
