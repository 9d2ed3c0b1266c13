import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  MOST_THREADS,
  needsWorker,
  ThreadControl,
} from "../../../lib/apps/wasm/linux/thread_control.ts";

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

Deno.test("needsWorker() makes no more workers than threads run", () => {
  const rows:
    readonly (readonly [live: number, waiting: number, workers: number, more: boolean])[] = [
      [1, 0, 0, true],
      [2, 0, 1, true],
      // One of the two that there are has said that it is free.
      [2, 0, 2, false],
      [4, 2, 2, false],
      [5, 2, 2, true],
      [MOST_THREADS, 0, MOST_THREADS - 1, true],
      [MOST_THREADS + 5, 0, MOST_THREADS, false],
    ];
  for (const [live, waiting, workers, more] of rows) {
    assertEquals(needsWorker(live, waiting, workers), more, `${[live, waiting, workers]}`);
  }
});

Deno.test("ThreadControl live counts what was added and not removed", () => {
  const control = new ThreadControl(ThreadControl.allocate(1));
  control.add();
  assertEquals(control.live, 2);
  control.remove();
  assertEquals(control.live, 1);
});
