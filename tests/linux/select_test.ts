import { assertEquals, assertFalse } from "@std/assert";
import { FD_SETSIZE, fdClear, fdIsSet, fdSet } from "../../lib/linux/select.ts";

Deno.test("FD_SETSIZE is glibc's", () => {
  assertEquals(FD_SETSIZE, 1024);
});

Deno.test("fdSet() sets the bits that FD_SET() sets", () => {
  const set = new Uint8Array(128);
  for (const fd of [0, 9, 64, 1023]) fdSet(set, fd);
  const expected = new Uint8Array(128);
  expected[0] = 1;
  expected[1] = 2;
  expected[8] = 1;
  expected[127] = 128;
  assertEquals(set, expected);
});

Deno.test("fdIsSet() tells the descriptors of a set from its others", () => {
  const set = new Uint8Array([0b1000_0001, 0b0000_0010]);
  const found = Array.from({ length: 20 }, (_, fd) => fd).filter((fd) => fdIsSet(set, fd));
  assertEquals(found, [0, 7, 9]);
});

Deno.test("fdClear() removes one descriptor and no other", () => {
  const set = new Uint8Array([255, 0b0000_0110]);
  fdClear(set, 9);
  fdClear(set, 9);
  assertEquals([...set], [255, 0b0000_0100]);
});

Deno.test("fdIsSet(), fdSet() and fdClear() ignore descriptors outside the bytes", () => {
  const full = new Uint8Array(2).fill(255);
  const empty = new Uint8Array(2);
  for (const fd of [-1, 16, 1024, 2 ** 32, 2 ** 35, NaN, Infinity]) {
    assertFalse(fdIsSet(full, fd));
    fdSet(empty, fd);
    fdClear(full, fd);
  }
  assertEquals([...full, ...empty], [255, 255, 0, 0]);
});
