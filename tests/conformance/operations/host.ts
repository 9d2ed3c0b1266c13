/**
 * Operations that the host performs, not the kernel under test.
 *
 * @module
 */
import type { Call, Operation } from "../call.ts";
import { formatBytes } from "../format.ts";
import { ScenarioError } from "../scenario.ts";

/** The operations of this file by name. */
export const HOST_OPERATIONS: Readonly<Record<string, Operation>> = {
  "!file": makeFile,
  "!dir": makeDirectory,
  "!symlink": makeSymbolicLink,
  "!fifo": makeFifo,
  "!cat": printFile,
};

function makeFile(call: Call): string {
  const { base } = call.data(1);
  if (base === null) throw new ScenarioError("a file of no memory");
  return prepare(() => {
    Deno.writeFileSync(call.text(0), base);
    if (call.count > 2) Deno.chmodSync(call.text(0), call.int(2));
  });
}

function makeDirectory(call: Call): string {
  return prepare(() => Deno.mkdirSync(call.text(0)));
}

function makeSymbolicLink(call: Call): string {
  return prepare(() => Deno.symlinkSync(call.text(0), call.text(1)));
}

function makeFifo(call: Call): string {
  return prepare(() => {
    // Deno has no mkfifo(3).
    const { success } = new Deno.Command("mkfifo", { args: [call.text(0)] }).outputSync();
    if (!success) throw new Error(`Cannot make the fifo ${call.text(0)}`);
  });
}

function printFile(call: Call): string {
  try {
    const bytes = Deno.readFileSync(call.text(0));
    return `${bytes.length} ${formatBytes(bytes)}`;
  } catch (error) {
    return `-${codeOf(error)}`;
  }
}

// A scenario that cannot be prepared has a mistake in it.
function prepare(action: () => void): string {
  try {
    action();
  } catch (error) {
    throw new ScenarioError(error instanceof Error ? error.message : String(error));
  }
  return "ok";
}

// Deno's errors of the operating system carry its name for them.
function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (typeof code !== "string") throw error;
  return code;
}
