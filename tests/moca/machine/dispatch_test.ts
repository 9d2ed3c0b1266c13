import { assert, assertEquals } from "@std/assert";
import { noInstruction, SLOW_PATHS } from "../../../lib/moca/machine/slow_paths.ts";
import { OPCODE_NUMBERS, OPCODES } from "../../../lib/moca/opcode.ts";
import { machine, runSource } from "../run.ts";

/** A case of the loop: an instruction, and whether it may leave the rest to its slow path. */
interface Case {
  readonly number: number;
  readonly name: string;
  readonly leaves: boolean;
}

function cases(): Case[] {
  const url = new URL("../../../lib/moca/machine/dispatch.ts", import.meta.url);
  const [, body = ""] = Deno.readTextFileSync(url).split("switch (CODE[pc])");
  const arms = body.split(/(?=case \d+ )/).slice(1);
  let leaves = false;
  // Backwards, since several cases may stand in front of one body.
  return arms.toReversed().map((arm) => {
    const [, number = "", name = "", code = ""] =
      /^case (\d+) \/\* ([A-Z_]+) \*\/:([^]*)$/.exec(arm) ?? [];
    leaves = code.trim() === "" ? leaves : /\bbreak;/.test(code.split("machine.pc = pc")[0] ?? "");
    return { number: Number(number), name, leaves };
  });
}

Deno.test("dispatch() has cases with the numbers of the opcode table", () => {
  for (const { number, name } of cases()) {
    assertEquals(number, OPCODE_NUMBERS.get(name) ?? -1, name);
  }
});

Deno.test("dispatch() has a case for every instruction without a slow path", () => {
  const names = new Set(cases().map(({ name }) => name));
  const missing = OPCODES.filter(({ name }, number) =>
    !names.has(name) && SLOW_PATHS[number] === noInstruction
  );
  assertEquals(missing, []);
});

Deno.test("dispatch() leaves instructions only to slow paths that exist", () => {
  const leaving = cases().filter(({ leaves }) => leaves);
  assert(leaving.length > 20);
  assertEquals(leaving.filter(({ number }) => SLOW_PATHS[number] === noInstruction), []);
});

for (const loop of ["while true { }", "while true { if true { continue; } }", "while !false { }"]) {
  Deno.test(`dispatch() comes back, so that the host is asked, in \`${loop}\``, () => {
    const { vm } = machine(loop, { interrupt: () => "runtime error: time limit exceeded" });
    assertEquals(vm.run(1000).kind, "failed");
  });
}

Deno.test("dispatch() computes 64-bit integers as BigInt does, on seeded operands", () => {
  let seed = 12345n;
  const next = (): bigint => {
    seed = BigInt.asUintN(64, seed * 6364136223846793005n + 1442695040888963407n);
    return BigInt.asIntN(64, seed >> (seed & 31n));
  };
  const wrap = (n: bigint): bigint => BigInt.asIntN(64, n);
  const operations: [string, (a: bigint, b: bigint) => bigint][] = [
    ["+", (a, b) => wrap(a + b)],
    ["-", (a, b) => wrap(a - b)],
    ["*", (a, b) => wrap(a * b)],
    ["/", (a, b) => b === 0n ? 0n : wrap(a / b)],
    ["%", (a, b) => b === 0n ? 0n : wrap(a % b)],
    ["&", (a, b) => a & b],
    ["|", (a, b) => a | b],
    ["^", (a, b) => a ^ b],
    ["<<", (a, b) => wrap(a << (b & 63n))],
    [">>", (a, b) => a >> (b & 63n)],
  ];
  const literal = (n: bigint): string =>
    n === -(2n ** 63n) ? "(1 << 63)" : n < 0n ? `(-${-n})` : `${n}`;
  const lines: string[] = [];
  const wanted: bigint[] = [];
  for (let i = 0; i < 200; i++) {
    const [name, operation] = operations[i % operations.length] ?? ["+", (a) => a];
    const a = next();
    const b = next();
    if (b !== 0n) {
      lines.push(
        `let a${i} = ${literal(a)}; let b${i} = ${
          literal(b)
        }; print(a${i} ${name} b${i}); print(a${i} ${name} ${literal(b)});`,
      );
      wanted.push(operation(a, b), operation(a, b));
    }
  }
  assertEquals(runSource(lines.join("\n")).stdout, `${wanted.join("\n")}\n`);
});
