import { assertEquals } from "@std/assert";
import { type MemoryImport, memoryImportOf } from "../../../lib/apps/wasm/memory_import.ts";
import { assemble } from "../../guest/wat.ts";

Deno.test("memoryImportOf() finds the memory that a module imports, whatever else it does", async () => {
  const others = `(import "a" "function" (func (param i32)))
    (import "\\c3\\a4" "table" (table 1 2 funcref))
    (import "a" "global" (global i64))`;
  const env = { module: "env", name: "memory" };
  const rows: readonly (readonly [text: string, expected: MemoryImport | null])[] = [
    ["", null],
    [others, null],
    ['(memory (export "memory") 1)', null],
    ['(import "env" "memory" (memory 0))', { ...env, initial: 0, maximum: null, shared: false }],
    [
      '(import "env" "memory" (memory 300 65536))',
      { ...env, initial: 300, maximum: 65_536, shared: false },
    ],
    [
      `${others} (import "" "\\c3\\bc" (memory 1 2 shared))`,
      { module: "", name: "ü", initial: 1, maximum: 2, shared: true },
    ],
    [
      `(import "env" "memory" (memory 1 2 shared)) ${others}`,
      { ...env, initial: 1, maximum: 2, shared: true },
    ],
  ];
  for (const [text, expected] of rows) {
    assertEquals(memoryImportOf(await assemble(`(module ${text})`)), expected, text);
  }
});

Deno.test("memoryImportOf() passes custom sections over", async () => {
  const module = await assemble('(module (import "env" "memory" (memory 5)))');
  // Section 0, 131 bytes long: a name of one byte, and content.
  const custom = Uint8Array.of(0, 0x83, 0x01, 1, 0x78, ...new Array(129).fill(2));
  const bytes = Uint8Array.of(...module.subarray(0, 8), ...custom, ...module.subarray(8));
  assertEquals(memoryImportOf(bytes)?.initial, 5);
});
