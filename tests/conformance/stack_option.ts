/**
 * The option that chooses a network stack.
 *
 * @module
 */
import type { StackName } from "../../lib/stack/open.ts";

/**
 * Reads the options of a program that runs scenarios.
 *
 * @param options The words that begin with `--`: `--stack=NAME` or none.
 * @returns The stack, libc by default; null if an option is another one.
 */
export function stackName(options: readonly string[]): StackName | null {
  const [option = "--stack=libc"] = options;
  const name = /^--stack=(libc|deno|auto)$/.exec(option)?.[1];
  if (options.length > 1 || name === undefined) return null;
  return name === "libc" || name === "deno" ? name : "auto";
}
