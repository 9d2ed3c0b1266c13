import { assertEquals, assertThrows } from "@std/assert";
import { Kernel } from "../../lib/kernel/kernel.ts";
import { checkBuffers, transferLength } from "../../lib/kernel/process.ts";
import { Errno } from "../../lib/linux/errno.ts";
import { AF_INET, AF_UNIX, SOCK_DGRAM, SOCK_STREAM } from "../../lib/linux/socket.ts";
import { type Rlimit, RLIMIT_NOFILE } from "../../lib/linux/resource.ts";
import { FileStatus } from "../../lib/linux/stat.ts";
import { SockaddrStorage } from "../../lib/linux/sockaddr.ts";
import { MAX_RW_COUNT, UIO_MAXIOV } from "../../lib/linux/uio.ts";
import { openStack } from "../../lib/stack/open.ts";
import { assertErrno, bytes, testOnEach } from "./guest.ts";

const FOUR = new Uint8Array(4);

Deno.test("transferLength() is the length where the bytes have it", () => {
  for (const length of [0, 1, 3, 4]) assertEquals(transferLength(FOUR, length), length);
  assertEquals(Object.is(transferLength(FOUR, -0), 0), true);
  assertEquals(transferLength(FOUR.subarray(3), 1), 1);
});

Deno.test("transferLength() is EFAULT for what the bytes do not have", () => {
  const lengths = [5, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 53, Infinity];
  for (const length of lengths) assertEquals(transferLength(FOUR, length), -Errno.EFAULT);
  assertEquals(transferLength(FOUR.subarray(3), 2), -Errno.EFAULT);
});

Deno.test("transferLength() is EFAULT for what is no length", () => {
  for (
    const length of [-1, -0.5, 0.5, 1.5, NaN, -Infinity, -(2 ** 31), -(2 ** 32), 2 ** 31 - 1.5]
  ) {
    assertEquals(transferLength(FOUR, length), -Errno.EFAULT, String(length));
    assertEquals(transferLength(null, length), -Errno.EFAULT, String(length));
  }
});

Deno.test("transferLength() leaves a faulting pointer's length to Linux, cut to MAX_RW_COUNT", () => {
  for (const length of [0, 1, 2 ** 31 - 1]) assertEquals(transferLength(null, length), length);
  for (const length of [2 ** 31, 2 ** 32, 2 ** 53, Infinity]) {
    assertEquals(transferLength(null, length), MAX_RW_COUNT);
  }
});

Deno.test("transferLength() of a detached buffer is EFAULT", () => {
  const gone = new Uint8Array(8);
  structuredClone(gone.buffer, { transfer: [gone.buffer] });
  assertEquals(transferLength(gone, 1), -Errno.EFAULT);
  assertEquals(transferLength(gone, 0), 0);
});

Deno.test("checkBuffers() takes up to UIO_MAXIOV buffers", () => {
  const list = Array.from({ length: UIO_MAXIOV }, () => ({ base: FOUR, length: 4 }));
  assertEquals(checkBuffers([], Errno.EINVAL), 0);
  assertEquals(checkBuffers(list, Errno.EINVAL), 0);
  const more = [...list, { base: FOUR, length: 0 }];
  assertEquals(checkBuffers(more, Errno.EINVAL), -Errno.EINVAL);
  assertEquals(checkBuffers(more, Errno.EMSGSIZE), -Errno.EMSGSIZE);
});

Deno.test("checkBuffers() is EFAULT for bytes that a buffer does not have", () => {
  const check = (base: Uint8Array | null, length: number): number =>
    checkBuffers([{ base: FOUR, length: 4 }, { base, length }], Errno.EMSGSIZE);
  assertEquals(check(FOUR, 5), -Errno.EFAULT);
  assertEquals(check(FOUR, 2 ** 31 - 1), -Errno.EFAULT);
  assertEquals(check(null, 2 ** 31 - 1), 0);
  assertEquals(check(null, 0), 0);
  for (const length of [-1, 0.5, NaN, 2 ** 31, 2 ** 32, Infinity, -Infinity]) {
    assertEquals(check(FOUR, length), -Errno.EINVAL, String(length));
    assertEquals(check(null, length), -Errno.EINVAL, String(length));
  }
});

function make(nofile: Rlimit): void {
  const stack = openStack("deno");
  try {
    using _kernel = new Kernel(stack, { nofile });
  } finally {
    stack.close();
  }
}

Deno.test("Kernel is made with limits that Linux could have set only", () => {
  for (const [current, maximum] of [[0, 0], [3, 3], [1024, 1048576]] as const) {
    make({ current, maximum });
  }
  const wrong = [[5, 4], [1, 1048577], [NaN, 4], [4, NaN], [1, Infinity], [Infinity, Infinity]];
  for (const [current = 0, maximum = 0] of wrong) {
    assertThrows(() => make({ current, maximum }), RangeError, "Cannot limit descriptors");
  }
});

testOnEach("Kernel begins with stdio and a limit of 1024 descriptors", (guest) => {
  const { kernel } = guest;
  const limit = { current: 0, maximum: 0 };
  assertEquals(kernel.prlimit(RLIMIT_NOFILE, null, limit), 0);
  assertEquals(limit, { current: 1024, maximum: 4096 });
  assertEquals([0, 1, 2].map((fd) => kernel.kind(fd) > 0), [true, true, true]);
  assertErrno(kernel.kind(3), Errno.EBADF);
  assertEquals(kernel.socket(AF_INET, SOCK_STREAM, 0), 3);
});

testOnEach("Kernel exit() closes every descriptor, and again does nothing", (guest) => {
  const { kernel } = guest;
  const { client } = guest.connection();
  guest.udp();
  assertEquals(kernel.dup2(client, 900), 900);
  kernel.exit();
  kernel.exit();
  for (let fd = 0; fd < 1000; fd++) assertErrno(kernel.kind(fd), Errno.EBADF);
  for (const fd of [0, 1, 2, client, 900]) assertErrno(kernel.close(fd), Errno.EBADF);
});

testOnEach("Kernel exit() leaves calls that find no number free and nothing to act on", (guest) => {
  const { kernel } = guest;
  const fd = guest.udp();
  kernel.exit();
  const fds = new Int32Array(2);
  const results = [
    kernel.socket(AF_INET, SOCK_STREAM, 0),
    kernel.socketpair(AF_UNIX, SOCK_STREAM, 0, fds),
    kernel.pipe2(fds, 0),
    kernel.openat(-100, "/dev/null", 0, 0),
    kernel.dup(fd),
    kernel.accept(fd, new SockaddrStorage()),
    kernel.send(fd, bytes("x"), 1, 0),
    kernel.read(0, FOUR, 4),
    kernel.fstat(1, new FileStatus()),
    kernel.poll([{ fd, events: 1, revents: 0 }], 0),
  ];
  assertEquals(results.slice(-1), [1]);
  for (const result of results.slice(0, -1)) assertEquals(result < 0, true);
  assertEquals([...fds], [0, 0]);
});

testOnEach("Kernel close() of one of several numbers leaves the socket open", (guest) => {
  const [receiver, sender] = guest.udpPair();
  const other = guest.ok(guest.kernel.dup(receiver));
  assertEquals(guest.kernel.close(receiver), 0);
  guest.send(sender, "still there");
  assertEquals(guest.receive(other), "still there");
  assertEquals(guest.kernel.close(other), 0);
  const again = guest.socket(AF_INET, SOCK_DGRAM);
  assertEquals(again, receiver);
});
