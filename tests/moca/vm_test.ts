import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { compile } from "../../lib/moca/compile.ts";
import { MocaTrap } from "../../lib/moca/error.ts";
import type { Value } from "../../lib/moca/value.ts";
import { Vm } from "../../lib/moca/vm.ts";
import { PENDING, type VmOptions } from "../../lib/moca/vm_types.ts";
import { runSource } from "./run.ts";

function machine(source: string, options: Partial<VmOptions> = {}): { vm: Vm; text: () => string } {
  let text = "";
  const vm = new Vm(compile(source), { output: (_fd, bytes) => void (text += bytes), ...options });
  return { vm, text: () => text };
}

Deno.test("Vm stops at a host call that is pending and goes on with its result", () => {
  const { vm, text } = machine(
    `fun ask(n: int) -> int { return __hostcall(5, n, "x"); }
     let a = ask(1); let b = ask(2); print(a + b);`,
    { hostCalls: new Map([[5, () => PENDING]]) },
  );
  const first = vm.run();
  assertEquals(first, { kind: "blocked", call: 5, args: [1n, "x"] });
  vm.resume(10n);
  assertEquals(vm.run(), { kind: "blocked", call: 5, args: [2n, "x"] });
  vm.resume(32n);
  assertEquals(vm.run().kind, "done");
  assertEquals(text(), "42\n");
});

Deno.test("Vm raises the error a pending call is rejected with", () => {
  const { vm, text } = machine(`try { __hostcall(5); } catch e { print(e); }`, {
    hostCalls: new Map([[5, () => PENDING]]),
  });
  vm.run();
  vm.reject(new MocaTrap("connect: host must be a string"));
  assertEquals(vm.run().kind, "done");
  assertEquals(text(), "connect: host must be a string\n");
});

Deno.test("Vm stops in an asm block whose host call is pending and goes on behind it", () => {
  const { vm, text } = machine(
    `let x = 5; let add = "é";
     print(asm(x) -> i64 {
       __emit("PushInt", 1); __emit("PushString", "é"); __emit("Hostcall", 5, 2); __emit("Add");
       __emit("PushInt", 7); __emit("Hostcall", 5, 1); __emit("Add");
     }); print(add);`,
    { hostCalls: new Map([[5, () => PENDING]]) },
  );
  assertEquals(vm.run(), { kind: "blocked", call: 5, args: [1n, "\u00c3\u00a9"] });
  vm.resume(100n);
  assertEquals(vm.run(), { kind: "blocked", call: 5, args: [7n] });
  vm.resume(1000n);
  assertEquals(vm.run().kind, "done");
  assertEquals(text(), "1105\n\u00c3\u00a9\n");
});

Deno.test("Vm leaves an asm block whose host call is rejected", () => {
  const { vm, text } = machine(
    `fun call() { asm { __emit("Hostcall", 5, 0); }; }
     for i in 0..2 { try { call(); } catch e { print(e); } }`,
    { hostCalls: new Map([[5, () => PENDING]]) },
  );
  for (const message of ["one", "two"]) {
    assertEquals(vm.run(), { kind: "blocked", call: 5, args: [] });
    vm.reject(new MocaTrap(message));
  }
  assertEquals(vm.run().kind, "done");
  assertEquals(text(), "one\ntwo\n");
});

Deno.test("Vm gives host calls their arguments as values", () => {
  let seen: readonly Value[] = [];
  const { vm } = machine(`__hostcall(7, 1, 2.5, true, nil, "é");`, {
    hostCalls: new Map([[7, (args) => {
      seen = args;
      return null;
    }]]),
  });
  vm.run();
  assertEquals(seen, [1n, 2.5, true, null, "\u00c3\u00a9"]);
});

Deno.test("Vm pauses after the slices it was given and machines do not disturb each other", () => {
  const source = (n: number): string =>
    `fun f(n: int) -> int { if n == 0 { return 0; } return 1 + f(n - 1); }
     let s = ${n}; let t = "x"; for i in 0..20000 { s = s + f(10); } print(s);`;
  const machines = [1, 2, 3].map((n) => machine(source(n)));
  let pauses = 0;
  for (let left = 3; left > 0;) {
    left = 0;
    for (const { vm } of machines) {
      const state = vm.run(1);
      if (state.kind === "paused") {
        pauses++;
        left++;
      } else {
        assertEquals(state.kind, "done");
      }
    }
  }
  assert(pauses > 3);
  assertEquals(machines.map((m) => m.text()), ["200001\n", "200002\n", "200003\n"]);
});

for (const loop of ["while true { }", "while true { if true { continue; } }", "while !false { }"]) {
  Deno.test(`Vm asks for an interrupt in \`${loop}\``, () => {
    const { vm } = machine(loop, { interrupt: () => "runtime error: time limit exceeded" });
    assertEquals(vm.run(1000).kind, "failed");
  });
}

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

