/**
 * Runs an example of TypeScript in a process of its own.
 *
 * @module
 */

/** What came of it. */
export interface ExampleOutcome {
  /** Exit status. */
  readonly code: number;
  /** Standard output. */
  readonly text: string;
  /** Standard error. */
  readonly errors: string;
}

/**
 * Runs an example to its end.
 *
 * @param name Its file's name.
 * @param args Its arguments.
 * @param flags Deno's permission flags.
 */
export async function runExample(
  name: string,
  args: readonly string[],
  flags: readonly string[],
): Promise<ExampleOutcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...flags, `examples/${name}`, ...args],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout), errors: decoder.decode(stderr) };
}
