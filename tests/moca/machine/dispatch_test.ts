import { assert, assertEquals } from "@std/assert";
import { noInstruction, SLOW_PATHS } from "../../../lib/moca/machine/slow_paths.ts";
import { OPCODE_NUMBERS, OPCODES } from "../../../lib/moca/opcode.ts";

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
