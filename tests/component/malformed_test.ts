import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Component, ComponentError, isComponent, Trap } from "../../lib/component/mod.ts";
import { componentBytes } from "./fixtures.ts";

const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];

function component(...sections: readonly number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(...PREAMBLE, ...sections);
}

/** A section. */
function section(id: number, ...content: readonly number[]): number[] {
  return [id, content.length, ...content];
}

Deno.test("Component.compile() reads an empty component", async () => {
  const empty = await Component.compile(component());
  assertEquals(empty.imports, []);
  assertEquals(empty.exports, []);
  using instance = empty.instantiate({});
  assertEquals(instance.handles, 0);
});

Deno.test("isComponent() tells components from modules and the rest", () => {
  assert(isComponent(component()));
  assert(!isComponent(Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00)));
  assert(!isComponent(new Uint8Array()));
  assert(!isComponent(Uint8Array.from(PREAMBLE).subarray(0, 7)));
});

/** What is wrong with a component, and what the message says. */
const MALFORMED: readonly (readonly [message: string, bytes: Uint8Array<ArrayBuffer>])[] = [
  ["no WebAssembly component", new Uint8Array()],
  ["no WebAssembly component", Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00)],
  ["it ends early", component(7)],
  ["it ends early", component(7, 5, 1)],
  ["it ends early", component(...section(7, 9))],
  ["no such section", component(...section(13, 0))],
  ["has bytes left", component(...section(7, 0, 0))],
  ["too long", component(7, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00)],
  ["too long", component(7, 0xff, 0xff, 0xff, 0xff, 0x7f)],
  ["not UTF-8", component(...section(7, 1, 0x6d, 1, 1, 0xff))],
  ["has no parts", component(...section(7, 1, 0x72, 0))],
  ["more than 32 flags", component(...section(7, 1, 0x6e, 33, ...new Array(33).fill(0)))],
  ["neither absent nor present", component(...section(7, 1, 0x6a, 2))],
  ["no such sort", component(...section(6, 1, 0x09, 0x00, 0))],
  ["no such alias", component(...section(6, 1, 0x01, 0x07, 0))],
  ["no such canonical function", component(...section(8, 1, 0x00, 0x01))],
  ["no component", component(...section(4, 1, 2, 3))],
  ["Malformed component", component(...section(1, 1, 2, 3))],
  ["streams and futures", component(...section(7, 1, 0x66, 0))],
  ["async functions", component(...section(7, 1, 0x43, 0, 1, 0))],
  ["built-in function of WASI 0.3", component(...section(8, 1, 0x1f))],
  ["a start function", component(...section(9, 0))],
  ["values", component(...section(12, 0))],
  ["nested too deeply", component(...nestedTypes(60))],
];

/** Instance types inside one another, 2 of them for each level. */
function nestedTypes(levels: number): number[] {
  let type = [0x42, 0];
  for (let level = 0; level < 2 * levels; level++) type = [0x42, 1, 0x01, ...type];
  const size = type.length + 1;
  return [7, (size & 0x7f) | 0x80, size >> 7, 1, ...type];
}

for (const [message, bytes] of MALFORMED) {
  Deno.test(`Component.compile() refuses ${[...bytes.subarray(8, 20)].join(" ")}: ${message}`, async () => {
    await assertRejects(() => Component.compile(bytes), ComponentError, message);
  });
}

/** Definitions that refer to what is not there: found when an instance is made. */
const DANGLING: readonly Uint8Array<ArrayBuffer>[] = [
  component(...section(7, 1, 0x70, 5)),
  component(...section(7, 1, 0x69, 0)),
  component(...section(6, 1, 0x03, 0x02, 3, 0)),
  component(...section(6, 1, 0x01, 0x00, 0, 1, 0x61)),
  component(...section(6, 1, 0x00, 0x00, 0x01, 0, 1, 0x61)),
  component(...section(2, 1, 0x00, 0, 0)),
  component(...section(5, 1, 0x00, 0, 0)),
  component(...section(8, 1, 0x00, 0x00, 0, 0, 0)),
  component(...section(8, 1, 0x01, 0x00, 0, 0)),
  component(...section(8, 1, 0x03, 0)),
  component(...section(10, 1, 0x00, 1, 0x61, 0x05, 0)),
  component(...section(10, 1, 0x00, 1, 0x61, 0x04, 0)),
  component(...section(11, 1, 0x00, 1, 0x61, 0x01, 0, 0)),
];

Deno.test("Component.instantiate() refuses definitions that refer to nothing", async () => {
  for (const bytes of DANGLING) {
    const dangling = await Component.compile(bytes);
    let thrown: unknown;
    try {
      dangling.instantiate({});
    } catch (error) {
      thrown = error;
    }
    assert(thrown instanceof ComponentError, `${[...bytes.subarray(8)]}: ${thrown}`);
  }
});

Deno.test("Component.instantiate() refuses components that double at each level", async () => {
  const doubling = await Component.compile(componentBytes("doubling"));
  assertThrows(() => doubling.instantiate({}), ComponentError, "more than 1000 instances");
});

/** Numbers by a seed: mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

// VMSOCK_FUZZ=100000 deno test -A tests/component/malformed_test.ts makes a long run.
const ROUNDS = Number(Deno.env.get("VMSOCK_FUZZ") ?? 1_500);

for (const name of ["resources", "ending", "values"]) {
  Deno.test(`a ${name} component with bytes changed is refused, traps or works`, async () => {
    const original = componentBytes(name);
    const next = random(name.length);
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = original.slice();
      for (let changes = next() % 3; changes >= 0; changes--) {
        bytes[PREAMBLE.length + next() % (bytes.length - PREAMBLE.length)] = next();
      }
      try {
        const changed = await Component.compile(bytes);
        using _ = changed.instantiate({});
      } catch (error) {
        const expected = error instanceof ComponentError || error instanceof Trap;
        assert(
          expected,
          `round ${round} of ${name}: ${error instanceof Error ? error.stack : error}`,
        );
      }
    }
  });
}
