import { assert, assertEquals } from "@std/assert";
import { machine } from "./run.ts";

Deno.test("Vm ends when it is interrupted, whatever the program catches", () => {
  let calls = 0;
  const { vm } = machine(
    `while true { try { let x = 1; while true { x = x + 1; } } catch e { } }`,
    {
      interrupt: () => ++calls > 3 ? "runtime error: time limit exceeded" : null,
    },
  );
  const state = vm.run();
  assert(state.kind === "failed");
  assertEquals(state.message, "runtime error: time limit exceeded");
  assertEquals(vm.run(), state);
});

/** How often a program that does something thirty times is asked whether to go on. */
function asked(code: string): number {
  let calls = 0;
  const { vm } = machine(
    `let s = "0123456789abcdef"; while len(s) < 1000000 { s = s + s; }
     let t = $"{s}!"; t = substring(t, 1, len(t)); let v = Vec<int>::uninit(100000);
     let m = new Map<int, int> {}; for i in 0..10000 { m[i] = i; }
     let w = Vec<string>::uninit(20000); for i in 0..20000 { w[i] = "x"; }
     for i in 0..30 { ${code} }`,
    { interrupt: () => (calls++, null) },
  );
  assertEquals(vm.run().kind, "done");
  return calls;
}

Deno.test("Vm asks about the time during instructions that take long", () => {
  const few = asked("let n = 1;");
  const slow = `__emit("PushInt", 1); __emit("Pop");`.repeat(500);
  for (
    const code of [
      `split(s, "0");`,
      `let u = $"{s}{s}";`,
      `let b = s == t;`,
      `let b = s != t;`,
      `str_index_of(s, "x");`,
      `sort_int(v);`,
      `m.keys();`,
      `try { throw w; } catch e { }`,
      `debug(w);`,
      `asm { ${slow} };`,
    ]
  ) {
    assert(asked(code) > few, code.slice(0, 40));
  }
});
