/**
 * Runs compiled scripts. What a script does not need is not loaded: most that print and compute are
 * done before a kernel would be there.
 *
 * @module
 */
import { wallClock } from "../../guest/moca/clock.ts";
import { hostHeap } from "../../guest/moca/host_heap.ts";
import { formatScriptError, timeLimitText } from "../../guest/moca/script_error.ts";
import type { Bytecode } from "../../moca/bytecode.ts";
import { runtimeError } from "../../moca/error.ts";
import { OPCODES } from "../../moca/opcode.ts";
import { toBytes } from "../../moca/text.ts";
import { Vm } from "../../moca/vm.ts";
import type { Invocation } from "../command.ts";
import { limitTime } from "./limit_time.ts";
import type { ScriptLimits } from "./script_options.ts";

/** Instructions that need a host. */
const HOST_INSTRUCTIONS: ReadonlySet<string> = new Set(["HOST_CALL", "ASM", "SPAWN"]);

/** How a program is run. */
export interface RunOptions {
  /** The command's arguments. */
  readonly invocation: Invocation;
  /** What they say about limits. */
  readonly limits: ScriptLimits;
  /** The script's name and arguments. */
  readonly args: readonly string[];
}

function needsHost({ code, functions }: Bytecode): boolean {
  for (const { start, end } of functions) {
    for (let pc = start; pc < end;) {
      const row = OPCODES[code[pc] ?? -1];
      if (row === undefined || HOST_INSTRUCTIONS.has(row.name)) return true;
      pc += 1 + row.operands.length;
    }
  }
  return false;
}

/** Writes to this process's own descriptor 1 or 2. */
function writeOut(fd: number, text: string): void {
  const bytes = toBytes(text);
  const output = fd === 1 ? Deno.stdout : Deno.stderr;
  try {
    for (let written = 0; written < bytes.length;) {
      written += output.writeSync(bytes.subarray(written));
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw runtimeError(`cannot write to standard ${fd === 1 ? "output" : "error"}: ${reason}`);
  }
}

/** Runs a program that reaches nothing but its output; returns its error, or null. */
async function runAlone(program: Bytecode, { limits, args }: RunOptions): Promise<string | null> {
  const { timeout } = limits;
  using _ = await limitTime(timeout);
  const deadline = timeout === undefined ? Infinity : performance.now() + timeout;
  const vm = new Vm(program, {
    ...limits,
    output: writeOut,
    time: wallClock,
    hostHeap,
    args,
    interrupt: () => performance.now() >= deadline ? timeLimitText(timeout ?? 0) : null,
  });
  const state = vm.run();
  return state.kind === "failed" ? formatScriptError(state.message, state.stack) : null;
}

/**
 * Runs a program.
 *
 * @returns What it failed with: the error's text, position and call stack; null for nothing.
 */
export async function runProgram(program: Bytecode, options: RunOptions): Promise<string | null> {
  const traced = options.invocation.options.has("trace");
  if (!traced && !needsHost(program)) return await runAlone(program, options);
  const { runHosted } = await import("./run_hosted.ts");
  return await runHosted(program, options);
}
