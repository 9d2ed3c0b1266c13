/**
 * What a call says first where several things are wrong: as native Linux did, in the sequences of random
 * calls that showed the difference.
 */
import type { SYS } from "../../../lib/linux/sysno_aarch64.ts";
import { type AbiGuest, type Argument, checkRows, type Row, testAbi } from "./abi_guest.ts";

/** Beyond what any process can have, whatever memory there is. */
const BEYOND = 2 ** 48;
const NONBLOCK = 0o4000;

function rowOf(guest: AbiGuest) {
  return (expected: Row[1], name: keyof typeof SYS, ...args: readonly Argument[]): Row => [
    `${name}(${args.join(", ")})`,
    expected,
    () => guest.call(name, ...args),
  ];
}

testAbi(
  "libc",
  "a pointer that no process can have faults before there is anything to do",
  (guest) => {
    const row = rowOf(guest);
    const pair = guest.ints(0, 0);
    guest.ok(guest.call("socketpair", 1, 1 | NONBLOCK, 0, pair));
    const [left] = [guest.int(pair)];
    const ends = guest.ints(0, 0);
    guest.ok(guest.call("pipe2", ends, NONBLOCK));
    const [reader, writer] = [guest.int(ends), guest.int(ends + 4)];
    const file = guest.file("text");
    const { bad } = guest;
    checkRows([
      // There is nothing to read, but Linux does not look.
      row("-EAGAIN", "read", left, bad, 8),
      row("-EFAULT", "read", left, BEYOND, 8),
      row("-EFAULT", "read", left, -1, 8),
      row("-EFAULT", "read", left, guest.buffer, -1),
      row("-EFAULT", "recvfrom", left, BEYOND, 8, 0, 0, 0),
      row("-EFAULT", "readv", left, guest.longs(BEYOND, 8), 1),
      // For send and recv even before it looks at the descriptor.
      row("-EFAULT", "recvfrom", 99, BEYOND, 8, 0, 0, 0),
      row("-EFAULT", "sendto", 99, -1, 8, 0, 0, 0),
      row("-EBADF", "recvfrom", 99, bad, 8, 0, 0, 0),
      row("-EBADF", "read", 99, BEYOND, 8),
      row("-EBADF", "read", writer, BEYOND, 8),
      row("-EBADF", "write", reader, BEYOND, 8),
      row("-EFAULT", "pread64", file, BEYOND, 8, 100),
      row("-EINVAL", "pread64", file, BEYOND, 8, -1),
      row("-ESPIPE", "pread64", reader, BEYOND, 8, 0),
      row("-ESPIPE", "pwrite64", reader, BEYOND, 8, 0),
    ]);
  },
);

testAbi("libc", "pointers of 4 bytes may be sign-extended", (guest) => {
  const row = rowOf(guest);
  const pair = guest.ints(0, 0);
  guest.ok(guest.call("socketpair", 1, 1 | NONBLOCK, 0, pair));
  const left = guest.int(pair);
  checkRows([
    row("-EAGAIN", "read", left, guest.bad, 8),
    row("-EAGAIN", "read", left, -8, 8),
    row("-EAGAIN", "read", left, guest.buffer, 2 ** 32 - 1),
    row("-EFAULT", "read", left, -(2 ** 31) - 1, 8),
    row("-EFAULT", "read", left, BEYOND, 1),
  ]);
}, { pointerSize: 4 });

testAbi("libc", "lists of buffers are looked through entry by entry", (guest) => {
  const row = rowOf(guest);
  const file = guest.file("text");
  const directory = guest.open(".", 0);
  // The first of two entries is wrong, the second is not there.
  const cut = guest.put(new Uint8Array(16).fill(255, 8), guest.edge(16));
  checkRows([
    row("-EINVAL", "readv", file, cut, 2),
    row("-EFAULT", "readv", file, guest.edge(8), 1),
    row(4, "readv", file, guest.longs(guest.buffer, 8), (1n << 32n) + 1n),
    row("-EINVAL", "writev", file, guest.buffer, 1025),
    row("-EINVAL", "writev", file, guest.buffer, -1),
    row("-EBADF", "writev", directory, guest.buffer, -1),
  ]);
});

