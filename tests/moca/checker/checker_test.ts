import { assertEquals, assertThrows } from "@std/assert";
import { checkSource, compile } from "../../../lib/moca/compile.ts";
import { MocaCompileError } from "../../../lib/moca/error.ts";

Deno.test("checkSource() gives every expression a type without variables", () => {
  const program = checkSource(`fun id<T>(x: T) -> T { return x; } let a = id(1); let b = id("s");`);
  assertEquals(program.functions.map((fn) => fn.name), ["<main>", "id<int>", "id<string>"]);
  const kinds = program.functions[0]?.body.map((s) =>
    s.kind === "let" ? s.local.type.kind : s.kind
  );
  assertEquals(kinds, ["primitive", "primitive"]);
});

Deno.test("checkSource() lists several errors in one go, each once", () => {
  const error = assertThrows(
    () => checkSource("let a: int = 1.5;\nlet b: bool = 2;\nf();", { path: "t.mc" }),
    MocaCompileError,
  );
  assertEquals(error.diagnostics.map((d) => `${d.at.line}:${d.at.column} ${d.message}`), [
    "3:1 undefined function `f`",
    "1:14 type error: expected `float`, found `int`",
    "2:15 type error: expected `int`, found `bool`",
  ]);
});

Deno.test("checkSource() stops at generic functions that instantiate themselves without end", () => {
  assertThrows(
    () => checkSource("struct B<T> { v: T }\nfun f<T>(x: T) { f(B<T> { v: x }); }\nf(1);"),
    MocaCompileError,
    "too many instances",
  );
});

Deno.test("checkSource() gives up on types of astronomic size", () => {
  const lines = ["struct P<A, B> { a: A, b: B }", "let p0 = 1;"];
  for (let i = 1; i < 60; i++) {
    lines.push(`let p${i} = P { a: p${i - 1}, b: p${i - 1} };`);
  }
  assertThrows(() => checkSource(lines.join("\n")), MocaCompileError, "too large");
  // The next program has nothing to do with it.
  checkSource("fun f(n: int) -> int { return n; }");
});

Deno.test("compile() takes as many functions without type parameters as there are", () => {
  const source = Array.from({ length: 10_500 }, (_, i) => `fun f${i}() { }`).join("\n");
  assertEquals(compile(source).functions.length, 10_501);
});
