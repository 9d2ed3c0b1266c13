/**
 * What a command of the command line is: a row of a table, from which arguments are parsed and help
 * is printed.
 *
 * @module
 */
import type { Kernel } from "../kernel/kernel.ts";
import type { System } from "../kernel/system.ts";

/** An option. */
export interface OptionSpec {
  /** Its name, without dashes. */
  readonly name: string;
  /** A letter for it. */
  readonly short?: string;
  /** What its value is, for help: `SECONDS`; absent for a flag. */
  readonly value?: string;
  /** The values that there are; default: any. */
  readonly choices?: readonly string[];
  /** Whether the value may be left out, which then reads as an empty one. */
  readonly optionalValue?: boolean;
  /** What it does, one line. */
  readonly help: string;
}

/** Arguments as they were given, parsed. */
export interface ParsedArguments {
  /** What is not an option. */
  readonly operands: readonly string[];
  /** Values of each option given, in order; a flag's is empty. */
  readonly options: ReadonlyMap<string, readonly string[]>;
}

/** A guest's system, opened as the command line asks. */
export interface Session extends Disposable {
  /** Its calls, traced if that was asked for. */
  readonly system: System;
  /** What carries them out. */
  readonly kernel: Kernel;
  /** The stack's name. */
  readonly stack: string;
}

/** A command that is to be run. */
export interface Invocation extends ParsedArguments {
  /** Opens a system under `--stack` and `--trace`. */
  openSession(): Promise<Session>;
}

/** A command. */
export interface Command {
  /** Its name; empty for what runs without one. */
  readonly name: string;
  /** What it does, a few words. */
  readonly summary: string;
  /** Its operands: `URL`. */
  readonly operands: string;
  /** What else is to be said about it, in lines of at most 100 characters. */
  readonly description: string;
  /** Its own options, beside those of every command. */
  readonly options: readonly OptionSpec[];
  /** Command lines, and what each does. */
  readonly examples: readonly (readonly [line: string, meaning: string])[];
  /** Whether what follows the first operand belongs to a guest: no options are read there. */
  readonly stopEarly?: boolean;
  /** Throws a {@link UsageError} for options that do not go together; default: the session's. */
  checkOptions?(parsed: ParsedArguments): void;
  /** Runs it; returns the exit status. */
  run(invocation: Invocation): number | Promise<number>;
}

/** Wrong usage: exit status 2. The message says how it is done right. */
export class UsageError extends Error {
  /** `UsageError`. */
  override readonly name: string = "UsageError";
}

/** A failure that the message says all about: exit status 1. */
export class CommandError extends Error {
  /** `CommandError`. */
  override readonly name: string = "CommandError";
}

/** The last value of an option, undefined where it was not given. */
export function optionValue(parsed: ParsedArguments, name: string): string | undefined {
  return parsed.options.get(name)?.at(-1);
}
