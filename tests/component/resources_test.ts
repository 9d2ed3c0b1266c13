import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { type ComponentInstance, Trap } from "../../lib/component/mod.ts";
import { exported, instantiate } from "./fixtures.ts";

/** An instance, and what the destructor of its resource was called with. */
async function make(): Promise<{ instance: ComponentInstance; ended: number[] }> {
  const ended: number[] = [];
  const instance = await instantiate("resources", { ended: (n: number) => ended.push(n) });
  return { instance, ended };
}

Deno.test("components lend, give and end each other's resources", async () => {
  const { instance, ended } = await make();
  assertEquals(exported(instance, "user", "make-get-drop")(4), 40);
  assertEquals(ended, [40]);
  assertEquals(exported(instance, "user", "make-take")(5), 50);
  assertEquals(ended, [40, 50]);
  assertEquals(instance.handles, 0);
});

Deno.test("a component's resource in the host's hands is lent, given back and ended", async () => {
  const { instance, ended } = await make();
  const one = exported(instance, "definer", "make")(1);
  const two = exported(instance, "definer", "make")(2);
  assertEquals(exported(instance, "definer", "get")(one), 10);
  assertEquals(exported(instance, "definer", "take")(two), 20);
  assertEquals(ended, [20]);
  assertInstanceOf(one, Object);
  assert(Symbol.dispose in one);
  (one as Disposable)[Symbol.dispose]();
  (one as Disposable)[Symbol.dispose]();
  assertEquals(ended, [20, 10]);
});

Deno.test("a component may drop what it borrowed, and must", async () => {
  const first = await make();
  const counter = exported(first.instance, "definer", "make")(3);
  assertEquals(exported(first.instance, "user", "drop-borrowed")(counter), 1);
  assertEquals(first.ended, []);
  assertThrows(
    () => exported(first.instance, "user", "keep-borrowed")(counter),
    Trap,
    "kept what it borrowed",
  );
});

const MISUSES: Readonly<Record<string, string>> = {
  "take-twice": "no handle",
  "get-dropped": "no handle",
};

for (const [name, message] of Object.entries(MISUSES)) {
  Deno.test(`a component that does ${name} traps`, async () => {
    const { instance } = await make();
    assertThrows(() => exported(instance, "user", name)(1), Trap, message);
    assertThrows(() => exported(instance, "user", "make-take")(1), Trap, "has ended");
  });
}

Deno.test("a component that gives away what it borrowed traps", async () => {
  const { instance, ended } = await make();
  const counter = exported(instance, "definer", "make")(1);
  assertThrows(
    () => exported(instance, "user", "take-borrowed")(counter),
    Trap,
    "borrowed and cannot be given away",
  );
  assertEquals(ended, []);
});

Deno.test("a resource cannot be given away twice, nor another thing instead", async () => {
  const { instance } = await make();
  const counter = exported(instance, "definer", "make")(1);
  exported(instance, "definer", "take")(counter);
  assertThrows(
    () => exported(instance, "definer", "take")(counter),
    TypeError,
    "given away before",
  );
  const other = await make();
  assertThrows(() => exported(other.instance, "definer", "get")({}), TypeError, "no resource");
});
