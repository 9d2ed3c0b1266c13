/**
 * Runs several scenarios one after the other, each on a new kernel and in a directory of its own,
 * and each only up to the first line that differs from what native Linux printed: what follows
 * would often wait for ever.
 *
 *     deno run -A batch_child.ts --stack=NAME [--guest=LAYOUT] [NAME DIRECTORY]...
 *
 * Prints {@linkcode BatchMessage}s as lines of JSON. A process of its own, since the current folder
 * belongs to a process, and since a call that never returns can only be ended with its process.
 *
 * @module
 */
import { expectedOutput, scenarioPath } from "./catalog.ts";
import { runOnStack } from "./kernel_run.ts";
import { ScenarioError } from "./scenario.ts";
import { GUEST_LAYOUTS } from "./guest_layout.ts";
import { type RunTarget, runTarget } from "./run_options.ts";

/** One thing that a batch reports: what a scenario prints, or that it has ended and why. */
export type BatchMessage = { readonly output: string } | { readonly error: string | null };

// Ends a scenario that has failed.
class Difference extends Error {}

const encoder = new TextEncoder();

function main(args: readonly string[]): void {
  const options = args.filter((arg) => arg.startsWith("--"));
  const rest = args.slice(options.length);
  const target = runTarget(options);
  if (target === null) throw new Error(`unknown option among ${options}`);
  for (let i = 0; i + 1 < rest.length; i += 2) {
    const [name = "", directory = ""] = rest.slice(i, i + 2);
    send({ error: runNamed(name, directory, target) });
  }
}

function runNamed(name: string, directory: string, target: RunTarget): string | null {
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
    const { stack } = target;
    const guest = GUEST_LAYOUTS.get(target.guest ?? "") ?? null;
    runOnStack(text, { stack, guest, write });
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
