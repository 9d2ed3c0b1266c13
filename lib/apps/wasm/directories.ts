/**
 * `--dir`: directories that a WASI program finds open.
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
    throw new UsageError(`--dir is HOST::GUEST, two paths, not ${JSON.stringify(text)}`);
  });
}
