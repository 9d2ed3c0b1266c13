/**
 * What `vmsock run` does with scripts.
 *
 * @module
 */
import { CommandError, type Invocation, optionValue, UsageError } from "../command.ts";
import { print } from "../output.ts";
import { compileOrPrint } from "./compile_source.ts";
import { runProgram } from "./run_program.ts";
import { scriptLimits } from "./script_options.ts";
import { decodeSource, readSource } from "./source.ts";

/** Name of a script that is given on the command line. */
const CODE_NAME = "<code>";

interface Script {
  readonly source: string;
  /** Its name and arguments. */
  readonly args: readonly [name: string, ...rest: string[]];
}

function scriptOf(invocation: Invocation, bytes: Uint8Array | undefined): Script {
  const { operands } = invocation;
  const code = optionValue(invocation, "code");
  if (code !== undefined) return { source: code, args: [CODE_NAME, ...operands] };
  const [path, ...rest] = operands;
  if (path === undefined) {
    throw new UsageError("run needs a program: vmsock run PROGRAM, or vmsock run -c CODE");
  }
  const source = bytes === undefined ? readSource(path) : decodeSource(path, bytes);
  return { source, args: [path, ...rest] };
}

/**
 * Runs a script for `vmsock run`.
 *
 * @param invocation The command's arguments.
 * @param bytes What is in the script's file, if that was read before.
 */
export async function runScriptCommand(
  invocation: Invocation,
  bytes?: Uint8Array,
): Promise<number> {
  const limits = scriptLimits(invocation);
  const { source, args } = scriptOf(invocation, bytes);
  const [path] = args;
  const program = compileOrPrint(source, { path, errno: limits.errno });
  if (program === null) return 1;
  if (invocation.options.has("dump-bytecode")) {
    const { disassemble } = await import("../../moca/disassembler.ts");
    print("stdout", disassemble(program, (file) => file === path ? source : sourceOf(file)));
    return 0;
  }
  const error = await runProgram(program, { invocation, limits, args });
  if (error === null) return 0;
  print("stderr", `${error}\n`);
  return 1;
}

/** Source of an imported file, null for what is none. */
function sourceOf(file: string): string | null {
  try {
    return file.endsWith(".mc") ? readSource(file) : null;
  } catch (error) {
    if (error instanceof CommandError) return null;
    throw error;
  }
}
