import { assertEquals } from "@std/assert";
import { formatRuntimeError } from "../../lib/moca/error.ts";

Deno.test("formatRuntimeError() shortens deep call stacks", () => {
  const at = { file: "t.mc", line: 1, column: 2 };
  const stack = Array.from({ length: 100 }, (_, i) => ({ name: `f${i}`, at }));
  const lines = formatRuntimeError("runtime error: x", stack).split("\n");
  assertEquals(lines.slice(0, 3), ["runtime error: x", "  --> t.mc:1:2", "  in f0 at t.mc:1:2"]);
  assertEquals(lines[12], "  ... 85 more calls");
  assertEquals(lines.length, 18);
});
