/**
 * Runs several scenarios one after the other, each on a new kernel and in a directory of its own,
 * and each only up to the first line that differs from what native Linux printed: what follows
 * would often wait for ever.
 *
 *     deno run -A batch_child.ts --stack=NAME [NAME DIRECTORY]...
 *
 * Prints {@linkcode BatchMessage}s as lines of JSON. A process of its own, since the current folder
 * belongs to a process, and since a call that never returns can only be ended with its process.
 *
 * @module
 */
import type { StackName } from "../../lib/stack/open.ts";
import { expectedOutput, scenarioPath } from "./catalog.ts";
import { runOnStack } from "./kernel_run.ts";
import { ScenarioError } from "./scenario.ts";
import { stackName } from "./stack_option.ts";

/** One thing that a batch reports: what a scenario prints, or that it has ended and why. */
export type BatchMessage = { readonly output: string } | { readonly error: string | null };

// Ends a scenario that has failed.
class Difference extends Error {}

const encoder = new TextEncoder();

function main([option = "", ...rest]: readonly string[]): void {
  const stack = stackName([option]);
  if (stack === null) throw new Error(`unknown option ${option}`);
  for (let i = 0; i + 1 < rest.length; i += 2) {
    const [name = "", directory = ""] = rest.slice(i, i + 2);
    send({ error: runNamed(name, directory, stack) });
  }
}

function runNamed(name: string, directory: string, stack: StackName): string | null {
  const text = Deno.readTextFileSync(scenarioPath(name));
  const expected = expectedOutput(name);
  let printed = "";
  const write = (output: string): void => {
    send({ output });
    printed += output;
    if (!expected.startsWith(printed)) throw new Difference();
  };
  Deno.chdir(directory);
  try {
    runOnStack(text, { stack, write });
    return null;
  } catch (error) {
    if (error instanceof Difference) return null;
    if (error instanceof ScenarioError) return error.message;
    return error instanceof Error ? error.stack ?? error.message : String(error);
  }
}

function send(message: BatchMessage): void {
  let bytes = encoder.encode(JSON.stringify(message) + "\n");
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}

if (import.meta.main) main(Deno.args);
