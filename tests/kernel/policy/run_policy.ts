/**
 * Asks a policy in a Deno of its own, for what depends on permissions given at its start.
 *
 * @module
 */
import { assert } from "@std/assert";

/**
 * Asks a policy.
 *
 * @param flags Flags of `deno run`.
 * @param questions As tests/kernel/policy/policy_program.ts takes them.
 * @param cwd Its current folder.
 * @returns The answers.
 */
export async function runPolicy(
  flags: readonly string[],
  questions: readonly string[],
  cwd: string = Deno.cwd(),
): Promise<string[]> {
  const program = new URL("policy_program.ts", import.meta.url).pathname;
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--config", config, "--no-lock", "--no-check", ...flags, program, ...questions],
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  assert(code === 0, decoder.decode(stderr));
  return decoder.decode(stdout).split("\n").slice(0, -1);
}
