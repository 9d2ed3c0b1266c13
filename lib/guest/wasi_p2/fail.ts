/**
 * How functions of WASI fail.
 *
 * @module
 */
import { Trap } from "../../component/error.ts";

/**
 * Ends a function with the error case of its `result`, which passes as what is thrown: see
 * `HostImports`.
 *
 * @param error The value of the error case.
 */
export function fail(error: unknown): never {
  throw error;
}

/**
 * Ends the guest, where WASI says that a function traps.
 *
 * @param message What the guest did.
 */
export function trap(message: string): never {
  throw new Trap(message);
}
