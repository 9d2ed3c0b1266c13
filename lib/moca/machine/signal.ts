/**
 * What a slow path tells the loop, and the loop the machine.
 *
 * @module
 */
import type { Machine } from "./machine.ts";

/** Why the loop stops. All are negative: where one may be returned, other numbers are addresses. */
export const Signal = {
  /** The program has ended. */
  DONE: -1,
  /** A host call or a join is pending. */
  BLOCKED: -2,
  /** An error was raised; the machine holds it. */
  TRAP: -3,
  /** A thread was spawned that must run to its end first. */
  CHILD: -4,
  /** A slice has been used up. */
  SLICE: -5,
} as const;

/**
 * Runs one instruction outside of the loop. What throws must have left the machine as it was, so
 * that the error has the instruction's place; a call that is left changes the machine's `base` and
 * `fp` itself.
 *
 * @param machine The machine.
 * @param pc The instruction's address.
 * @param base First register of the current call.
 * @returns The next instruction's address, or a {@linkcode Signal}.
 */
export type SlowPath = (machine: Machine, pc: number, base: number) => number;

/** Slow paths by the instruction's name. */
export type SlowPaths = Readonly<Record<string, SlowPath>>;
