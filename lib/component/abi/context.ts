/**
 * What the canonical ABI needs to know about the instance on the other side of a call.
 *
 * @module
 */
import type { StringEncoding } from "../definition.ts";
import { Trap } from "../error.ts";
import type { BorrowScope, Handle, HandleTable } from "./handle_table.ts";
import type { LinearMemory } from "./linear_memory.ts";

/** A number as core WebAssembly passes it. */
export type CoreValue = number | bigint;

/** Type of such a number. */
export type CoreType = "i32" | "i64" | "f32" | "f64";

/** A core function. */
export type CoreFunction = (...args: CoreValue[]) => CoreValue | undefined;

/** State of a component instance. */
export interface InstanceState {
  /** Its handles. */
  readonly handles: HandleTable;
  /** Whether it may call out: not while it makes room for arguments or frees results. */
  mayLeave: boolean;
  /** Whether a call into it is running. */
  entered: boolean;
}

/** What the host takes from a guest in one call, at most: see {@linkcode CallContext.spend}. */
const CALL_ALLOWANCE = 2 ** 27;

/** What a canonical function was made with, `canonopt`s. */
export class CallContext {
  /** The instance. */
  readonly instance: InstanceState;
  /** How its strings lie in memory. */
  readonly encoding: StringEncoding;
  /** Whether bytes that the guest passes are copied: where they are used when it runs again. */
  readonly copies: boolean;
  readonly #memory: LinearMemory | undefined;
  readonly #realloc: CoreFunction | undefined;
  /** What borrowed handles that are given to the instance belong to. */
  scope: BorrowScope = { borrowed: 0 };
  #allowance = CALL_ALLOWANCE;
  readonly #lent: Handle[] = [];

  /** A context of `instance`. */
  constructor(
    instance: InstanceState,
    options: {
      readonly encoding: StringEncoding;
      readonly memory?: LinearMemory | undefined;
      readonly realloc?: CoreFunction | undefined;
      readonly copies?: boolean;
    },
  ) {
    this.instance = instance;
    this.encoding = options.encoding;
    this.copies = options.copies ?? false;
    this.#memory = options.memory;
    this.#realloc = options.realloc;
  }

  /** Its memory. */
  get memory(): LinearMemory {
    if (this.#memory === undefined) throw new Trap("The function was made without a memory");
    return this.#memory;
  }

  /** Begins a call: the allowance is whole again. */
  begin(): void {
    this.#allowance = CALL_ALLOWANCE;
  }

  /** Keeps a handle from being given away until {@linkcode CallContext.end}. */
  lend(handle: Handle): void {
    handle.lent++;
    this.#lent.push(handle);
  }

  /** Ends a call: what was lent is back. */
  end(): void {
    for (let handle = this.#lent.pop(); handle !== undefined; handle = this.#lent.pop()) {
      handle.lent--;
    }
  }

  /**
   * Counts what the host is about to make of a guest's memory. Lists may lie over one another there,
   * so that a small memory could become more than the host has.
   *
   * @param bytes About how much.
   * @throws {Trap} If the call has taken too much.
   */
  spend(bytes: number): void {
    this.#allowance -= bytes;
    if (this.#allowance < 0) throw new Trap("The call passes more than the host takes at once");
  }

  /**
   * Has the guest make room.
   *
   * @param size Bytes.
   * @param alignment What the address has to be a multiple of.
   * @returns Index of the first byte.
   * @throws {Trap} If what the guest returns is not room for them.
   */
  allocate(size: number, alignment: number): number {
    if (this.#realloc === undefined) throw new Trap("The function was made without realloc");
    const { instance } = this;
    instance.mayLeave = false;
    const address = this.#realloc(0, 0, alignment, size);
    instance.mayLeave = true;
    return this.memory.check(Number(address), size, alignment);
  }
}

/** Core values that are taken one after the other. */
export class FlatValues {
  /** The values. */
  values: readonly CoreValue[] = [];
  /** Index of the next one. */
  at = 0;

  /** Takes the next one. */
  next(): CoreValue {
    return this.values[this.at++] as CoreValue;
  }
}
