/** Pointers and lengths of calls on sockets: what native Linux says to each. */
import { assertEquals } from "@std/assert";
import { IPPROTO_IP, IPPROTO_TCP, IPPROTO_UDP } from "../../../lib/linux/in.ts";
import {
  AF_INET,
  SO_LINGER,
  SO_RCVTIMEO,
  SO_REUSEADDR,
  SO_TYPE,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../../lib/linux/socket.ts";
import { TCP_CONGESTION, TCP_INFO, TCP_NODELAY } from "../../../lib/linux/tcp.ts";
import { openDescriptors, whyNoDescriptors } from "../../kernel/open_descriptors.ts";
import { AbiGuest, checkRows, testAbi, testAbiOnEach } from "./abi_guest.ts";

const NONBLOCK = 0o4000;
const UNKNOWN = 9999;

testAbiOnEach("getsockopt() writes what fits, and says what is wrong in Linux's order", (g) => {
  const socket = g.ok(g.call("socket", AF_INET, SOCK_STREAM, 0));
  const file = g.file("");
  const { buffer, bad } = g;
  const cell = g.ints(0);
  const get = (level: number, name: number, value: number, length: number) => {
    g.memory.store32(cell, length);
    return g.call("getsockopt", socket, level, name, value, cell);
  };
  checkRows([
    ["part of an int", "-EFAULT", () => get(SOL_SOCKET, SO_TYPE, g.edge(2), 4)],
    ["length", 4, () => g.int(cell)],
    ["more room than memory", 0, () => get(SOL_SOCKET, SO_TYPE, g.edge(4), 8)],
    ["length", 4, () => g.int(cell)],
    ["value", SOCK_STREAM, () => g.int(g.edge(4))],
    ["two bytes", 0, () => get(SOL_SOCKET, SO_TYPE, g.edge(2), 2)],
    ["length", 2, () => g.int(cell)],
    ["bad value", "-EFAULT", () => get(SOL_SOCKET, SO_TYPE, bad, 4)],
    ["bad value, TCP", "-EFAULT", () => get(IPPROTO_TCP, TCP_NODELAY, bad, 4)],
    ["bad value, length 0", 0, () => get(SOL_SOCKET, SO_TYPE, bad, 0)],
    ["length −1", "-EINVAL", () => get(SOL_SOCKET, SO_TYPE, buffer, -1)],
    ["unknown", "-ENOPROTOOPT", () => get(SOL_SOCKET, UNKNOWN, buffer, 4)],
    ["unknown level", "-EOPNOTSUPP", () => get(UNKNOWN, UNKNOWN, buffer, 4)],
    ["bad length", "-EFAULT", () => g.call("getsockopt", socket, SOL_SOCKET, SO_TYPE, buffer, bad)],
    ["bad length, unknown", "-EFAULT", () => g.call("getsockopt", socket, 1, UNKNOWN, buffer, bad)],
    [
      "bad length, unknown level",
      "-EOPNOTSUPP",
      () => g.call("getsockopt", socket, 12345, UNKNOWN, buffer, bad),
    ],
    ["bad length, file", "-ENOTSOCK", () => g.call("getsockopt", file, 1, SO_TYPE, buffer, bad)],
    ["bad length, closed", "-EBADF", () => g.call("getsockopt", 999, 1, SO_TYPE, buffer, bad)],
  ]);
});

testAbi("libc", "getsockopt() of a structure writes it where the memory ends early", (g) => {
  const { client } = g.host.connection();
  const cell = g.ints(65_536);
  checkRows([
    ["all of it", 0, () => g.call("getsockopt", client, IPPROTO_TCP, TCP_INFO, g.edge(300), cell)],
    ["length", "true", () => String(g.int(cell) > 100 && g.int(cell) < 300)],
    [
      "part of it",
      "-EFAULT",
      () => {
        g.memory.store32(cell, 65_536);
        return g.call("getsockopt", client, IPPROTO_TCP, TCP_INFO, g.edge(100), cell);
      },
    ],
  ]);
});

testAbiOnEach("setsockopt() reads no more than the option has", (g) => {
  const socket = g.ok(g.call("socket", AF_INET, SOCK_STREAM, 0));
  const file = g.file("");
  const set = (level: number, name: number, value: number, length: number) =>
    g.call("setsockopt", socket, level, name, value, length);
  g.put(new Uint8Array(16), g.edge(16));
  checkRows([
    ["int, longer than memory", 0, () => set(SOL_SOCKET, SO_REUSEADDR, g.edge(4), 8)],
    ["part of an int", "-EFAULT", () => set(SOL_SOCKET, SO_REUSEADDR, g.edge(2), 4)],
    ["int of TCP", 0, () => set(IPPROTO_TCP, TCP_NODELAY, g.edge(4), 100)],
    ["linger", 0, () => set(SOL_SOCKET, SO_LINGER, g.edge(8), 16)],
    ["time-out", 0, () => set(SOL_SOCKET, SO_RCVTIMEO, g.edge(16), 32)],
    ["text, longer than memory", "-EFAULT", () => set(IPPROTO_TCP, TCP_CONGESTION, g.edge(4), 8)],
    ["bad, −1", "-EINVAL", () => set(SOL_SOCKET, SO_REUSEADDR, g.bad, -1)],
    ["bad, 0", "-EINVAL", () => set(SOL_SOCKET, SO_REUSEADDR, g.bad, 0)],
    ["bad", "-EFAULT", () => set(SOL_SOCKET, SO_REUSEADDR, g.bad, 4)],
    ["bad, unknown", "-EFAULT", () => set(SOL_SOCKET, UNKNOWN, g.bad, 4)],
    ["unknown level", "-ENOPROTOOPT", () => set(UNKNOWN, 1, g.buffer, 4)],
    ["another protocol's", "-ENOPROTOOPT", () => set(IPPROTO_UDP, 1, g.buffer, 4)],
    ["part of an int, IP", "-EFAULT", () => set(IPPROTO_IP, 2, g.edge(2), 4)],
    ["bad, file", "-ENOTSOCK", () => g.call("setsockopt", file, 1, SO_REUSEADDR, g.bad, 4)],
    ["bad, closed", "-EBADF", () => g.call("setsockopt", 999, 1, SO_REUSEADDR, g.bad, 4)],
  ]);
});

function listenerOf(g: AbiGuest, clients: number): number {
  const listener = g.host.listener(AF_INET, clients);
  for (let client = 0; client < clients; client++) {
    g.ok(g.host.kernel.connect(g.host.tcp(), g.host.addressOf(listener)));
  }
  return listener;
}

testAbiOnEach("accept() loses a connection whose peer cannot be told", (g) => {
  const { bad } = g;
  const listener = listenerOf(g, 6);
  g.ok(g.host.kernel.fcntl(listener, 4, NONBLOCK));
  const file = g.file("");
  const address = g.put(new Uint8Array(16));
  const length = g.ints(16);
  const lowest = g.lowestFree();
  const accept = (address: number, room: number) => {
    g.memory.store32(length, room);
    return g.call("accept", listener, address, length);
  };
  g.host.await(listener);
  checkRows([
    ["part of the address", "-EFAULT", () => accept(g.edge(8), 16)],
    ["length", 16, () => g.int(length)],
    ["bad length", "-EFAULT", () => g.call("accept", listener, address, bad)],
    ["length −1", "-EINVAL", () => accept(address, -1)],
    ["bad address", "-EFAULT", () => accept(bad, 16)],
    ["nothing is left open", lowest, () => g.lowestFree()],
    ["no address, bad length", lowest, () => g.call("accept", listener, 0, bad)],
    ["bad address, length 0", lowest + 1, () => accept(bad, 0)],
    ["length", 16, () => g.int(length)],
    ["none left, bad address", "-EAGAIN", () => accept(bad, 16)],
    ["file", "-ENOTSOCK", () => g.call("accept", file, bad, bad)],
    ["another client", 0, () => {
      g.ok(g.host.kernel.connect(g.host.tcp(), g.host.addressOf(listener)));
      g.host.await(listener);
      return g.call("close", 0);
    }],
    ["the number 0", 0, () => accept(address, 16)],
    ["its address", AF_INET, () => g.memory.load16(address)],
    ["closed", "-EBADF", () => g.call("accept", 999, bad, bad)],
    ["accept4, unknown flag", "-EINVAL", () => g.call("accept4", listener, bad, bad, 1)],
    ["accept4, unknown flag, file", "-EINVAL", () => g.call("accept4", file, bad, bad, 1)],
  ]);
});

testAbiOnEach("getsockname() and getpeername() cut the address and tell its length", (g) => {
  const { bad } = g;
  const listener = g.host.listener();
  const file = g.file("");
  const address = g.put(new Uint8Array(16).fill(0xee));
  const length = g.ints(16);
  const name = (address: number, room: number) => {
    g.memory.store32(length, room);
    return g.call("getsockname", listener, address, length);
  };
  checkRows([
    ["part", "-EFAULT", () => name(g.edge(8), 16)],
    ["length", 16, () => g.int(length)],
    ["room for 5", 0, () => name(g.edge(5), 5)],
    ["length", 16, () => g.int(length)],
    ["room for 4", 0, () => name(address, 4)],
    ["the rest is untouched", 0xee, () => g.memory.load8(address + 4)],
    ["much room", 0, () => name(address, 1000)],
    ["length", 16, () => g.int(length)],
    ["family", AF_INET, () => g.memory.load16(address)],
    ["octets", 0x0100007f, () => g.memory.load32(address + 4)],
    ["bad length", "-EFAULT", () => g.call("getsockname", listener, address, bad)],
    ["length −1", "-EINVAL", () => name(address, -1)],
    ["length", -1, () => g.int(length)],
    ["file, bad", "-ENOTSOCK", () => g.call("getsockname", file, bad, bad)],
    ["closed, bad", "-EBADF", () => g.call("getsockname", 999, bad, bad)],
    ["no peer, bad", "-ENOTCONN", () => g.call("getpeername", listener, bad, bad)],
    ["file, bad", "-ENOTSOCK", () => g.call("getpeername", file, bad, bad)],
    ["closed, bad", "-EBADF", () => g.call("getpeername", 999, bad, bad)],
  ]);
  const { client, server } = g.host.connection();
  checkRows([
    ["peer, part", "-EFAULT", () => g.call("getpeername", client, g.edge(8), g.ints(16))],
    ["peer", 0, () => g.call("getpeername", client, address, g.ints(16))],
  ]);
  const port = g.host.addressOf(server).subarray(2, 4);
  assertEquals(g.memory.bytes(address + 2, 2)?.slice(), port);
});

testAbiOnEach(
  "bind(), connect() and sendto() check an address's length before they read it",
  (g) => {
    const { bad } = g;
    const peer = g.host.addressOf(g.host.udp());
    const socket = g.ok(g.call("socket", AF_INET, SOCK_DGRAM, 0));
    const file = g.file("");
    const part = g.put(peer.subarray(0, 8), g.edge(8));
    const address = g.put(peer);
    const text = g.put("x");
    checkRows([
      ["bind part", "-EFAULT", () => g.call("bind", socket, part, 16)],
      ["bind short", "-EINVAL", () => g.call("bind", socket, part, 8)],
      ["bind bad, 129", "-EINVAL", () => g.call("bind", socket, bad, 129)],
      ["bind bad, −1", "-EINVAL", () => g.call("bind", socket, bad, -1)],
      ["bind bad, 0", "-EINVAL", () => g.call("bind", socket, bad, 0)],
      ["bind file, bad", "-ENOTSOCK", () => g.call("bind", file, bad, 16)],
      ["bind closed, bad", "-EBADF", () => g.call("bind", 999, bad, 200)],
      ["bind taken", "-EADDRINUSE", () => g.call("bind", socket, address, 16)],
      ["connect part", "-EFAULT", () => g.call("connect", socket, part, 16)],
      ["connect file, bad", "-EFAULT", () => g.call("connect", file, bad, 16)],
      ["connect file, bad, 129", "-EINVAL", () => g.call("connect", file, bad, 129)],
      ["connect closed, bad", "-EBADF", () => g.call("connect", 999, bad, 129)],
      ["send part", "-EFAULT", () => g.call("sendto", socket, text, 1, 0, part, 16)],
      ["send bad, 0", "-EINVAL", () => g.call("sendto", socket, text, 1, 0, bad, 0)],
      ["send nowhere", "-EDESTADDRREQ", () => g.call("sendto", socket, text, 1, 0, 0, 16)],
      ["send −1", "-EINVAL", () => g.call("sendto", socket, text, 1, 0, address, -1)],
      ["send bad, bad", "-EFAULT", () => g.call("sendto", socket, bad, 1, 0, bad, 16)],
      ["send file, bad, bad", "-ENOTSOCK", () => g.call("sendto", file, bad, 1, 0, bad, 16)],
      ["send closed, bad, bad", "-EBADF", () => g.call("sendto", 999, bad, 1, 0, bad, 16)],
      ["send", 1, () => g.call("sendto", socket, text, 1, 0, address, 16)],
      ["connect", 0, () => g.call("connect", socket, address, 16)],
    ]);
  },
);

testAbi("libc", "socketpair() and pipe2() leave nothing open that cannot be told", (g) => {
  const lowest = g.lowestFree();
  const pair = g.ints(-7, -7);
  checkRows([
    ["pipe2", "-EFAULT", () => g.call("pipe2", g.edge(4), 0)],
    ["pipe2, unknown flag", "-EINVAL", () => g.call("pipe2", g.bad, 1)],
    ["socketpair", "-EFAULT", () => g.call("socketpair", 1, 1, 0, g.edge(4))],
    ["socketpair, unknown domain", "-EFAULT", () => g.call("socketpair", 99, 1, 0, g.bad)],
    ["socketpair, unknown flag", "-EINVAL", () => g.call("socketpair", 1, 0x101, 0, g.bad)],
    ["socketpair of AF_INET", "-EOPNOTSUPP", () => g.call("socketpair", 2, 1, 0, pair)],
    ["nothing is left open", lowest, () => g.lowestFree()],
    ["pipe2", 0, () => g.call("pipe2", pair, 0)],
    ["close", 0, () => g.call("close", lowest) + g.call("close", lowest + 1)],
    ["socketpair", 0, () => g.call("socketpair", 1, 1, 0, pair)],
    ["its numbers", `${lowest} ${lowest + 1}`, () => `${g.int(pair)} ${g.int(pair + 4)}`],
  ]);
  g.host.kernel.prlimit(7, { current: lowest + 2, maximum: 4096 }, null);
  checkRows([
    ["pipe2 at the limit", "-EMFILE", () => g.call("pipe2", g.bad, 0)],
    ["socketpair at the limit", "-EMFILE", () => g.call("socketpair", 1, 1, 0, g.bad)],
  ]);
});

const missing = whyNoDescriptors();
Deno.test({
  name: `calls whose results cannot be told leave no descriptor of the host open${
    missing === null ? "" : ` (skipped: ${missing})`
  }`,
  ignore: missing !== null,
  fn: () => {
    const before = openDescriptors();
    {
      using g = new AbiGuest("libc");
      const inside = openDescriptors();
      for (let round = 0; round < 20; round++) {
        g.call("pipe2", g.edge(4), 0);
        g.call("socketpair", 1, 1, 0, g.edge(4));
      }
      assertEquals(openDescriptors(), inside);
    }
    assertEquals(openDescriptors(), before);
  },
});
