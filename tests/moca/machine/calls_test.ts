import { assertEquals, assertStringIncludes } from "@std/assert";
import { runSource } from "../run.ts";

Deno.test("Vm allows exactly the frames it was told", () => {
  const source = `fun f(n: int) -> int { if n == 0 { return 0; } return f(n - 1); } print(f(98));`;
  assertEquals(runSource(source, { vm: { maxFrames: 100 } }).stdout, "0\n");
  const result = runSource(source.replace("98", "99"), { vm: { maxFrames: 100 } });
  assertStringIncludes(result.stderr, "stack overflow: more than 100 calls");
});

Deno.test("Vm ends recursion through lambdas, to_string and methods at the frames' limit", () => {
  for (
    const source of [
      `let f = fun(n: int) -> int { return n; }; let g = fun(n: int) -> int { return f(n); }; f = g; g(1);`,
      `struct P { x: int } impl ToString for P { fun to_string(self) -> string { return $"{self}"; } } print(P { x: 1 });`,
      `interface I { fun m(self) -> int; } impl I for int { fun m(self) -> int { match dyn self as dyn { v: I => { return v.m(); } _ => { return 0; } } } } 5.m();`,
    ]
  ) {
    assertStringIncludes(runSource(source).stderr, "stack overflow");
  }
});
