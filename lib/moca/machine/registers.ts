/**
 * The registers, return addresses and code that the loop works on.
 *
 * V8 knows address and length of typed arrays that are constants of a module, and not of those it
 * finds in an object. So all machines of an isolate share these, and one that starts to run puts
 * the other's contents aside. Memory that is never written costs nothing but addresses.
 *
 * References are in an array of each machine's own, under the same numbers.
 *
 * @module
 */
import { type Bytecode, MAX_CODE, MAX_CONSTANTS } from "../bytecode.ts";
import type { Machine } from "./machine.ts";

/** Registers of all calls together, at most. */
export const MAX_REGISTERS: number = 1 << 21;

/** Calls inside one another, at most, whatever the host says. */
export const MAX_FRAMES: number = (1 << 20) - 2;

/** Registers as integers. V8's optimising compiler turns operations on them into 64-bit ones. */
export const INT_REGISTERS: BigInt64Array<ArrayBuffer> = new BigInt64Array(MAX_REGISTERS);

/** The same registers as halves, the low one first, where that is cheaper; booleans are in the low one. */
export const HALF_REGISTERS: Int32Array<ArrayBuffer> = new Int32Array(INT_REGISTERS.buffer);

/** The same registers as floats. */
export const FLOAT_REGISTERS: Float64Array<ArrayBuffer> = new Float64Array(INT_REGISTERS.buffer);

/** Return addresses. The first belongs to the instruction that ends the program. */
export const FRAMES: Int32Array<ArrayBuffer> = new Int32Array(MAX_FRAMES + 2);

/** The program's instructions. */
export const CODE: Int32Array<ArrayBuffer> = new Int32Array(MAX_CODE);

/** The program's integer constants. */
export const INT_CONSTANTS: BigInt64Array<ArrayBuffer> = new BigInt64Array(MAX_CONSTANTS);

/** The program's float constants. */
export const FLOAT_CONSTANTS: Float64Array<ArrayBuffer> = new Float64Array(MAX_CONSTANTS);

/** The machine whose registers these are. */
let owner: Machine | null = null;

/** The program whose code this is. */
let loaded: Bytecode | null = null;

/** A machine's registers and return addresses while another one runs. */
export interface SavedRegisters {
  /** Its registers, up to the end of the current window. */
  readonly registers: BigInt64Array<ArrayBuffer>;
  /** Its return addresses. */
  readonly frames: Int32Array<ArrayBuffer>;
}

/**
 * Makes the registers a machine's own.
 *
 * @param machine The machine that is about to run.
 */
export function acquire(machine: Machine): void {
  if (owner === machine) {
    return;
  }
  if (owner !== null && !owner.finished) {
    owner.saved = {
      registers: INT_REGISTERS.slice(0, owner.base + owner.windowSize()),
      frames: FRAMES.slice(0, owner.fp),
    };
  }
  owner = machine;
  if (loaded !== machine.program) {
    loaded = machine.program;
    CODE.set(loaded.code);
    INT_CONSTANTS.set(loaded.ints);
    FLOAT_CONSTANTS.set(loaded.floats);
  }
  INT_REGISTERS.set(machine.saved.registers);
  FRAMES.set(machine.saved.frames);
}

/**
 * An operand of an instruction.
 *
 * @param pc The instruction's address.
 * @param index Which operand, from 1.
 * @returns The operand.
 */
export function operand(pc: number, index: number): number {
  return CODE[pc + index] as number;
}
