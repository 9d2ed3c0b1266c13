/**
 * What the tables of system calls consist of.
 *
 * @module
 */
import type { CallContext } from "./call_context.ts";

/**
 * Carries out a call: takes six registers as numbers (see `fromRegister`), returns what the guest
 * finds in its result register: a number ≥ 0, or a negated errno.
 */
export type SyscallHandler = (
  context: CallContext,
  a0: number,
  a1: number,
  a2: number,
  a3: number,
  a4: number,
  a5: number,
) => number;

/** A system call: a row of a table. */
export interface SyscallRow {
  /** Its number. */
  readonly number: number;
  /** Its name in Linux's tables. */
  readonly name: string;
  /** Carries it out. */
  readonly handler: SyscallHandler;
  /** What is not there of it, a sentence; null if nothing is missing. */
  readonly missing: string | null;
}
