// Damages the programs under tests/moca/programs in seeded ways: whatever comes out must compile, or
// fail with a position; what compiles must end within its limits, never with an exception of the
// host. MOCA_FUZZ_ROUNDS sets how often each program is damaged (2 unless told otherwise).

import { assert, assertMatch } from "@std/assert";
import { compile } from "../../lib/moca/compile.ts";
import { MocaCompileError } from "../../lib/moca/error.ts";
import { Vm } from "../../lib/moca/vm.ts";

const ROOT = new URL("./programs/", import.meta.url);
const ROUNDS = Number(Deno.env.get("MOCA_FUZZ_ROUNDS") ?? 2);

function* programs(directory: URL): Generator<string> {
  for (const entry of [...Deno.readDirSync(directory)].sort((a, b) => a.name < b.name ? -1 : 1)) {
    const url = new URL(entry.isDirectory ? `${entry.name}/` : entry.name, directory);
    if (entry.isDirectory) {
      yield* programs(url);
    } else {
      yield Deno.readTextFileSync(url);
    }
  }
}

function generator(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 4294967296 * n);
  };
}

const PIECES = [
  "{",
  "}",
  "(",
  ")",
  "<",
  ">",
  ";",
  ",",
  ".",
  "..",
  "fun",
  "let",
  "int",
  "0",
  "-",
  '"',
  '$"{',
  "nil",
  "as dyn",
  "T",
  "?",
  "::",
  "[",
  "]",
  "=",
  "match dyn",
  "\\",
  "self",
  "\u{1F600}",
];

function damage(source: string, random: (n: number) => number): string {
  const at = random(source.length);
  const length = 1 + random(6);
  switch (random(5)) {
    case 0:
      return source.slice(0, at);
    case 1:
      return source.slice(0, at) + source.slice(at + length);
    case 2:
      return source.slice(0, at) + (PIECES[random(PIECES.length)] ?? "") + source.slice(at);
    case 3: {
      const from = random(source.length);
      return source.slice(0, at) + source.slice(from, from + 20) + source.slice(at);
    }
    default:
      return source.slice(0, at) + String.fromCharCode(random(128)) + source.slice(at + 1);
  }
}

function tryOut(source: string): void {
  let steps = 0;
  try {
    const program = compile(source, { path: "fuzz.mc" });
    const vm = new Vm(program, {
      output: () => {},
      maxHeap: 1 << 22,
      interrupt: () => ++steps > 3 ? "runtime error: time limit exceeded" : null,
    });
    const state = vm.run();
    assert(state.kind === "done" || state.kind === "failed");
  } catch (error) {
    if (!(error instanceof MocaCompileError)) {
      throw new Error(`Cannot handle program:\n${source}`, { cause: error });
    }
    assertMatch(error.message, /^error: [^]*\n {2}--> [^\n]+:\d+:\d+/);
  }
}

Deno.test("damaged programs give an error with a position or end within their limits", () => {
  const random = generator(20260307);
  for (const source of programs(ROOT)) {
    for (let round = 0; round < ROUNDS; round++) {
      let damaged = source;
      for (let edits = 1 + random(3); edits > 0; edits--) {
        damaged = damage(damaged, random);
      }
      tryOut(damaged);
    }
  }
});

Deno.test("every truncation of a program gives an error with a position or runs", () => {
  const source =
    `import .m; struct P<T> { v: T } impl<T> P<T> { fun get(self) -> T { return self.v; } }
interface I { fun m(self) -> int; } impl I for int { fun m(self) -> int { return self; } }
fun f<T: I>(x: T, g: (int) -> int) -> int? { try { throw x.m(); } catch e { print($"a{e}b"); } return nil; }
let a = new Map<string, int> {"k": 1}; for i in 0..=3 { a["k"] = a["k"] << 1; }
match dyn P<int> { v: 1 } as dyn { p: P<int> => { print(p.get()); } _ => { } }
let q = asm(a) -> i64 { __emit("Pop"); __emit("PushInt", 5); };`.replace("import .m; ", "");
  for (let i = 0; i <= source.length; i++) {
    tryOut(source.slice(0, i));
  }
});
