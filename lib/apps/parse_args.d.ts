/**
 * Types for the part of `@std/cli/parse-args` that the command line uses: the npm copy of the
 * standard library carries none.
 */

/** How arguments are parsed. */
export interface ParseOptions {
  /** Names of flags. */
  readonly boolean?: readonly string[];
  /** Names of options with a value; `_` keeps operands text. */
  readonly string?: readonly string[];
  /** Options whose values are gathered in an array. */
  readonly collect?: readonly string[];
  /** Other names of options. */
  readonly alias?: Readonly<Record<string, string>>;
  /** Whether what follows the first operand is left alone. */
  readonly stopEarly?: boolean;
  /** Whether what follows `--` is kept apart, under that name. */
  readonly "--"?: boolean;
  /** Is told of every operand, with no key, and of every unknown option. */
  readonly unknown?: (argument: string, key?: string, value?: unknown) => unknown;
}

/** What was found: operands under `_`, options under their names. */
export interface Args {
  readonly _: string[];
  readonly "--"?: string[];
  readonly [name: string]: unknown;
}

/** Parses arguments. */
export declare function parseArgs(args: readonly string[], options: ParseOptions): Args;
