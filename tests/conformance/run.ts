/**
 * Runs one scenario on vmsock's kernel, in the current folder, and prints what it prints.
 *
 *     deno run -A tests/conformance/run.ts [--stack=libc|deno|auto] [--guest=LAYOUT] FILE
 *
 * Exit status: 0 done; 2 for a mistake in the scenario (the message on stderr, the output up to
 * there on stdout) or wrong usage.
 *
 * @module
 */
import { GUEST_LAYOUTS } from "./guest_layout.ts";
import { runOnStack } from "./kernel_run.ts";
import { RUN_OPTIONS, runTarget } from "./run_options.ts";
import { ScenarioError } from "./scenario.ts";

const USAGE = `usage: run.ts ${RUN_OPTIONS} FILE`;
const encoder = new TextEncoder();

function main(args: readonly string[]): number {
  const options = args.filter((arg) => arg.startsWith("--"));
  const files = args.filter((arg) => !arg.startsWith("--"));
  const target = runTarget(options);
  const [file] = files;
  if (target === null || file === undefined || files.length > 1) return fail(USAGE);
  try {
    const text = Deno.readTextFileSync(file);
    const { stack } = target;
    const guest = GUEST_LAYOUTS.get(target.guest ?? "") ?? null;
    runOnStack(text, { stack, guest, write: (output) => writeAll(Deno.stdout, output) });
    return 0;
  } catch (error) {
    if (error instanceof ScenarioError || error instanceof Deno.errors.NotFound) {
      return fail(error.message);
    }
    throw error;
  }
}

function fail(message: string): number {
  writeAll(Deno.stderr, `${message}\n`);
  return 2;
}

function writeAll(file: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(file.writeSync(bytes));
}

if (import.meta.main) Deno.exitCode = main(Deno.args);
