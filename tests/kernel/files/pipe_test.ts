import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { createPipe } from "../../../lib/kernel/files/pipe.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import {
  F_SETLK,
  F_WRLCK,
  O_APPEND,
  O_CLOEXEC,
  O_DIRECT,
  O_EXCL,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
} from "../../../lib/linux/fcntl.ts";
import { FIONBIO, FIONREAD, TIOCOUTQ } from "../../../lib/linux/ioctl.ts";
import { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLPRI, POLLRDNORM } from "../../../lib/linux/poll.ts";
import { FileStatus } from "../../../lib/linux/stat.ts";
import { FileKind, type OpenFile } from "../../../lib/stack/open_file.ts";

function pipe(flags = O_NONBLOCK): readonly [OpenFile, OpenFile] {
  const ends = createPipe(flags);
  assert(typeof ends !== "number");
  return ends;
}

function write(writer: OpenFile, text: string): number {
  const bytes = new TextEncoder().encode(text);
  return writer.write(bytes, bytes.length);
}

function read(reader: OpenFile, length: number): string | number {
  const buffer = new Uint8Array(length);
  const count = reader.read(buffer, length);
  return count < 0 ? count : new TextDecoder().decode(buffer.subarray(0, count));
}

function fill(writer: OpenFile, chunk: number): number {
  let total = 0;
  for (;;) {
    const count = writer.write(new Uint8Array(chunk), chunk);
    if (count < 0) {
      assertEquals(count, -Errno.EAGAIN);
      return total;
    }
    total += count;
  }
}

Deno.test("createPipe() takes O_NONBLOCK and O_CLOEXEC only", () => {
  const [reader, writer] = pipe(O_NONBLOCK | O_CLOEXEC);
  assertEquals(reader.getStatusFlags(), O_RDONLY | O_NONBLOCK);
  assertEquals(writer.getStatusFlags(), O_WRONLY | O_NONBLOCK);
  assertEquals(reader.kind, FileKind.pipe);
  for (const flags of [O_DIRECT, O_EXCL, O_RDWR, 0xdead]) {
    assertEquals(createPipe(flags), -Errno.EINVAL);
  }
});

Deno.test("a pipe carries bytes in order, across writes", () => {
  const [reader, writer] = pipe();
  assertEquals(write(writer, "through"), 7);
  assertEquals(read(reader, 3), "thr");
  assertEquals(write(writer, "out"), 3);
  assertEquals(read(reader, 20), "oughout");
  assertEquals(read(reader, 20), -Errno.EAGAIN);
});

Deno.test("a pipe's ends go one way", () => {
  const [reader, writer] = pipe();
  assertEquals(write(reader, "x"), -Errno.EBADF);
  assertEquals(reader.writev([]), -Errno.EBADF);
  assertEquals(read(writer, 1), -Errno.EBADF);
  assertEquals(writer.readv([]), -Errno.EBADF);
  assertEquals(reader.pread(new Uint8Array(1), 1, 0), -Errno.ESPIPE);
  assertEquals(reader.lseek(0, 0), -Errno.ESPIPE);
  assertEquals(reader.ftruncate(0), -Errno.EINVAL);
  assertEquals(reader.fsync(), -Errno.EINVAL);
  assertEquals(reader.getdents(new Uint8Array(99), 99), -Errno.ENOTDIR);
});

Deno.test("a pipe ends for its reader when the writing end has closed", () => {
  const [reader, writer] = pipe();
  write(writer, "tail");
  assertEquals(writer.close(), 0);
  assertEquals(reader.poll(POLLIN), POLLIN | POLLHUP);
  assertEquals(read(reader, 20), "tail");
  assertEquals(read(reader, 20), "");
  assertEquals(reader.poll(POLLIN), POLLHUP);
  assertEquals(reader.poll(0), POLLHUP);
});

Deno.test("a pipe without a reader is EPIPE", () => {
  const [reader, writer] = pipe(0);
  assertEquals(reader.close(), 0);
  assertEquals(write(writer, "x"), -Errno.EPIPE);
  assertEquals(writer.write(null, 3), -Errno.EPIPE);
  assertEquals(write(writer, ""), 0);
  assertEquals(writer.poll(POLLOUT), POLLOUT | POLLERR);
  assertEquals(writer.poll(0), POLLERR);
});

Deno.test("poll() tells of bytes and of room", () => {
  const [reader, writer] = pipe();
  assertEquals(reader.poll(POLLIN | POLLOUT), 0);
  assertEquals(writer.poll(POLLIN | POLLOUT), POLLOUT);
  write(writer, "x");
  assertEquals(reader.poll(POLLIN | POLLRDNORM | POLLPRI), POLLIN | POLLRDNORM);
  assertEquals(reader.poll(0), 0);
  fill(writer, 4096);
  assertEquals(writer.poll(POLLOUT), 0);
});

Deno.test("a pipe holds 65536 bytes, in pages", () => {
  const [, writer] = pipe();
  assertEquals(fill(writer, 65536), 65536);
  const [, byPages] = pipe();
  assertEquals(fill(byPages, 4096), 65536);
  // A write that does not fit into the last page begins a new one.
  const [, byPieces] = pipe();
  assertEquals(fill(byPieces, 3000), 16 * 3000);
  const [, bySmall] = pipe();
  assertEquals(fill(bySmall, 100), 16 * 4000);
});

