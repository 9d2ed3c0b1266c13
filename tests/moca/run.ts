/** Compiles and runs moca programs for the tests, with a host that has no files and no network. */
import { compile, type CompileOptions } from "../../lib/moca/compile.ts";
import { formatRuntimeError, MocaCompileError } from "../../lib/moca/error.ts";
import { bytesToUtf8 } from "../../lib/moca/text.ts";
import { Vm } from "../../lib/moca/vm.ts";
import type { VmOptions } from "../../lib/moca/vm_types.ts";

/** What a program did. */
export interface RunOutcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

/** Host functions that the tests need: `read` on a descriptor that does not exist. */
const PRELUDE = new Map([
  ["read", "fun read(fd: int, count: int) -> string { return __hostcall(4, fd, count); }"],
  ["EBADF", "fun EBADF() -> int { return -1; }"],
]);

/** Compiles and runs a program to its end. */
export function runSource(
  source: string,
  options: CompileOptions & { readonly vm?: Partial<VmOptions> } = {},
): RunOutcome {
  let stdout = "";
  let stderr = "";
  try {
    const program = compile(source, { prelude: PRELUDE, ...options });
    const vm = new Vm(program, {
      output: (fd, bytes) => {
        if (fd === 2) {
          stderr += bytes;
        } else {
          stdout += bytes;
        }
      },
      hostCalls: new Map([[4, () => -1n]]),
      time: () => 1_700_000_000_123_456_789n,
      args: [options.path ?? "<code>", "one", "two"],
      ...options.vm,
    });
    const state = vm.run();
    if (state.kind === "failed") {
      stderr += `${formatRuntimeError(state.message, state.stack)}\n`;
    } else if (state.kind !== "done") {
      stderr += `${state.kind}\n`;
    }
    return {
      stdout: bytesToUtf8(stdout),
      stderr: bytesToUtf8(stderr),
      status: state.kind === "done" ? 0 : 1,
    };
  } catch (error) {
    if (error instanceof MocaCompileError) {
      return { stdout, stderr: `${error.message}\n`, status: 1 };
    }
    throw error;
  }
}

/** A machine with a program, and what it has written. */
export function machine(
  source: string,
  options: Partial<VmOptions> = {},
): { vm: Vm; text: () => string } {
  let text = "";
  const vm = new Vm(compile(source), { output: (_fd, bytes) => void (text += bytes), ...options });
  return { vm, text: () => text };
}
