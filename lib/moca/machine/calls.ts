/**
 * Slow paths of calls: of functions that the loop has no room for, of function values, of methods
 * that are found at run time.
 *
 * @module
 */
import { adapterAddress, classNumber } from "../bytecode.ts";
import { MocaLimitError, runtimeError } from "../error.ts";
import { Closure, DynBox } from "../value.ts";
import type { Machine } from "./machine.ts";
import { FRAMES, operand } from "./registers.ts";
import type { SlowPath, SlowPaths } from "./signal.ts";

function tooDeep(maxFrames: number): MocaLimitError {
  return new MocaLimitError(`runtime error: stack overflow: more than ${maxFrames} calls`);
}

/**
 * Puts a return address on the stack.
 *
 * @param machine The machine.
 * @param address The address.
 * @throws {MocaLimitError} If there are too many calls inside one another.
 */
export function pushFrame(machine: Machine, address: number): void {
  if (machine.fp >= machine.maxFrames) {
    throw tooDeep(machine.maxFrames);
  }
  FRAMES[machine.fp++] = address;
}

const call: SlowPath = (machine, pc, base) => {
  machine.reserveRegisters(base + operand(pc, 3));
  pushFrame(machine, pc + 4);
  machine.base = base + operand(pc, 2);
  return operand(pc, 1);
};

const callValue: SlowPath = (machine, pc, base) => {
  const window = base + operand(pc, 2);
  const callee = machine.refs[window];
  if (!(callee instanceof Closure)) {
    throw runtimeError("expected reference");
  }
  return callIndirect(machine, pc, window, callee.function);
};

const callInterface: SlowPath = (machine, pc, base) => {
  const window = base + operand(pc, 2);
  const box = machine.refs[window];
  const table = machine.program.interfaceTables[operand(pc, 1)];
  if (!(box instanceof DynBox) || table === undefined) {
    throw runtimeError("expected reference");
  }
  const type = machine.program.types[box.type]?.full ?? "";
  const target = table.functions[type];
  if (target === undefined) {
    throw runtimeError(`no method ${table.name} for type ${type}`);
  }
  return callIndirect(machine, pc, window, target, box);
};

/**
 * Calls a function whose parameters the caller did not know: arguments and result may be in
 * registers of other classes than it takes and gives.
 */
function callIndirect(
  machine: Machine,
  pc: number,
  window: number,
  target: number,
  receiver: DynBox | null = null,
): number {
  const fn = machine.program.functions[target];
  const signature = machine.program.signatures[operand(pc, 3)];
  if (fn === undefined || signature === undefined) {
    throw runtimeError("expected reference");
  }
  const [given = "", wanted = "v"] = signature.split(">");
  if (fn.params.length !== given.length) {
    throw runtimeError(
      `function expects ${fn.params.length - 1} arguments, got ${given.length - 1}`,
    );
  }
  machine.reserveRegisters(window + fn.registers);
  for (let i = 1; i < given.length; i++) {
    const from = classNumber(given.charAt(i));
    const to = classNumber(fn.params.charAt(i));
    if (from !== to) {
      machine.store(window + i, to, machine.load(window + i, from));
    }
  }
  const { maxFrames, fp } = machine;
  if (fp + 1 >= maxFrames) {
    throw tooDeep(maxFrames);
  }
  if (receiver !== null) {
    machine.store(window, classNumber(fn.params.charAt(0)), receiver.value);
  }
  FRAMES[machine.fp++] = pc + 4;
  if (fn.result !== wanted) {
    FRAMES[machine.fp++] = adapterAddress(classNumber(fn.result), classNumber(wanted));
  }
  machine.base = window;
  return fn.start;
}

/** Converts a result to the class that the caller wants, and returns to it. */
const adapt: SlowPath = (machine, pc, base) => {
  machine.store(base, operand(pc, 2), machine.load(base, operand(pc, 1)));
  const address = FRAMES[--machine.fp] as number;
  machine.base = base - operand(address, -2);
  return address;
};

/** Slow paths of calls. */
export const CALLS: SlowPaths = {
  CALL: call,
  CALL_VALUE: callValue,
  CALL_INTERFACE: callInterface,
  ADAPT: adapt,
};
