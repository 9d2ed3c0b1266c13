import { assertEquals, assertStringIncludes } from "@std/assert";
import { runSource } from "./run.ts";

for (
  const [what, source] of [
    ["a string that doubles", `let s = "x"; while true { s = s + s; }`],
    [
      "a string that grows",
      `let s = "x"; while true { s = s + "0123456789012345678901234567890123456789"; }`,
    ],
    ["a Vec that grows", `let v = new Vec<int> {}; while true { v.push(1); }`],
    [
      "a Vec of strings",
      `let v = new Vec<string> {}; let i = 0; while true { v.push(i.to_string()); i = i + 1; }`,
    ],
    [
      "a Map that grows",
      `let m = new Map<int, int> {}; let i = 0; while true { m[i] = i; i = i + 1; }`,
    ],
    ["a linked list", `struct N { next: N? } let n: N? = nil; while true { n = N { next: n }; }`],
    ["a huge allocation", `let p = __alloc_heap(100000000);`],
    ["a huge capacity", `let v = Vec<int>::with_capacity(100000000);`],
    [
      "captured variables",
      `let v = new Vec<() -> int> {}; while true { let x = 1; v.push(fun() -> int { return x; }); }`,
    ],
    [
      "a value that contains itself",
      `struct N { next: N? } let n = N { next: nil }; n.next = n; print(n);`,
    ],
    [
      "an array that repeats",
      `let s = "0123456789"; while true { s = replace(s, "0", "00000000000"); }`,
    ],
    [
      "an asm block's stack",
      `let s = "0123456789abcdef"; while len(s) < 1000000 { s = s + s; }
       asm(s) { __emit("Dup"); __emit("GetL", 0); __emit("Add"); __emit("Jmp", 0); };`,
    ],
    ["a channel that fills", `let c = channel(); while true { send(c[0], "x"); }`],
    ["channels without end", `while true { channel(); }`],
    [
      "the text of an error that never ends",
      `let a: array<any> = [nil, 1]; a[0] = a; throw a;`,
    ],
    [
      "the text of a Map in itself",
      `let m = new Map<string, any> {}; m["key"] = m; print(m);`,
    ],
    [
      "long strings that differ",
      `let s = "0123456789abcdef"; while len(s) < 20000 { s = s + s; }
       let v = new Vec<string> {}; let i = 0; while true { v.push($"{s}{i}{s}"); i = i + 1; }`,
    ],
    [
      "long strings in what a walk reaches",
      `struct P { s: string } let s = "0123456789abcdef"; while len(s) < 300 { s = s + s; }
       let v = new Vec<dyn> {}; let i = 0;
       while true {
         let m = new Map<int, P> {}; m[i] = P { s: $"{i}{s}" };
         v.push(m as dyn); v.push($"{s}{i}"); i = i + 1;
       }`,
    ],
    [
      "pieces of a string",
      `let s = ","; while len(s) < 1000000 { s = s + s; } let v = new Vec<Vec<string>> {};
       while true { v.push(split(s, ",")); }`,
    ],
  ] as const
) {
  Deno.test(`Vm ends ${what} at the heap's limit`, () => {
    const result = runSource(source, { vm: { maxHeap: 4 * 1024 * 1024 } });
    assertStringIncludes(result.stderr, "runtime error: heap limit exceeded");
  });
}

Deno.test("Vm lets a program make far more garbage than its limit", () => {
  const result = runSource(
    `struct P { x: int } let v = new Vec<P> {};
     for i in 0..300000 { let p = P { x: i }; v = new Vec<P> { p }; let s = i.to_string() + "abc"; }
     print(v[0].x);`,
    { vm: { maxHeap: 4 * 1024 * 1024 } },
  );
  assertEquals(result.stdout, "299999\n");
});

Deno.test("Vm counts equal strings once, however each came about", () => {
  const result = runSource(
    `let s = "0123456789abcdef"; while len(s) < 20000 { s = s + s; } let long = s;
     let t = substring(s, 0, 400);
     struct P { s: string } let m = new Map<int, P> {}; let v = new Vec<any> {};
     let c = channel(); let f = fun() -> string { return s + t; };
     for i in 0..2000 {
       m[i] = P { s: $"{long}!" }; v.push($"{t}?"); v.push($"{t}?".data); v.push((s + ".") as dyn);
       send(c[0], $"{long}#");
     }
     print(len(m[77].s)); print(m[3].s == m[4].s); print(len(recv(c[1]))); print(len(f()));
     print(v[0]); print(v[5999] == nil);`,
    { vm: { maxHeap: 4 * 1024 * 1024, hostHeap: () => ({ used: 0, limit: 2 ** 32 }) } },
  );
  assertEquals(result.stderr, "");
  const text = "0123456789abcdef".repeat(25);
  assertEquals(result.stdout, `32769\ntrue\n32769\n33168\n${text}?\nfalse\n`);
});

Deno.test("Vm walks for joined strings only once the host's heap has grown", () => {
  const source = `let s = "0123456789abcdef"; while len(s) < 1000000 { s = s + s; }
     let v = new Vec<string> {}; let i = 0;
     while i < 200 { v.push(s + i.to_string()); i = i + 1; } print(v.len());`;
  const run = (used: () => number): string => {
    const hostHeap = () => ({ used: used(), limit: 2 ** 32 });
    return runSource(source, { vm: { maxHeap: 32 * 1024 * 1024, hostHeap } }).stderr;
  };
  assertEquals(run(() => 0), "");
  let used = 0;
  assertStringIncludes(run(() => used += 2 ** 26), "runtime error: heap limit exceeded");
});

Deno.test("Vm stays below a quarter of the host's heap, and says so", () => {
  const result = runSource(`let v = new Vec<int> {}; while true { v.push(1); }`, {
    vm: { hostHeap: () => ({ used: 0, limit: 600 * 2 ** 20 }) },
  });
  assertStringIncludes(
    result.stderr,
    "runtime error: heap limit exceeded: V8 has room for 150 MiB, " +
      "--v8-flags=--max-old-space-size=MIB gives it more\n",
  );
});
