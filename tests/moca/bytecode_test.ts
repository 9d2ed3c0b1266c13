import { assertEquals } from "@std/assert";
import { adapterAddress, HALT_ADDRESS, REGISTER_CLASSES } from "../../lib/moca/bytecode.ts";
import { compile } from "../../lib/moca/compile.ts";
import { OPCODE_NUMBERS } from "../../lib/moca/opcode.ts";
import { Vm } from "../../lib/moca/vm.ts";

Deno.test("Bytecode survives being sent to another thread", () => {
  const program = structuredClone(compile(`print("sent");`));
  let text = "";
  new Vm(program, { output: (_fd, bytes) => void (text += bytes) }).run();
  assertEquals(text, "sent\n");
});

Deno.test("adapterAddress() finds the adapter of each pair of register classes", () => {
  const { code, functions } = compile("");
  assertEquals(code[HALT_ADDRESS], OPCODE_NUMBERS.get("HALT") ?? -1);
  const found = new Set<number>();
  for (let from = 0; from < REGISTER_CLASSES.length; from++) {
    for (let to = 0; to < REGISTER_CLASSES.length; to++) {
      const address = adapterAddress(from, to);
      found.add(address);
      const words = [0, 0, OPCODE_NUMBERS.get("ADAPT") ?? -1, from, to];
      assertEquals([...code.subarray(address - 2, address + 3)], words);
    }
  }
  assertEquals(Math.max(...found) + 3, functions[0]?.start ?? -1);
});
