import { assertEquals } from "@std/assert";
import { layOutInitialStack } from "../../../lib/guest/linux/initial_stack.ts";
import { GuestMemory } from "../../../lib/guest/memory.ts";
import { Errno } from "../../../lib/linux/errno.ts";

const PAGE = 65_536;

/** What a program reads there. */
function read(memory: GuestMemory, address: number): { args: string[]; environment: string[] } {
  const { pointerSize } = memory;
  const list = (at: number): string[] => {
    const texts: string[] = [];
    for (let pointer = memory.loadPointer(at); pointer !== 0;) {
      texts.push(String(memory.cString(pointer, PAGE)));
      pointer = memory.loadPointer(at + texts.length * pointerSize);
    }
    return texts;
  };
  const args = list(address + pointerSize);
  assertEquals(memory.loadPointer(address), args.length);
  const environment = list(address + (args.length + 2) * pointerSize);
  const auxiliary = address + (args.length + environment.length + 3) * pointerSize;
  assertEquals(memory.loadPointer(auxiliary), 0);
  return { args, environment };
}

Deno.test("layOutInitialStack() puts what execve() does at the highest addresses", () => {
  for (const pointerSize of [4, 8] as const) {
    const memory = new GuestMemory(new WebAssembly.Memory({ initial: 1 }), { pointerSize });
    const program = { args: ["prög", "", "a b"], environment: ["A=1", "B="] };
    const address = layOutInitialStack(memory, program);
    assertEquals(memory.size, 2 * PAGE, "one page more");
    assertEquals(address % 16, 0);
    assertEquals(address > 2 * PAGE - 200, true);
    assertEquals(read(memory, address), program);
    const strings = "prög\0\0a b\0A=1\0B=\0";
    const size = new TextEncoder().encode(strings).length;
    // What an allocator marks at the memory's end is none of them.
    assertEquals(memory.text(2 * PAGE - 16 - size, size), strings);
    assertEquals(memory.text(2 * PAGE - 16, 16), "\0".repeat(16));
  }
});

Deno.test("layOutInitialStack() takes as many pages as it needs", () => {
  const memory = new GuestMemory(new WebAssembly.Memory({ initial: 1 }));
  const program = { args: ["x".repeat(100_000)], environment: [] };
  const address = layOutInitialStack(memory, program);
  assertEquals(memory.size, 3 * PAGE);
  assertEquals(memory.load32(memory.load32(address + 4)), 0x78787878);
  const none = layOutInitialStack(memory, { args: [], environment: [] });
  assertEquals(read(memory, none), { args: [], environment: [] });
});

Deno.test("layOutInitialStack() says ENOMEM where the memory cannot grow", () => {
  const memory = new GuestMemory(new WebAssembly.Memory({ initial: 1, maximum: 1 }));
  assertEquals(layOutInitialStack(memory, { args: ["a"], environment: [] }), -Errno.ENOMEM);
});
