/**
 * Runs the command line in a process of its own.
 *
 * @module
 */

const CLI = new URL("../../cli.ts", import.meta.url);

/** How it is run. */
export interface RunOptions {
  /** Deno's permission flags; default: exactly `--allow-net`. */
  readonly flags?: readonly string[];
  /** Environment, beside the test's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** The current folder; default: the test's own. */
  readonly cwd?: string;
}

/** What came of it. */
export interface Outcome {
  /** Exit status. */
  readonly code: number;
  /** Standard output. */
  readonly stdout: Uint8Array<ArrayBuffer>;
  /** Standard output as text. */
  readonly text: string;
  /** Standard error. */
  readonly stderr: string;
}

/** The arguments of `deno` that run `vmsock`. */
export function denoArguments(
  args: readonly string[],
  flags: readonly string[] = ["--allow-net"],
): string[] {
  return ["run", "--quiet", ...flags, CLI.href, ...args];
}

/** Runs `vmsock` to its end. */
export async function vmsock(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: denoArguments(args, options.flags),
    env: { NO_COLOR: "1", ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout, text: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** A stack, and the flags that it takes. */
export interface StackFlags {
  /** Its name. */
  readonly stack: "libc" | "deno";
  /** Deno's permission flags. */
  readonly flags: readonly string[];
}

/** Both stacks; libc only where there is one. */
export const STACK_FLAGS: readonly StackFlags[] = [
  { stack: "deno", flags: ["--allow-net"] },
  ...(Deno.build.os === "linux"
    ? [{ stack: "libc", flags: ["--allow-net", "--allow-ffi"] } as const]
    : []),
];
