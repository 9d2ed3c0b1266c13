/**
 * Runs a program in a Deno of its own, for what depends on permissions given at its start.
 *
 * @module
 */
import { assert } from "@std/assert";

/**
 * Runs TypeScript source with `deno run` and the given flags and returns what it printed.
 *
 * @param source The program; it imports by absolute URL.
 * @param flags Flags of `deno run`.
 * @param cwd Its current folder.
 */
export async function runDeno(
  source: string,
  flags: readonly string[],
  cwd: string = Deno.cwd(),
): Promise<string> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, source);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", "--no-lock", ...flags, file],
      cwd,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    const decoder = new TextDecoder();
    assert(code === 0, decoder.decode(stderr));
    return decoder.decode(stdout);
  } finally {
    await Deno.remove(file);
  }
}
