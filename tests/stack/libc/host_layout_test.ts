import { assertEquals } from "@std/assert";
import {
  O_APPEND,
  O_CLOEXEC,
  O_DIRECT,
  O_DIRECTORY,
  O_LARGEFILE,
  O_NOATIME,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_RDWR,
  O_TMPFILE,
  O_WRONLY,
} from "../../../lib/linux/fcntl.ts";
import { FileStatus, S_IFREG, S_IFSOCK } from "../../../lib/linux/stat.ts";
import { type HostLayout, hostLayout } from "../../../lib/stack/libc/host_layout.ts";

const X86_64 = hostLayout("x86_64");
const AARCH64 = hostLayout("aarch64");

/** Where the fields of `struct stat` lie: offset and bytes. */
type Fields = Readonly<Record<string, readonly [offset: number, size: 4 | 8]>>;

const TIMES: Fields = {
  atimeSeconds: [72, 8],
  atimeNanoseconds: [80, 8],
  mtimeSeconds: [88, 8],
  mtimeNanoseconds: [96, 8],
  ctimeSeconds: [104, 8],
  ctimeNanoseconds: [112, 8],
};

// arch/x86/include/uapi/asm/stat.h
const STAT_X86_64: Fields = {
  dev: [0, 8],
  ino: [8, 8],
  nlink: [16, 8],
  mode: [24, 4],
  uid: [28, 4],
  gid: [32, 4],
  rdev: [40, 8],
  size: [48, 8],
  blksize: [56, 8],
  blocks: [64, 8],
  ...TIMES,
};

// include/uapi/asm-generic/stat.h
const STAT_AARCH64: Fields = {
  dev: [0, 8],
  ino: [8, 8],
  mode: [16, 4],
  nlink: [20, 4],
  uid: [24, 4],
  gid: [28, 4],
  rdev: [32, 8],
  size: [48, 8],
  blksize: [56, 4],
  blocks: [64, 8],
  ...TIMES,
};

/** A `struct stat` that holds a different number in each field, 0xff between them. */
function makeStat(layout: HostLayout, fields: Fields): { bytes: Uint8Array; wanted: FileStatus } {
  const bytes = new Uint8Array(layout.statSize).fill(0xff);
  const view = new DataView(bytes.buffer);
  const values: Record<string, number | bigint> = {};
  Object.entries(fields).forEach(([name, [offset, size]], index) => {
    const value = 1000 + index + (size === 8 ? 2 ** 40 : 0);
    values[name] = name === "ino" ? BigInt(value) : value;
    if (size === 8) view.setBigUint64(offset, BigInt(value), true);
    else view.setUint32(offset, value, true);
  });
  return { bytes, wanted: Object.assign(new FileStatus(), values) };
}

for (
  const [name, layout, fields, size] of [
    ["x86_64", X86_64, STAT_X86_64, 144],
    ["aarch64", AARCH64, STAT_AARCH64, 128],
  ] as const
) {
  Deno.test(`hostLayout("${name}") reads its own struct stat`, () => {
    assertEquals(layout.statSize, size);
    const { bytes, wanted } = makeStat(layout, fields);
    const status = new FileStatus();
    assertEquals(Object.keys(fields).sort(), Object.keys(status).sort());
    assertEquals(layout.decodeStat(bytes, status), true);
    assertEquals(status, wanted);
  });

  Deno.test(`hostLayout("${name}") leaves the status alone where bytes are missing`, () => {
    const status = new FileStatus();
    status.mode = S_IFSOCK;
    assertEquals(layout.decodeStat(new Uint8Array(size - 1), status), false);
    assertEquals(status.mode, S_IFSOCK);
  });

  Deno.test(`hostLayout("${name}") gives flags back as they were, there and back`, () => {
    for (let bit = 0; bit < 31; bit++) {
      const flag = 1 << bit;
      assertEquals(layout.fromHostFlags(layout.toHostFlags(flag)), flag);
      assertEquals(layout.toHostFlags(layout.fromHostFlags(flag)), flag);
    }
  });
}

Deno.test('hostLayout("x86_64") has the numbers that System speaks', () => {
  const flags = O_DIRECT | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_RDWR;
  assertEquals([X86_64.toHostFlags(flags), X86_64.fromHostFlags(flags)], [flags, flags]);
});

// arch/arm64/include/uapi/asm/fcntl.h
const MOVED = [
  [O_DIRECTORY, 0o40000],
  [O_NOFOLLOW, 0o100000],
  [O_DIRECT, 0o200000],
  [O_LARGEFILE, 0o400000],
  [O_TMPFILE, 0o20040000],
] as const;

Deno.test('hostLayout("aarch64") moves the flags that lie elsewhere there', () => {
  for (const [ours, host] of MOVED) {
    assertEquals(AARCH64.toHostFlags(ours), host);
    assertEquals(AARCH64.fromHostFlags(host), ours);
    assertEquals(AARCH64.toHostFlags(ours | O_WRONLY | O_APPEND), host | O_WRONLY | O_APPEND);
  }
  const same = [O_WRONLY, O_RDWR, O_APPEND, O_NONBLOCK, O_CLOEXEC, O_NOATIME, O_PATH, 0o100];
  for (const flag of same) {
    assertEquals([AARCH64.toHostFlags(flag), AARCH64.fromHostFlags(flag)], [flag, flag]);
  }
});

Deno.test('hostLayout("aarch64") tells a regular file from the mode at its place', () => {
  const bytes = new Uint8Array(128);
  new DataView(bytes.buffer).setUint32(16, S_IFREG | 0o644, true);
  const status = new FileStatus();
  AARCH64.decodeStat(bytes, status);
  assertEquals(status.mode, S_IFREG | 0o644);
});
