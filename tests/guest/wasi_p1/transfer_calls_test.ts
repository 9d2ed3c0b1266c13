import { assertEquals } from "@std/assert";
import { testOnEach } from "../../kernel/guest.ts";
import { MEMORY_SIZE, PAGE, testInFolder, WasiGuest } from "./wasi_guest.ts";

const READ = 2n;
const WRITE = 64n;
const SEEK = 4n;
const CREAT = 1;

function file(wasi: WasiGuest, content = ""): number {
  const fd = wasi.open("file", { oflags: CREAT, rights: READ | WRITE | SEEK });
  if (content !== "") wasi.write(fd, content);
  seek(wasi, fd, 0n, 0);
  return fd;
}

/** Where a file is after fd_seek, or its errno. */
function seek(wasi: WasiGuest, fd: number, offset: bigint, whence: number): number | string {
  const at = wasi.room(8);
  const errno = wasi.call("fd_seek", fd, offset, whence, at);
  return errno === "ESUCCESS" ? wasi.memory.load64(at) : errno;
}

testInFolder("fd_write() and fd_read() move several buffers in order", (wasi, guest) => {
  const fd = file(wasi);
  const result = wasi.room(4);
  const parts = wasi.iovecs(wasi.put("abc"), wasi.put(""), wasi.put("defgh"));
  wasi.ok("fd_write", fd, ...parts, result);
  assertEquals(wasi.memory.load32(result), 8);
  assertEquals(Deno.readTextFileSync(`${guest.folder}/file`), "abcdefgh");
  seek(wasi, fd, 1n, 0);
  const [first, second] = [wasi.room(8), wasi.room(8)];
  wasi.ok("fd_read", fd, ...wasi.iovecs([first, 2], [second, 8]), result);
  assertEquals(wasi.memory.load32(result), 7);
  assertEquals([wasi.text(first, 3), wasi.text(second, 6)], ["bc\0", "defgh\0"]);
  wasi.ok("fd_read", fd, ...wasi.iovecs([first, 2]), result);
  assertEquals(wasi.memory.load32(result), 0);
});

testInFolder("fd_read() and fd_write() of no buffers move nothing", (wasi) => {
  const fd = file(wasi, "abc");
  const result = wasi.room(4);
  for (const name of ["fd_read", "fd_write"]) {
    wasi.memory.store32(result, 9);
    wasi.ok(name, fd, 0, 0, result);
    assertEquals(wasi.memory.load32(result), 0);
    wasi.ok(name, fd, ...wasi.iovecs([-1, 0], [0, 0]), result);
  }
  assertEquals(wasi.filestat(fd).size, 3n);
});

testInFolder("fd_read() and fd_write() are EBADF for what was not opened for that", (wasi) => {
  file(wasi, "abc");
  const [reader, writer, neither] = [READ, WRITE, 0n].map((rights) =>
    wasi.open("file", { rights })
  ) as [number, number, number];
  const list = wasi.iovecs(wasi.put("x"));
  const result = wasi.room(4);
  assertEquals(wasi.call("fd_write", reader, ...list, result), "EBADF");
  assertEquals(wasi.call("fd_pwrite", reader, ...list, 0n, result), "EBADF");
  assertEquals(wasi.call("fd_read", writer, ...list, result), "EBADF");
  assertEquals(wasi.call("fd_pread", writer, ...list, 0n, result), "EBADF");
  assertEquals(wasi.call("fd_read", neither, ...list, result), "EBADF");
  assertEquals(wasi.call("fd_write", neither, ...list, result), "EBADF");
});

testInFolder("fd_pread() and fd_pwrite() leave the offset", (wasi, guest) => {
  const fd = file(wasi, "0123456789");
  const result = wasi.room(4);
  const [first, second] = [wasi.room(8), wasi.room(8)];
  wasi.ok("fd_pread", fd, ...wasi.iovecs([first, 3], [second, 3]), 2n, result);
  assertEquals(wasi.memory.load32(result), 6);
  assertEquals([wasi.text(first, 3), wasi.text(second, 3)], ["234", "567"]);
  wasi.ok("fd_pread", fd, ...wasi.iovecs([first, 3], [second, 3]), 8n, result);
  assertEquals(wasi.memory.load32(result), 2);
  wasi.ok("fd_pwrite", fd, ...wasi.iovecs(wasi.put("AB"), wasi.put("C")), 9n, result);
  assertEquals(wasi.memory.load32(result), 3);
  assertEquals(Deno.readTextFileSync(`${guest.folder}/file`), "012345678ABC");
  const far = 5n * 2n ** 30n;
  wasi.ok("fd_pwrite", fd, ...wasi.iovecs(wasi.put("far")), far, result);
  wasi.ok("fd_pread", fd, ...wasi.iovecs([first, 8]), far + 1n, result);
  assertEquals(wasi.text(first, wasi.memory.load32(result)), "ar");
  assertEquals(seek(wasi, fd, 0n, 1), 0);
});

testInFolder("fd_pread() and fd_pwrite() are EINVAL for an offset beyond 2⁵³", (wasi) => {
  const fd = file(wasi, "abc");
  const list = wasi.iovecs([wasi.room(8), 8]);
  const result = wasi.room(4);
  for (const offset of [2n ** 60n, 2n ** 63n, 2n ** 64n - 1n]) {
    assertEquals(wasi.call("fd_pread", fd, ...list, offset, result), "EINVAL");
    assertEquals(wasi.call("fd_pwrite", fd, ...list, offset, result), "EINVAL");
  }
});

