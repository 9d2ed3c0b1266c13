/**
 * Slow paths of joining strings and of making the text of a value.
 *
 * @module
 */
import { TextBuilder } from "../format.ts";
import type { Value } from "../value.ts";
import { string } from "../value_checks.ts";
import { pushFrame } from "./calls.ts";
import { type Machine, TEXT_WORK } from "./machine.ts";
import { operand } from "./registers.ts";
import type { SlowPaths } from "./signal.ts";

/** Words of `TEXT`, behind which `TEXT_RESUME` stands. */
const TEXT_WORDS = 4;

/** Goes on with a text; `pc` is where to come back to. */
function writeText(machine: Machine, pc: number, register: number, builder: TextBuilder): number {
  const { refs } = machine;
  const step = builder.step();
  if (step === true) {
    refs[register] = builder.text;
    return pc + 2;
  }
  if (step === false) {
    machine.spend(TEXT_WORK);
    return pc;
  }
  const fn = machine.program.functions[step.function] as { start: number; registers: number };
  machine.reserveRegisters(register + 1 + fn.registers);
  pushFrame(machine, pc);
  builder.calling = true;
  refs[register + 1] = step.self;
  machine.base = register + 1;
  return fn.start;
}

/** Slow paths of strings. */
export const STRINGS: SlowPaths = {
  CONCAT: ({ refs, heap }, pc, base) => {
    const left = string(refs[base + operand(pc, 2)] as Value);
    const right = string(refs[base + operand(pc, 3)] as Value);
    heap.reserveConcat(left.length, right.length);
    refs[base + operand(pc, 1)] = left + right;
    return pc + 4;
  },
  CONCAT_ALL: (machine, pc, base) => {
    const parts = machine.window(base + operand(pc, 2), operand(pc, 3));
    let length = 0;
    for (const part of parts) {
      length += string(part).length;
    }
    machine.heap.reserveString(length);
    machine.spend(length);
    machine.refs[base + operand(pc, 1)] = parts.join("");
    return pc + 4;
  },
  TEXT: (machine, pc, base) => {
    const { refs, heap, program } = machine;
    const register = base + operand(pc, 3);
    const style = operand(pc, 1) === 1 ? "inspect" : "display";
    const builder = new TextBuilder(
      program,
      style,
      refs[register] as Value,
      (bytes) => heap.reserve(bytes),
    );
    refs[register] = builder;
    return writeText(machine, pc + TEXT_WORDS, register, builder);
  },
  TEXT_RESUME: (machine, pc, base) => {
    const register = base + operand(pc, 1);
    const builder = machine.refs[register] as TextBuilder;
    if (builder.calling) {
      builder.calling = false;
      builder.append(string(machine.refs[register + 1] as Value));
    }
    return writeText(machine, pc, register, builder);
  },
};
