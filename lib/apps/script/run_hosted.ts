/**
 * Runs compiled scripts whose calls a kernel carries out.
 *
 * @module
 */
import { ScriptProcess } from "../../guest/moca/process.ts";
import { systemOutput } from "../../guest/moca/system_output.ts";
import type { Bytecode } from "../../moca/bytecode.ts";
import type { ParsedArguments } from "../command.ts";
import { limitTime } from "./limit_time.ts";
import type { RunOptions } from "./run_program.ts";

/** What a thread's worker is told: the command's options, and its name and arguments. */
export interface ThreadInit {
  /** The command's arguments. */
  readonly parsed: ParsedArguments;
  /** The script's name and arguments. */
  readonly args: readonly string[];
}

/** The program of a thread's worker. */
function workerModule(): URL {
  return new URL("./thread_worker.ts", import.meta.url);
}

/**
 * Whether workers may load our modules; without that, threads take turns. A worker that failed to load
 * would only be noticed when somebody has waited for it.
 */
function hasWorkers(): boolean {
  const library = new URL("../../", import.meta.url);
  // Loaded from a registry, modules are in Deno's cache, for which there is no permission to ask.
  if (library.protocol !== "file:") return false;
  const { state, partial } = Deno.permissions.querySync({ name: "read", path: library });
  if (state !== "granted" || partial === true) return false;
  try {
    return Deno.statSync(workerModule()).isFile;
  } catch {
    return false;
  }
}

/**
 * Runs a program with a system of its own.
 *
 * @returns What it failed with: the error's text, position and call stack; null for nothing.
 */
export async function runHosted(program: Bytecode, options: RunOptions): Promise<string | null> {
  const { invocation, limits, args } = options;
  using session = await invocation.openSession();
  const { operands, options: given } = invocation;
  const init: ThreadInit = { parsed: { operands, options: given }, args };
  using _ = await limitTime(limits.timeout);
  const makeWorker = () => new Worker(workerModule(), { type: "module" });
  const process = new ScriptProcess(program, {
    ...limits,
    system: session.system,
    output: systemOutput(session.system),
    args,
    ...(session.stack !== "user" && hasWorkers() ? { workers: { makeWorker, init } } : {}),
  });
  return process.run().error;
}
