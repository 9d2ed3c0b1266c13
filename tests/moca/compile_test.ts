import { assertEquals, assertThrows } from "@std/assert";
import { checkSource, compile, testFunctions } from "../../lib/moca/compile.ts";
import { formatRuntimeError, MocaCompileError } from "../../lib/moca/error.ts";
import { formatFloat } from "../../lib/moca/format.ts";
import { bytesToUtf8, fromBytes, toBytes, utf8ToBytes } from "../../lib/moca/text.ts";
import { runSource } from "./run.ts";

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
});

Deno.test("compile() names the function of a host prelude only where it is used", () => {
  const prelude = new Map([["twice", "fun twice(n: int) -> int { return n * 2; }"]]);
  assertEquals(compile("print(1);", { prelude }).functions.length, 1);
  assertEquals(runSource("print(twice(4));", { prelude }).stdout, "8\n");
  const own = `fun twice(n: int) -> int { return n; } print(twice(4));`;
  assertEquals(runSource(own, { prelude }).stdout, "4\n");
});

Deno.test("compile() finds imports relative to the importing file and in the main file's src", () => {
  const asked: string[] = [];
  const load = (path: string): string | null => {
    asked.push(path);
    return path === "dir/src/a/b.mc" ? "import .c;" : path === "dir/src/a/c.mc" ? "" : null;
  };
  compile("import a.b;", { path: "dir/main.mc", load });
  assertEquals(asked, ["dir/src/a/b.mc", "dir/src/a/c.mc"]);
});

Deno.test("testFunctions() lists functions whose names start with _test_", () => {
  const source = "fun _test_b() { }\nfun other() { }\nfun _test_a() { }";
  assertEquals(testFunctions(source, "t.mc"), ["_test_b", "_test_a"]);
  assertEquals(testFunctions("fun _test_b( {", "t.mc"), []);
});

Deno.test("formatRuntimeError() shortens deep call stacks", () => {
  const at = { file: "t.mc", line: 1, column: 2 };
  const stack = Array.from({ length: 100 }, (_, i) => ({ name: `f${i}`, at }));
  const lines = formatRuntimeError("runtime error: x", stack).split("\n");
  assertEquals(lines.slice(0, 3), ["runtime error: x", "  --> t.mc:1:2", "  in f0 at t.mc:1:2"]);
  assertEquals(lines[12], "  ... 85 more calls");
  assertEquals(lines.length, 18);
});

for (
  const [value, text] of [
    [1, "1.0"],
    [-0, "-0.0"],
    [0.1 + 0.2, "0.30000000000000004"],
    [1e16, "10000000000000000.0"],
    [1e21, "1000000000000000000000.0"],
    [1.25e-7, "0.000000125"],
    [-1e-7, "-0.0000001"],
    [1.7976931348623157e308, `17976931348623157${"0".repeat(292)}.0`],
    [NaN, "NaN"],
    [-Infinity, "-inf"],
  ] as const
) {
  Deno.test(`formatFloat() writes ${value} without exponent`, () => {
    assertEquals(formatFloat(value), text);
    if (!Number.isNaN(value) && Number.isFinite(value)) {
      assertEquals(Object.is(Number(text), value), true);
    }
  });
}

Deno.test("byte strings come back from UTF-8 and bytes unchanged", () => {
  assertEquals(utf8ToBytes("é"), "\u00c3\u00a9");
  assertEquals(bytesToUtf8("\u00c3\u00a9"), "é");
  assertEquals(bytesToUtf8("\u00ff"), "\ufffd");
  const all = Uint8Array.from({ length: 20000 }, (_, i) => i & 255);
  assertEquals(toBytes(fromBytes(all)), all);
});

Deno.test("compile() takes as many functions without type parameters as there are", () => {
  const source = Array.from({ length: 10_500 }, (_, i) => `fun f${i}() { }`).join("\n");
  assertEquals(compile(source).functions.length, 10_501);
});
