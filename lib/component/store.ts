/**
 * What the instances of one component share: how they end.
 *
 * @module
 */
import { Trap } from "./error.ts";

/** A module with one function, which is `unreachable`. */
const UNREACHABLE = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // preamble
  ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00], // type: () -> ()
  ...[0x03, 0x02, 0x01, 0x00], // function: of type 0
  ...[0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00], // export "f"
  ...[0x0a, 0x05, 0x01, 0x03, 0x00, 0x00, 0x0b], // code: unreachable
);

/** The instances that end together. */
export class Store {
  #failure: { readonly reason: unknown } | null = null;
  #trap: (() => void) | null = null;

  /** Throws {@linkcode Trap} if the instances have ended. */
  checkAlive(): void {
    if (this.#failure !== null) throw new Trap("The component has ended and cannot be called");
  }

  /**
   * Ends the instances from inside a call of the guest: nothing of it runs any more. An exception
   * alone would not do, since the guest may catch those of JavaScript.
   *
   * @param reason What {@linkcode Store.explain} returns then.
   */
  abort(reason: unknown): never {
    this.#failure ??= { reason: toTrap(reason) };
    this.#trap ??= makeTrap();
    this.#trap();
    throw reason;
  }

  /**
   * Notes that a call into an instance has thrown, which ends them all.
   *
   * @returns Why: what was given to {@linkcode Store.abort}, or a {@linkcode Trap}.
   */
  explain(error: unknown): unknown {
    this.#failure ??= { reason: toTrap(error) };
    return this.#failure.reason;
  }
}

function makeTrap(): () => void {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(UNREACHABLE));
  return exports.f as () => void;
}

function toTrap(error: unknown): unknown {
  if (error instanceof WebAssembly.RuntimeError) return new Trap(error.message, { cause: error });
  if (error instanceof RangeError && /call stack/.test(error.message)) {
    return new Trap("The call stack is exhausted", { cause: error });
  }
  if (error instanceof Error) return error;
  return new Trap("An exception was not caught", { cause: error });
}
