/**
 * Slow paths of conversions between registers, of divisions, comparisons and operators on values
 * whose type is known only at run time.
 *
 * @module
 */
import { runtimeError } from "../error.ts";
import { anyBinary, anyNegate, sameValue, truthy } from "../operations.ts";
import type { Value } from "../value.ts";
import { bool, float, int } from "../value_checks.ts";
import type { Machine, Slot } from "./machine.ts";
import { FLOAT_REGISTERS, HALF_REGISTERS, INT_REGISTERS, operand } from "./registers.ts";
import type { SlowPaths } from "./signal.ts";

/** Strings whose comparison counts as work. */
const LONG_STRING = 4096;

/** Whether two operands are equal; comparing long strings takes long. */
function same(machine: Machine, left: Slot | undefined, right: Slot | undefined): boolean {
  if (typeof left === "string" && left.length > LONG_STRING) {
    machine.spend(left.length);
  }
  return sameValue(left as Value, right as Value);
}

/** The loop divides by everything else itself. */
function divideByZero(): never {
  throw runtimeError("division by zero");
}

/** Slow paths of operators. */
export const OPERATORS: SlowPaths = {
  UNBOX_INT: ({ refs }, pc, base) => {
    INT_REGISTERS[base + operand(pc, 1)] = int(refs[base + operand(pc, 2)] as Value);
    return pc + 3;
  },
  UNBOX_FLOAT: ({ refs }, pc, base) => {
    FLOAT_REGISTERS[base + operand(pc, 1)] = float(refs[base + operand(pc, 2)] as Value);
    return pc + 3;
  },
  UNBOX_BOOL: ({ refs }, pc, base) => {
    const value = bool(refs[base + operand(pc, 2)] as Value);
    HALF_REGISTERS[(base + operand(pc, 1)) << 1] = value ? 1 : 0;
    return pc + 3;
  },
  TRUTHY: ({ refs }, pc, base) => {
    const value = truthy(refs[base + operand(pc, 2)] as Value);
    HALF_REGISTERS[(base + operand(pc, 1)) << 1] = value ? 1 : 0;
    return pc + 3;
  },
  DIV: divideByZero,
  MOD: divideByZero,
  DIV_K: divideByZero,
  MOD_K: divideByZero,
  FDIV: divideByZero,
  SAME: (machine, pc, base) => {
    const { refs } = machine;
    const equal = same(machine, refs[base + operand(pc, 2)], refs[base + operand(pc, 3)]);
    HALF_REGISTERS[(base + operand(pc, 1)) << 1] = equal ? 1 : 0;
    return pc + 4;
  },
  DIFFER: (machine, pc, base) => {
    const { refs } = machine;
    const equal = same(machine, refs[base + operand(pc, 2)], refs[base + operand(pc, 3)]);
    HALF_REGISTERS[(base + operand(pc, 1)) << 1] = equal ? 0 : 1;
    return pc + 4;
  },
  ANY_BINARY: ({ refs, heap }, pc, base) => {
    refs[base + operand(pc, 1)] = anyBinary(
      operand(pc, 2),
      refs[base + operand(pc, 3)] as Value,
      refs[base + operand(pc, 4)] as Value,
      heap,
    );
    return pc + 5;
  },
  ANY_NEGATE: ({ refs }, pc, base) => {
    refs[base + operand(pc, 1)] = anyNegate(refs[base + operand(pc, 2)] as Value);
    return pc + 3;
  },
};
