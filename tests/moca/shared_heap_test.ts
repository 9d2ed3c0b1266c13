import { assert, assertEquals, assertThrows } from "@std/assert";
import { MocaLimitError } from "../../lib/moca/error.ts";
import { Heap } from "../../lib/moca/heap.ts";
import { SharedLimit } from "../../lib/moca/shared_limit.ts";

const MIB = 2 ** 20;

/** A heap of a program that holds as much as is said. */
class Holder {
  live = 0;
  readonly heap: Heap;

  constructor(limit: number, shared: SharedArrayBuffer | null = null) {
    this.heap = new Heap(limit, null, shared);
    this.heap.addRoots((walk) => void (walk.bytes += this.live));
  }

  /** Allocates what it keeps, in parts. */
  keep(bytes: number): void {
    for (let left = bytes; left > 0; left -= 4096) {
      this.heap.reserve(4096);
      this.live += 4096;
    }
  }

  /** Allocates what it does not keep. */
  waste(bytes: number): void {
    for (let left = bytes; left > 0; left -= 4096) this.heap.reserve(4096);
  }
}

Deno.test("heaps that share a limit do not use more than it together", () => {
  const first = new Holder(64 * MIB);
  const second = new Holder(64 * MIB, first.heap.share());
  first.keep(40 * MIB);
  assertThrows(() => second.keep(25 * MIB), MocaLimitError, "heap limit exceeded");
  assert(second.live > 15 * MIB, `${second.live}`);
  assertThrows(() => first.keep(25 * MIB), MocaLimitError, "heap limit exceeded");
  assert(first.live + second.live <= 64 * MIB);
});

Deno.test("a heap of several may use all that the others do not", () => {
  const first = new Holder(64 * MIB);
  const second = new Holder(64 * MIB, first.heap.share());
  second.keep(58 * MIB);
  second.heap.release();
  const third = new Holder(64 * MIB, first.heap.share());
  third.keep(58 * MIB);
  assertThrows(() => first.keep(8 * MIB), MocaLimitError);
});

Deno.test("garbage is not counted against others for long", () => {
  const first = new Holder(64 * MIB);
  first.waste(60 * MIB);
  const second = new Holder(64 * MIB, first.heap.share());
  second.waste(1024 * MIB);
  first.waste(1024 * MIB);
  const third = new Holder(64 * MIB, second.heap.share());
  third.keep(40 * MIB);
  assertEquals(third.live, 40 * MIB);
});

Deno.test("what was kept and let go is there for others when a heap is shared once more", () => {
  const first = new Holder(64 * MIB);
  first.heap.share();
  first.keep(50 * MIB);
  first.live = 0;
  const second = new Holder(64 * MIB, first.heap.share());
  second.keep(50 * MIB);
});

Deno.test("SharedLimit gives what is left, or nothing where that is too little", () => {
  const limit = new SharedLimit(10 * 1024);
  const other = new SharedLimit(limit.memory);
  assertEquals(limit.take(1, 4096), 4096);
  assertEquals(other.take(7000, 8000), 0);
  assertEquals(other.take(1000, 8000), 6 * 1024);
  assertEquals(limit.take(0, 1), 0);
  assertEquals(other.give(2047), 1024);
  assertEquals(limit.take(1, 1), 1024);
});
