import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { Trap } from "../../lib/component/mod.ts";
import { exported, instantiate } from "./fixtures.ts";

/** A value that passes through a component, and how it arrives if that differs. */
type Case = readonly [value: unknown, arrives?: unknown];

function flags(count: number, set: readonly number[]): Record<string, boolean> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`f${index}`, set.includes(index)]),
  );
}

const MANY = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`f${index}`, index * 3]));

const CASES: Readonly<Record<string, readonly Case[]>> = {
  bool: [[true], [false], [1, true], [0, false]],
  s8: [[-128], [127], [128, -128], [255, -1]],
  u8: [[0], [255], [256, 0], [-1, 255]],
  s16: [[-32768], [32767], [32768, -32768]],
  u16: [[65535], [65536, 0]],
  s32: [[-2147483648], [2147483647], [2147483648, -2147483648]],
  u32: [[0], [4294967295], [-1, 4294967295]],
  s64: [[-(2n ** 63n)], [2n ** 63n - 1n], [7, 7n]],
  u64: [[2n ** 64n - 1n], [0n], [7, 7n]],
  f32: [[1.5], [-0.25], [Infinity], [NaN], [0.1, Math.fround(0.1)]],
  f64: [[0.1], [-Infinity], [NaN]],
  char: [["x"], ["é"], ["😀"], ["\0"]],
  string: [[""], ["hello"], ["grüße 😀 \0 中"], ["half \ud800", "half \ufffd"]],
  record: [[{ aByte: 200, b: -5n, c: "text" }]],
  tuple: [[[65535, 0.5]]],
  flags3: [[{ readIt: true, b: false, c: true }], [{ c: true }, {
    readIt: false,
    b: false,
    c: true,
  }]],
  flags12: [[flags(12, [0, 8, 11])]],
  flags32: [[flags(32, [0, 15, 16, 31])]],
  enum3: [["one"], ["two-and-half"], ["three"]],
  enum300: [["e0"], ["e255"], ["e256"], ["e299"]],
  variant: [
    [{ tag: "nothing" }],
    [{ tag: "n", val: 4294967295 }],
    [{ tag: "f", val: 1.5 }],
    [{ tag: "d", val: 0.1 }],
    [{ tag: "s", val: "text" }],
  ],
  "variant-floats": [[{ tag: "f", val: -1.5 }], [{ tag: "d", val: 1e300 }]],
  "variant-narrow": [[{ tag: "n", val: 4294967295 }], [{ tag: "f", val: -1.5 }]],
  "variant-wide": [[{ tag: "n", val: -1n }], [{ tag: "d", val: -1e300 }]],
  option: [[undefined], ["text"], [null, undefined]],
  "option-number": [[undefined], [0n], [2n ** 64n - 1n]],
  results: [[[{ tag: "ok", val: 7 }]], [[{ tag: "err", val: "why" }]]],
  "list-u8": [[new Uint8Array()], [new Uint8Array([0, 255, 7])], [
    [1, 2],
    new Uint8Array([1, 2]),
  ]],
  "list-s16": [[new Int16Array([-1, 32767])], [[-2], new Int16Array([-2])]],
  "list-u32": [[new Uint32Array([4294967295, 0])]],
  "list-u64": [[new BigUint64Array([2n ** 64n - 1n])]],
  "list-f64": [[new Float64Array([0.1, -0])]],
  "list-string": [[[]], [["a", "", "ü"]]],
  "list-tuple": [[[[1, 2n], [255, 2n ** 64n - 1n]]]],
  many: [[MANY]],
};

/** Host functions that return what they are given, and record it. */
function passing(
  names: Iterable<string>,
  seen: unknown[],
): Record<string, (x: unknown) => unknown> {
  const imports: Record<string, (x: unknown) => unknown> = {};
  for (const name of names) {
    imports[`pass-${name}`] = (value) => {
      // Bytes are a view of the guest's memory.
      const kept = value instanceof Uint8Array ? value.slice() : value;
      seen.push(kept);
      return kept;
    };
  }
  return imports;
}

Deno.test("Component passes values of every type to the host and back", async () => {
  const seen: unknown[] = [];
  const instance = await instantiate("values", passing(Object.keys(CASES), seen));
  for (const [name, cases] of Object.entries(CASES)) {
    const call = exported(instance, name);
    for (const [value, arrives = value] of cases) {
      const expected = value === null ? undefined : arrives;
      assertEquals(call(value), expected, name);
      assertEquals(seen.pop(), expected, name);
    }
  }
});

for (const encoding of ["utf16", "latin1"]) {
  Deno.test(`Component passes strings in ${encoding}`, async () => {
    const seen: unknown[] = [];
    const names = ["string", "list-string", "option"];
    const instance = await instantiate(`strings_${encoding}`, passing(names, seen));
    for (const name of names) {
      const call = exported(instance, name);
      for (const [value, arrives = value] of CASES[name] ?? []) {
        const expected = value === null ? undefined : arrives;
        assertEquals(call(value), expected);
        assertEquals(seen.pop(), expected);
      }
    }
    const call = exported(instance, "string");
    for (const text of ["plain", "gr\xfc\xdfe", "\u20ac 😀"]) assertEquals(call(text), text);
  });
}

Deno.test("Component copies bytes that a guest returns", async () => {
  const instance = await instantiate("values", passing(Object.keys(CASES), []));
  const bytes = exported(instance, "list-u8")(Uint8Array.of(1, 2, 3));
  assertInstanceOf(bytes, Uint8Array);
  assertEquals(bytes.buffer.byteLength, 3);
});

Deno.test("Component passes lists that are longer than the memory was", async () => {
  const instance = await instantiate("values", passing(Object.keys(CASES), []));
  const bytes = new Uint8Array(1_000_000).map((_, index) => index % 251);
  assertEquals(exported(instance, "list-u8")(bytes), bytes);
  const numbers = Float64Array.from({ length: 50_000 }, (_, index) => index / 7);
  assertEquals(exported(instance, "list-f64")(numbers), numbers);
  const text = "ü".repeat(300_000);
  assertEquals(exported(instance, "string")(text), text);
});

Deno.test("Component refuses values that are not of the type", async () => {
  const instance = await instantiate("values", passing(Object.keys(CASES), []));
  assertThrows(() => exported(instance, "enum3")("four"), TypeError, "no case four");
  // What went wrong in a call ends the instance.
  assertThrows(() => exported(instance, "u8")(1), Trap, "has ended");
});

Deno.test("Component ends when a host function returns what is not of the type", async () => {
  const imports = { ...passing(Object.keys(CASES), []), "pass-variant": () => ({ tag: "no" }) };
  const instance = await instantiate("values", imports);
  assertThrows(
    () => exported(instance, "variant")({ tag: "nothing" }),
    TypeError,
    "no case no",
  );
});
