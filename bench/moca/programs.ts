/**
 * The bench's programs, each in moca, in TypeScript and for the reference machine.
 *
 * @module
 */
import { Op, type ReferenceProgram } from "./reference_machine.ts";

/** One program three times; each gives the same number. */
export interface BenchProgram {
  /** Its name. */
  readonly name: string;
  /** The moca source; it prints the result. */
  readonly moca: string;
  /** The same in TypeScript, as a JavaScript programmer would write it. */
  readonly typescript: () => bigint;
  /** The same for the reference machine. */
  readonly reference: ReferenceProgram;
  /** Register of the reference machine that holds the result; −1 for the string's length. */
  readonly result: number;
}

const SCAN_BYTES = 10_000_000;
const BUILD_CHARACTERS = 1_000_000;

function alphabet(): string {
  return "abcdefghijklmnopqrstuvwxyz".repeat(Math.ceil(SCAN_BYTES / 26)).slice(0, SCAN_BYTES);
}

function assemble(
  words: readonly number[],
  constants: readonly bigint[],
  strings: readonly string[] = [],
): ReferenceProgram {
  return { code: new Int32Array(words), constants: new BigInt64Array(constants), strings };
}

function fib(n: number): number {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

function loop(): bigint {
  let s = 0;
  for (let i = 0; i < 50_000_000; i++) {
    s += i * 3;
  }
  return BigInt(s);
}

function generator(): bigint {
  let s = 1n;
  for (let i = 0; i < 5_000_000; i++) {
    s = BigInt.asIntN(64, s * 6364136223846793005n + 1442695040888963407n);
  }
  return s;
}

function scan(text: string): bigint {
  let sum = 0;
  for (let i = 0; i < text.length; i++) {
    sum += text.charCodeAt(i);
  }
  return BigInt(sum);
}

function build(): bigint {
  let text = "";
  for (let i = 0; i < BUILD_CHARACTERS; i++) {
    text += "x";
  }
  return BigInt(text.length);
}

/** Makes the programs. */
export function benchPrograms(): BenchProgram[] {
  const text = alphabet();
  text.charCodeAt(0);
  return [
    {
      name: "fib(30)",
      moca: `fun fib(n: int) -> int { if n < 2 { return n; } return fib(n - 1) + fib(n - 2); }
print(fib(30));`,
      typescript: () => BigInt(fib(30)),
      reference: assemble([
        ...[Op.LOAD_K, 0, 0, Op.CALL, 8, 0, 0, Op.HALT],
        ...[Op.JLT_K, 0, 1, 34, Op.SUB_K, 1, 0, 2, Op.CALL, 8, 1, 0],
        ...[Op.SUB_K, 2, 0, 1, Op.CALL, 8, 2, 0, Op.ADD, 1, 1, 2, Op.RETURN, 1, Op.RETURN, 0],
      ], [30n, 2n, 1n]),
      result: 0,
    },
    {
      name: "loop, 50 million",
      moca: `let s = 0; let i = 0; let n = 50000000;
while i < n { s = s + i * 3; i = i + 1; }
print(s);`,
      typescript: loop,
      reference: assemble([
        ...[Op.LOAD_K, 3, 0, Op.JUMP, 17, Op.MUL_K, 2, 0, 1, Op.ADD, 1, 1, 2, Op.ADD_K, 0, 0, 2],
        ...[Op.JLT, 0, 3, 5, Op.HALT],
      ], [50_000_000n, 3n, 1n]),
      result: 1,
    },
    {
      name: "64-bit generator, 5 million",
      moca: `let s = 1; let i = 0; let n = 5000000;
while i < n { s = s * 6364136223846793005 + 1442695040888963407; i = i + 1; }
print(s);`,
      typescript: generator,
      reference: assemble([
        ...[Op.LOAD_K, 3, 0, Op.LOAD_K, 1, 3, Op.JUMP, 20],
        ...[Op.MUL_K, 1, 1, 1, Op.ADD_K, 1, 1, 2, Op.ADD_K, 0, 0, 3],
        ...[Op.JLT, 0, 3, 8, Op.HALT],
      ], [5_000_000n, 6364136223846793005n, 1442695040888963407n, 1n]),
      result: 1,
    },
    {
      name: "byte scan, 10 million",
      moca: `let text = argv(1); let s = 0; let i = 0; let n = len(text);
while i < n { s = s + text[i]; i = i + 1; }
print(s);`,
      typescript: () => scan(text),
      reference: assemble(
        [
          ...[Op.LOAD_K, 3, 0, Op.JUMP, 17, Op.BYTE, 2, 0, 0, Op.ADD, 1, 1, 2, Op.ADD_K, 0, 0, 1],
          ...[Op.JLT, 0, 3, 5, Op.HALT],
        ],
        [BigInt(SCAN_BYTES), 1n],
        [text],
      ),
      result: 1,
    },
    {
      name: "string building, 1 million",
      moca: `let text = ""; let i = 0; let n = 1000000;
while i < n { text = text + "x"; i = i + 1; }
print(len(text));`,
      typescript: build,
      reference: assemble(
        [
          ...[Op.LOAD_K, 3, 0, Op.JUMP, 16, Op.LOAD_STRING, 1, 1, Op.CONCAT, 0, 0, 1],
          ...[Op.ADD_K, 0, 0, 1, Op.JLT, 0, 3, 5, Op.HALT],
        ],
        [BigInt(BUILD_CHARACTERS), 1n],
        ["", "x"],
      ),
      result: -1,
    },
  ];
}

/** The text that the byte scan gets as its argument. */
export function scanText(): string {
  return alphabet();
}
