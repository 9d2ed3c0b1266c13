/**
 * Functions as components know them.
 *
 * @module
 */
import { type Codec, concatenate, MAX_FLAT_PARAMS } from "./codec.ts";
import type { CoreType } from "./context.ts";
import { TupleCodec } from "./record_codecs.ts";

/** Type of a function, ready to be called. */
export class FunctionType {
  /** The parameters. */
  readonly params: readonly Codec[];
  /** The result, null for none. */
  readonly result: Codec | null;
  /** The parameters as one value, where they are too many to be core values; else null. */
  readonly paramsInMemory: TupleCodec | null;
  /** Whether the result is passed in memory. */
  readonly resultInMemory: boolean;

  /** A function type. */
  constructor(params: readonly Codec[], result: Codec | null) {
    this.params = params;
    this.result = result;
    const flat: readonly CoreType[] | null = concatenate(params);
    const fits = flat !== null && flat.length <= MAX_FLAT_PARAMS;
    this.paramsInMemory = fits ? null : new TupleCodec(params);
    this.resultInMemory = result !== null && (result.flat === null || result.flat.length > 1);
  }
}

/** A function of a component, or of the host. */
export interface ComponentFunction {
  /** Its name, for messages. */
  readonly name: string;
  /** Its type. */
  readonly type: FunctionType;
  /** Whether the host provides it: a result's error is thrown, and the value is the `ok` one. */
  readonly isHost: boolean;
  /** Calls it. */
  call(args: unknown[]): unknown;
}
