/** ppoll(2), pselect6(2) and epoll over a guest's memory: what native Linux says. */
import { assertEquals } from "@std/assert";
import { POLLIN, POLLNVAL, POLLOUT } from "../../../lib/linux/poll.ts";
import { SYS } from "../../../lib/linux/sysno_aarch64.ts";
import { type AbiGuest, checkRows, testAbi, testAbiOnEach } from "./abi_guest.ts";

/** An array of `struct pollfd`. */
function pollfds(g: AbiGuest, ...entries: readonly (readonly [fd: number, events: number])[]) {
  return g.ints(...entries.flatMap(([fd, events]) => [fd, events | 0x77770000]));
}

function pipe(g: AbiGuest): readonly [reader: number, writer: number] {
  const pair = g.ints(-1, -1);
  g.ok(g.call("pipe2", pair, 0));
  return [g.int(pair), g.int(pair + 4)];
}

const RLIMIT_NOFILE = 7;

testAbiOnEach("ppoll() sets revents and nothing else", (g) => {
  const { server, client } = g.host.connection();
  g.host.send(client, "x");
  g.host.await(server);
  const entries = pollfds(g, [server, POLLIN], [client, POLLIN], [-5, POLLIN], [999, POLLOUT]);
  const zero = g.longs(0, 0);
  checkRows([
    ["ready", 2, () => g.call("ppoll", entries, 4, zero, 0, 0)],
    ["the first", POLLIN << 16 | POLLIN, () => g.int(entries + 4)],
    ["the second", POLLIN, () => g.int(entries + 12)],
    ["a negative one", POLLIN, () => g.int(entries + 20)],
    ["a closed one", POLLNVAL << 16 | POLLOUT, () => g.int(entries + 28)],
    ["the descriptor stays", -5, () => g.int(entries + 16)],
    ["no time-out, ready", 2, () => g.call("ppoll", entries, 4, 0, 0, 0)],
  ]);
});

testAbiOnEach("ppoll() looks at the time, the mask, the limit and then the entries", (g) => {
  const { bad, buffer } = g;
  const entries = pollfds(g, [0, 0], [1, 0]);
  const zero = g.longs(0, 0);
  const negative = g.longs(-1, 0);
  const nanoseconds = g.longs(0, 1_000_000_000);
  g.put(new Uint8Array(8), g.edge(8));
  const lower = () => {
    g.host.kernel.prlimit(RLIMIT_NOFILE, { current: 10, maximum: 4096 }, null);
    return "";
  };
  checkRows([
    ["entries at the edge", "-EFAULT", () => g.call("ppoll", g.edge(8), 2, zero, 0, 0)],
    ["one at the edge", 0, () => g.call("ppoll", g.edge(8), 1, zero, 0, 0) & 0],
    ["none, bad", 0, () => g.call("ppoll", bad, 0, zero, 0, 0)],
    ["bad time", "-EFAULT", () => g.call("ppoll", bad, 2, bad, 0, 0)],
    ["time at the edge", "-EFAULT", () => g.call("ppoll", bad, 2, g.edge(8), 0, 0)],
    ["negative time", "-EINVAL", () => g.call("ppoll", entries, 2, negative, bad, 8)],
    ["a second of nanoseconds", "-EINVAL", () => g.call("ppoll", entries, 2, nanoseconds, 0, 0)],
    ["mask of 7 bytes", "-EINVAL", () => g.call("ppoll", bad, 2, zero, buffer, 7)],
    ["bad mask", "-EFAULT", () => g.call("ppoll", entries, 2, zero, bad, 8)],
    ["null mask of 7 bytes", 0, () => g.call("ppoll", bad, 0, zero, 0, 7)],
    ["2²⁰, bad", "-EINVAL", () => g.call("ppoll", bad, 1 << 20, zero, 0, 0)],
    ["−1, bad", "-EINVAL", () => g.call("ppoll", bad, -1, zero, 0, 0)],
    ["2000", "-EINVAL", () => g.call("ppoll", buffer, 2000, zero, 0, 0)],
    ["", "", lower],
    ["11 of 10, bad", "-EINVAL", () => g.call("ppoll", bad, 11, zero, 0, 0)],
    ["10 of 10, bad", "-EFAULT", () => g.call("ppoll", bad, 10, zero, 0, 0)],
    ["11 of 10", "-EINVAL", () => g.call("ppoll", buffer, 11, zero, 0, 0)],
  ]);
});