Deno.test("Vm goes on where it was when the host has run another machine in between", () => {
  const other = (): Value => {
    const state = machine(
      `fun f(n: int) -> int { if n == 0 { return 7; } return f(n - 1); } f(9);`,
    );
    assertEquals(state.vm.run().kind, "done");
    return 1n;
  };
  const source = `fun f(n: int) -> int { let own: int = __hostcall(5); let x = n + 1; print("x");
       let h = spawn(g); return x * 10 + own; }
     fun g() { }
     let a = 3; let b = 2.5; print(f(a)); print(a); print(b);
     try { __hostcall(6); } catch e { print(e); } print(f(b.to_string().len()));`;
  let ticks = 0;
  const { vm, text } = machine(source, {
    hostCalls: new Map([[5, other], [6, () => {
      other();
      throw new MocaTrap("refused");
    }]]),
    interrupt: () => (other(), ticks++, null),
    threads: { spawn: () => other() as bigint, join: () => null },
  });
  assertEquals(vm.run().kind, "done");
  assertEquals(text(), "x\n41\n3\n2.5\nrefused\nx\n41\n");
});

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

Deno.test("Vm uses the host's threads when there are some", () => {
  const spawned: number[] = [];
  const { vm, text } = machine(
    `fun work() -> int { return 1; } let h = spawn(work); print(h); print(join(h));`,
    {
      threads: {
        spawn: (fn) => {
          spawned.push(fn);
          return 77n;
        },
        join: () => PENDING,
      },
    },
  );
  assertEquals(vm.run(), { kind: "blocked", call: -1, args: [77n] });
  vm.resume(5n);
  assertEquals(vm.run().kind, "done");
  assertEquals(text(), "77\n5\n");
  assertEquals(spawned.length, 1);
});

Deno.test("Vm passes a spawned function's pending call on to the host", () => {
  const { vm, text } = machine(
    `fun work() -> int { return __hostcall(5); } print(join(spawn(work)));`,
    { hostCalls: new Map([[5, () => PENDING]]) },
  );
  assertEquals(vm.run().kind, "blocked");
  vm.resume(9n);
  assertEquals(vm.run().kind, "done");
  assertEquals(text(), "9\n");
});

Deno.test("Vm ends threads that start threads without end", () => {
  const result = runSource(
    `fun work() -> int { return join(spawn(work)); } print(join(spawn(work)));`,
  );
  assertEquals(result.stdout + result.stderr, "nil\n");
});

Deno.test("Bytecode survives being sent to another thread", () => {
  const program = structuredClone(compile(`print("sent");`));
  let text = "";
  new Vm(program, { output: (_fd, bytes) => void (text += bytes) }).run();
  assertEquals(text, "sent\n");
});

Deno.test("64-bit arithmetic agrees with BigInt on seeded operands", () => {
  let seed = 12345n;
  const next = (): bigint => {
    seed = BigInt.asUintN(64, seed * 6364136223846793005n + 1442695040888963407n);
    return BigInt.asIntN(64, seed >> (seed & 31n));
  };
  const wrap = (n: bigint): bigint => BigInt.asIntN(64, n);
  const operations: [string, (a: bigint, b: bigint) => bigint][] = [
    ["+", (a, b) => wrap(a + b)],
    ["-", (a, b) => wrap(a - b)],
    ["*", (a, b) => wrap(a * b)],
    ["/", (a, b) => b === 0n ? 0n : wrap(a / b)],
    ["%", (a, b) => b === 0n ? 0n : wrap(a % b)],
    ["&", (a, b) => a & b],
    ["|", (a, b) => a | b],
    ["^", (a, b) => a ^ b],
    ["<<", (a, b) => wrap(a << (b & 63n))],
    [">>", (a, b) => a >> (b & 63n)],
  ];
  const literal = (n: bigint): string =>
    n === -(2n ** 63n) ? "(1 << 63)" : n < 0n ? `(-${-n})` : `${n}`;
  const lines: string[] = [];
  const wanted: bigint[] = [];
  for (let i = 0; i < 200; i++) {
    const [name, operation] = operations[i % operations.length] ?? ["+", (a) => a];
    const a = next();
    const b = next();
    if (b !== 0n) {
      lines.push(
        `let a${i} = ${literal(a)}; let b${i} = ${
          literal(b)
        }; print(a${i} ${name} b${i}); print(a${i} ${name} ${literal(b)});`,
      );
      wanted.push(operation(a, b), operation(a, b));
    }
  }
  assertEquals(runSource(lines.join("\n")).stdout, `${wanted.join("\n")}\n`);
});
