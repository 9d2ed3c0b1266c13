/**
 * Runs one scenario on vmsock's kernel, in the current folder, and prints what it prints.
 *
 *     deno run -A tests/conformance/run.ts [--stack=libc|deno|auto] FILE
 *
 * Exit status: 0 done; 2 for a mistake in the scenario (the message on stderr, the output up to
 * there on stdout) or wrong usage.
 *
 * @module
 */
import { runOnStack } from "./kernel_run.ts";
import { stackName } from "./stack_option.ts";
import { ScenarioError } from "./scenario.ts";

const USAGE = "usage: run.ts [--stack=libc|deno|auto] FILE";
const encoder = new TextEncoder();

function main(args: readonly string[]): number {
  const options = args.filter((arg) => arg.startsWith("--"));
  const files = args.filter((arg) => !arg.startsWith("--"));
  const stack = stackName(options);
  const [file] = files;
  if (stack === null || file === undefined || files.length > 1) return fail(USAGE);
  try {
    const text = Deno.readTextFileSync(file);
    runOnStack(text, { stack, write: (output) => writeAll(Deno.stdout, output) });
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
