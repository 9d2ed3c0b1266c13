/**
 * What carries a host call out.
 *
 * @module
 */
import type { Value } from "../../moca/value.ts";
import type { CallContext } from "./call_context.ts";
import type { Steps } from "./wait.ts";

/**
 * Carries a host call out. Its arguments are of the kinds that the table says. It returns the result,
 * or the steps of a call that may have to wait.
 */
export type Handler = (context: CallContext, args: Arguments) => Value | Steps<Value>;

/** Arguments of a call, of the kinds that the table says. */
export class Arguments {
  readonly #values: readonly Value[];

  /** Takes arguments that have been checked. */
  constructor(values: readonly Value[]) {
    this.#values = values;
  }

  /** An int. */
  int(index: number): bigint {
    return this.#values[index] as bigint;
  }

  /** An int as a number; −1 where it is no 32-bit one, which no call takes. */
  int32(index: number): number {
    const value = Number(this.int(index));
    return (value | 0) === value ? value : -1;
  }

  /** A string, as bytes. */
  text(index: number): string {
    return this.#values[index] as string;
  }

  /** Whatever it is. */
  value(index: number): Value {
    return this.#values[index] ?? null;
  }
}

/** Whether a handler's result is the steps of a call. */
export function isSteps(result: Value | Steps<Value>): result is Steps<Value> {
  return typeof result === "object" && result !== null && "next" in result;
}
