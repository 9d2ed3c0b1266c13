/**
 * System calls about the process itself.
 *
 * @module
 */
import type { CallContext } from "../call_context.ts";

function exitWith(c: CallContext, name: string, status: number): number {
  c.process.exitStatus ??= status & 0xff;
  return c.answer(name, 0, String(status | 0));
}

/** exit(2), the system call: ends the thread, and with its only one the process. */
export function exit(c: CallContext, status: number): number {
  return exitWith(c, "exit", status);
}

/** exit_group(2): ends the process. */
export function exitGroup(c: CallContext, status: number): number {
  return exitWith(c, "exit_group", status);
}
