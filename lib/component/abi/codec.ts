/**
 * How values of one type pass between JavaScript and a guest: CanonicalABI.md, "Loading", "Storing",
 * "Flattening", "Lifting" and "Lowering".
 *
 * @module
 */
import type { CallContext, CoreType, CoreValue, FlatValues } from "./context.ts";

/** Core values that parameters are passed as, at most; more go through memory. */
export const MAX_FLAT_PARAMS = 16;

/** A type, as the canonical ABI passes it. */
export abstract class Codec {
  /** Bytes of a value in memory. */
  abstract readonly size: number;
  /** What a value's address is a multiple of. */
  abstract readonly alignment: number;
  /** Core values of a value; null for more than {@linkcode MAX_FLAT_PARAMS}. */
  abstract readonly flat: readonly CoreType[] | null;

  /** Reads a value from memory that was checked to be there. */
  abstract load(context: CallContext, address: number): unknown;

  /** Writes a value to memory that was checked to be there. */
  abstract store(context: CallContext, address: number, value: unknown): void;

  /** Makes a value of core values. */
  abstract lift(context: CallContext, source: FlatValues): unknown;

  /** Makes core values of a value. */
  abstract lower(context: CallContext, value: unknown, target: CoreValue[]): void;
}

/** The next multiple of `alignment`. */
export function align(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

/** Core types of several values after one another; null for too many. */
export function concatenate(codecs: readonly Codec[]): readonly CoreType[] | null {
  const types: CoreType[] = [];
  for (const { flat } of codecs) {
    if (flat === null || types.length + flat.length > MAX_FLAT_PARAMS) return null;
    types.push(...flat);
  }
  return types;
}
