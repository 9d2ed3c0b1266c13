/**
 * What WASI programs find when they start: `--dir` and `--env`.
 *
 * @module
 */
import { parsePreopenedDirectory, type PreopenedDirectory } from "../../guest/wasi/preopened.ts";
import { type ParsedArguments, UsageError } from "../command.ts";

/**
 * Reads the option.
 *
 * @throws {UsageError} If a value is none.
 */
export function directoriesOf({ options }: ParsedArguments): readonly PreopenedDirectory[] {
  return (options.get("dir") ?? []).map((text) => {
    const directory = parsePreopenedDirectory(text);
    if (directory !== null) return directory;
    throw new UsageError(`--dir is HOST::GUEST or one path for both, not ${JSON.stringify(text)}`);
  });
}

/** An environment of `NAME=VALUE` entries as names and values. */
export function environmentPairs(
  environment: readonly string[],
): (readonly [name: string, value: string])[] {
  return environment.map((entry) => {
    const at = entry.indexOf("=");
    return [entry.slice(0, at), entry.slice(at + 1)];
  });
}
