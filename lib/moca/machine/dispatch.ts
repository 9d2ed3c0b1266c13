/**
 * The dispatch loop: the fast path of every instruction that has one.
 *
 * It is one function, since V8 keeps its few variables in machine registers only while they stay in
 * one. An instruction that it cannot finish in place (another kind of value, no room left, an error)
 * leaves the `switch` and takes its slow path (slow_paths.ts), which begins the instruction anew.
 *
 * The numbers of the cases are those of opcode.ts; literals, since V8 makes a jump table of nothing
 * else. Casts stand where the verifier has made sure of what TypeScript cannot know.
 *
 * @module
 */
import { STRING_BYTES } from "../heap.ts";
import {
  type Cell,
  type Closure,
  Sequence,
  SequenceKind,
  StructValue,
  type Value,
} from "../value.ts";
import type { Machine, Slot } from "./machine.ts";
import * as shared from "./registers.ts";
import { Signal } from "./signal.ts";
import { noInstruction, SLOW_PATHS } from "./slow_paths.ts";

// V8 knows address and length of typed arrays that are constants of the module that uses them, and
// not of those that it finds in an object or imports; the loop takes half the time with them.
const I = shared.INT_REGISTERS;
const W = shared.HALF_REGISTERS;
const F = shared.FLOAT_REGISTERS;
const FRAMES = shared.FRAMES;
const CODE = shared.CODE;
const INTS = shared.INT_CONSTANTS;
const FLOATS = shared.FLOAT_CONSTANTS;

const { INT: SEQUENCE_INT, FLOAT: SEQUENCE_FLOAT, VALUE: SEQUENCE_VALUE } = SequenceKind;

/** Jumps and calls before the loop is left and entered again. */
const SLICE = 1 << 12;

/** Shifts a 64-bit integer, held in two halves, to the left. */
function shiftLeft(words: Int32Array, d: number, a: number, count: number): void {
  const low = words[a] as number;
  const high = words[a + 1] as number;
  if (count >= 32) {
    words[d] = 0;
    words[d + 1] = low << (count - 32);
  } else if (count === 0) {
    words[d] = low;
    words[d + 1] = high;
  } else {
    words[d] = low << count;
    words[d + 1] = (high << count) | (low >>> (32 - count));
  }
}

/** Shifts a 64-bit integer, held in two halves, to the right, keeping its sign. */
function shiftRight(words: Int32Array, d: number, a: number, count: number): void {
  const low = words[a] as number;
  const high = words[a + 1] as number;
  if (count >= 32) {
    words[d] = high >> (count - 32);
    words[d + 1] = high >> 31;
  } else if (count === 0) {
    words[d] = low;
    words[d + 1] = high;
  } else {
    words[d] = (low >>> count) | (high << (32 - count));
    words[d + 1] = high >> count;
  }
}

/**
 * Runs on from where a machine stands, until something else must happen.
 *
 * The loop returns after a number of backward jumps and calls. That is where limits of time are
 * checked; it also lets V8 enter optimised code again, which a single endless loop would not do after
 * its first de-optimisation.
 *
 * @param machine The machine; the shared registers are its own.
 * @returns A {@linkcode Signal}.
 * @throws {MocaTrap} For an error of the program; the machine stands at the instruction it came from.
 * @throws {MocaLimitError} At a limit; likewise.
 */
