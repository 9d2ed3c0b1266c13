import { assertEquals } from "@std/assert";
import { Errno } from "../../../lib/linux/errno.ts";
import { Channel } from "../../../lib/stack/deno/channel.ts";
import {
  Operation,
  OUTBOX_SIZE,
  POST_HEADER,
  RequestState,
  type SharedMemory,
  SlotWord,
  Word,
} from "../../../lib/stack/deno/shared_memory.ts";

/** Runs a test with workers that never do anything; it gets the memory of the last one. */
function withSilentWorkers(test: (memoryOf: () => SharedMemory) => void): () => void {
  return () => {
    const original = globalThis.Worker;
    let memory: SharedMemory | null = null;
    class SilentWorker {
      postMessage(message: { memory: SharedMemory }): void {
        memory = message.memory;
      }
      terminate(): void {
        // There is nothing to end.
      }
    }
    Object.assign(globalThis, { Worker: SilentWorker });
    try {
      test(() => {
        if (memory === null) throw new Error("No worker was started");
        return memory;
      });
    } finally {
      Object.assign(globalThis, { Worker: original });
    }
  };
}

/** Runs a test with a function of Atomics replaced. */
function withAtomics<K extends "store" | "wait">(
  name: K,
  replacement: (typeof Atomics)[K],
  test: () => void,
): void {
  const original = Atomics[name];
  Atomics[name] = replacement;
  try {
    test();
  } finally {
    Atomics[name] = original;
  }
}

Deno.test(
  "request() is EIO when the worker fails just before it sees the request",
  withSilentWorkers((memoryOf) => {
    const channel = new Channel();
    const { control } = memoryOf();
    Atomics.store(control, Word.ready, 1);
    const { store } = Atomics;
    function failingStore(array: Int32Array, index: number, value: number): number {
      const requested = index === Word.state && value === RequestState.requested;
      if (array === control && requested) store(control, Word.dead, 1);
      return store(array, index, value);
    }
    withAtomics("store", failingStore as typeof Atomics.store, () => {
      assertEquals(channel.request(Operation.turn, 0), -Errno.EIO);
    });
    channel.close();
  }),
);

Deno.test(
  "post() refuses what the outbox has no room for, and counts what was left there as unsent",
  withSilentWorkers((memoryOf) => {
    const channel = new Channel();
    const { control, slots } = memoryOf();
    const bytes = new Uint8Array(1021);
    let count = 0;
    while (channel.post(3, bytes, false)) count++;
    assertEquals(count, Math.floor(OUTBOX_SIZE / (POST_HEADER + 1024)));
    assertEquals(channel.unsent(3), count * 1021);
    Atomics.add(control, Word.taken, POST_HEADER + 1024);
    Atomics.store(slots, 3 * SlotWord.count + SlotWord.taken, 1021);
    assertEquals(channel.unsent(3), (count - 1) * 1021);
    assertEquals(channel.post(3, bytes, false), true);
    assertEquals(channel.post(3, bytes, false), false);
    Atomics.store(control, Word.dead, 1);
    Atomics.store(control, Word.taken, Atomics.load(control, Word.posted));
    assertEquals(channel.post(3, bytes, false), false);
    channel.close();
  }),
);

Deno.test(
  "request() after close() is EIO at once, also if the worker never started",
  withSilentWorkers(() => {
    const channel = new Channel();
    channel.close();
    function wait(): never {
      throw new Error("waited for a worker that was ended");
    }
    withAtomics("wait", wait as unknown as typeof Atomics.wait, () => {
      assertEquals(channel.request(Operation.turn, 0), -Errno.EIO);
    });
  }),
);
