/**
 * Slow paths of closures, cells, structs and boxed values.
 *
 * @module
 */
import { runtimeError } from "../error.ts";
import { OBJECT_BYTES, SLOT_BYTES } from "../heap.ts";
import { dynamicType } from "../operations.ts";
import { Cell, Closure, DynBox, StructValue, type Value } from "../value.ts";
import { int } from "../value_checks.ts";
import type { Machine, Slot } from "./machine.ts";
import { HALF_REGISTERS, INT_REGISTERS, operand } from "./registers.ts";
import type { SlowPath, SlowPaths } from "./signal.ts";

/** The loop handles structs. */
function noStruct(): never {
  throw runtimeError("expected reference");
}

const getIntField: SlowPath = ({ refs }, pc, base) => {
  const object = refs[base + operand(pc, 2)];
  if (!(object instanceof StructValue)) {
    return noStruct();
  }
  INT_REGISTERS[base + operand(pc, 1)] = int(object.fields[operand(pc, 3)]);
  return pc + 4;
};

const newClosure: SlowPath = (machine, pc, base) => {
  const count = operand(pc, 4);
  machine.heap.reserve(OBJECT_BYTES + count * SLOT_BYTES);
  const cells = machine.window<Cell>(base + operand(pc, 3), count);
  machine.refs[base + operand(pc, 1)] = new Closure(operand(pc, 2), cells);
  return pc + 5;
};

const newStruct: SlowPath = (machine, pc, base) => {
  const layout = operand(pc, 2);
  const count = machine.program.layouts[layout]?.fields.length ?? 0;
  machine.heap.reserve(OBJECT_BYTES + count * SLOT_BYTES);
  const fields = machine.window(base + operand(pc, 3), count);
  machine.refs[base + operand(pc, 1)] = new StructValue(layout, fields);
  return pc + 4;
};

/** A value with its type: that of its static type, unless the value knows better. */
function boxed({ program, heap }: Machine, value: Value, type: number): DynBox {
  if (value instanceof DynBox) {
    return value;
  }
  let index = type;
  const known = program.types[type];
  if (value instanceof StructValue && (known === undefined || known.word !== "")) {
    index = program.layouts[value.layout]?.type ?? type;
  } else if (type < 0) {
    index = dynamicType(program, value);
  }
  heap.reserve(OBJECT_BYTES);
  return new DynBox(index, value);
}

function implementsInterface(
  { program }: Machine,
  value: Slot | undefined,
  index: number,
): boolean {
  if (!(value instanceof DynBox)) {
    return false;
  }
  const word = program.types[value.type]?.word ?? "";
  return word !== "" && (program.interfaces[index]?.words.includes(word) ?? false);
}

/** Slow paths of objects. */
export const OBJECTS: SlowPaths = {
  CLOSURE: newClosure,
  CELL_NEW: ({ refs, heap }, pc, base) => {
    heap.reserve(OBJECT_BYTES);
    refs[base + operand(pc, 1)] = new Cell(refs[base + operand(pc, 2)] as Value);
    return pc + 3;
  },
  STRUCT: newStruct,
  GET_FIELD: noStruct,
  GET_FIELD_INT: getIntField,
  SET_FIELD: noStruct,
  SET_FIELD_INT: noStruct,
  BOX_DYN: (machine, pc, base) => {
    const value = machine.refs[base + operand(pc, 2)] as Value;
    machine.refs[base + operand(pc, 1)] = boxed(machine, value, operand(pc, 3));
    return pc + 4;
  },
  DYN_IS: ({ refs }, pc, base) => {
    const box = refs[base + operand(pc, 2)];
    const is = box instanceof DynBox && box.type === operand(pc, 3);
    HALF_REGISTERS[(base + operand(pc, 1)) << 1] = is ? 1 : 0;
    return pc + 4;
  },
  DYN_IMPLEMENTS: (machine, pc, base) => {
    const is = implementsInterface(machine, machine.refs[base + operand(pc, 2)], operand(pc, 3));
    HALF_REGISTERS[(base + operand(pc, 1)) << 1] = is ? 1 : 0;
    return pc + 4;
  },
  DYN_VALUE: ({ refs }, pc, base) => {
    const box = refs[base + operand(pc, 2)];
    refs[base + operand(pc, 1)] = box instanceof DynBox ? box.value : box as Slot;
    return pc + 3;
  },
};
