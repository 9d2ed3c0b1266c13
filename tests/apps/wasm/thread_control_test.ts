import { assert, assertEquals, assertFalse } from "@std/assert";
import { MOST_THREADS, ThreadControl } from "../../../lib/apps/wasm/linux/thread_control.ts";

Deno.test("ThreadControl numbers threads and refuses more than there can be at once", () => {
  const control = new ThreadControl(ThreadControl.allocate(100));
  assertEquals([control.add(), control.add()], [101, 102]);
  for (let live = 3; live < MOST_THREADS; live++) assert(control.add() !== null);
  assertEquals([control.add(), control.add()], [null, null]);
  assertFalse(control.remove());
  // Numbers are not used again.
  assertEquals([control.add(), control.add()], [100 + MOST_THREADS, null]);
});

Deno.test("ThreadControl tells the last thread, and who ends the process first", () => {
  const memory = ThreadControl.allocate(1);
  const [control, other] = [new ThreadControl(memory), new ThreadControl(memory)];
  other.add();
  assertFalse(control.remove());
  assert(other.remove());
  control.status = 7;
  assertEquals(other.status, 7);
  assertFalse(other.isOver);
  assert(control.end());
  assertFalse(other.end());
  assert(other.isOver);
});
