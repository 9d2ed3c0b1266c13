/**
 * What the coverage table holds for each call, flag and option.
 *
 * @module
 */
import type { Guest } from "../guest.ts";

/** Where the deno stack does otherwise than Linux. */
export interface Limit {
  /** `call` of the row in a table of limitations. */
  readonly row: string;
  /** Does what the row is about and returns the result, which has to be the row's errno. */
  readonly gives: (guest: Guest) => number;
}

/** One behaviour of Linux that a guest relies on. */
export interface Subject {
  /** The behaviour, as the end of a sentence that begins with the call, flag or option. */
  readonly does: string;
  /** Runs it on a fresh guest and asserts Linux's result. */
  readonly run: (guest: Guest) => void;
  /** Present if the deno stack cannot: what it does instead. */
  readonly deno?: Limit;
}

/** The behaviours of several calls, flags or options, by name. */
export type Coverage<Name extends string = string> = Readonly<Record<Name, readonly Subject[]>>;
