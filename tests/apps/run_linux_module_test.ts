/** `vmsock run` with modules of other shapes than those of examples/: what they import and export. */
import { assert, assertEquals } from "@std/assert";
import { ModuleFile } from "./module_file.ts";
import { vmsock } from "./vmsock.ts";

const SYSCALL = "(func $syscall (param i64 i64 i64 i64 i64 i64 i64) (result i64))";

/** A function that makes a call with three arguments. */
const CALL = `(func $call (param i64 i64 i64 i64) (result i64)
  (call $syscall (local.get 0) (local.get 1) (local.get 2) (local.get 3)
    (i64.const 0) (i64.const 0) (i64.const 0)))`;

function moduleText(rest: string, imports = "", memory = '(memory (export "memory") 1)'): string {
  return `(module (import "linux" "syscall" ${SYSCALL}) ${imports} ${memory} ${CALL} ${rest})`;
}

/** Runs a module with the arguments `a` and `b`; returns status, output and errors. */
async function run(
  text: string,
  ...options: string[]
): Promise<readonly [code: number, output: string, errors: string]> {
  using program = await ModuleFile.of(text);
  const outcome = await vmsock(["run", ...options, program.path, "a", "b"], {
    flags: program.flags(),
  });
  return [outcome.code, outcome.text, outcome.stderr.replaceAll(program.path, "PROGRAM")];
}

Deno.test("a module of the akuma dialect asks linux for its arguments", async () => {
  // By 2, write in that dialect and io_submit in Linux's, then exit with argc.
  const text = `(module (import "akuma" "syscall" ${SYSCALL})
    (import "linux" "args" (func $args (result i32)))
    (memory (export "memory") 1) (data (i32.const 16) "ok\\n") ${CALL}
    (func (export "_start")
      (drop (call $call (i64.const 2) (i64.const 1) (i64.const 16) (i64.const 3)))
      (drop (call $call (i64.const 93) (i64.load32_u (call $args)) (i64.const 0) (i64.const 0)))))`;
  assertEquals(await run(text), [3, "ok\n", ""]);
});

Deno.test("main may have C's other signatures; what it cannot be handed is refused", async () => {
  const rows: readonly (readonly [text: string, code: number])[] = [
    [`(func (export "main") (result i32) (i32.const 5))`, 5],
    [`(func (export "main") (param i32 i32))`, 0],
    [`(func (export "main") (param i32 i32) (result i64) (i64.const 0x1000000003))`, 3],
    [`(func (export "main") (param i32 i32) (result i64) (i64.const -1))`, 255],
    // With the environment: its first entry begins with "A".
    [
      `(func (export "main") (param i32 i32 i32) (result i32)
        (i32.load8_u (i32.load (local.get 2))))`,
      65,
    ],
  ];
  for (const [text, code] of rows) {
    assertEquals(await run(moduleText(text), "--env", "A=1"), [code, "", ""], text);
  }
  for (const [entry, parameters] of [["main", "i64 i64"], ["_start", "i64"]]) {
    const text = moduleText(`(func (export "${entry}") (param ${parameters}))`);
    assertEquals(await run(text), [
      1,
      "",
      `vmsock: PROGRAM exports a function ${entry} with another signature: there are _start() and ` +
      "main(i32 argc, i32 argv) → i32\n",
    ]);
  }
});

Deno.test("a module's names that every object has are no modules", async () => {
  const text = `(module (import "toString" "args" (func (result i32)))
    (import "linux" "args" (func (result i32)))
    (memory (export "memory") 1) (func (export "_start")))`;
  const [code, output, errors] = await run(text);
  assertEquals([code, output], [1, ""]);
  assert(errors.startsWith('vmsock: PROGRAM imports "toString" "args", a function'), errors);
});

Deno.test("a module that imports a memory finds its arguments there", async () => {
  const text = moduleText(
    `(func (export "main") (param i32 i32) (result i32) (i32.load8_u (i32.load offset=8 (local.get 1))))`,
    "",
    '(import "env" "memory" (memory 1 3))',
  );
  assertEquals(await run(text), [98, "", ""]);
});

Deno.test("a failure of AssemblyScript's says what it is, and is a trap", async () => {
  // Length, then UTF-16: "no" in "f.ts".
  const text = moduleText(
    `(data (i32.const 12) "\\04\\00\\00\\00n\\00o\\00")
     (data (i32.const 28) "\\08\\00\\00\\00f\\00.\\00t\\00s\\00")
     (func (export "_start")
       (call $abort (i32.const 16) (i32.const 32) (i32.const 7) (i32.const 3)))`,
    '(import "env" "abort" (func $abort (param i32 i32 i32 i32)))',
  );
  assertEquals(await run(text), [134, "", "vmsock: PROGRAM trapped: abort: no in f.ts:7:3\n"]);
  // Strings that are not there.
  const wild = text.replace("(i32.const 16) (i32.const 32)", "(i32.const 0) (i32.const -1)");
  assertEquals(await run(wild), [134, "", "vmsock: PROGRAM trapped: abort:  in :7:3\n"]);
});
