/**
 * `canon lift`: a guest's core function as a component's function.
 *
 * @module
 */
import { Trap } from "../error.ts";
import type { Store } from "../store.ts";
import type { CallContext, CoreFunction, CoreValue } from "./context.ts";
import { FlatValues } from "./context.ts";
import type { ComponentFunction, FunctionType } from "./function.ts";

/** What a lifted function is made of. */
export interface LiftedFunctionOptions {
  /** Its name, for messages. */
  readonly name: string;
  /** Its type. */
  readonly type: FunctionType;
  /** The core function. */
  readonly core: CoreFunction;
  /** What is called once the results have been taken. */
  readonly postReturn: CoreFunction | undefined;
  /** The instance that is called. */
  readonly context: CallContext;
  /** What ends if the call fails. */
  readonly store: Store;
}

/** A function that a component instance defines. */
export class LiftedFunction implements ComponentFunction {
  readonly name: string;
  readonly type: FunctionType;
  readonly isHost = false;
  readonly #options: LiftedFunctionOptions;

  /** Makes it of `options`. */
  constructor(options: LiftedFunctionOptions) {
    this.name = options.name;
    this.type = options.type;
    this.#options = options;
  }

  /**
   * Calls it.
   *
   * @returns The result, a `result` as `{ tag, val }`; undefined for none.
   * @throws {Trap} If the guest trapped, now or before.
   * @throws What a host function threw that is no result, in which case the guest has ended, too.
   */
  call(args: unknown[]): unknown {
    const { store, context } = this.#options;
    store.checkAlive();
    const { instance } = context;
    if (instance.entered) throw new Trap(`${this.name} was called while its instance was running`);
    instance.entered = true;
    try {
      return this.#enter(args);
    } catch (error) {
      throw store.explain(error);
    } finally {
      instance.entered = false;
    }
  }

  #enter(args: unknown[]): unknown {
    const { context, core, postReturn } = this.#options;
    const { instance } = context;
    const { result, resultInMemory } = this.type;
    const scope = { borrowed: 0 };
    context.scope = scope;
    context.begin();
    const returned = core(...this.#lowerArguments(args));
    let value: unknown;
    if (result !== null) {
      if (resultInMemory) {
        const { size, alignment } = result;
        const address = context.memory.check(Number(returned), size, alignment);
        value = result.load(context, address);
      } else {
        const flat = new FlatValues();
        flat.values = returned === undefined ? [] : [returned];
        value = result.lift(context, flat);
      }
    }
    if (postReturn !== undefined) {
      instance.mayLeave = false;
      if (returned === undefined) postReturn();
      else postReturn(returned);
      instance.mayLeave = true;
    }
    if (scope.borrowed > 0) throw new Trap(`${this.name} has kept what it borrowed`);
    return value;
  }

  #lowerArguments(args: unknown[]): CoreValue[] {
    const { context } = this.#options;
    const { params, paramsInMemory } = this.type;
    const flat: CoreValue[] = [];
    if (paramsInMemory !== null) {
      const address = context.allocate(paramsInMemory.size, paramsInMemory.alignment);
      paramsInMemory.store(context, address, args);
      flat.push(address);
    } else {
      for (let index = 0; index < params.length; index++) {
        params[index]?.lower(context, args[index], flat);
      }
    }
    return flat;
  }
}
