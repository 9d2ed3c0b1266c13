/**
 * What `vmsock run` does: it looks what the program is, and hands it on.
 *
 * @module
 */
import { type Invocation, UsageError } from "./command.ts";
import { SCRIPT_OPTIONS, TIMEOUT_OPTION } from "./script/script_options.ts";
import { readProgram } from "./script/source.ts";
import { isWasm } from "./wasm/program.ts";

/** Options that only a script has. */
const SCRIPT_ONLY: readonly string[] = [
  "code",
  "dump-bytecode",
  ...SCRIPT_OPTIONS.filter((row) => row !== TIMEOUT_OPTION).map(({ name }) => name),
];

/** Options that only a WebAssembly program has. */
const WASM_ONLY: readonly string[] = ["env", "dir", "tcplisten", "network"];

function refuseOptions({ options }: Invocation, names: readonly string[], owner: string): void {
  const given = names.find((name) => options.has(name));
  if (given !== undefined) throw new UsageError(`--${given} is for ${owner}`);
}

async function runScript(invocation: Invocation, bytes?: Uint8Array): Promise<number> {
  refuseOptions(invocation, WASM_ONLY, "WebAssembly programs");
  const { runScriptCommand } = await import("./script/run_script.ts");
  return await runScriptCommand(invocation, bytes);
}

/** Runs `vmsock run`. A name that ends in `.mc` is a script; of others the first bytes tell. */
export async function runProgramCommand(invocation: Invocation): Promise<number> {
  const { operands, options } = invocation;
  const [path] = operands;
  if (path === undefined || path.endsWith(".mc") || options.has("code")) {
    return await runScript(invocation);
  }
  const bytes = readProgram(path);
  if (!isWasm(bytes)) return await runScript(invocation, bytes);
  refuseOptions(invocation, SCRIPT_ONLY, "moca scripts");
  const { runWasm } = await import("./wasm/run_wasm.ts");
  return await runWasm(path, bytes, invocation);
}
