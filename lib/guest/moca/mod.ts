/**
 * The moca script language with its host calls: scripts that reach files and the network through a
 * `System`. {@linkcode runScript} compiles and runs one; {@linkcode compile} and {@linkcode Vm} are
 * the language alone.
 *
 * @example
 * ```ts
 * import { runScript } from "@vmsock/vmsock/moca";
 * import { assertEquals } from "@std/assert";
 *
 * let text = "";
 * const { status, error } = runScript(`print(socket(999, 1) == EAFNOSUPPORT());`, {
 *   output: (_fd, bytes) => void (text += new TextDecoder().decode(bytes)),
 * });
 * assertEquals([status, error, text], [0, null, "true\n"]);
 * ```
 *
 * @module
 */
export * from "../../moca/mod.ts";
export type { System } from "../../kernel/system.ts";
export {
  HOST_CALL_ROWS,
  type HostCallRow,
  type Parameter,
  type ParameterKind,
} from "./call_table.ts";
export { type ErrnoNumbers, MOCA_ERRNOS, type MocaErrnoName, type MocaErrnoRow } from "./errno.ts";
export { hostPrelude } from "./prelude.ts";
export {
  type ProcessOptions,
  type ScriptOutcome,
  type ScriptOutput,
  ScriptProcess,
} from "./process.ts";
export { compileScript, runScript, type ScriptOptions } from "./script.ts";
export { systemOutput } from "./system_output.ts";
export {
  runWorkerThread,
  type ThreadStart,
  type WorkerThreadOptions,
  WorkerThreads,
} from "./worker_threads.ts";