testAbi("libc", "ppoll() and pselect6() write what is left of the time", (g) => {
  const [reader, writer] = pipe(g);
  const short = g.longs(0, 1_000_000);
  const long = g.longs(100, 0);
  assertEquals(g.call("ppoll", pollfds(g, [reader, POLLIN]), 1, short, 0, 0), 0);
  assertEquals([g.long(short), g.long(short + 8)], [0, 0]);
  assertEquals(g.call("pselect6", 0, 0, 0, 0, g.longs(0, 1_000_000), 0), 0);
  g.host.kernel.write(writer, new Uint8Array(1), 1);
  assertEquals(g.call("ppoll", pollfds(g, [reader, POLLIN]), 1, long, 0, 0), 1);
  assertEquals(g.long(long), 99);
  const set = g.longs(1n << BigInt(reader));
  assertEquals(g.call("pselect6", reader + 1, set, 0, 0, g.longs(1000, 0), 0), 1);
});

testAbiOnEach("pselect6() reads and writes the words that its count covers", (g) => {
  const { bad } = g;
  const { server, client } = g.host.connection();
  g.host.send(client, "x");
  g.host.await(server);
  const zero = g.longs(0, 0);
  const negative = g.longs(-1, 0);
  const bits = 1n << BigInt(server) | 1n << BigInt(client);
  const reads = g.longs(bits, 0x1234);
  const writes = g.longs(bits);
  const excepts = g.longs(bits);
  const count = Math.max(server, client) + 1;
  const mask = (address: number, size: number) => g.longs(address, size);
  g.put(new Uint8Array(128), g.edge(128));
  checkRows([
    ["ready", 3, () => g.call("pselect6", count, reads, writes, excepts, zero, 0)],
    ["to read", String(1n << BigInt(server)), () => String(g.memory.loadBigUint64(reads))],
    ["to write", String(bits), () => String(g.memory.loadBigUint64(writes))],
    ["exceptional", 0, () => g.long(excepts)],
    ["the word behind", 0x1234, () => g.long(reads + 8)],
    ["−1", "-EINVAL", () => g.call("pselect6", -1, 0, 0, 0, zero, 0)],
    ["0, bad set", 0, () => g.call("pselect6", 0, bad, 0, 0, zero, 0)],
    ["1, bad set", "-EFAULT", () => g.call("pselect6", 1, bad, 0, 0, zero, 0)],
    ["1, bad third set", "-EFAULT", () => g.call("pselect6", 1, 0, 0, bad, zero, 0)],
    ["64, one word at the edge", 0, () => g.call("pselect6", 64, g.edge(8), 0, 0, zero, 0)],
    [
      "1, half a word at the edge",
      "-EFAULT",
      () => g.call("pselect6", 1, g.edge(4), 0, 0, zero, 0),
    ],
    ["2³⁰", 0, () => g.call("pselect6", 2 ** 30, g.edge(128), 0, 0, zero, 0)],
    ["bad time", "-EFAULT", () => g.call("pselect6", 1, reads, 0, 0, bad, 0)],
    ["negative time", "-EINVAL", () => g.call("pselect6", 1, bad, 0, 0, negative, 0)],
    ["bad mask", "-EFAULT", () => g.call("pselect6", 1, bad, 0, 0, negative, bad)],
    [
      "mask that points to nothing",
      "-EFAULT",
      () => g.call("pselect6", 1, 0, 0, 0, zero, mask(bad, 8)),
    ],
    ["mask of 7 bytes", "-EINVAL", () => g.call("pselect6", 1, 0, 0, 0, zero, mask(bad, 7))],
    ["no mask in there", 0, () => g.call("pselect6", 0, 0, 0, 0, zero, mask(0, 7))],
    ["closed", "-EBADF", () => {
      const closed = g.lowestFree();
      const set = g.longs(1n << BigInt(closed));
      return g.call("pselect6", closed + 1, set, 0, 0, zero, 0);
    }],
  ]);
});

testAbi("libc", "pselect6() has words of the guest's width", (g) => {
  const zero = g.longs(0, 0);
  const [reader, writer] = pipe(g);
  g.host.kernel.write(writer, new Uint8Array(1), 1);
  const set = g.ints(1 << reader);
  g.memory.store32(set + 4, 0x1234);
  checkRows([
    ["ready", 1, () => g.call("pselect6", 32, set, 0, 0, zero, g.ints(0, 8))],
    ["the word behind", 0x1234, () => g.int(set + 4)],
    ["mask of 7 bytes", "-EINVAL", () => g.call("pselect6", 0, 0, 0, 0, zero, g.ints(8, 7))],
  ]);
}, { pointerSize: 4 });

