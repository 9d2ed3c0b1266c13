/**
 * Runs the command line on a terminal.
 *
 * @module
 */
import { denoArguments } from "./vmsock.ts";

/** The environment that `deno` itself needs: where its cache is, and how npm is reached. */
export const HOME: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(Deno.env.toObject()).filter(([name]) =>
    /^(HOME|PATH|DENO_.*|NPM_.*|.*_PROXY|.*_proxy|SSL_.*)$/.test(name)
  ),
);

/**
 * Runs `vmsock` on a terminal of its own, as script(1) makes one.
 *
 * @param args Its arguments.
 * @param flags Deno's permission flags.
 * @param env The whole environment, but for TERM.
 * @param before Shell commands that come before it, such as `stty cols 60;`.
 * @returns What the terminal shows; null where there is no script(1).
 */
export async function onTerminal(
  args: readonly string[],
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
  before = "",
): Promise<string | null> {
  const words = [Deno.execPath(), ...denoArguments(args, flags)];
  try {
    const { stdout } = await new Deno.Command("script", {
      args: ["-qec", before + words.map((word) => `'${word}'`).join(" "), "/dev/null"],
      env: { TERM: "xterm", ...env },
      clearEnv: true,
      stdin: "null",
    }).output();
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Why a test that needs a terminal is skipped, to stand after its name; empty where it is not. */
export async function whyNoTerminal(): Promise<string> {
  return await onTerminal(["--version"], []) === null
    ? " (skipped: script(1) is not installed)"
    : "";
}
