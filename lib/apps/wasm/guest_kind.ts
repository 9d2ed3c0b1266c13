/**
 * What kinds of WebAssembly programs `vmsock run` knows.
 *
 * @module
 */
import type { Invocation } from "../command.ts";
import type { WasmProgram } from "./program.ts";

/** How a program is run. */
export interface GuestSetup {
  /** The command's arguments, and what opens the guest's system. */
  readonly invocation: Invocation;
  /** The program's name and its arguments. */
  readonly args: readonly [name: string, ...rest: string[]];
  /** The program's environment, `NAME=VALUE` each, in the order of `--env`. */
  readonly environment: readonly string[];
}

/** A kind of program: a row of the table in `guest_kinds.ts`. */
export interface GuestKind {
  /** Its name, as a message has it: `Linux system calls`. */
  readonly kind: string;
  /** What such a program is known by, as a message has it. */
  readonly knownBy: string;
  /** Whether a program is of this kind. The first row that says so runs it. */
  recognises(program: WasmProgram): boolean;
  /**
   * Runs a program to its end.
   *
   * @returns Its exit status.
   * @throws {CommandError} If it cannot be run, in one line.
   */
  run(program: WasmProgram, setup: GuestSetup): Promise<number>;
}