testInFolder("fd_seek() moves from the start, the offset and the end; fd_tell() tells", (wasi) => {
  const fd = file(wasi, "0123456789");
  assertEquals(seek(wasi, fd, 4n, 0), 4);
  assertEquals(seek(wasi, fd, 3n, 1), 7);
  assertEquals(seek(wasi, fd, -2n, 1), 5);
  assertEquals(seek(wasi, fd, -1n, 2), 9);
  assertEquals(seek(wasi, fd, 90n, 2), 100);
  const at = wasi.room(8);
  wasi.ok("fd_tell", fd, at);
  assertEquals(wasi.memory.load64(at), 100);
  for (
    const [offset, whence] of [[-1n, 0], [-11n, 2], [0n, 3], [0n, -1], [2n ** 60n, 0]] as const
  ) {
    assertEquals(seek(wasi, fd, offset, whence), "EINVAL", `${offset} ${whence}`);
  }
  assertEquals(wasi.call("fd_seek", fd, 0n, 0, MEMORY_SIZE - 7), "EFAULT");
  assertEquals(wasi.call("fd_tell", fd, -8), "EFAULT");
  assertEquals(seek(wasi, fd, 0n, 1), 100);
});

testInFolder(
  "transfers are EFAULT for a list, a buffer or a result that is outside",
  (wasi, guest) => {
    const fd = file(wasi, "abc");
    const good = wasi.put("xyz");
    const result = wasi.room(4);
    const far = 2 ** 31;
    for (const name of ["fd_read", "fd_write"]) {
      assertEquals(wasi.call(name, fd, MEMORY_SIZE - 4, 1, result), "EFAULT");
      assertEquals(wasi.call(name, fd, -8, 1, result), "EFAULT");
      assertEquals(wasi.call(name, fd, ...wasi.iovecs([MEMORY_SIZE - 1, 2]), result), "EFAULT");
      assertEquals(wasi.call(name, fd, ...wasi.iovecs([0, 2 ** 32 - 1]), result), "EFAULT");
      assertEquals(wasi.call(name, fd, ...wasi.iovecs(good, [far, 1]), result), "EFAULT");
      assertEquals(wasi.call(name, fd, ...wasi.iovecs(good), MEMORY_SIZE - 3), "EFAULT");
      assertEquals(wasi.call(name, fd, 0, 1025, result), "EINVAL");
      assertEquals(wasi.call(name, fd, 0, -1, result), "EINVAL");
    }
    assertEquals(seek(wasi, fd, 0n, 1), 0);
    assertEquals(Deno.readTextFileSync(`${guest.folder}/file`), "abc");
  },
);

testInFolder("transfers take more memory than Linux moves in one call", (wasi) => {
  const fd = file(wasi, "abc");
  const result = wasi.room(4);
  const whole = Array.from({ length: 1024 }, () => [0, MEMORY_SIZE] as const);
  wasi.ok("fd_read", fd, ...wasi.iovecs(...whole), result);
  assertEquals(wasi.memory.load32(result), 3);
  assertEquals(wasi.text(0, 3), "abc");
});

/** A memory whose upper addresses have the sign bit set. */
const LARGE_SIZE = 2 ** 31 + PAGE;

function hasAddressSpace(): boolean {
  try {
    return new WebAssembly.Memory({ initial: LARGE_SIZE / PAGE }).buffer.byteLength > 0;
  } catch {
    return false;
  }
}

function takeLargeBuffers(wasi: WasiGuest): void {
  const fd = file(wasi, "abcdef");
  const size = LARGE_SIZE;
  wasi.wasmMemory.grow((size - MEMORY_SIZE) / PAGE);
  const [list, result] = [wasi.iovecs([size - 4, 1], [16, size - 16]), wasi.room(4)];
  wasi.ok("fd_read", fd, ...list, result);
  assertEquals(wasi.memory.load32(result), 6);
  // Addresses from 2³¹ on come with a sign.
  assertEquals([wasi.text(size - 4, 1), wasi.text(16, 5)], ["a", "bcdef"]);
  assertEquals(seek(wasi, fd, 0n, 0), 0);
  wasi.ok("fd_read", fd, ...wasi.iovecs([16, size - 16]), size - 8);
  assertEquals(wasi.memory.load32(size - 8), 6);
}

const LARGE = "transfers take buffers of more than 2 GiB";
if (hasAddressSpace()) testInFolder(LARGE, takeLargeBuffers);
else Deno.test.ignore(`${LARGE} (skipped: there is no address space for them)`, () => {});

testOnEach("transfers of a pipe and a socket have no place: ESPIPE", (guest) => {
  const wasi = new WasiGuest(guest.kernel, { listener: "127.0.0.1:0" });
  const list = wasi.iovecs([wasi.room(8), 8]);
  const result = wasi.room(8);
  assertEquals(wasi.call("fd_seek", 3, 0n, 0, result), "ESPIPE");
  assertEquals(wasi.call("fd_tell", 3, result), "ESPIPE");
  assertEquals(wasi.call("fd_pread", 3, ...list, 0n, result), "ESPIPE");
  assertEquals(wasi.call("fd_pwrite", 3, ...list, 0n, result), "ESPIPE");
});
