import { assert, assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import { GuestMemory, type MemorySource } from "../../lib/guest/memory.ts";
import { Errno } from "../../lib/linux/errno.ts";

const { EFAULT, EILSEQ, ENAMETOOLONG, ENOMEM } = Errno;
const PAGE = 65_536;

interface Kind {
  readonly name: string;
  make(): MemorySource;
}

/** What a guest's memory can be made of, one page of each. */
const KINDS: readonly Kind[] = [
  { name: "ArrayBuffer", make: () => new ArrayBuffer(PAGE) },
  { name: "SharedArrayBuffer", make: () => new SharedArrayBuffer(PAGE) },
  { name: "WebAssembly.Memory", make: () => new WebAssembly.Memory({ initial: 1 }) },
  {
    name: "a shared WebAssembly.Memory",
    make: () => new WebAssembly.Memory({ initial: 1, maximum: 4, shared: true }),
  },
];

/** Addresses at which nothing can be. */
const OUTSIDE: readonly (number | bigint)[] = [
  -1,
  PAGE,
  0.5,
  NaN,
  Infinity,
  -Infinity,
  2 ** 32 + 8,
  2 ** 53,
  2 ** 64,
  -1n,
  BigInt(PAGE),
  2n ** 32n + 8n,
  2n ** 64n - 1n,
];

for (const { name, make } of KINDS) {
  Deno.test(`load and store of ${name} keep numbers little-endian, aligned or not`, () => {
    const memory = new GuestMemory(make());
    for (const address of [0, 1, 4095, 8n]) {
      assertEquals(memory.store8(address, 0x1ff), 0);
      assertEquals(memory.load8(address), 0xff);
      assertEquals(memory.store16(address, -2), 0);
      assertEquals(memory.load16(address), 0xfffe);
      assertEquals(memory.store32(address, -2), 0);
      assertEquals(memory.load32(address), 0xfffffffe);
      assertEquals(memory.store64(address, 2 ** 52 + 1), 0);
      assertEquals(memory.load64(address), 2 ** 52 + 1);
      assertEquals(memory.loadBigUint64(address), 2n ** 52n + 1n);
      assertEquals(memory.store64(address, -2), 0);
      assertEquals(memory.loadBigUint64(address), 2n ** 64n - 2n);
      assertEquals(memory.loadInt64(address), -2);
      assertEquals(memory.store64(address, 2n ** 64n - 3n), 0);
      assertEquals(memory.loadBigUint64(address), 2n ** 64n - 3n);
    }
    memory.store32(16, 0x01020304);
    assertEquals([...memory.bytes(16, 4) ?? []], [4, 3, 2, 1]);
  });

  Deno.test(`load and store of ${name} fault where they are not wholly inside`, () => {
    const memory = new GuestMemory(make());
    for (const address of OUTSIDE) {
      assertEquals(memory.load8(address), -EFAULT, String(address));
      assertEquals(memory.store8(address, 1), -EFAULT, String(address));
      assertEquals(memory.bytes(address, 1), null, String(address));
      assertEquals(memory.available(address), 0, String(address));
      assertEquals(memory.copyIn(address, new Uint8Array(1)), -EFAULT);
      assertEquals(memory.copyOut(address, new Uint8Array(1)), -EFAULT);
      assertEquals(memory.cString(address, 10), -EFAULT);
      assertEquals(memory.text(address, 1), -EFAULT);
      assertEquals(memory.loadBigUint64(address), null);
      assertEquals(memory.loadInt64(address), NaN);
    }
    const cases = [
      [2, "load16", "store16"],
      [4, "load32", "store32"],
      [8, "load64", "store64"],
    ] as const;
    for (const [size, load, store] of cases) {
      for (let address = PAGE - size + 1; address < PAGE; address++) {
        assertEquals(memory[load](address), -EFAULT);
        assertEquals(memory[store](address, -1), -EFAULT);
      }
      assertEquals(memory[load](PAGE - size), 0, "what faults writes nothing");
    }
  });

  Deno.test(`bytes() of ${name} are the guest's own`, () => {
    const memory = new GuestMemory(make());
    const bytes = memory.bytes(100, 10);
    assert(bytes !== null);
    bytes[3] = 7;
    assertEquals(memory.load8(103), 7);
    memory.store8(104, 8);
    assertEquals(bytes[4], 8);
    assertStrictEquals(memory.bytes(100, 10), bytes, "the view is kept");
    assertEquals(memory.bytes(100n, 10)?.byteOffset, 100);
  });

  Deno.test(`bytes() of ${name} never mixes places up`, () => {
    const memory = new GuestMemory(make());
    for (let round = 0; round < 2; round++) {
      for (let address = 0; address < 300; address += 7) {
        for (const length of [1, 2, 16, 63, 64]) {
          const bytes = memory.bytes(address, length);
          assertEquals(bytes?.byteOffset, address);
          assertEquals(bytes?.length, length);
        }
      }
    }
  });

  Deno.test(`bytes() of ${name} returns null for a length that does not fit`, () => {
    const memory = new GuestMemory(make());
    for (const length of [PAGE + 1, -1, 0.5, NaN, Infinity, 2 ** 32, 2 ** 53]) {
      assertEquals(memory.bytes(0, length), null, String(length));
    }
    assertEquals(memory.bytes(PAGE - 3, 4), null);
    assertEquals(memory.bytes(PAGE - 3, 3)?.length, 3);
    assertEquals(memory.bytes(0, PAGE)?.length, PAGE);
    assertEquals(memory.bytes(1, PAGE), null);
  });

  Deno.test(`bytes() of ${name} gives no bytes wherever they are`, () => {
    const memory = new GuestMemory(make());
    for (const address of [0, ...OUTSIDE]) {
      assertEquals(memory.bytes(address, 0)?.length, 0);
      assertEquals(memory.copyOut(address, new Uint8Array()), 0);
      assertEquals(memory.copyIn(address, new Uint8Array()), 0);
      assertEquals(memory.text(address, 0), "");
    }
  });

  Deno.test(`copyIn() and copyOut() of ${name} copy all or nothing`, () => {
    const memory = new GuestMemory(make());
    for (const length of [1, 128, 129, 5000]) {
      const source = Uint8Array.from({ length }, (_, index) => index * 7);
      assertEquals(memory.copyOut(PAGE - length, source), 0);
      const target = new Uint8Array(length);
      assertEquals(memory.copyIn(PAGE - length, target), 0);
      assertEquals(target, source);
      assertEquals(memory.copyOut(PAGE - length + 1, source.fill(9)), -EFAULT);
      assertEquals(memory.copyIn(PAGE - length + 1, target.fill(9)), -EFAULT);
      assertEquals(target[0], 9);
      assertEquals(memory.load8(PAGE - 1), ((length - 1) * 7) & 0xff);
    }
    assertEquals(memory.copyOut(0, new Uint8Array([1, 2, 3]), 2), 0);
    assertEquals([...memory.bytes(0, 3) ?? []], [1, 2, 0]);
    assertEquals(memory.copyOut(0, new Uint8Array(300).fill(5), 200), 0);
    assertEquals(memory.load8(199), 5);
    assertEquals(memory.load8(200), 0);
  });

  Deno.test(`cString() of ${name} ends at the NUL, the limit or the memory's end`, () => {
    const memory = new GuestMemory(make());
    memory.copyOut(10, new TextEncoder().encode("päth\0"));
    assertEquals(memory.cString(10, 100), "päth");
    assertEquals(memory.cString(10, 6), "päth");
    assertEquals(memory.cString(10, 5), -ENAMETOOLONG);
    assertEquals(memory.cString(10n, 100), "päth");
    assertEquals(memory.cString(15, 100), "");
    assertEquals(memory.text(10, 3), "pä");
    memory.copyOut(PAGE - 3, new Uint8Array([65, 66, 67]));
    assertEquals(memory.cString(PAGE - 3, 100), -EFAULT);
    assertEquals(memory.cString(PAGE - 3, 3), -ENAMETOOLONG);
    memory.copyOut(10, new Uint8Array([0xff, 0]));
    assertEquals(memory.cString(10, 100), -EILSEQ);
    assertEquals(memory.stringLength(10, 100), 1);
    memory.copyOut(10, new Uint8Array([0xef, 0xbb, 0xbf, 0]));
    assertEquals(memory.cString(10, 100), "\ufeff", "a byte-order mark is part of the name");
  });
}

Deno.test("GuestMemory follows a WebAssembly memory that grows", () => {
  for (const shared of [false, true]) {
    const source = new WebAssembly.Memory({ initial: 1, maximum: 8, shared });
    const memory = new GuestMemory(source);
    const before = memory.bytes(8, 8);
    memory.store32(8, 1234);
    assertEquals(memory.load8(PAGE), -EFAULT);
    source.grow(1);
    assertEquals(memory.load32(8), 1234);
    assertEquals(memory.load8(PAGE), 0);
    assertEquals(memory.bytes(8, 8)?.length, 8);
    assertEquals(memory.size, 2 * PAGE);
    assertEquals(before?.length, shared ? 8 : 0);
    source.grow(1);
    assertEquals(memory.bytes(8, 8)?.[0], 1234 & 0xff);
    source.grow(1);
    assertEquals(memory.size, 4 * PAGE);
    source.grow(1);
    assertEquals(memory.available(4 * PAGE), PAGE);
    source.grow(1);
    memory.copyOut(5 * PAGE, new Uint8Array([65, 0]));
    assertEquals(memory.cString(5 * PAGE, 10), "A");
    assertEquals(memory.isShared, shared);
  }
});

Deno.test("GuestMemory finds nothing in a buffer that was taken away", () => {
  const source = new ArrayBuffer(64);
  const memory = new GuestMemory(source);
  assertEquals(memory.bytes(0, 8)?.length, 8);
  source.transfer();
  assertEquals(memory.bytes(0, 8), null);
  assertEquals(memory.load8(0), -EFAULT);
  assertEquals(memory.store32(0, 1), -EFAULT);
  assertEquals(memory.size, 0);
  assertFalse(memory.isShared);
});

Deno.test("GuestMemory follows a buffer whose length changes", () => {
  const source = new ArrayBuffer(64, { maxByteLength: 128 });
  const memory = new GuestMemory(source);
  assertEquals(memory.bytes(60, 4)?.length, 4);
  source.resize(128);
  assertEquals(memory.load8(127), 0);
  assertEquals(memory.store16(126, 7), 0);
  source.resize(32);
  assertEquals(memory.bytes(60, 4), null);
  assertEquals(memory.load8(32), -EFAULT);
  assertEquals(memory.load8(31), 0);
});

Deno.test("loadPointer() and storePointer() have the guest's width", () => {
  const source = new ArrayBuffer(64);
  const narrow = new GuestMemory(source);
  const wide = new GuestMemory(source, { pointerSize: 8 });
  assertEquals([narrow.pointerSize, wide.pointerSize], [4, 8]);
  wide.storePointer(0, 5 * 2 ** 32 + 6);
  assertEquals(narrow.loadPointer(0), 6);
  assertEquals(narrow.loadPointer(4), 5);
  assertEquals(wide.loadPointer(0), 5 * 2 ** 32 + 6);
  narrow.storePointer(0, 7);
  assertEquals(wide.loadPointer(0), 5 * 2 ** 32 + 7);
  assertEquals(wide.loadPointer(57), -EFAULT);
  assertEquals(narrow.loadPointer(60), 0);
});

Deno.test("GuestMemory takes 32-bit addresses sign-extended, and no 64-bit ones", () => {
  const source = new WebAssembly.Memory({ initial: 32_769 });
  const memory = new GuestMemory(source);
  assertEquals(memory.store32(-(2 ** 31) + 8, 77), 0);
  assertEquals(memory.load32(2 ** 31 + 8), 77);
  assertEquals(memory.bytes(-(2 ** 31) + 8, 4)?.byteOffset, 2 ** 31 + 8);
  assertEquals(memory.load32(-(2n ** 31n) + 8n), 77);
  assertEquals(memory.available(-(2 ** 31)), PAGE);
  assertEquals(memory.cString(-(2 ** 31) + 8, 10), "M");
  assertEquals(memory.load32(-1), -EFAULT);
  assertEquals(memory.load32(-(2 ** 31) - 1), -EFAULT);
  const wide = new GuestMemory(source, { pointerSize: 8 });
  assertEquals(wide.load32(-(2 ** 31) + 8), -EFAULT);
  assertEquals(wide.load32(2 ** 31 + 8), 77);
});

Deno.test("grow() adds zeros where memory can grow, and says ENOMEM elsewhere", () => {
  for (const shared of [false, true]) {
    const memory = new GuestMemory(new WebAssembly.Memory({ initial: 1, maximum: 4, shared }));
    assertEquals(memory.grow(1), PAGE);
    assertEquals(memory.size, 2 * PAGE);
    assertEquals(memory.grow(PAGE + 1), 2 * PAGE);
    assertEquals(memory.load64(4 * PAGE - 8), 0);
    assertEquals(memory.grow(1), -ENOMEM);
    for (const length of [2 ** 40, Infinity, NaN, -PAGE]) {
      const result = memory.grow(length);
      assert(result === -ENOMEM || Number.isNaN(length), `${length}: ${result}`);
    }
    assertEquals(memory.size, 4 * PAGE);
  }
  const buffer = new GuestMemory(new ArrayBuffer(10, { maxByteLength: 20 }));
  assertEquals(buffer.grow(10), 10);
  assertEquals(buffer.size, 20);
  assertEquals(buffer.grow(1), -ENOMEM);
  assertEquals(new GuestMemory(new ArrayBuffer(10)).grow(1), -ENOMEM);
});

Deno.test("GuestMemory has nothing below its lowest address", () => {
  const memory = new GuestMemory(new ArrayBuffer(PAGE), { start: 4096 });
  for (const address of [0, 1, 4088, 4095]) {
    assertEquals(memory.bytes(address, 16), null);
    assertEquals(memory.load8(address), -EFAULT);
    assertEquals(memory.store8(address, 1), -EFAULT);
    assertEquals(memory.available(address), 0);
    assertEquals(memory.cString(address, 16), -EFAULT);
    assertEquals(memory.bytes(address, 0)?.length, 0);
  }
  assertEquals(memory.load8(4096), 0);
  assertEquals(memory.available(4096), PAGE - 4096);
});
