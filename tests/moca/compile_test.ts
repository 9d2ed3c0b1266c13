import { assertEquals } from "@std/assert";
import { compile, testFunctions } from "../../lib/moca/compile.ts";
import { runSource } from "./run.ts";

Deno.test("compile() names the function of a host prelude only where it is used", () => {
  const prelude = new Map([["twice", "fun twice(n: int) -> int { return n * 2; }"]]);
  assertEquals(compile("print(1);", { prelude }).functions.length, 1);
  assertEquals(runSource("print(twice(4));", { prelude }).stdout, "8\n");
  const own = `fun twice(n: int) -> int { return n; } print(twice(4));`;
  assertEquals(runSource(own, { prelude }).stdout, "4\n");
});

Deno.test("testFunctions() lists functions whose names start with _test_", () => {
  const source = "fun _test_b() { }\nfun other() { }\nfun _test_a() { }";
  assertEquals(testFunctions(source, "t.mc"), ["_test_b", "_test_a"]);
  assertEquals(testFunctions("fun _test_b( {", "t.mc"), []);
});
