import { assertEquals, assertThrows } from "@std/assert";
import { Trap } from "../../lib/component/mod.ts";
import { exported, instantiate } from "./fixtures.ts";

/** A resource of the host that counts how many were ended. */
class Thing {
  static ended = 0;
  [Symbol.dispose](): void {
    Thing.ended++;
  }
}

const imports = {
  things: { Thing, make: () => [new Thing(), new Thing()] },
  take: (texts: readonly string[]) => texts.length,
  give: () => "text",
};

Deno.test("a call takes no more from a guest than the host has room for", async () => {
  const instance = await instantiate("greedy", imports);
  exported(instance, "take")(1_000_000);
  assertThrows(() => exported(instance, "take")(5_000_000), Trap, "more than the host takes");
});

Deno.test("a list beyond the memory traps before it is looked at", async () => {
  const instance = await instantiate("greedy", imports);
  assertThrows(() => exported(instance, "take")(2 ** 32 - 1), Trap, "not inside the memory");
});

Deno.test("realloc must not call out", async () => {
  const instance = await instantiate("greedy", imports);
  assertThrows(() => exported(instance, "give")(), Trap, "where no call is allowed");
});

Deno.test("resources that a guest has no room for are ended", async () => {
  const instance = await instantiate("greedy", imports);
  Thing.ended = 0;
  assertThrows(() => exported(instance, "make")(), Trap, "unreachable");
  assertEquals(Thing.ended, 2);
});
