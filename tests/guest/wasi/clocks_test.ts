import { assert, assertEquals } from "@std/assert";
import {
  millisecondsUntil,
  monotonicTime,
  processTime,
  threadTime,
  wallTime,
} from "../../../lib/guest/wasi/clocks.ts";

const HOUR = 3_600_000;

/** Calls something while `Date.now()` tells another time. */
function withDate<T>(offset: number, body: () => T): T {
  const { now } = Date;
  Date.now = () => now.call(Date) + offset;
  try {
    return body();
  } finally {
    Date.now = now;
  }
}

Deno.test("wallTime() tells the time to the microsecond, and never less than before", () => {
  let last = wallTime();
  const fractions = new Set<bigint>();
  for (let count = 0; count < 1000; count++) {
    const next = wallTime();
    assert(next >= last);
    last = next;
    fractions.add(next % 1_000_000n);
  }
  assert(fractions.size > 10);
  assert(Math.abs(Number(last / 1_000_000n) - Date.now()) < 1000);
});

Deno.test("wallTime() follows a clock that is set", () => {
  const before = Date.now();
  for (const offset of [HOUR, -HOUR, 0]) {
    const told = withDate(offset, () => Number(wallTime() / 1_000_000n));
    assert(Math.abs(told - before - offset) < HOUR / 60, `${offset}`);
  }
});

Deno.test("monotonicTime(), processTime() and threadTime() do not go back", () => {
  for (const clock of [monotonicTime, processTime, threadTime]) {
    const first = clock();
    for (let count = 0; count < 100; count++) assert(clock() >= first);
  }
});

Deno.test("millisecondsUntil() is 0 once the moment has come", () => {
  assertEquals(millisecondsUntil(monotonicTime()), 0);
  assert(millisecondsUntil(monotonicTime() + 10n ** 12n) > 900_000);
});
