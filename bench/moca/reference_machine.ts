/**
 * A minimal machine to compare with: registers in one BigInt64Array, a switch over 32-bit words,
 * `BigInt.asIntN(64)`, fused compare and jump; no checks, no limits, nothing but what the bench's
 * programs need.
 *
 * @module
 */

/** Instructions of the machine. */
export const Op = {
  MUL_K: 0,
  ADD: 1,
  ADD_K: 2,
  JLT: 3,
  JLT_K: 4,
  CALL: 5,
  RETURN: 6,
  SUB_K: 7,
  LOAD_K: 8,
  HALT: 9,
  JUMP: 10,
  BYTE: 11,
  CONCAT: 12,
  LOAD_STRING: 13,
} as const;

/** A program of the machine. */
export interface ReferenceProgram {
  /** Instructions. */
  readonly code: Int32Array;
  /** Constants. */
  readonly constants: BigInt64Array;
  /** String constants; the first is also in reference register 0 at the start. */
  readonly strings: readonly string[];
}

/** Runs a program; returns the registers and the string that `CONCAT` built. */
export function runReference(
  program: ReferenceProgram,
): { registers: BigInt64Array; text: string } {
  const { code, constants: K, strings } = program;
  const I = new BigInt64Array(4096);
  const W = new Int32Array(I.buffer);
  const frames = new Int32Array(1024);
  const R: string[] = new Array<string>(256).fill("");
  R[0] = strings[0] ?? "";
  let pc = 0;
  let base = 0;
  let fp = 0;
  for (;;) {
    switch (code[pc]) {
      case 0:
        I[base + operand(code, pc + 1)] = BigInt.asIntN(
          64,
          (I[base + operand(code, pc + 2)] as bigint) * (K[operand(code, pc + 3)] as bigint),
        );
        pc += 4;
        break;
      case 1:
        I[base + operand(code, pc + 1)] = BigInt.asIntN(
          64,
          (I[base + operand(code, pc + 2)] as bigint) + (I[base + operand(code, pc + 3)] as bigint),
        );
        pc += 4;
        break;
      case 2:
        I[base + operand(code, pc + 1)] = BigInt.asIntN(
          64,
          (I[base + operand(code, pc + 2)] as bigint) + (K[operand(code, pc + 3)] as bigint),
        );
        pc += 4;
        break;
      case 3:
        pc =
          (I[base + operand(code, pc + 1)] as bigint) < (I[base + operand(code, pc + 2)] as bigint)
            ? operand(code, pc + 3)
            : pc + 4;
        break;
      case 4:
        pc = (I[base + operand(code, pc + 1)] as bigint) < (K[operand(code, pc + 2)] as bigint)
          ? operand(code, pc + 3)
          : pc + 4;
        break;
      case 5:
        frames[fp++] = pc + 4;
        base += operand(code, pc + 2);
        pc = operand(code, pc + 1);
        break;
      case 6:
        I[base] = I[base + operand(code, pc + 1)] as bigint;
        pc = frames[--fp] as number;
        base -= operand(code, pc - 2);
        break;
      case 7:
        I[base + operand(code, pc + 1)] = BigInt.asIntN(
          64,
          (I[base + operand(code, pc + 2)] as bigint) - (K[operand(code, pc + 3)] as bigint),
        );
        pc += 4;
        break;
      case 8:
        I[base + operand(code, pc + 1)] = K[operand(code, pc + 2)] as bigint;
        pc += 3;
        break;
      case 9:
        return { registers: I, text: R[0] ?? "" };
      case 10:
        pc = operand(code, pc + 1);
        break;
      case 11: {
        const d = (base + operand(code, pc + 1)) << 1;
        const text = R[base + operand(code, pc + 2)] as string;
        W[d] = text.charCodeAt(W[(base + operand(code, pc + 3)) << 1] as number);
        W[d + 1] = 0;
        pc += 4;
        break;
      }
      case 12:
        R[base + operand(code, pc + 1)] = (R[base + operand(code, pc + 2)] as string) +
          (R[base + operand(code, pc + 3)] as string);
        pc += 4;
        break;
      case 13:
        R[base + operand(code, pc + 1)] = strings[operand(code, pc + 2)] as string;
        pc += 3;
        break;
    }
  }
}

function operand(code: Int32Array, at: number): number {
  return code[at] as number;
}
