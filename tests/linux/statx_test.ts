import { assert, assertEquals, assertFalse } from "@std/assert";
import { FileStatus } from "../../lib/linux/stat.ts";
import * as statx from "../../lib/linux/statx.ts";
import { numbersOf } from "./numbers.ts";

Deno.test("statx.ts has the numbers of stat.h", () => {
  assertEquals(numbersOf(statx), {
    STATX_BASIC_STATS: 0x7ff,
    STATX_BTIME: 0x800,
    STATX__RESERVED: 0x80000000,
    STATX_SIZE: 256,
  });
});

const STATUS = Object.assign(new FileStatus(), {
  // makedev(0x123, 0x45678), as glibc prints it
  dev: 0x45612378,
  ino: 0xfedc_ba98_7654_3210n,
  mode: 0o100644,
  nlink: 3,
  uid: 0x80000004,
  gid: 5,
  rdev: 0x801,
  size: 0x8_0000_0009,
  blksize: 4096,
  blocks: 0xa_0000_000b,
  atimeSeconds: -1,
  atimeNanoseconds: 999_999_999,
  mtimeSeconds: 0xc_0000_000d,
  mtimeNanoseconds: 14,
  ctimeSeconds: 15,
  ctimeNanoseconds: 16,
});

// deno-fmt-ignore
const BYTES = new Uint8Array([
  0xff, 7, 0, 0, // mask, at 0
  0, 16, 0, 0, // blksize
  0, 0, 0, 0, 0, 0, 0, 0, // attributes
  3, 0, 0, 0, // nlink, at 16
  4, 0, 0, 0x80, // uid
  5, 0, 0, 0, // gid
  0xa4, 0x81, 0, 0, // mode, at 28
  0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe, // ino, at 32
  9, 0, 0, 0, 8, 0, 0, 0, // size
  11, 0, 0, 0, 10, 0, 0, 0, // blocks, at 48
  0, 0, 0, 0, 0, 0, 0, 0,
  255, 255, 255, 255, 255, 255, 255, 255, // atime, at 64
  0xff, 0xc9, 0x9a, 0x3b, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, // btime, at 80
  0, 0, 0, 0, 0, 0, 0, 0,
  15, 0, 0, 0, 0, 0, 0, 0, // ctime, at 96
  16, 0, 0, 0, 0, 0, 0, 0,
  0x0d, 0, 0, 0, 0x0c, 0, 0, 0, // mtime, at 112
  14, 0, 0, 0, 0, 0, 0, 0,
  8, 0, 0, 0, 1, 0, 0, 0, // rdev, at 128
  0x23, 1, 0, 0, 0x78, 0x56, 4, 0, // dev
  ...new Uint8Array(112),
]);

Deno.test("encodeStatx() writes 256 bytes and none beyond", () => {
  const bytes = new Uint8Array(257).fill(0xa5);
  assert(statx.encodeStatx(STATUS, bytes));
  assertEquals([...bytes.subarray(0, 256)], [...BYTES]);
  assertEquals(bytes[256], 0xa5);
});

Deno.test("encodeStatx() writes nothing where there is no room", () => {
  const bytes = new Uint8Array(255).fill(0xa5);
  assertFalse(statx.encodeStatx(STATUS, bytes));
  assert(bytes.every((byte) => byte === 0xa5));
});
