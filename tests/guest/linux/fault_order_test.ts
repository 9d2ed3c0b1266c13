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
      row("-EMSGSIZE", "sendmsg", udp, guest.longs(0, 0, 0, 1025, 0, 8, 0), 0),
    ]);
  },
);