testAbi(
  "libc",
  "sendfile looks at its input first, and keeps an offset that it has not used",
  (guest) => {
    const row = rowOf(guest);
    const file = guest.file("text");
    const ends = guest.ints(0, 0);
    guest.ok(guest.call("pipe2", ends, NONBLOCK));
    const [reader, writer] = [guest.int(ends), guest.int(ends + 4)];
    const huge = guest.longs(2n ** 62n + 12_345n);
    checkRows([
      row("-ESPIPE", "sendfile", 99, reader, guest.longs(0), 8),
      row("-ESPIPE", "sendfile", 99, reader, guest.longs(-1), -1),
      row("-EINVAL", "sendfile", 99, file, guest.longs(-1), 8),
      row("-EINVAL", "sendfile", 99, file, 0, -1),
      row("-EBADF", "sendfile", 99, writer, 0, -1),
      row("-EBADF", "sendfile", 99, 98, 0, -1),
      row("-EOVERFLOW", "sendfile", writer, file, huge, 8),
      ["the offset", "4611686018427400249", () => String(guest.memory.loadBigUint64(huge))],
    ]);
  },
);

testAbi("libc", "lseek on what cannot seek says so, whatever the offset", (guest) => {
  const row = rowOf(guest);
  const ends = guest.ints(0, 0);
  guest.ok(guest.call("pipe2", ends, NONBLOCK));
  checkRows([
    row("-ESPIPE", "lseek", guest.int(ends), -(2n ** 63n), 0),
    row("-EINVAL", "lseek", guest.file(), -(2n ** 63n), 0),
  ]);
});

testAbi(
  "libc",
  "getsockopt looks at the length after the level, and faults for what it gives",
  (guest) => {
    const row = rowOf(guest);
    const udp = guest.ok(guest.call("socket", 2, 2, 0));
    const negative = guest.ints(-1);
    const much = guest.ints(4096);
    checkRows([
      row("-EOPNOTSUPP", "getsockopt", udp, 6, 1, guest.buffer, negative),
      row("-EINVAL", "getsockopt", udp, 1, 3, guest.buffer, negative),
      row("-EBADF", "getsockopt", 99, 1, 3, guest.buffer, negative),
      row("-ENOPROTOOPT", "getsockopt", udp, 1, 999, guest.edge(8), much),
      row("-ENOBUFS", "sendmsg", udp, guest.longs(0, 0, 0, 0, 0, 2 ** 31, 0), 0),
      row("-EMSGSIZE", "sendmsg", udp, guest.longs(0, 0, 0, 1025, 0, 8, 0), 0),
    ]);
  },
);

testAbi("libc", "preadv and pwritev move lists by offset, and refuse as Linux does", (guest) => {
  const row = rowOf(guest);
  const file = guest.file("0123456789");
  const directory = guest.open(".", 0);
  const writeOnly = guest.open("f", 1);
  const ends = guest.ints(0, 0);
  guest.ok(guest.call("pipe2", ends, NONBLOCK));
  const [reader] = [guest.int(ends)];
  const { bad, buffer } = guest;
  const list = guest.longs(buffer, 3, buffer + 100, 3);
  const half = guest.longs(buffer, 3, bad, 3);
  checkRows([
    row(6, "preadv", file, list, 2, 2),
    ["first", "234", () => guest.text(buffer, 3)],
    ["second", "567", () => guest.text(buffer + 100, 3)],
    row(4, "preadv", file, list, 2, 6),
    row(0, "preadv", file, list, 2, 100),
    row(3, "preadv", file, half, 2, 0),
    row("-EFAULT", "preadv", file, guest.longs(bad, 3), 1, 0),
    row(6, "pwritev", file, list, 2, 8),
    row(10, "pread64", file, buffer, 10, 4),
    ["what is written", "4567012967", () => guest.text(buffer, 10)],
    row(0, "lseek", file, 0, 1),
    row("-EINVAL", "preadv", 99, list, 2, -1),
    row("-EBADF", "preadv", 99, bad, 2, 0),
    row("-ESPIPE", "preadv", reader, bad, 2, 0),
    row("-EBADF", "preadv", writeOnly, bad, 2, 0),
    row("-EINVAL", "preadv", file, list, 1025, 0),
    row("-EISDIR", "preadv", directory, list, 2, 0),
    row(0, "preadv", directory, list, 0, 0),
    row("-EBADF", "pwritev", directory, bad, 2, 0),
  ]);
});