Deno.test("a write of up to PIPE_BUF bytes goes in whole or not at all", () => {
  const [reader, writer] = pipe();
  fill(writer, 4096);
  const buffer = new Uint8Array(4096);
  assertEquals(reader.read(buffer, 4095), 4095);
  assertEquals(writer.write(buffer, 4096), -Errno.EAGAIN);
  assertEquals(reader.read(buffer, 1), 1);
  assertEquals(writer.write(buffer, 4096), 4096);
  assertEquals(reader.read(buffer, 4096), 4096);
  assertEquals(writer.write(new Uint8Array(9000), 9000), 4096);
});

Deno.test("readv() and writev() of a pipe go from buffer to buffer", () => {
  const [reader, writer] = pipe();
  const parts = ["ab", "", "cdef"].map((text) => new TextEncoder().encode(text));
  assertEquals(writer.writev(parts.map((base) => ({ base, length: base.length }))), 6);
  const first = new Uint8Array(4);
  const second = new Uint8Array(9);
  const buffers = [{ base: first, length: 4 }, { base: second, length: 9 }];
  assertEquals(reader.readv(buffers), 6);
  assertEquals(new TextDecoder().decode(first), "abcd");
  assertEquals(new TextDecoder().decode(second.subarray(0, 2)), "ef");
  assertEquals(reader.readv([]), 0);
  assertEquals(writer.writev([]), 0);
});

Deno.test("a buffer that faults leaves a pipe's bytes in it", () => {
  const [reader, writer] = pipe();
  assertEquals(writer.write(null, 5), -Errno.EFAULT);
  assertEquals(writer.write(null, 0), 0);
  assertEquals(reader.read(null, 5), -Errno.EAGAIN);
  write(writer, "abcdef");
  assertEquals(reader.read(null, 3), -Errno.EFAULT);
  assertEquals(reader.read(null, 0), 0);
  const faulty = [{ base: new Uint8Array(3), length: 3 }, { base: null, length: 4 }];
  assertEquals(reader.readv(faulty), -Errno.EFAULT);
  assertEquals(read(reader, 20), "abcdef");
});

Deno.test("a call that would wait for this thread itself is EDEADLK", () => {
  const [reader, writer] = pipe(0);
  assertEquals(read(reader, 1), -Errno.EDEADLK);
  assertEquals(read(reader, 0), "");
  assertEquals(writer.write(new Uint8Array(70000), 70000), 65536);
  assertEquals(write(writer, "x"), -Errno.EDEADLK);
  assertEquals(reader.setStatusFlags(O_NONBLOCK | O_APPEND | O_RDWR), 0);
  assertEquals(reader.getStatusFlags(), O_RDONLY | O_NONBLOCK | O_APPEND);
  assertEquals(writer.ioctl(FIONBIO, Int32Array.of(1)), 0);
  assertEquals(writer.getStatusFlags(), O_WRONLY | O_NONBLOCK);
  assertEquals(write(writer, "x"), -Errno.EAGAIN);
  assertEquals(writer.ioctl(FIONBIO, Int32Array.of(0)), 0);
  assertEquals(writer.getStatusFlags(), O_WRONLY);
});

Deno.test("ioctl(FIONREAD) counts a pipe's bytes at both ends", () => {
  const [reader, writer] = pipe();
  write(writer, "12345");
  for (const end of [reader, writer]) {
    const value = Int32Array.of(-1);
    assertEquals(end.ioctl(FIONREAD, value), 0);
    assertEquals(value[0], 5);
    assertEquals(end.ioctl(FIONREAD, null), -Errno.EFAULT);
    assertEquals(end.ioctl(TIOCOUTQ, value), -Errno.ENOTTY);
  }
});

Deno.test("F_SETPIPE_SZ rounds up to a power of two of pages", () => {
  const [reader, writer] = pipe();
  assertEquals(reader.getPipeSize(), 65536);
  const rows: readonly [number, number][] = [
    [0, 4096],
    [1, 4096],
    [4097, 8192],
    [100_000, 131_072],
    [1 << 20, 1 << 20],
    [-1, -Errno.EINVAL],
    [0x7fffffff, -Errno.EPERM],
    [(1 << 20) + 1, -Errno.EPERM],
    [65536, 65536],
  ];
  for (const [size, expected] of rows) assertEquals(writer.setPipeSize(size), expected);
  write(writer, "x".repeat(9000));
  assertEquals(reader.setPipeSize(8192), -Errno.EBUSY);
  assertEquals(reader.setPipeSize(9000), 16384);
  assertEquals(reader.getPipeSize(), 16384);
  assertEquals((read(reader, 20_000) as string).length, 9000);
});

Deno.test("fstat() of a pipe tells of a fifo that both ends share", () => {
  const [reader, writer] = pipe();
  const [other] = pipe();
  const [one, two, three] = [new FileStatus(), new FileStatus(), new FileStatus()];
  one.size = 99;
  assertEquals(reader.fstat(one), 0);
  assertEquals(writer.fstat(two), 0);
  assertEquals(other.fstat(three), 0);
  assertEquals(one, two);
  assertEquals([one.mode, one.nlink, one.size, one.blksize], [0o10600, 1, 0, 4096]);
  assertNotEquals(one.ino, three.ino);
});

Deno.test("a pipe has no record locks", () => {
  const [reader] = pipe();
  const lock = { type: F_WRLCK, whence: 0, start: 0, length: 0, pid: 0 };
  assertEquals(reader.lock(F_SETLK, lock), -Errno.ENOLCK);
});
