/**
 * Runs scripts in this process, on a stack of their own.
 *
 * @module
 */
import { type ProcessOptions, runScript } from "../../../lib/guest/moca/mod.ts";
import { Kernel } from "../../../lib/kernel/kernel.ts";
import { Policy } from "../../../lib/kernel/policy/policy.ts";
import type { StdioRead } from "../../../lib/kernel/files/stdio.ts";
import { openStack } from "../../../lib/stack/open.ts";
import { trace } from "../../../lib/trace/mod.ts";

/** The stacks that there are here. */
export const STACKS: readonly ("libc" | "deno")[] = Deno.build.os === "linux"
  ? ["libc", "deno"]
  : ["deno"];

/** How a script is run. */
export interface RunOnOptions extends Partial<Omit<ProcessOptions, "system" | "output">> {
  /** What it may reach; default: everything. */
  readonly policy?: Policy;
  /** Its standard input. */
  readonly stdin?: StdioRead;
}

/** What came of it. */
export interface ScriptRun {
  /** What it wrote to descriptor 1, as UTF-8. */
  readonly text: string;
  /** What it wrote to descriptor 2. */
  readonly errors: string;
  /** Its uncaught error. */
  readonly error: string | null;
  /** Its system calls. */
  readonly calls: string;
}

/** Runs a script to its end; this thread waits. A script that hangs is ended after 20 s. */
export function runOn(
  stack: "libc" | "deno",
  source: string,
  options: RunOnOptions = {},
): ScriptRun {
  const { policy, stdin, ...rest } = options;
  using kernel = new Kernel(openStack(stack), {
    policy: policy ?? new Policy(),
    ...(stdin === undefined ? {} : { stdio: { stdin } }),
  });
  let calls = "";
  const parts: [string[], string[]] = [[], []];
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const { error } = runScript(source, {
    timeout: 20_000,
    ...rest,
    system: trace(kernel, (text) => calls += text),
    output: (fd, bytes) => void parts[fd - 1]?.push(decoder.decode(bytes)),
  });
  return { text: parts[0].join(""), errors: parts[1].join(""), error, calls };
}

/** The lines that a script prints; fails if it does not end normally. */
export function linesOn(
  stack: "libc" | "deno",
  source: string,
  options: RunOnOptions = {},
): string[] {
  const { text, error } = runOn(stack, source, options);
  if (error !== null) throw new Error(`The script failed: ${error}\nafter ${text}`);
  return text.split("\n").slice(0, -1);
}
