import { assertEquals, assertThrows } from "@std/assert";
import type { Bytecode } from "../../lib/moca/bytecode.ts";
import { compile } from "../../lib/moca/compile.ts";
import { OPCODE_NUMBERS, OPCODES } from "../../lib/moca/opcode.ts";
import { MocaVerifyError, verify } from "../../lib/moca/verifier.ts";

const SOURCE = `
fun f(n: int) -> int { if n < 2 { return n; } return f(n - 1) + 1; }
let x = 1.5; let s = "a"; let v = [1, 2];
try { print(f(5) + v[0]); } catch e { print(e + s); }
let g = fun(a: float) -> bool { return a < x; };
if g(2.0) { print($"{x} {s}"); }`;

function program(change: (code: Int32Array, start: number) => void): Bytecode {
  const compiled = compile(SOURCE);
  const code = compiled.code.slice();
  const main = compiled.functions[0];
  change(code, main?.start ?? 0);
  return { ...compiled, code };
}

function find(code: Int32Array, start: number, name: string): number {
  const wanted = OPCODE_NUMBERS.get(name);
  for (let pc = start; pc < code.length;) {
    if (code[pc] === wanted) {
      return pc;
    }
    pc += 1 + (OPCODES[code[pc] ?? -1]?.operands.length ?? 0);
  }
  throw new Error(`Cannot find instruction: "${name}"`);
}

Deno.test("verify() accepts what the compiler makes", () => {
  verify(compile(SOURCE));
});

for (
  const [what, name, operand, value] of [
    ["an unknown instruction", "LOAD_FLOAT", 0, 9999],
    ["a register out of range", "LOAD_FLOAT", 1, 9999],
    ["a negative register", "LOAD_FLOAT", 1, -1],
    ["a constant out of range", "LOAD_FLOAT", 2, 9999],
    ["a string out of range", "LOAD_STRING", 2, 9999],
    ["a jump out of the function", "JUMP", 1, 0],
    ["a jump into an instruction", "JGE_K", 3, -1],
    ["a call of no function", "CALL", 1, 4],
    ["a call with too few registers", "CALL", 3, 0],
    ["a native out of range", "NATIVE", 1, 9999],
    ["a result class out of range", "NATIVE", 3, 9],
    ["a signature out of range", "CALL_VALUE", 3, 9999],
    ["a captured variable out of range", "CAPTURE", 2, 5],
    ["a closure of a plain function", "CLOSURE", 2, 0],
  ] as const
) {
  Deno.test(`verify() refuses ${what}`, () => {
    const changed = program((code, start) => {
      code[find(code, start, name) + operand] = value;
    });
    assertThrows(() => verify(changed), MocaVerifyError);
  });
}

Deno.test("verify() refuses a register read as another class", () => {
  const changed = program((code, start) => {
    const at = find(code, start, "RETURN_INT");
    code[at] = OPCODE_NUMBERS.get("RETURN_FLOAT") ?? 0;
  });
  assertThrows(() => verify(changed), MocaVerifyError, "does not hold");
});

Deno.test("verify() refuses code that ends without returning", () => {
  const compiled = compile("print(1);");
  const [main] = compiled.functions;
  const code = compiled.code.slice();
  code[(main?.end ?? 1) - 1] = OPCODE_NUMBERS.get("HALT") ?? 0;
  verify({ ...compiled, code });
  const shorter = {
    ...compiled,
    functions: [{ ...compiled.functions[0], end: (main?.end ?? 1) - 1 }],
  };
  assertThrows(() => verify(shorter as Bytecode), MocaVerifyError);
});

Deno.test("verify() never lets changed words through to a broken state unnoticed or hangs", () => {
  let seed = 7;
  const random = (n: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % n;
  };
  for (let round = 0; round < 300; round++) {
    const changed = program((code, start) => {
      code[start + random(code.length - start)] = random(200) - 20;
    });
    try {
      verify(changed);
    } catch (error) {
      assertEquals(error instanceof MocaVerifyError, true, String(error));
    }
  }
});
