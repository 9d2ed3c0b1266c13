/**
 * The slow paths of all instructions, by number.
 *
 * @module
 */
import { OPCODES } from "../opcode.ts";
import { CALLS } from "./calls.ts";
import { CONTAINERS } from "./containers.ts";
import { HOST_CALLS } from "./host_calls.ts";
import { OBJECTS } from "./objects.ts";
import { OPERATORS } from "./operators.ts";
import { operand } from "./registers.ts";
import type { SlowPath, SlowPaths } from "./signal.ts";
import { STRINGS } from "./strings.ts";
import { THREADS } from "./threads.ts";
import { ENDINGS } from "./unwind.ts";

const BY_NAME: SlowPaths = {
  ...OPERATORS,
  ...STRINGS,
  ...OBJECTS,
  ...CONTAINERS,
  ...CALLS,
  ...HOST_CALLS,
  ...THREADS,
  ...ENDINGS,
};

/** The slow path of an instruction that has none, or that does not exist. */
export function noInstruction(_machine: unknown, pc: number): never {
  throw new TypeError(`Cannot run program: no instruction ${operand(pc, 0)} at ${pc}`);
}

/** Slow paths by the instruction's number. */
export const SLOW_PATHS: readonly SlowPath[] = OPCODES.map(({ name }) =>
  BY_NAME[name] ?? noInstruction
);
