/**
 * Errors of a running program: finding who catches one, and the stack of one that nobody catches.
 *
 * @module
 */
import { functionAt, HALT_ADDRESS, positionAt } from "../bytecode.ts";
import { MocaLimitError, MocaTrap, runtimeError, type StackLine } from "../error.ts";
import { bytesToUtf8 } from "../text.ts";
import type { Value } from "../value.ts";
import type { VmState } from "../vm_types.ts";
import type { Machine } from "./machine.ts";
import { acquire, FRAMES, operand } from "./registers.ts";
import { Signal, type SlowPaths } from "./signal.ts";

/**
 * Goes to the handler of a machine's error.
 *
 * @param machine The machine.
 * @returns Null, or how the program failed if nothing handles the error.
 * @throws What the error is, if it is not the program's.
 */
export function unwind(machine: Machine): VmState | null {
  const { error } = machine;
  acquire(machine);
  machine.asmRun = null;
  if (error instanceof MocaTrap) {
    return toHandler(machine, error.message) ? null : failed(machine, bytesToUtf8(error.message));
  }
  if (error instanceof MocaLimitError) {
    return failed(machine, error.message);
  }
  if (error instanceof RangeError) {
    // V8 could not allocate what the heap's limit would have allowed.
    return failed(machine, "runtime error: heap limit exceeded");
  }
  throw error;
}

function failed(machine: Machine, message: string): VmState {
  return { kind: "failed", message, stack: stackOf(machine) };
}

function toHandler(machine: Machine, message: string): boolean {
  const { program } = machine;
  let { fp, pc, base } = machine;
  // A return address lies behind its call.
  for (let behind = 0;; behind = 1) {
    const handlers = program.functions[functionAt(program, pc)]?.handlers ?? [];
    const handler = handlers.find((h) => pc - behind >= h.start && pc - behind < h.end);
    if (handler !== undefined) {
      machine.refs[base + handler.register] = message;
      machine.fp = fp;
      machine.pc = handler.target;
      machine.base = base;
      return true;
    }
    if (fp <= 1) {
      return false;
    }
    pc = FRAMES[--fp] ?? HALT_ADDRESS;
    base -= program.code[pc - 2] ?? 0;
  }
}

/** The calls that a machine is in, innermost first. */
function stackOf({ program, pc, fp }: Machine): StackLine[] {
  const lines: StackLine[] = [];
  let at = pc;
  for (let depth = fp;; depth--) {
    const fn = program.functions[functionAt(program, at)];
    if (fn !== undefined) {
      lines.push({ name: fn.name, at: positionAt(program, at) });
    }
    if (depth <= 1) {
      return lines;
    }
    at = (FRAMES[depth - 1] ?? HALT_ADDRESS) - 1;
  }
}

/** Slow paths of errors and of the program's end. */
export const ENDINGS: SlowPaths = {
  HALT: () => Signal.DONE,
  // Returned, not thrown, since V8 takes its time for that.
  THROW: (machine, pc, base) => {
    const value = machine.refs[base + operand(pc, 1)] as Value;
    machine.error = runtimeError(machine.plain(value));
    return Signal.TRAP;
  },
};
