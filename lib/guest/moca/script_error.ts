/**
 * Texts of errors that end a script.
 *
 * @module
 */
import { formatRuntimeError, type StackLine } from "../../moca/error.ts";

/** The error of a script whose time is up. */
export function timeLimitText(milliseconds: number): string {
  return `runtime error: time limit exceeded (${milliseconds / 1000} s)`;
}

/**
 * Prints an error with positions in the script itself: those in the functions of host calls would tell
 * its author nothing.
 */
export function formatScriptError(message: string, stack: readonly StackLine[]): string {
  const own = stack.filter(({ at }) => at.file !== "<prelude>");
  return formatRuntimeError(message, own.length > 0 ? own : stack);
}
