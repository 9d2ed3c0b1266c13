import { assertEquals, assertThrows } from "@std/assert";
import { Diagnostics } from "../../../lib/moca/checker/diagnostics.ts";
import { MocaCompileError } from "../../../lib/moca/error.ts";

const AT = { file: "t.mc", line: 1, column: 2 };

Deno.test("Diagnostics.failIfAny() does nothing when nothing was reported", () => {
  new Diagnostics().failIfAny();
});

Deno.test("Diagnostics.failIfAny() gives each message once, in order", () => {
  const diagnostics = new Diagnostics();
  diagnostics.error("b", AT, ["note"]);
  diagnostics.error("a", AT);
  diagnostics.error("b", AT);
  diagnostics.error("b", { ...AT, line: 3 });
  const error = assertThrows(() => diagnostics.failIfAny(), MocaCompileError);
  assertEquals(error.diagnostics, [
    { message: "b", at: AT, notes: ["note"] },
    { message: "a", at: AT, notes: [] },
    { message: "b", at: { ...AT, line: 3 }, notes: [] },
  ]);
});

Deno.test("Diagnostics.failIfAny() gives no more than a hundred messages", () => {
  const diagnostics = new Diagnostics();
  for (let line = 1; line <= 150; line++) {
    diagnostics.error("a", { ...AT, line });
  }
  const error = assertThrows(() => diagnostics.failIfAny(), MocaCompileError);
  assertEquals(error.diagnostics.length, 100);
});
