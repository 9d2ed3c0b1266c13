import { assert, assertEquals, assertFalse } from "@std/assert";
import * as stat from "../../lib/linux/stat.ts";
import { Random } from "./random.ts";
import { numbersOf } from "./numbers.ts";

Deno.test("stat.ts has the numbers of stat.h", () => {
  assertEquals(numbersOf(stat), {
    S_IFMT: 61440,
    S_IFSOCK: 49152,
    S_IFLNK: 40960,
    S_IFREG: 32768,
    S_IFBLK: 24576,
    S_IFDIR: 16384,
    S_IFCHR: 8192,
    S_IFIFO: 4096,
    S_ISUID: 2048,
    S_ISGID: 1024,
    S_ISVTX: 512,
    S_IRWXU: 448,
    S_IRUSR: 256,
    S_IWUSR: 128,
    S_IXUSR: 64,
    S_IRWXG: 56,
    S_IRGRP: 32,
    S_IWGRP: 16,
    S_IXGRP: 8,
    S_IRWXO: 7,
    S_IROTH: 4,
    S_IWOTH: 2,
    S_IXOTH: 1,
    UTIME_NOW: 1073741823,
    UTIME_OMIT: 1073741822,
    STAT_SIZE_X86_64: 144,
    STAT_SIZE_AARCH64: 128,
  });
});

const { FileStatus } = stat;

