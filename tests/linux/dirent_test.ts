import { assert, assertEquals } from "@std/assert";
import * as dirent from "../../lib/linux/dirent.ts";
import { Random } from "./random.ts";
import { numbersOf } from "./numbers.ts";

Deno.test("dirent.ts has the numbers of dirent.h", () => {
  assertEquals(numbersOf(dirent), {
    DT_UNKNOWN: 0,
    DT_FIFO: 1,
    DT_CHR: 2,
    DT_DIR: 4,
    DT_BLK: 6,
    DT_REG: 8,
    DT_LNK: 10,
    DT_SOCK: 12,
    DT_WHT: 14,
  });
});

const { decodeDirents64, encodeDirent64 } = dirent;

// { ino: 2^64 - 2, offset: 3, type: DT_REG, name: "abcd" }: 19 + 4 + 1 bytes, no padding.
// deno-fmt-ignore
const FILE = new Uint8Array([
  0xfe, 255, 255, 255, 255, 255, 255, 255,
  3, 0, 0, 0, 0, 0, 0, 0,
  24, 0, 8, 97, 98, 99, 100, 0,
]);
const FILE_VALUE: dirent.Dirent64 = {
  ino: 2n ** 64n - 2n,
  offset: 3n,
  type: 8,
  name: new Uint8Array([97, 98, 99, 100]),
};

// { ino: 5, offset: -1, type: DT_DIR, name: "abcde" }: 19 + 5 + 1 bytes, 7 of padding.
// deno-fmt-ignore
const FOLDER = new Uint8Array([
  5, 0, 0, 0, 0, 0, 0, 0,
  255, 255, 255, 255, 255, 255, 255, 255,
  32, 0, 4, 97, 98, 99, 100, 101,
  0, 0, 0, 0, 0, 0, 0, 0,
]);
const FOLDER_VALUE: dirent.Dirent64 = {
  ino: 5n,
  offset: -1n,
  type: 4,
  name: new Uint8Array([97, 98, 99, 100, 101]),
};

Deno.test("encodeDirent64() writes every byte of its record and no other", () => {
  const bytes = new Uint8Array(64).fill(0xa5);
  assertEquals(encodeDirent64(FILE_VALUE, bytes, 1), 24);
  assertEquals(encodeDirent64(FOLDER_VALUE, bytes, 25), 32);
  assertEquals([...bytes], [
    0xa5,
    ...FILE,
    ...FOLDER,
    ...new Uint8Array(7).fill(0xa5),
  ]);
});

Deno.test("encodeDirent64() writes nothing when the record does not fit", () => {
  const bytes = new Uint8Array(31).fill(0xa5);
  assertEquals(encodeDirent64(FOLDER_VALUE, bytes, 0), 0);
  assertEquals(encodeDirent64(FILE_VALUE, bytes, 8), 0);
  assertEquals(encodeDirent64(FILE_VALUE, bytes, -1), 0);
  assertEquals(encodeDirent64(FILE_VALUE, bytes, NaN), 0);
  assertEquals(bytes, new Uint8Array(31).fill(0xa5));
  assertEquals(encodeDirent64(FILE_VALUE, bytes, 7), 24);
});

Deno.test("encodeDirent64() refuses a name too long for the record length", () => {
  const name = new Uint8Array(0xffff).fill(97);
  const bytes = new Uint8Array(70_000);
  assertEquals(encodeDirent64({ ...FILE_VALUE, name }, bytes, 0), 0);
  const shorter = { ...FILE_VALUE, name: name.subarray(0, 0xffe0) };
  assertEquals(encodeDirent64(shorter, bytes, 0), 0xfff8);
  assertEquals([...decodeDirents64(bytes)], [shorter]);
});

Deno.test("decodeDirents64() reads record after record", () => {
  const bytes = new Uint8Array([...FILE, ...FOLDER, ...FILE]);
  assertEquals([...decodeDirents64(bytes)], [FILE_VALUE, FOLDER_VALUE, FILE_VALUE]);
  assertEquals([...decodeDirents64(new Uint8Array(0))], []);
});

Deno.test("decodeDirents64() ends at a record that is not whole", () => {
  const bytes = new Uint8Array([...FILE, ...FOLDER]);
  assertEquals([...decodeDirents64(bytes.subarray(0, 55))], [FILE_VALUE]);
  bytes[24 + 16] = 19;
  assertEquals([...decodeDirents64(bytes)], [FILE_VALUE]);
  bytes[24 + 16] = 0;
  assertEquals([...decodeDirents64(bytes)], [FILE_VALUE]);
});

Deno.test("decodeDirents64() ends a name without NUL at the record's end", () => {
  const bytes = Uint8Array.from(FILE);
  bytes[23] = 101;
  assertEquals([...decodeDirents64(bytes)].map(({ name }) => [...name]), [[97, 98, 99, 100, 101]]);
});

Deno.test("decodeDirents64() takes any bytes", () => {
  const random = new Random(6);
  for (let i = 0; i < 2000; i++) {
    const bytes = random.bytes(random.integer(200));
    // Small record lengths, or nearly every one would end the list at once.
    for (let at = 17; at < bytes.length; at += 8) bytes[at] = 0;
    let count = 0;
    for (const entry of decodeDirents64(bytes)) {
      assert(!entry.name.includes(0) && entry.name.length < bytes.length);
      count++;
    }
    assert(count <= bytes.length / 20);
  }
});

Deno.test("decodeDirents64() leads back to what encodeDirent64() wrote", () => {
  const random = new Random(7);
  const bytes = new Uint8Array(4096).fill(0xa5);
  for (let i = 0; i < 50; i++) {
    const entries: dirent.Dirent64[] = [];
    let end = 0;
    for (let length = -1; length !== 0; end += length) {
      const entry = {
        ino: BigInt(random.integer(2 ** 32)) << 31n,
        offset: BigInt(random.signed()),
        type: random.integer(15),
        name: random.bytes(1 + random.integer(255)).map((byte) => byte || 1),
      };
      length = encodeDirent64(entry, bytes, end);
      assertEquals(length % 8, 0);
      if (length !== 0) entries.push(entry);
    }
    assert(entries.length > 10);
    assertEquals([...decodeDirents64(bytes.subarray(0, end))], entries);
  }
});
