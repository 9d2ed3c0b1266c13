import { assertEquals, assertThrows } from "@std/assert";
import {
  Lock,
  LOCK_ORDER,
  LockOrder,
  LockOrderError,
  type LockThread,
} from "../../../lib/kernel/threads/lock.ts";
import { TestWorker } from "./test_worker.ts";

function words(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(64));
}

function makeLock(
  memory: Int32Array<SharedArrayBuffer>,
  thread?: Partial<LockThread>,
  repair?: () => void,
): Lock {
  return new Lock({
    name: "table",
    words: memory,
    index: 3,
    thread: { index: 0, isAlive: () => true, ...thread },
    order: null,
    ...(repair === undefined ? {} : { repair }),
  });
}

Deno.test("LockOrder allows later locks only, and to be given back in turn", () => {
  const order = new LockOrder();
  for (const name of LOCK_ORDER) order.take(name);
  for (const name of LOCK_ORDER.toReversed()) order.release(name);
  order.assertNone();
});

Deno.test("LockOrder throws for an earlier lock, the same one, and one out of turn", () => {
  for (const [index, name] of LOCK_ORDER.entries()) {
    for (const other of LOCK_ORDER.slice(0, index + 1)) {
      const order = new LockOrder();
      order.take(name);
      assertThrows(() => order.take(other), LockOrderError, `the lock ${other} while ${name}`);
    }
  }
  const order = new LockOrder();
  assertThrows(() => order.release("table"), LockOrderError, "none was taken last");
  order.take("files");
  order.take("table");
  assertThrows(() => order.release("files"), LockOrderError, "table was taken last");
});

Deno.test("LockOrder assertNone() throws while a lock is held", () => {
  const order = new LockOrder();
  order.assertNone();
  order.take("epoll");
  assertThrows(() => order.assertNone(), LockOrderError, "Cannot wait while the lock epoll");
});

Deno.test("Lock acquire() and release() leave the word 0", () => {
  const memory = words();
  const lock = makeLock(memory);
  for (let turn = 0; turn < 3; turn++) {
    lock.acquire();
    assertEquals(memory[3], 1);
    lock.release();
    assertEquals([...memory], new Array(16).fill(0));
  }
});

Deno.test("Lock acquire() takes a lock over whose owner has ended, and repairs", () => {
  const memory = words();
  const alive = new Set([0, 1]);
  let repairs = 0;
  makeLock(memory, { index: 7 }).acquire();
  const asked: number[] = [];
  const lock = makeLock(memory, {
    index: 1,
    isAlive: (index) => (asked.push(index), alive.has(index)),
  }, () => repairs++);
  lock.acquire();
  assertEquals([asked, repairs], [[7], 1]);
  lock.release();
  assertEquals(memory[3], 0);
});

Deno.test("Lock abandon() gives back what is this thread's alone", () => {
  const memory = words();
  let repairs = 0;
  const lock = makeLock(memory, { index: 7 }, () => repairs++);
  lock.abandon();
  lock.acquire();
  makeLock(memory, { index: 1 }).abandon();
  assertEquals([memory[3], repairs], [8, 0]);
  lock.abandon();
  assertEquals([memory[3], repairs], [0, 1]);
});

Deno.test("LockOrder clear() makes every lock one that may be taken", () => {
  const order = new LockOrder();
  order.take("learned");
  order.clear();
  order.assertNone();
  order.take("threads");
});

Deno.test("Lock acquire() waits for an owner that runs", async () => {
  const memory = words();
  makeLock(memory, { index: 7 }).acquire();
  const workers: TestWorker[] = [];
  while (workers.length < 3) {
    const worker = new TestWorker({ type: "lock", words: memory });
    await worker.started;
    workers.push(worker);
  }
  assertEquals(memory[0], 0);
  makeLock(memory, { index: 7 }).release();
  await Promise.all(workers.map((worker) => worker.result));
  assertEquals([memory[0], memory[3]], [3, 0]);
});