// Every field another number, those of 64 bits beyond 32.
function exampleStatus(): stat.FileStatus {
  return Object.assign(new FileStatus(), {
    dev: 0x1_0000_0002,
    ino: 0xfedc_ba98_7654_3210n,
    mode: 0o100644,
    nlink: 3,
    uid: 0x80000004,
    gid: 5,
    rdev: 0x6_0000_0007,
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
}

// deno-fmt-ignore
const TIMES = [
  255, 255, 255, 255, 255, 255, 255, 255, // atime seconds, at 72
  0xff, 0xc9, 0x9a, 0x3b, 0, 0, 0, 0,
  0x0d, 0, 0, 0, 0x0c, 0, 0, 0, // mtime
  14, 0, 0, 0, 0, 0, 0, 0,
  15, 0, 0, 0, 0, 0, 0, 0, // ctime
  16, 0, 0, 0, 0, 0, 0, 0,
];

// deno-fmt-ignore
const BYTES_X86_64 = new Uint8Array([
  2, 0, 0, 0, 1, 0, 0, 0, // dev, at 0
  0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe, // ino
  3, 0, 0, 0, 0, 0, 0, 0, // nlink, at 16
  0xa4, 0x81, 0, 0, // mode, at 24
  4, 0, 0, 0x80, // uid
  5, 0, 0, 0, // gid, at 32
  0, 0, 0, 0,
  7, 0, 0, 0, 6, 0, 0, 0, // rdev, at 40
  9, 0, 0, 0, 8, 0, 0, 0, // size
  0, 0x10, 0, 0, 0, 0, 0, 0, // blksize, at 56
  0x0b, 0, 0, 0, 0x0a, 0, 0, 0, // blocks
  ...TIMES,
  ...new Uint8Array(24),
]);

// deno-fmt-ignore
const BYTES_AARCH64 = new Uint8Array([
  2, 0, 0, 0, 1, 0, 0, 0, // dev, at 0
  0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe, // ino
  0xa4, 0x81, 0, 0, // mode, at 16
  3, 0, 0, 0, // nlink
  4, 0, 0, 0x80, // uid, at 24
  5, 0, 0, 0, // gid
  7, 0, 0, 0, 6, 0, 0, 0, // rdev, at 32
  0, 0, 0, 0, 0, 0, 0, 0,
  9, 0, 0, 0, 8, 0, 0, 0, // size, at 48
  0, 0x10, 0, 0, // blksize, at 56
  0, 0, 0, 0,
  0x0b, 0, 0, 0, 0x0a, 0, 0, 0, // blocks, at 64
  ...TIMES,
  ...new Uint8Array(8),
]);

const LAYOUTS = [
  { name: "X86_64", size: 144, bytes: BYTES_X86_64 },
  { name: "Aarch64", size: 128, bytes: BYTES_AARCH64 },
].map((layout) => ({
  ...layout,
  decode: layout.name === "Aarch64" ? stat.decodeStatAarch64 : stat.decodeStatX86_64,
  encode: layout.name === "Aarch64" ? stat.encodeStatAarch64 : stat.encodeStatX86_64,
}));

for (const { name, size, bytes, decode, encode } of LAYOUTS) {
  Deno.test(`decodeStat${name}() reads every field`, () => {
    assertEquals(bytes.length, size);
    const status = new FileStatus();
    assertEquals(decode(bytes, status), true);
    assertEquals(status, exampleStatus());
  });

  Deno.test(`encodeStat${name}() writes every byte, padding too, and none beyond`, () => {
    const written = new Uint8Array(size + 8).fill(0xa5);
    assertEquals(encode(exampleStatus(), written), true);
    assertEquals(written.subarray(0, size), bytes);
    assertEquals(written.subarray(size), new Uint8Array(8).fill(0xa5));
  });

  Deno.test(`encodeStat${name}() writes zeros for a fresh FileStatus`, () => {
    const written = new Uint8Array(size).fill(0xa5);
    encode(new FileStatus(), written);
    assertEquals(written, new Uint8Array(size));
  });

  Deno.test(`decodeStat${name}() and encodeStat${name}() refuse too few bytes`, () => {
    const short = new Uint8Array(size - 1).fill(0xa5);
    const status = exampleStatus();
    assertFalse(decode(short, status));
    assertFalse(encode(status, short));
    assertEquals(status, exampleStatus());
    assertEquals(short, new Uint8Array(size - 1).fill(0xa5));
  });

  Deno.test(`decodeStat${name}() leads back to what encodeStat${name}() wrote`, () => {
    const random = new Random(4);
    const written = new Uint8Array(size);
    for (let i = 0; i < 500; i++) {
      const status = new FileStatus();
      for (const [field, value] of Object.entries(status)) {
        const wide = /^(size|blocks|.*time)/.test(field);
        Object.assign(status, {
          [field]: typeof value === "bigint"
            ? BigInt(random.integer(2 ** 32)) << 32n
            : wide
            ? random.signed()
            : random.integer(field === "blksize" ? 2 ** 31 : 2 ** 32),
        });
      }
      const read = new FileStatus();
      encode(status, written);
      decode(written, read);
      assertEquals(read, status);
    }
  });

  Deno.test(`decodeStat${name}() takes any bytes`, () => {
    const random = new Random(5);
    for (let i = 0; i < 500; i++) {
      const status = new FileStatus();
      assertEquals(decode(random.bytes(size), status), true);
      assert(Object.values(status).every((value) => !Number.isNaN(value)));
    }
  });
}

Deno.test({
  name: "decodeStatX86_64() reads what stat(2) wrote (skipped but on x86-64 with glibc)",
  ignore: Deno.build.target !== "x86_64-unknown-linux-gnu",
  fn() {
    const libc = Deno.dlopen("libc.so.6", {
      // int stat(const char *pathname, struct stat *statbuf);
      stat: { parameters: ["buffer", "buffer"], result: "i32" },
    });
    try {
      for (const path of [new URL(import.meta.url).pathname, "/dev/null", "/"]) {
        const bytes = new Uint8Array(144);
        assertEquals(libc.symbols.stat(new TextEncoder().encode(`${path}\0`), bytes), 0);
        const s = new FileStatus();
        stat.decodeStatX86_64(bytes, s);
        const { dev, ino, mode, nlink, uid, gid, rdev, size, blksize, blocks, mtime } = Deno
          .statSync(path);
        assertEquals<unknown[]>(
          [
            s.dev,
            Number(s.ino),
            s.mode,
            s.nlink,
            s.uid,
            s.gid,
            s.rdev,
            s.size,
            s.blksize,
            s.blocks,
          ],
          [dev, ino, mode, nlink, uid, gid, rdev, size, blksize, blocks],
        );
        const milliseconds = s.mtimeSeconds * 1000 + Math.floor(s.mtimeNanoseconds / 1e6);
        assertEquals<unknown>(milliseconds, mtime?.getTime());
      }
    } finally {
      libc.close();
    }
  },
});
