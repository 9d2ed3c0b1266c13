/**
 * Slow paths of what leaves the program: natives, calls of the host, asm blocks.
 *
 * @module
 */
import { classNumber } from "../bytecode.ts";
import { MocaTrap } from "../error.ts";
import { allocate, heapLoad, heapStore } from "../indexing.ts";
import { OPCODE_NUMBERS } from "../opcode.ts";
import type { Value } from "../value.ts";
import { PENDING } from "../vm_types.ts";
import { AsmRun } from "./asm_run.ts";
import type { Machine } from "./machine.ts";
import { acquire, operand } from "./registers.ts";
import { Signal, type SlowPath, type SlowPaths } from "./signal.ts";

/** Number of the class of references. */
const REFERENCE_CLASS = classNumber("v");

/** Work counted for an instruction of an asm block. */
const ASM_WORK = 64;

const callNative: SlowPath = (machine, pc, base) => {
  const index = operand(pc, 1);
  const native = machine.natives[index];
  if (native === undefined) {
    throw new TypeError(`Cannot run program: no native ${index}`);
  }
  const start = base + operand(pc, 2);
  const { classes } = native;
  const args: Value[] = [];
  for (let i = 0; i < classes.length; i++) {
    const value = machine.load(start + i, classes[i] as number);
    if (typeof value === "string") {
      machine.spend(value.length);
    }
    args.push(value);
  }
  const result = operand(pc, 3);
  const value = native.run(machine.context, args);
  // Output goes to the host, who may have run another machine.
  acquire(machine);
  if (result === REFERENCE_CLASS) {
    machine.refs[start] = value;
  } else {
    machine.store(start, result, value);
  }
  return pc + 4;
};

/** Calls the host; what is pending blocks the machine. */
function callHost(
  machine: Machine,
  number: number,
  args: readonly Value[],
): Value | typeof PENDING {
  const call = machine.hostCalls.get(number);
  if (call === undefined) {
    throw new MocaTrap(`unknown hostcall: ${number}`);
  }
  const value = call(args);
  // The host may have run another machine.
  acquire(machine);
  if (value === PENDING) {
    machine.blocked = { call: number, args };
  } else {
    machine.reserveResult(value);
  }
  return value;
}

const hostCall: SlowPath = (machine, pc, base) => {
  const start = base + operand(pc, 2);
  const value = callHost(machine, operand(pc, 1), machine.window(start, operand(pc, 3)));
  if (value === PENDING) {
    return Signal.BLOCKED;
  }
  machine.refs[start] = value;
  return pc + 4;
};

function newAsmRun(machine: Machine, index: number, inputs: readonly Value[]): AsmRun {
  const { context, heap } = machine;
  const code = machine.program.asm[index] ?? [];
  machine.spend(code.length * ASM_WORK);
  return new AsmRun(code, inputs, {
    alloc: (slots) => allocate(heap, slots),
    load: heapLoad,
    store: heapStore,
    text: (value) => machine.plain(value),
    reserve: (bytes) => heap.reserve(bytes),
    args: context.args,
    tick: () => machine.tick(),
  });
}

/** Runs an asm block, or the rest of it. */
const runAsm: SlowPath = (machine, pc, base) => {
  const start = base + operand(pc, 2);
  const run = machine.asmRun ??= newAsmRun(
    machine,
    operand(pc, 1),
    machine.window(start, operand(pc, 3)),
  );
  for (let call = run.run(); call !== null; call = run.run()) {
    const value = callHost(machine, call.number, call.args);
    if (value === PENDING) {
      return Signal.BLOCKED;
    }
    run.stack.push(value);
  }
  machine.asmRun = null;
  machine.refs[start] = run.result;
  return pc + 4;
};

/**
 * Gives the call at which a machine is blocked its result.
 *
 * @param machine The machine; its registers may be put aside.
 * @param value The result.
 */
export function finishCall(machine: Machine, value: Value): void {
  const { code } = machine.program;
  const { pc, base, refs } = machine;
  switch (code[pc]) {
    case OPCODE_NUMBERS.get("ASM"):
      machine.asmRun?.stack.push(value);
      break;
    case OPCODE_NUMBERS.get("JOIN"):
      refs[base + (code[pc + 1] ?? 0)] = value;
      machine.pc += 3;
      break;
    default:
      refs[base + (code[pc + 2] ?? 0)] = value;
      machine.pc += 4;
  }
}

/** Slow paths of what leaves the program. */
export const HOST_CALLS: SlowPaths = {
  NATIVE: callNative,
  HOST_CALL: hostCall,
  ASM: runAsm,
};