testAbi("libc", "epoll: events have aarch64's layout, and faults come in Linux's order", (g) => {
  const { bad, buffer } = g;
  const file = g.file("");
  const epoll = g.ok(g.call("epoll_create1", 0));
  const first = g.ok(g.call("eventfd2", 1, 0));
  const second = g.ok(g.call("eventfd2", 1, 0));
  const event = (data: bigint) => {
    const address = g.longs(POLLIN, data);
    g.memory.store32(address + 4, 0x5555);
    return address;
  };
  const ADD = 1;
  const DEL = 2;
  g.put(new Uint8Array(40), g.edge(40));
  checkRows([
    ["bad event", "-EFAULT", () => g.call("epoll_ctl", epoll, ADD, first, bad)],
    ["event at the edge", "-EFAULT", () => g.call("epoll_ctl", epoll, ADD, first, g.edge(12))],
    ["bad event, closed", "-EFAULT", () => g.call("epoll_ctl", 999, ADD, first, bad)],
    ["bad event, operation 9", "-EFAULT", () => g.call("epoll_ctl", epoll, 9, first, bad)],
    ["operation 9", "-EINVAL", () => g.call("epoll_ctl", epoll, 9, first, event(1n))],
    ["closed", "-EBADF", () => g.call("epoll_ctl", 999, ADD, first, event(1n))],
    ["file", "-EPERM", () => g.call("epoll_ctl", epoll, ADD, file, event(1n))],
    ["add", 0, () => g.call("epoll_ctl", epoll, ADD, first, event(2n ** 64n - 2n))],
    ["add again", "-EEXIST", () => g.call("epoll_ctl", epoll, ADD, first, event(2n))],
    ["add", 0, () => g.call("epoll_ctl", epoll, ADD, second, event(7n))],
    ["wait", 2, () => g.call("epoll_pwait", epoll, buffer, 10, 0, 0, 0)],
    ["events", POLLIN, () => g.int(buffer)],
    ["data", "18446744073709551614", () => String(g.memory.loadBigUint64(buffer + 8))],
    ["the second's", "1 7", () => `${g.int(buffer + 16)} ${g.long(buffer + 24)}`],
    ["room at the edge", 1, () => g.call("epoll_pwait", epoll, g.edge(24), 2, 0, 0, 0)],
    ["less than one", "-EFAULT", () => g.call("epoll_pwait", epoll, g.edge(12), 2, 0, 0, 0)],
    ["bad", "-EFAULT", () => g.call("epoll_pwait", epoll, bad, 2, 0, 0, 0)],
    ["bad, 0", "-EINVAL", () => g.call("epoll_pwait", epoll, bad, 0, 0, 0, 0)],
    ["bad, −1", "-EINVAL", () => g.call("epoll_pwait", epoll, bad, -1, 0, 0, 0)],
    ["2³¹ − 1", "-EINVAL", () => g.call("epoll_pwait", epoll, buffer, 0x7fffffff, 0, 0, 0)],
    ["closed, bad, 0", "-EBADF", () => g.call("epoll_pwait", 999, bad, 0, 0, 0, 0)],
    ["file", "-EINVAL", () => g.call("epoll_pwait", file, buffer, 1, 0, 0, 0)],
    ["mask of 7 bytes", "-EINVAL", () => g.call("epoll_pwait", epoll, buffer, 1, 0, buffer, 7)],
    ["bad mask, closed", "-EFAULT", () => g.call("epoll_pwait", 999, buffer, 1, 0, bad, 8)],
    ["no mask", 1, () => g.call("epoll_pwait", epoll, buffer, 1, 0, 0, 7)],
    ["remove, null", 0, () => g.call("epoll_ctl", epoll, DEL, first, 0)],
    ["remove again", "-ENOENT", () => g.call("epoll_ctl", epoll, DEL, first, bad)],
    ["wait2", 1, () => g.call("epoll_pwait2", epoll, buffer, 5, g.longs(1, 0), 0, 0)],
    ["wait2, no time-out", 1, () => g.call("epoll_pwait2", epoll, buffer, 5, 0, 0, 0)],
    ["wait2, bad time", "-EFAULT", () => g.call("epoll_pwait2", 999, buffer, 5, bad, 0, 0)],
    [
      "wait2, negative",
      "-EINVAL",
      () => g.call("epoll_pwait2", 999, buffer, 5, g.longs(-1, 0), 0, 0),
    ],
    ["unknown flag", "-EINVAL", () => g.call("epoll_create1", 1)],
    ["eventfd, unknown flag", "-EINVAL", () => g.call("eventfd2", 0, 2)],
  ]);
});

testAbi("deno", "epoll and eventfd2 are ENOSYS without FFI", (g) => {
  checkRows([
    ["epoll_create1", "-ENOSYS", () => g.call("epoll_create1", 0)],
    ["epoll_ctl", "-ENOSYS", () => g.call("epoll_ctl", 0, 1, 0, g.buffer)],
    ["epoll_pwait", "-ENOSYS", () => g.call("epoll_pwait", 0, g.buffer, 1, 0, 0, 0)],
    ["eventfd2", "-ENOSYS", () => g.abi.syscall(SYS.eventfd2, 0, 0)],
  ]);
});
