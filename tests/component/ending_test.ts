import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Trap } from "../../lib/component/mod.ts";
import { exported, instantiate } from "./fixtures.ts";

class Stop extends Error {}

function fail(error: unknown): never {
  throw error;
}

/** What `check` does unless a test says otherwise. */
function check(): number {
  return 0;
}

Deno.test("what a host function throws ends the guest and comes out, whatever it catches", async () => {
  const stop = new Stop("enough");
  const fail = () => {
    throw stop;
  };
  for (const name of ["fail", "catch"]) {
    const instance = await instantiate("ending", { fail, check });
    assertStrictEquals(assertThrows(() => exported(instance, name)(), Stop), stop);
    assertThrows(() => exported(instance, "check")(), Trap, "has ended");
  }
});

Deno.test("instructions that trap, endless recursion and exceptions are traps", async () => {
  const expected = {
    unreachable: "unreachable",
    deep: "call stack",
    throw: "not caught",
  };
  for (const [name, message] of Object.entries(expected)) {
    const instance = await instantiate("ending", { fail: () => {}, check });
    assertThrows(() => exported(instance, name)(), Trap, message);
  }
});

Deno.test("a host function's result is what it returns, or its error what it throws", async () => {
  const returns = await instantiate("ending", { fail: () => {}, check: () => 42 });
  assertEquals(exported(returns, "check")(), 42);
  const throws = await instantiate("ending", {
    fail: () => {},
    check: () => fail(43),
  });
  assertEquals(exported(throws, "check")(), 1043);
  const wraps = await instantiate("ending", {
    fail: () => {},
    check: () => {
      throw Object.assign(new Error("wrapped"), { payload: 44 });
    },
  });
  assertEquals(exported(wraps, "check")(), 1044);
});

Deno.test("what the host does not provide ends the guest that calls it", async () => {
  const instance = await instantiate("ending", { fail: () => {} });
  exported(instance, "fail")();
  assertThrows(() => exported(instance, "check")(), Trap, "called check, which its host does not");
});

Deno.test("an instance cannot be called while it runs", async () => {
  let again: () => unknown = () => {};
  const instance = await instantiate("ending", { fail: () => again(), check });
  again = exported(instance, "check");
  assertThrows(() => exported(instance, "fail")(), Trap, "while its instance was running");
});

Deno.test("ComponentInstance.function() finds nothing for names that are none", async () => {
  const instance = await instantiate("ending", { fail: () => {}, check });
  assertEquals(instance.function("nothing"), null);
  assertEquals(instance.function("fail", "more"), null);
  assertEquals(instance.function(), null);
});
