import { assertEquals, assertThrows } from "@std/assert";
import { functionImports } from "../../../lib/guest/wasi_p1/module_imports.ts";
import { buildModule, leb, nameBytes } from "./module_builder.ts";

/** Types of the proposals for garbage collection, in groups and alone, none a function's. */
const OTHER_TYPES: readonly (readonly number[])[] = [
  // (rec (type (sub (struct (field i32) (field (mut (ref null 0)))))) (type (array i8)))
  [0x4e, 2, 0x50, 0, 0x5f, 2, 0x7f, 0, 0x63, 0, 1, 0x5e, 0x78, 0],
  // (type (sub final 0 (struct (field i32) (field (mut (ref null 0))))))
  [0x4f, 1, 0, 0x5f, 2, 0x7f, 0, 0x63, 0, 1],
];

/** Imports that are no functions: a table, memories, globals. */
const OTHER_IMPORTS: readonly (readonly number[])[] = [
  [...nameBytes("env"), ...nameBytes("table"), 1, 0x70, 0, 1],
  [...nameBytes("env"), ...nameBytes("bounded"), 1, 0x6f, 1, 1, ...leb(300)],
  [...nameBytes("env"), ...nameBytes("global"), 3, 0x7f, 0],
  [...nameBytes("env"), ...nameBytes("changing"), 3, 0x7e, 1],
];

Deno.test("functionImports() reads names and types of every letter", () => {
  const imports = [
    { module: "a", name: "one", parameters: "iIfFvr", results: "" },
    { module: "a", name: "two", parameters: "", results: "iI" },
    { module: "ü", name: "", parameters: "i".repeat(200), results: "r" },
    { module: "a", name: "one", parameters: "I", results: "i" },
  ];
  const bytes = buildModule({ imports });
  assertEquals(WebAssembly.Module.imports(new WebAssembly.Module(bytes)).length, 4);
  assertEquals(functionImports(bytes), imports);
});

Deno.test("functionImports() passes over what is no function, and other types", () => {
  const imports = [{ module: "m", name: "n", parameters: "iI", results: "i" }];
  const bytes = buildModule({ imports, others: OTHER_IMPORTS });
  const names = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).map(({ name }) => name);
  assertEquals(names, ["table", "bounded", "global", "changing", "n"]);
  assertEquals(functionImports(bytes), imports);
});

Deno.test("functionImports() counts the types of a group, each", () => {
  // The builder counts a group as one type, so that the function's index has to be moved.
  const parts = { types: OTHER_TYPES, functions: {} };
  const bytes = buildModule(parts);
  const imported = [...nameBytes("m"), ...nameBytes("n"), 0, 3];
  const whole = buildModule({ ...parts, others: [imported] });
  assertEquals(new WebAssembly.Module(bytes) instanceof WebAssembly.Module, true);
  assertEquals(new WebAssembly.Module(whole) instanceof WebAssembly.Module, true);
  assertEquals(functionImports(whole), [{ module: "m", name: "n", parameters: "", results: "" }]);
});

Deno.test("functionImports() is empty without imports", () => {
  assertEquals(functionImports(buildModule({})), []);
  assertEquals(functionImports(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])), []);
});

Deno.test("functionImports() throws a RangeError where a module ends too early", () => {
  const imports = [{ name: "n", parameters: "iI", results: "i" }];
  const bytes = buildModule({ imports });
  const end = bytes.length - functionImports(bytes).length;
  let thrown = 0;
  for (let length = 8; length < end; length++) {
    try {
      functionImports(bytes.subarray(0, length));
    } catch (error) {
      assertEquals(error instanceof RangeError, true, String(error));
      thrown++;
    }
  }
  assertEquals(thrown > 20, true);
  assertThrows(() => functionImports(Uint8Array.from([...bytes.subarray(0, 8), 1, 2, 1, 0x11])));
});
