/**
 * `canon lower`: a component's function as a core function that a guest calls.
 *
 * @module
 */
import { Trap } from "../error.ts";
import type { Store } from "../store.ts";
import type { Codec } from "./codec.ts";
import type { CallContext, CoreFunction, CoreValue } from "./context.ts";
import { FlatValues } from "./context.ts";
import type { ComponentFunction } from "./function.ts";
import { ResultCodec } from "./variant_codecs.ts";

/** A JavaScript error that stands for the error case of a result, as jco's `ComponentError` does. */
interface Payload {
  readonly payload: unknown;
}

/**
 * What the error case of a result carries, given what a host function threw: everything that is no
 * Error, or an Error's `payload`. Throws other errors again, which end the guest.
 */
function errorPayload(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (Object.hasOwn(error, "payload")) return (error as Error & Payload).payload;
  throw error;
}

/** Ends the resources in a result that the guest cannot be given. */
function endResources(value: unknown): void {
  if (Array.isArray(value)) value.forEach(endResources);
  else if (typeof value === "object" && value !== null) {
    const end: unknown = Reflect.get(value, Symbol.dispose);
    if (typeof end === "function") end.call(value);
    else if ("val" in value) endResources(value.val);
  }
}

/**
 * Makes a core function of a component's function.
 *
 * @param context The instance that calls it.
 * @param target What it calls.
 * @param store What ends if that fails.
 */
export function lowerFunction(
  context: CallContext,
  target: ComponentFunction,
  store: Store,
): CoreFunction {
  const { params, result, paramsInMemory, resultInMemory } = target.type;
  const { instance } = context;
  const source = new FlatValues();

  function liftArguments(): unknown[] {
    if (paramsInMemory !== null) {
      const { size, alignment } = paramsInMemory;
      const address = context.memory.check(source.next() as number, size, alignment);
      return paramsInMemory.load(context, address) as unknown[];
    }
    const values: unknown[] = [];
    for (let index = 0; index < params.length; index++) {
      values.push(params[index]?.lift(context, source));
    }
    return values;
  }

  function call(values: CoreValue[]): CoreValue | undefined {
    if (!instance.mayLeave) throw new Trap(`${target.name} was called where no call is allowed`);
    context.begin();
    source.values = values;
    source.at = 0;
    const args = liftArguments();
    if (result === null) {
      target.call(args);
      context.end();
      return undefined;
    }
    const address = resultInMemory
      ? context.memory.check(source.next() as number, result.size, result.alignment)
      : -1;
    let value: unknown;
    let failed = 0;
    if (result instanceof ResultCodec && target.isHost) {
      try {
        value = target.call(args);
      } catch (error) {
        value = errorPayload(error);
        failed = 1;
      }
      context.end();
      if (address < 0) value = { tag: failed === 0 ? "ok" : "err", val: value };
    } else {
      value = target.call(args);
      context.end();
    }
    try {
      return lowerResult(result, address, failed, value);
    } catch (error) {
      endResources(value);
      throw error;
    }
  }

  function lowerResult(
    result: Codec,
    address: number,
    failed: number,
    value: unknown,
  ): CoreValue | undefined {
    if (address < 0) {
      const flat: CoreValue[] = [];
      result.lower(context, value, flat);
      return flat[0];
    }
    if (result instanceof ResultCodec && target.isHost) {
      result.storeCase(context, address, failed, value);
    } else {
      result.store(context, address, value);
    }
    return undefined;
  }

  return (...values) => {
    try {
      return call(values);
    } catch (error) {
      return store.abort(error);
    }
  };
}