export function dispatch(machine: Machine): number {
  const strings = machine.program.strings;
  const R = machine.refs;
  const maxFrames = machine.maxFrames;
  const heap = machine.heap;
  let pc = machine.pc;
  let base = machine.base;
  let fp = machine.fp;
  let fuel = SLICE;
  run: for (;;) {
    switch (CODE[pc]) {
      // Constants, moves, and values in registers for references.
      case 1 /* LOAD_INT */:
        I[base + (CODE[pc + 1] as number)] = INTS[CODE[pc + 2] as number] as bigint;
        pc += 3;
        continue;
      case 2 /* LOAD_FLOAT */:
        F[base + (CODE[pc + 1] as number)] = FLOATS[CODE[pc + 2] as number] as number;
        pc += 3;
        continue;
      case 3 /* LOAD_BOOL */:
        W[(base + (CODE[pc + 1] as number)) << 1] = CODE[pc + 2] as number;
        pc += 3;
        continue;
      case 4 /* LOAD_STRING */:
        R[base + (CODE[pc + 1] as number)] = strings[CODE[pc + 2] as number] as string;
        pc += 3;
        continue;
      case 5 /* LOAD_NIL */:
        R[base + (CODE[pc + 1] as number)] = null;
        pc += 2;
        continue;
      case 6 /* MOVE_INT */:
        I[base + (CODE[pc + 1] as number)] = I[base + (CODE[pc + 2] as number)] as bigint;
        pc += 3;
        continue;
      case 7 /* MOVE_FLOAT */:
        F[base + (CODE[pc + 1] as number)] = F[base + (CODE[pc + 2] as number)] as number;
        pc += 3;
        continue;
      case 8 /* MOVE_BOOL */:
        W[(base + (CODE[pc + 1] as number)) << 1] =
          W[(base + (CODE[pc + 2] as number)) << 1] as number;
        pc += 3;
        continue;
      case 9 /* MOVE_REF */:
        R[base + (CODE[pc + 1] as number)] = R[base + (CODE[pc + 2] as number)] as Slot;
        pc += 3;
        continue;
      case 10 /* BOX_INT */:
        R[base + (CODE[pc + 1] as number)] = I[base + (CODE[pc + 2] as number)] as bigint;
        pc += 3;
        continue;
      case 11 /* BOX_FLOAT */:
        R[base + (CODE[pc + 1] as number)] = F[base + (CODE[pc + 2] as number)] as number;
        pc += 3;
        continue;
      case 12 /* BOX_BOOL */:
        R[base + (CODE[pc + 1] as number)] = W[(base + (CODE[pc + 2] as number)) << 1] !== 0;
        pc += 3;
        continue;
      case 13 /* UNBOX_INT */: {
        const value = R[base + (CODE[pc + 2] as number)];
        if (typeof value !== "bigint") {
          break;
        }
        I[base + (CODE[pc + 1] as number)] = value;
        pc += 3;
        continue;
      }
      case 14 /* UNBOX_FLOAT */: {
        const value = R[base + (CODE[pc + 2] as number)];
        if (typeof value !== "number") {
          break;
        }
        F[base + (CODE[pc + 1] as number)] = value;
        pc += 3;
        continue;
      }
      case 15 /* UNBOX_BOOL */: {
        const value = R[base + (CODE[pc + 2] as number)];
        if (typeof value !== "boolean") {
          break;
        }
        W[(base + (CODE[pc + 1] as number)) << 1] = value ? 1 : 0;
        pc += 3;
        continue;
      }
      // Integers.
      case 17 /* ADD */:
        I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
          64,
          (I[base + (CODE[pc + 2] as number)] as bigint) +
            (I[base + (CODE[pc + 3] as number)] as bigint),
        );
        pc += 4;
        continue;
      case 18 /* SUB */:
        I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
          64,
          (I[base + (CODE[pc + 2] as number)] as bigint) -
            (I[base + (CODE[pc + 3] as number)] as bigint),
        );
        pc += 4;
        continue;
      case 19 /* MUL */:
        I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
          64,
          (I[base + (CODE[pc + 2] as number)] as bigint) *
            (I[base + (CODE[pc + 3] as number)] as bigint),
        );
        pc += 4;
        continue;
      case 20 /* DIV */: {
        const divisor = I[base + (CODE[pc + 3] as number)] as bigint;
        if (divisor === 0n) {
          break;
        }
        I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
          64,
          (I[base + (CODE[pc + 2] as number)] as bigint) / divisor,
        );
        pc += 4;
        continue;
      }
      case 21 /* MOD */: {
        const divisor = I[base + (CODE[pc + 3] as number)] as bigint;
        if (divisor === 0n) {
          break;
        }
        I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
          64,
          (I[base + (CODE[pc + 2] as number)] as bigint) % divisor,
        );
        pc += 4;
        continue;
      }
      case 22 /* AND */: {
        const d = (base + (CODE[pc + 1] as number)) << 1;
        const a = (base + (CODE[pc + 2] as number)) << 1;
        const b = (base + (CODE[pc + 3] as number)) << 1;
        W[d] = (W[a] as number) & (W[b] as number);
        W[d + 1] = (W[a + 1] as number) & (W[b + 1] as number);
        pc += 4;
        continue;
      }
      case 23 /* OR */: {
        const d = (base + (CODE[pc + 1] as number)) << 1;
        const a = (base + (CODE[pc + 2] as number)) << 1;
        const b = (base + (CODE[pc + 3] as number)) << 1;
        W[d] = (W[a] as number) | (W[b] as number);
        W[d + 1] = (W[a + 1] as number) | (W[b + 1] as number);
        pc += 4;
        continue;
      }
      case 24 /* XOR */: {
        const d = (base + (CODE[pc + 1] as number)) << 1;
        const a = (base + (CODE[pc + 2] as number)) << 1;
        const b = (base + (CODE[pc + 3] as number)) << 1;
        W[d] = (W[a] as number) ^ (W[b] as number);
        W[d + 1] = (W[a + 1] as number) ^ (W[b + 1] as number);
        pc += 4;
        continue;
      }
      case 25 /* SHL */:
        shiftLeft(
          W,
          (base + (CODE[pc + 1] as number)) << 1,
          (base + (CODE[pc + 2] as number)) << 1,
          (W[(base + (CODE[pc + 3] as number)) << 1] as number) & 63,
        );
        pc += 4;
        continue;
      case 26 /* SHR */:
        shiftRight(
          W,
          (base + (CODE[pc + 1] as number)) << 1,
          (base + (CODE[pc + 2] as number)) << 1,
          (W[(base + (CODE[pc + 3] as number)) << 1] as number) & 63,
        );
        pc += 4;
        continue;
      case 27 /* ADD_K */:
        I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
          64,
          (I[base + (CODE[pc + 2] as number)] as bigint) +
            (INTS[CODE[pc + 3] as number] as bigint),
        );
        pc += 4;
        continue;
      case 28 /* SUB_K */:
        I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
          64,
          (I[base + (CODE[pc + 2] as number)] as bigint) -
            (INTS[CODE[pc + 3] as number] as bigint),
        );
        pc += 4;
        continue;
      case 29 /* MUL_K */:
        I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
          64,
          (I[base + (CODE[pc + 2] as number)] as bigint) *
            (INTS[CODE[pc + 3] as number] as bigint),
        );
        pc += 4;
        continue;
      case 30 /* DIV_K */: {
        const divisor = INTS[CODE[pc + 3] as number] as bigint;
        if (divisor === 0n) {
          break;
        }
        I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
          64,
          (I[base + (CODE[pc + 2] as number)] as bigint) / divisor,
        );
        pc += 4;
        continue;
      }
      case 31 /* MOD_K */: {
        const divisor = INTS[CODE[pc + 3] as number] as bigint;
        if (divisor === 0n) {
          break;
        }
        I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
          64,
          (I[base + (CODE[pc + 2] as number)] as bigint) % divisor,
        );
        pc += 4;
        continue;
      }
      case 32 /* AND_K */:
        I[base + (CODE[pc + 1] as number)] = (I[base + (CODE[pc + 2] as number)] as bigint) &
          (INTS[CODE[pc + 3] as number] as bigint);
        pc += 4;
        continue;
      case 33 /* SHL_K */:
        shiftLeft(
          W,
          (base + (CODE[pc + 1] as number)) << 1,
          (base + (CODE[pc + 2] as number)) << 1,
          CODE[pc + 3] as number,
        );
        pc += 4;
        continue;
      case 34 /* SHR_K */:
        shiftRight(
          W,
          (base + (CODE[pc + 1] as number)) << 1,
          (base + (CODE[pc + 2] as number)) << 1,
          CODE[pc + 3] as number,
        );
        pc += 4;
        continue;
      case 35 /* NEG */:
        I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(
          64,
          -(I[base + (CODE[pc + 2] as number)] as bigint),
        );
        pc += 3;
        continue;
      // Floats.
      case 36 /* FADD */:
        F[base + (CODE[pc + 1] as number)] = (F[base + (CODE[pc + 2] as number)] as number) +
          (F[base + (CODE[pc + 3] as number)] as number);
        pc += 4;
        continue;
      case 37 /* FSUB */:
        F[base + (CODE[pc + 1] as number)] = (F[base + (CODE[pc + 2] as number)] as number) -
          (F[base + (CODE[pc + 3] as number)] as number);
        pc += 4;
        continue;
      case 38 /* FMUL */:
        F[base + (CODE[pc + 1] as number)] = (F[base + (CODE[pc + 2] as number)] as number) *
          (F[base + (CODE[pc + 3] as number)] as number);
        pc += 4;
        continue;
      case 39 /* FDIV */: {
        const divisor = F[base + (CODE[pc + 3] as number)] as number;
        if (divisor === 0) {
          break;
        }
        F[base + (CODE[pc + 1] as number)] = (F[base + (CODE[pc + 2] as number)] as number) /
          divisor;
        pc += 4;
        continue;
      }
      case 40 /* FNEG */:
        F[base + (CODE[pc + 1] as number)] = -(F[base + (CODE[pc + 2] as number)] as number);
        pc += 3;
        continue;
      // Strings and booleans.
      case 41 /* CONCAT */: {
        const left = R[base + (CODE[pc + 2] as number)];
        const right = R[base + (CODE[pc + 3] as number)];
        if (typeof left !== "string" || typeof right !== "string") {
          break;
        }
        const cost = STRING_BYTES + (left.length < right.length ? left.length : right.length);
        const length = left.length + right.length;
        if (length > heap.safeLength || cost > heap.budget || length > heap.ropes) {
          break;
        }
        heap.budget -= cost;
        heap.ropes -= length;
        R[base + (CODE[pc + 1] as number)] = left + right;
        pc += 4;
        continue;
      }
      case 43 /* NOT */:
        W[(base + (CODE[pc + 1] as number)) << 1] =
          (W[(base + (CODE[pc + 2] as number)) << 1] as number) ^ 1;
        pc += 3;
        continue;
      // Comparisons.
      case 44 /* LT */:
        W[(base + (CODE[pc + 1] as number)) << 1] = (I[base + (CODE[pc + 2] as number)] as bigint) <
            (I[base + (CODE[pc + 3] as number)] as bigint)
          ? 1
          : 0;
        pc += 4;
        continue;
      case 45 /* LE */:
        W[(base + (CODE[pc + 1] as number)) << 1] =
          (I[base + (CODE[pc + 2] as number)] as bigint) <=
              (I[base + (CODE[pc + 3] as number)] as bigint)
            ? 1
            : 0;
        pc += 4;
        continue;
      case 46 /* EQ */:
        W[(base + (CODE[pc + 1] as number)) << 1] =
          I[base + (CODE[pc + 2] as number)] === I[base + (CODE[pc + 3] as number)] ? 1 : 0;
        pc += 4;
        continue;
      case 47 /* NE */:
        W[(base + (CODE[pc + 1] as number)) << 1] =
          I[base + (CODE[pc + 2] as number)] === I[base + (CODE[pc + 3] as number)] ? 0 : 1;
        pc += 4;
        continue;
      case 48 /* FLT */:
        W[(base + (CODE[pc + 1] as number)) << 1] = (F[base + (CODE[pc + 2] as number)] as number) <
            (F[base + (CODE[pc + 3] as number)] as number)
          ? 1
          : 0;
        pc += 4;
        continue;
      case 49 /* FLE */:
        W[(base + (CODE[pc + 1] as number)) << 1] =
          (F[base + (CODE[pc + 2] as number)] as number) <=
              (F[base + (CODE[pc + 3] as number)] as number)
            ? 1
            : 0;
        pc += 4;
        continue;
      case 50 /* FEQ */:
        W[(base + (CODE[pc + 1] as number)) << 1] =
          F[base + (CODE[pc + 2] as number)] === F[base + (CODE[pc + 3] as number)] ? 1 : 0;
        pc += 4;
        continue;
      case 51 /* FNE */:
        W[(base + (CODE[pc + 1] as number)) << 1] =
          F[base + (CODE[pc + 2] as number)] === F[base + (CODE[pc + 3] as number)] ? 0 : 1;
        pc += 4;
        continue;
      case 52 /* BEQ */:
        W[(base + (CODE[pc + 1] as number)) << 1] =
          W[(base + (CODE[pc + 2] as number)) << 1] === W[(base + (CODE[pc + 3] as number)) << 1]
            ? 1
            : 0;
        pc += 4;
        continue;
      case 53 /* BNE */:
        W[(base + (CODE[pc + 1] as number)) << 1] =
          W[(base + (CODE[pc + 2] as number)) << 1] === W[(base + (CODE[pc + 3] as number)) << 1]
            ? 0
            : 1;
        pc += 4;
        continue;
      // Jumps.
      case 58 /* JUMP */: {
        const target = CODE[pc + 1] as number;
        // `while true {}` jumps to itself.
        if (target <= pc && --fuel < 0) {
          pc = target;
          break run;
        }
        pc = target;
        continue;
      }
      case 59 /* JUMP_IF */:
        if (W[(base + (CODE[pc + 1] as number)) << 1] === 0) {
          pc += 3;
          continue;
        }
        pc = CODE[pc + 2] as number;
        if (--fuel < 0) {
          break run;
        }
        continue;
      case 60 /* JUMP_UNLESS */:
        if (W[(base + (CODE[pc + 1] as number)) << 1] !== 0) {
          pc += 3;
          continue;
        }
        pc = CODE[pc + 2] as number;
        if (--fuel < 0) {
          break run;
        }
        continue;
      case 61 /* JLT */:
        if (
          !((I[base + (CODE[pc + 1] as number)] as bigint) <
            (I[base + (CODE[pc + 2] as number)] as bigint))
        ) {
          pc += 4;
          continue;
        }
        pc = CODE[pc + 3] as number;
        if (--fuel < 0) {
          break run;
        }
        continue;
      case 62 /* JLE */:
        if (
          !((I[base + (CODE[pc + 1] as number)] as bigint) <=
            (I[base + (CODE[pc + 2] as number)] as bigint))
        ) {
          pc += 4;
          continue;
        }
        pc = CODE[pc + 3] as number;
        if (--fuel < 0) {
          break run;
        }
        continue;
      case 63 /* JEQ */:
        if (
          !((I[base + (CODE[pc + 1] as number)] as bigint) ===
            (I[base + (CODE[pc + 2] as number)] as bigint))
        ) {
          pc += 4;
          continue;
        }
        pc = CODE[pc + 3] as number;
        if (--fuel < 0) {
          break run;
        }
        continue;
      case 64 /* JNE */:
        if (
          !((I[base + (CODE[pc + 1] as number)] as bigint) !==
            (I[base + (CODE[pc + 2] as number)] as bigint))
        ) {
          pc += 4;
          continue;
        }
        pc = CODE[pc + 3] as number;
        if (--fuel < 0) {
          break run;
        }
        continue;
      case 65 /* JLT_K */:
        if (
          !((I[base + (CODE[pc + 1] as number)] as bigint) <
            (INTS[CODE[pc + 2] as number] as bigint))
        ) {
          pc += 4;
          continue;
        }
        pc = CODE[pc + 3] as number;
        if (--fuel < 0) {
          break run;
        }
        continue;
      case 66 /* JLE_K */:
        if (
          !((I[base + (CODE[pc + 1] as number)] as bigint) <=
            (INTS[CODE[pc + 2] as number] as bigint))
        ) {
          pc += 4;
          continue;
        }
        pc = CODE[pc + 3] as number;
        if (--fuel < 0) {
          break run;
        }
        continue;
      case 67 /* JGT_K */:
        if (
          !((I[base + (CODE[pc + 1] as number)] as bigint) >
            (INTS[CODE[pc + 2] as number] as bigint))
        ) {
          pc += 4;
          continue;
        }
        pc = CODE[pc + 3] as number;
        if (--fuel < 0) {
          break run;
        }
        continue;
      case 68 /* JGE_K */:
        if (
          !((I[base + (CODE[pc + 1] as number)] as bigint) >=
            (INTS[CODE[pc + 2] as number] as bigint))
        ) {
          pc += 4;
          continue;
        }
        pc = CODE[pc + 3] as number;
        if (--fuel < 0) {
          break run;
        }
        continue;
      case 69 /* JEQ_K */:
        if (
          !((I[base + (CODE[pc + 1] as number)] as bigint) ===
            (INTS[CODE[pc + 2] as number] as bigint))
        ) {
          pc += 4;
          continue;
        }
        pc = CODE[pc + 3] as number;
        if (--fuel < 0) {
          break run;
        }
        continue;
      case 70 /* JNE_K */:
        if (
          !((I[base + (CODE[pc + 1] as number)] as bigint) !==
            (INTS[CODE[pc + 2] as number] as bigint))
        ) {
          pc += 4;
          continue;
        }
        pc = CODE[pc + 3] as number;
        if (--fuel < 0) {
          break run;
        }
        continue;
      case 71 /* FOR_NEXT */: {
        const next = BigInt.asIntN(64, (I[base + (CODE[pc + 1] as number)] as bigint) + 1n);
        I[base + (CODE[pc + 1] as number)] = next;
        if (next >= (I[base + (CODE[pc + 2] as number)] as bigint)) {
          pc += 4;
          continue;
        }
        pc = CODE[pc + 3] as number;
        if (--fuel < 0) {
          break run;
        }
        continue;
      }
      case 72 /* FOR_NEXT_INCLUSIVE */: {
        const counter = I[base + (CODE[pc + 1] as number)] as bigint;
        if (counter >= (I[base + (CODE[pc + 2] as number)] as bigint)) {
          pc += 4;
          continue;
        }
        I[base + (CODE[pc + 1] as number)] = BigInt.asIntN(64, counter + 1n);
        pc = CODE[pc + 3] as number;
        if (--fuel < 0) {
          break run;
        }
        continue;
      }
      // Calls.
      case 73 /* CALL */:
        if (base + (CODE[pc + 3] as number) > R.length || fp >= maxFrames) {
          break;
        }
        FRAMES[fp++] = pc + 4;
        base += CODE[pc + 2] as number;
        pc = CODE[pc + 1] as number;
        if (--fuel < 0) {
          break run;
        }
        continue;
      case 76 /* RETURN_INT */:
      case 77 /* RETURN_FLOAT */:
      case 78 /* RETURN_BOOL */:
        I[base] = I[base + (CODE[pc + 1] as number)] as bigint;
        pc = FRAMES[--fp] as number;
        base -= CODE[pc - 2] as number;
        continue;
      case 79 /* RETURN_REF */:
        R[base] = R[base + (CODE[pc + 1] as number)] as Slot;
        pc = FRAMES[--fp] as number;
        base -= CODE[pc - 2] as number;
        continue;
      case 80 /* RETURN_NIL */:
        R[base] = null;
        pc = FRAMES[--fp] as number;
        base -= CODE[pc - 2] as number;
        continue;
      // Captured variables and fields.
      case 83 /* CAPTURE */:
        R[base + (CODE[pc + 1] as number)] = (R[base] as Closure)
          .cells[CODE[pc + 2] as number] as Cell;
        pc += 3;
        continue;
      case 85 /* CELL_GET */:
        R[base + (CODE[pc + 1] as number)] = (R[base + (CODE[pc + 2] as number)] as Cell).value;
        pc += 3;
        continue;
      case 86 /* CELL_SET */:
        (R[base + (CODE[pc + 1] as number)] as Cell).value =
          R[base + (CODE[pc + 2] as number)] as Value;
        pc += 3;
        continue;
      case 88 /* GET_FIELD */: {
        const object = R[base + (CODE[pc + 2] as number)];
        if (!(object instanceof StructValue)) {
          break;
        }
        R[base + (CODE[pc + 1] as number)] = object.fields[CODE[pc + 3] as number] as Value;
        pc += 4;
        continue;
      }
      case 89 /* GET_FIELD_INT */: {
        const object = R[base + (CODE[pc + 2] as number)];
        if (!(object instanceof StructValue)) {
          break;
        }
        const value = object.fields[CODE[pc + 3] as number];
        if (typeof value !== "bigint") {
          break;
        }
        I[base + (CODE[pc + 1] as number)] = value;
        pc += 4;
        continue;
      }
      case 90 /* SET_FIELD */: {
        const object = R[base + (CODE[pc + 1] as number)];
        if (!(object instanceof StructValue)) {
          break;
        }
        object.fields[CODE[pc + 2] as number] = R[base + (CODE[pc + 3] as number)] as Value;
        pc += 4;
        continue;
      }
      case 91 /* SET_FIELD_INT */: {
        const object = R[base + (CODE[pc + 1] as number)];
        if (!(object instanceof StructValue)) {
          break;
        }
        object.fields[CODE[pc + 2] as number] = I[base + (CODE[pc + 3] as number)] as bigint;
        pc += 4;
        continue;
      }
      // Elements.
      case 94 /* APPEND_INT */:
      case 105 /* PUSH_INT */: {
        const list = R[base + (CODE[pc + 1] as number)];
        if (
          !(list instanceof Sequence) || list.kind !== SEQUENCE_INT ||
          list.length >= list.capacity
        ) {
          break;
        }
        list.ints[list.length++] = I[base + (CODE[pc + 2] as number)] as bigint;
        pc += 3;
        continue;
      }
      case 96 /* GET_INDEX */: {
        const list = R[base + (CODE[pc + 2] as number)];
        const at = (base + (CODE[pc + 3] as number)) << 1;
        const index = W[at] as number;
        if (
          !(list instanceof Sequence) || list.kind !== SEQUENCE_VALUE || W[at + 1] !== 0 ||
          index < 0 || index >= list.length
        ) {
          break;
        }
        R[base + (CODE[pc + 1] as number)] = list.items[index] as Value;
        pc += 4;
        continue;
      }
      case 97 /* GET_INDEX_INT */: {
        const list = R[base + (CODE[pc + 2] as number)];
        const at = (base + (CODE[pc + 3] as number)) << 1;
        const index = W[at] as number;
        if (
          !(list instanceof Sequence) || list.kind !== SEQUENCE_INT || W[at + 1] !== 0 ||
          index < 0 || index >= list.length
        ) {
          break;
        }
        I[base + (CODE[pc + 1] as number)] = list.ints[index] as bigint;
        pc += 4;
        continue;
      }
      case 98 /* GET_INDEX_FLOAT */: {
        const list = R[base + (CODE[pc + 2] as number)];
        const at = (base + (CODE[pc + 3] as number)) << 1;
        const index = W[at] as number;
        if (
          !(list instanceof Sequence) || list.kind !== SEQUENCE_FLOAT || W[at + 1] !== 0 ||
          index < 0 || index >= list.length
        ) {
          break;
        }
        F[base + (CODE[pc + 1] as number)] = list.floats[index] as number;
        pc += 4;
        continue;
      }
      case 99 /* SET_INDEX */: {
        const list = R[base + (CODE[pc + 1] as number)];
        const at = (base + (CODE[pc + 2] as number)) << 1;
        const index = W[at] as number;
        if (
          !(list instanceof Sequence) || list.kind !== SEQUENCE_VALUE || W[at + 1] !== 0 ||
          index < 0 || index >= list.length
        ) {
          break;
        }
        list.items[index] = R[base + (CODE[pc + 3] as number)] as Value;
        pc += 4;
        continue;
      }
      case 100 /* SET_INDEX_INT */: {
        const list = R[base + (CODE[pc + 1] as number)];
        const at = (base + (CODE[pc + 2] as number)) << 1;
        const index = W[at] as number;
        if (
          !(list instanceof Sequence) || list.kind !== SEQUENCE_INT || W[at + 1] !== 0 ||
          index < 0 || index >= list.length
        ) {
          break;
        }
        list.ints[index] = I[base + (CODE[pc + 3] as number)] as bigint;
        pc += 4;
        continue;
      }
      case 101 /* SET_INDEX_FLOAT */: {
        const list = R[base + (CODE[pc + 1] as number)];
        const at = (base + (CODE[pc + 2] as number)) << 1;
        const index = W[at] as number;
        if (
          !(list instanceof Sequence) || list.kind !== SEQUENCE_FLOAT || W[at + 1] !== 0 ||
          index < 0 || index >= list.length
        ) {
          break;
        }
        list.floats[index] = F[base + (CODE[pc + 3] as number)] as number;
        pc += 4;
        continue;
      }
      case 102 /* BYTE_AT */: {
        const text = R[base + (CODE[pc + 2] as number)];
        const at = (base + (CODE[pc + 3] as number)) << 1;
        const index = W[at] as number;
        if (typeof text !== "string" || W[at + 1] !== 0 || index < 0 || index >= text.length) {
          break;
        }
        const d = (base + (CODE[pc + 1] as number)) << 1;
        W[d] = text.charCodeAt(index);
        W[d + 1] = 0;
        pc += 4;
        continue;
      }
      case 103 /* LENGTH */: {
        const value = R[base + (CODE[pc + 2] as number)];
        let length: number;
        if (typeof value === "string") {
          length = value.length;
        } else if (value instanceof Sequence) {
          length = value.length;
        } else {
          break;
        }
        const d = (base + (CODE[pc + 1] as number)) << 1;
        W[d] = length;
        W[d + 1] = 0;
        pc += 3;
        continue;
      }
    }
    machine.pc = pc;
    machine.base = base;
    machine.fp = fp;
    const slowPath = SLOW_PATHS[CODE[pc] as number] ?? noInstruction;
    // `| 0` tells V8 that the address remains a small integer, wherever it comes from.
    const next = slowPath(machine, pc, base) | 0;
    if (next < 0) {
      return next;
    }
    pc = next;
    base = machine.base;
    fp = machine.fp;
    if (--fuel < 0) {
      break;
    }
  }
  machine.pc = pc;
  machine.base = base;
  machine.fp = fp;
  return Signal.SLICE;
}
