/**
 * What ends a WebAssembly program against its will.
 *
 * @module
 */
import { print } from "../output.ts";

/** Exit status of a program that a trap ends: 128 and the number of SIGABRT, as a shell shows it. */
export const TRAPPED = 134;

/** What ended a program itself: a trap, no more stack, an exception of its own; null for others. */
export function trapMessage(error: unknown): string | null {
  if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
    return error.message;
  }
  // What a guest throws is no Error, and TypeScript does not know it.
  const name = Object.prototype.toString.call(error);
  return name === "[object WebAssembly.Exception]" ? "uncaught exception" : null;
}

/**
 * Says in one line what a program died of.
 *
 * @param path The program's file.
 * @param trap What ended it.
 * @returns Its exit status, 134.
 */
export function reportTrapMessage(path: string, trap: string): number {
  print("stderr", `vmsock: ${path} trapped: ${trap}\n`);
  return TRAPPED;
}

/**
 * Says in one line what a program died of, if it was its own doing.
 *
 * @param path The program's file.
 * @param error What came out of it; thrown again if that was none of its own doing.
 * @returns Its exit status, 134.
 */
export function reportTrap(path: string, error: unknown): number {
  const trap = trapMessage(error);
  if (trap === null) throw error;
  return reportTrapMessage(path, trap);
}
