import { assertEquals } from "@std/assert";
import { TimeLimit } from "../../../lib/apps/http/time_limit.ts";
import { fakeClock } from "../../fake_clock.ts";

Deno.test("TimeLimit without limits bounds nothing", () => {
  const limit = new TimeLimit();
  limit.beginPhase();
  assertEquals(limit.next(), null);
});

Deno.test("TimeLimit.next() counts what is left of everything", () => {
  using clock = fakeClock();
  const limit = new TimeLimit({ whole: 1000 });
  assertEquals(limit.next(), { left: 1000, limit: 1000 });
  clock.now += 400;
  limit.beginPhase();
  assertEquals(limit.next(), { left: 600, limit: 1000 });
  clock.now += 700;
  assertEquals(limit.next(), { left: -100, limit: 1000 });
});

Deno.test("TimeLimit.next() bounds each wait by itself outside a phase", () => {
  using clock = fakeClock();
  const limit = new TimeLimit({ each: 100 });
  for (let count = 0; count < 3; count++) {
    assertEquals(limit.next(), { left: 100, limit: 100 });
    clock.now += 90;
  }
});

Deno.test("TimeLimit.next() bounds the waits of a phase together", () => {
  using clock = fakeClock();
  const limit = new TimeLimit({ each: 100 });
  limit.beginPhase();
  clock.now += 90;
  assertEquals(limit.next(), { left: 10, limit: 100 });
  limit.beginPhase();
  assertEquals(limit.next(), { left: 100, limit: 100 });
  clock.now += 90;
  limit.endPhase();
  assertEquals(limit.next(), { left: 100, limit: 100 });
});

Deno.test("TimeLimit.next() tells the limit that ends first", () => {
  using clock = fakeClock();
  const limit = new TimeLimit({ whole: 250, each: 100 });
  assertEquals(limit.next()?.limit, 100);
  clock.now += 200;
  assertEquals(limit.next(), { left: 50, limit: 250 });
});
