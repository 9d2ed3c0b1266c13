import { assertEquals } from "@std/assert";
import { FileStatus } from "../../lib/linux/stat.ts";
import {
  formatBits,
  formatBytes,
  formatErrno,
  formatReceived,
  formatResult,
  formatScattered,
  formatStatus,
} from "./format.ts";
import { fillPattern } from "./values.ts";

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("formatResult() prints numbers, and errors with the names of the language", () => {
  assertEquals(formatResult(0), "0");
  assertEquals(formatResult(70000), "70000");
  assertEquals(formatResult(-11), "-EAGAIN");
  assertEquals(formatResult(-95), "-EOPNOTSUPP");
  assertEquals(formatResult(-35), "-EDEADLK");
});

Deno.test("formatErrno() prints the number of an error without a name", () => {
  assertEquals(formatErrno(41), "E41");
  assertEquals(formatErrno(999), "E999");
});

Deno.test("formatBytes() escapes", () => {
  assertEquals(formatBytes(), '""');
  assertEquals(formatBytes(bytesOf('a "b"\\\n\r\t~')), String.raw`"a \"b\"\\\n\r\t~"`);
  assertEquals(formatBytes(Uint8Array.of(0, 0x1f, 0x7f, 0xff)), String.raw`"\x00\x1f\x7f\xff"`);
});

// The hashes are what the native interpreter printed.
Deno.test("formatBytes() prints count and FNV-1a hash beyond 64 bytes", () => {
  assertEquals(formatBytes(fillPattern(64)).length, 66);
  assertEquals(formatBytes(fillPattern(65)), "<65 bytes fnv=6e93fa8c>");
  assertEquals(formatBytes(fillPattern(100)), "<100 bytes fnv=da30caa1>");
  assertEquals(formatBytes(new Uint8Array(1000)), "<1000 bytes fnv=31e4eae5>");
});

Deno.test("formatReceived() prints the error, or the count and what is in the buffer", () => {
  const buffer = { base: bytesOf("hello"), length: 5 };
  assertEquals(formatReceived(-9, buffer), "-EBADF");
  assertEquals(formatReceived(3, buffer), '3 "hel"');
  assertEquals(formatReceived(9, buffer), '9 "hello"');
  assertEquals(formatReceived(0, { base: null, length: 4 }), '0 ""');
});

Deno.test("formatScattered() divides the bytes among the buffers", () => {
  const buffers = [
    { base: bytesOf("ab"), length: 2 },
    { base: bytesOf("cde"), length: 3 },
    { base: bytesOf("f"), length: 1 },
  ];
  assertEquals(formatScattered(4, buffers), '4 "ab" "cd" ""');
});

Deno.test("formatBits() prints names in their order, then the rest", () => {
  const names = ["POLLIN", "POLLOUT", "POLLERR", "O_RDONLY"];
  assertEquals(formatBits(0, names), "0");
  assertEquals(formatBits(0x8 | 0x1, names), "POLLIN|POLLERR");
  assertEquals(formatBits(0x4 | 0x2000, names), "POLLOUT|0x2000");
  assertEquals(formatBits(0x7fff0000, names), "0x7fff0000");
});

Deno.test("formatBits() takes a constant of several bits only as a whole", () => {
  assertEquals(formatBits(0o10000, ["O_SYNC", "O_DSYNC"]), "O_DSYNC");
  assertEquals(formatBits(0o4010000, ["O_SYNC", "O_DSYNC"]), "O_SYNC");
});

Deno.test("formatStatus() prints type and mode, and no size of directories", () => {
  const status = new FileStatus();
  status.size = 12;
  status.nlink = 2;
  status.mode = 0o100644;
  assertEquals(formatStatus(0, status), "0 type=reg mode=0644 size=12 nlink=2");
  status.mode = 0o041777;
  assertEquals(formatStatus(0, status), "0 type=dir mode=1777");
  status.mode = 0o010600;
  assertEquals(formatStatus(0, status), "0 type=fifo mode=0600 size=12 nlink=2");
  assertEquals(formatStatus(-2, status), "-ENOENT");
});
