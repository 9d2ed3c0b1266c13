/**
 * Short options as getopt(3) reads them: `-Ofile`, `-qO-`, `-O -`.
 *
 * @module
 */
import type { OptionSpec } from "./command.ts";

function takesValue({ value, optionalValue }: OptionSpec): boolean {
  return value !== undefined && !optionalValue;
}

/**
 * Rewrites short options that have a value as long ones, `--name=value`.
 *
 * @param args The arguments.
 * @param specs The options that there are.
 * @param stopEarly Whether what follows the first operand is left alone.
 * @returns The arguments with the same meaning; unknown options and missing values are left as they
 * are.
 */
export function expandShortOptions(
  args: readonly string[],
  specs: readonly OptionSpec[],
  stopEarly: boolean,
): string[] {
  const valued = specs.filter(takesValue);
  const expanded: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? "";
    if (argument === "--" || (stopEarly && !isOption(argument))) {
      return [...expanded, ...args.slice(index)];
    }
    const next = args[index + 1];
    if (!isOption(argument)) expanded.push(argument);
    else if (argument.startsWith("--")) {
      const isValued = valued.some(({ name }) => argument === `--${name}`);
      if (!isValued || next === undefined || isOption(next)) expanded.push(argument);
      else {
        expanded.push(`${argument}=${next}`);
        index++;
      }
    } else {
      const cluster = splitCluster(argument.slice(1), valued);
      if (cluster === null) expanded.push(argument);
      else {
        const { flags, spec, attached } = cluster;
        if (flags !== "") expanded.push(`-${flags}`);
        const value = attached === "" ? next : attached.replace(/^=/, "");
        expanded.push(value === undefined ? `--${spec.name}` : `--${spec.name}=${value}`);
        if (attached === "") index++;
      }
    }
  }
  return expanded;
}

/** `-` alone is no option: it stands for standard input or output. */
function isOption(argument: string): boolean {
  return argument.startsWith("-") && argument !== "-";
}

/** Flags, then the first option that has a value, then the value that is attached to it. */
function splitCluster(
  letters: string,
  valued: readonly OptionSpec[],
): { flags: string; spec: OptionSpec; attached: string } | null {
  for (let index = 0; index < letters.length; index++) {
    const spec = valued.find(({ short }) => short === letters[index]);
    if (spec === undefined) continue;
    return { flags: letters.slice(0, index), spec, attached: letters.slice(index + 1) };
  }
  return null;
}