testAbi(
  "libc",
  "sendmmsg and recvmmsg move several messages, up to the first that fails",
  (guest) => {
    const row = rowOf(guest);
    const pair = guest.ints(0, 0);
    guest.ok(guest.call("socketpair", 1, 2 | NONBLOCK, 0, pair));
    const [left, right] = [guest.int(pair), guest.int(pair + 4)];
    const { bad } = guest;
    const iov = guest.longs(guest.put("hello"), 5);
    const message = [0, 0, iov, 1, 0, 0, 0, 0];
    const list = guest.longs(...message, ...message, 0, 0, iov, 2000, 0, 0, 0, 0);
    const into = guest.longs(guest.buffer, 100);
    const received = [0, 0, into, 1, 0, 0, 0, 0];
    const room = guest.longs(...received, ...received, ...received);
    checkRows([
      row(2, "sendmmsg", left, list, 3, 0),
      ["bytes", 5, () => guest.int(list + 56)],
      ["bytes", 5, () => guest.int(list + 64 + 56)],
      row(2, "recvmmsg", right, room, 3, 0, 0),
      ["bytes", 5, () => guest.int(room + 64 + 56)],
      row("-EAGAIN", "recvmmsg", right, room, 3, 0, 0),
      row("-EBADF", "sendmmsg", 99, list, 0, 0),
      row("-ENOTSOCK", "sendmmsg", guest.file(), list, 0, 0),
      row(0, "sendmmsg", left, list, 0, 0),
      row("-EINVAL", "recvmmsg", 99, room, 1, 0, guest.longs(-1, 0)),
      row("-EFAULT", "recvmmsg", 99, room, 1, 0, bad),
      row("-EFAULT", "sendmmsg", left, bad, 1, 0),
      row("-EBADF", "sendmmsg", 99, bad, 1, 0),
      row("-EMSGSIZE", "sendmmsg", left, list + 128, 1, 0),
      row(1, "sendmmsg", left, list, 1, 0),
      row(1, "recvmmsg", right, room, 2, 0x10000, guest.longs(5, 0)),
    ]);
  },
);

testAbi("libc", "sendmmsg sends nothing behind a message that was cut", (guest) => {
  const row = rowOf(guest);
  const server = guest.ok(guest.call("socket", 2, 1, 0));
  const address = guest.put(new Uint8Array([2, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]));
  guest.ok(guest.call("bind", server, address, 16));
  guest.ok(guest.call("listen", server, 1));
  guest.ok(guest.call("getsockname", server, address, guest.ints(16)));
  const client = guest.ok(guest.call("socket", 2, 1, 0));
  guest.ok(guest.call("connect", client, address, 16));
  // TCP sends the segments before the one that faults.
  const part = guest.longs(guest.buffer, 100_000, guest.bad, 100_000);
  const whole = guest.longs(guest.buffer, 1);
  const list = guest.longs(0, 0, part, 2, 0, 0, 0, 0, 0, 0, whole, 1, 0, 0, 0, 0);
  checkRows([
    row(1, "sendmmsg", client, list, 2, 0),
    ["a part", "true", () => String(guest.int(list + 56) > 0 && guest.int(list + 56) < 200_000)],
  ]);
});

testAbi("libc", "faccessat2 knows links and descriptors", (guest) => {
  const { folder } = guest.host;
  Deno.symlinkSync("nowhere", `${folder}/link`);
  Deno.writeTextFileSync(`${folder}/file`, "");
  const file = guest.open("file", 0);
  const [link, path] = [guest.put(`${folder}/link`), guest.put(`${folder}/file`)];
  const empty = guest.put("");
  const row = rowOf(guest);
  checkRows([
    row(0, "faccessat2", -100, path, 4, 0x200),
    row("-ENOENT", "faccessat2", -100, link, 0, 0),
    row(0, "faccessat2", -100, link, 7, 0x100),
    row(0, "faccessat2", -100, path, 4, 0x100),
    row(0, "faccessat2", file, empty, 4, 0x1000),
    row("-EBADF", "faccessat2", 99, empty, 4, 0x1000),
    row("-ENOENT", "faccessat2", -100, empty, 0, 0),
    row("-EINVAL", "faccessat2", -100, path, 0, 0x400),
    row("-EINVAL", "faccessat2", -100, path, 8, 0),
    row("-EFAULT", "faccessat2", -100, guest.bad, 0, 0x100),
  ]);
});
