import { assertEquals } from "@std/assert";
import { PAGE_SIZE } from "../../../lib/guest/linux/guest_heap.ts";
import { SharedGuestHeap } from "../../../lib/guest/linux/shared_guest_heap.ts";
import { GuestMemory } from "../../../lib/guest/memory.ts";

const WASM_PAGE_SIZE = 65_536;

/** A memory as two threads see it, and their heaps. */
function twoHeaps(maximum = 100): {
  readonly memory: WebAssembly.Memory;
  readonly first: SharedGuestHeap;
  readonly second: SharedGuestHeap;
} {
  const memory = new WebAssembly.Memory({ initial: 1, maximum, shared: true });
  const shared = SharedGuestHeap.allocate();
  const heap = () => new SharedGuestHeap(new GuestMemory(memory), shared);
  return { memory, first: heap(), second: heap() };
}

Deno.test("SharedGuestHeap maps for one thread where no other has", () => {
  const { first, second } = twoHeaps();
  const addresses = [first, second, first, second].map((heap) => heap.map(PAGE_SIZE));
  assertEquals(
    addresses,
    [0, 1, 2, 3].map((index) => WASM_PAGE_SIZE + index * PAGE_SIZE),
  );
});

Deno.test("SharedGuestHeap gives one thread what another gave back, as zeros", () => {
  const { memory, first, second } = twoHeaps();
  const address = first.map(2 * PAGE_SIZE);
  new Uint8Array(memory.buffer).fill(1, address, address + 2 * PAGE_SIZE);
  assertEquals(second.unmap(address, PAGE_SIZE), 0);
  assertEquals(second.unmap(address, PAGE_SIZE), 0);
  assertEquals(first.map(PAGE_SIZE), address);
  const bytes = new Uint8Array(memory.buffer);
  assertEquals([bytes[address], bytes[address + PAGE_SIZE]], [0, 1]);
});

Deno.test("SharedGuestHeap has one break, behind which nothing else may be", () => {
  const { first, second } = twoHeaps();
  const start = first.setBreak(0);
  assertEquals(start, WASM_PAGE_SIZE);
  assertEquals(first.setBreak(start + 100), start + 100);
  assertEquals(second.setBreak(0), start + 100);
  assertEquals(second.setBreak(start + WASM_PAGE_SIZE), start + WASM_PAGE_SIZE);
  assertEquals(second.map(1), start + WASM_PAGE_SIZE);
  assertEquals(first.setBreak(start + WASM_PAGE_SIZE + 1), start + WASM_PAGE_SIZE);
});

Deno.test("SharedGuestHeap sees what another thread has added to the memory", () => {
  const { memory, first } = twoHeaps();
  memory.grow(3);
  assertEquals(first.setBreak(0), 4 * WASM_PAGE_SIZE);
});

Deno.test("SharedGuestHeap fails with ENOMEM where the memory ends, and with too many ranges", () => {
  const { first, second } = twoHeaps(2);
  assertEquals(first.map(2 * WASM_PAGE_SIZE), -12);
  assertEquals(first.map(WASM_PAGE_SIZE), WASM_PAGE_SIZE);
  assertEquals(second.map(1), -12);

  // Every second page is given back.
  const pages = 5000;
  const many = twoHeaps(1 + pages * PAGE_SIZE / WASM_PAGE_SIZE + 1);
  const address = many.first.map(pages * PAGE_SIZE);
  const results = new Set<number>();
  for (let page = 0; page < pages; page += 2) {
    results.add(many.second.unmap(address + page * PAGE_SIZE, PAGE_SIZE));
  }
  assertEquals(results, new Set([0, -12]));
  assertEquals(many.first.map(PAGE_SIZE), -12);
});
