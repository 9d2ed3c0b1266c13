/**
 * Slow paths of arrays, Vecs, Maps, and of strings as sequences of bytes: the loop handles elements
 * that are there and of the kind that the instruction names.
 *
 * @module
 */
import { OBJECT_BYTES } from "../heap.ts";
import { indexAny, outOfBounds, setIndexAny } from "../indexing.ts";
import { MocaMap } from "../map.ts";
import { makeSequence, push } from "../natives/container.ts";
import type { Value } from "../value.ts";
import { float, int, map, sequence, string } from "../value_checks.ts";
import type { Machine } from "./machine.ts";
import { FLOAT_REGISTERS, HALF_REGISTERS, INT_REGISTERS, operand } from "./registers.ts";
import type { SlowPath, SlowPaths } from "./signal.ts";

/** Bytes counted for the table of a Map without entries. */
const EMPTY_MAP_BYTES = 16 * 8;

/** The register that an operand names. */
type Read = (machine: Machine, register: number) => Value;

const readRef: Read = ({ refs }, register) => refs[register] as Value;
const readInt: Read = (_, register) => INT_REGISTERS[register] as bigint;
const readFloat: Read = (_, register) => FLOAT_REGISTERS[register] as number;

function append(read: Read): SlowPath {
  return (machine, pc, base) => {
    const list = sequence(machine.refs[base + operand(pc, 1)] as Value);
    push(machine.context, list, read(machine, base + operand(pc, 2)));
    return pc + 3;
  };
}

function setIndex(read: Read): SlowPath {
  return (machine, pc, base) => {
    setIndexAny(
      machine.refs[base + operand(pc, 1)] as Value,
      INT_REGISTERS[base + operand(pc, 2)] as bigint,
      read(machine, base + operand(pc, 3)),
    );
    return pc + 4;
  };
}

/** The element that an instruction asks for. */
function element({ refs }: Machine, pc: number, base: number): Value {
  const index = INT_REGISTERS[base + operand(pc, 3)] as bigint;
  return indexAny(refs[base + operand(pc, 2)] as Value, index);
}

/** Slow paths of containers. */
export const CONTAINERS: SlowPaths = {
  SEQUENCE: (machine, pc, base) => {
    const isVec = operand(pc, 3) !== 0;
    const list = makeSequence(machine.context, operand(pc, 2), isVec, 0, operand(pc, 4));
    machine.refs[base + operand(pc, 1)] = list;
    return pc + 5;
  },
  APPEND: append(readRef),
  APPEND_INT: append(readInt),
  APPEND_FLOAT: append(readFloat),
  PUSH: append(readRef),
  PUSH_INT: append(readInt),
  GET_INDEX: (machine, pc, base) => {
    machine.refs[base + operand(pc, 1)] = element(machine, pc, base);
    return pc + 4;
  },
  GET_INDEX_INT: (machine, pc, base) => {
    INT_REGISTERS[base + operand(pc, 1)] = int(element(machine, pc, base));
    return pc + 4;
  },
  GET_INDEX_FLOAT: (machine, pc, base) => {
    FLOAT_REGISTERS[base + operand(pc, 1)] = float(element(machine, pc, base));
    return pc + 4;
  },
  SET_INDEX: setIndex(readRef),
  SET_INDEX_INT: setIndex(readInt),
  SET_INDEX_FLOAT: setIndex(readFloat),
  BYTE_AT: ({ refs }, pc, base) => {
    const text = string(refs[base + operand(pc, 2)] as Value);
    throw outOfBounds(text, INT_REGISTERS[base + operand(pc, 3)] as bigint);
  },
  LENGTH: ({ refs }, pc, base) => {
    const register = (base + operand(pc, 1)) << 1;
    HALF_REGISTERS[register] = map(refs[base + operand(pc, 2)] as Value).size;
    HALF_REGISTERS[register + 1] = 0;
    return pc + 3;
  },
  MAP: ({ refs, heap }, pc, base) => {
    heap.reserve(OBJECT_BYTES + EMPTY_MAP_BYTES);
    refs[base + operand(pc, 1)] = new MocaMap();
    return pc + 2;
  },
};
