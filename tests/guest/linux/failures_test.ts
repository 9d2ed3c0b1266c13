/** The failures that the socket and file calls have, over a guest's memory: what native Linux says. */
import { assertEquals } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  MSG_DONTWAIT,
  MSG_PEEK,
  SO_RCVTIMEO,
  SO_TYPE,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../../lib/linux/socket.ts";
import { type AbiGuest, type Argument, checkRows, testAbiOnEach } from "./abi_guest.ts";

const RLIMIT_NOFILE = 7;

/** A `struct sockaddr_in`. */
function inet(g: AbiGuest, octets: readonly number[], port = 0, family = AF_INET): number {
  return g.put(
    new Uint8Array([family, 0, port >> 8, port & 0xff, ...octets, ...new Uint8Array(8)]),
  );
}

const LOOPBACK = [127, 0, 0, 1];
const ANY = [0, 0, 0, 0];

/** A port on which nobody listens, held for as long as the guest lives. */
function closedPort(g: AbiGuest): number {
  const fd = g.host.tcp();
  g.ok(g.call("bind", fd, inet(g, LOOPBACK), 16));
  const [, , high = 0, low = 0] = g.host.addressOf(fd);
  return high << 8 | low;
}

testAbiOnEach("socket() refuses families, types, flags and protocols", (g) => {
  const socket = (...args: Argument[]) => g.call("socket", ...args);
  checkRows([
    ["family 99", "-EAFNOSUPPORT", () => socket(99, SOCK_STREAM, 0)],
    ["family −1", "-EAFNOSUPPORT", () => socket(-1, SOCK_STREAM, 0)],
    ["type 99", "-EINVAL", () => socket(AF_INET, 99, 0)],
    ["unknown flag", "-EINVAL", () => socket(AF_INET, SOCK_STREAM | 0x100, 0)],
    ["stream, UDP", "-EPROTONOSUPPORT", () => socket(AF_INET, SOCK_STREAM, 17)],
    ["datagram, TCP", "-EPROTONOSUPPORT", () => socket(AF_INET, SOCK_DGRAM, 6)],
    ["raw, ICMP", "-EPERM", () => socket(AF_INET, SOCK_RAW, 1)],
    ["packet", "-EAFNOSUPPORT", () => socket(17, SOCK_RAW, 0)],
  ]);
  const fd = g.ok(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 6));
  checkRows([
    ["O_NONBLOCK", 0o4000, () => g.call("fcntl", fd, 3) & 0o4000],
    ["FD_CLOEXEC", 1, () => g.call("fcntl", fd, 1)],
    ["SO_TYPE", 0, () => g.call("getsockopt", fd, SOL_SOCKET, SO_TYPE, g.buffer, g.ints(4))],
    ["its value", SOCK_STREAM, () => g.int(g.buffer)],
    ["limit", 0, () => g.call("prlimit64", 0, RLIMIT_NOFILE, g.longs(fd + 1, 4096), 0)],
    ["at the limit", "-EMFILE", () => socket(AF_INET, SOCK_STREAM, 0)],
    ["at the limit, family 99", "-EAFNOSUPPORT", () => socket(99, SOCK_STREAM, 0)],
    ["pipe2 at the limit", "-EMFILE", () => g.call("pipe2", g.ints(0, 0), 0)],
    ["dup at the limit", "-EMFILE", () => g.call("dup", fd)],
  ]);
});

testAbiOnEach("bind() refuses addresses", (g) => {
  const fresh = () => g.ok(g.call("socket", AF_INET, SOCK_STREAM, 0));
  const bind = (address: number, length = 16, fd = fresh()) => g.call("bind", fd, address, length);
  const taken = closedPort(g);
  const bound = fresh();
  checkRows([
    ["15 bytes", "-EINVAL", () => bind(inet(g, LOOPBACK), 15)],
    ["129 bytes", "-EINVAL", () => bind(inet(g, LOOPBACK), 129)],
    ["family 10", "-EAFNOSUPPORT", () => bind(inet(g, LOOPBACK, 0, AF_INET6))],
    ["family 99", "-EAFNOSUPPORT", () => bind(inet(g, LOOPBACK, 0, 99))],
    ["no family, any address", 0, () => bind(inet(g, ANY, 0, 0))],
    ["no family, an address", "-EAFNOSUPPORT", () => bind(inet(g, LOOPBACK, 0, 0))],
    ["another machine's", "-EADDRNOTAVAIL", () => bind(inet(g, [192, 0, 2, 1]))],
    ["taken", "-EADDRINUSE", () => bind(inet(g, LOOPBACK, taken))],
    ["free", 0, () => bind(inet(g, LOOPBACK), 16, bound)],
    ["twice", "-EINVAL", () => bind(inet(g, LOOPBACK), 16, bound)],
    ["file", "-ENOTSOCK", () => bind(inet(g, LOOPBACK), 16, g.file(""))],
    ["closed", "-EBADF", () => bind(inet(g, LOOPBACK), 16, 999)],
  ]);
});

testAbiOnEach("connect() refuses addresses, and tells where nobody listens", (g) => {
  const fresh = (flags = 0) => g.ok(g.call("socket", AF_INET, SOCK_STREAM | flags, 0));
  const connect = (address: number, length = 16, fd = fresh()) =>
    g.call("connect", fd, address, length);
  const closed = closedPort(g);
  const [, , high = 0, low = 0] = g.host.addressOf(g.host.listener());
  const port = high << 8 | low;
  const waiting = fresh(SOCK_NONBLOCK);
  const made = () => {
    g.host.await(waiting, 4);
    return "";
  };
  checkRows([
    ["15 bytes", "-EINVAL", () => connect(inet(g, LOOPBACK, port), 15)],
    ["129 bytes", "-EINVAL", () => connect(inet(g, LOOPBACK, port), 129)],
    ["family 10", "-EAFNOSUPPORT", () => connect(inet(g, LOOPBACK, port, AF_INET6))],
    ["port 0", "-ECONNREFUSED", () => connect(inet(g, LOOPBACK))],
    ["nobody listens", "-ECONNREFUSED", () => connect(inet(g, LOOPBACK, closed))],
    ["0.0.0.0 is loopback", 0, () => connect(inet(g, ANY, port))],
    ["non-blocking", "-EINPROGRESS", () => connect(inet(g, LOOPBACK, port), 16, waiting)],
    ["", "", made],
    ["then", 0, () => connect(inet(g, LOOPBACK, port), 16, waiting)],
    ["then", "-EISCONN", () => connect(inet(g, LOOPBACK, port), 16, waiting)],
    ["file", "-ENOTSOCK", () => connect(inet(g, LOOPBACK, port), 16, g.file(""))],
    ["closed", "-EBADF", () => connect(inet(g, LOOPBACK, port), 16, 999)],
  ]);
});

testAbiOnEach(
  "datagram sockets neither listen nor accept, and send where they are told to",
  (g) => {
    const fd = g.ok(g.call("socket", AF_INET, SOCK_DGRAM, 0));
    const text = g.put("x");
    checkRows([
      ["listen", "-EOPNOTSUPP", () => g.call("listen", fd, 1)],
      ["accept", "-EOPNOTSUPP", () => g.call("accept", fd, 0, 0)],
      ["send", "-EDESTADDRREQ", () => g.call("sendto", fd, text, 1, 0, 0, 0)],
      ["write", "-EDESTADDRREQ", () => g.call("write", fd, text, 1)],
      ["send to port 0", "-EINVAL", () => g.call("sendto", fd, text, 1, 0, inet(g, LOOPBACK), 16)],
      ["shutdown", "-ENOTCONN", () => g.call("shutdown", fd, 1)],
      ["recv", "-EAGAIN", () => g.call("recvfrom", fd, g.buffer, 1, MSG_DONTWAIT, 0, 0)],
    ]);
  },
);

testAbiOnEach(
  "a wait ends at SO_RCVTIMEO, at once with MSG_DONTWAIT, and MSG_PEEK takes nothing",
  (g) => {
    const { client, server } = g.host.connection();
    const listener = g.host.listener();
    const time = g.longs(0, 1000);
    const receive = (flags: number) => g.call("recvfrom", server, g.buffer, 10, flags, 0, 0);
    checkRows([
      ["time-out", 0, () => g.call("setsockopt", server, SOL_SOCKET, SO_RCVTIMEO, time, 16)],
      ["time-out", 0, () => g.call("setsockopt", listener, SOL_SOCKET, SO_RCVTIMEO, time, 16)],
      ["recv", "-EAGAIN", () => receive(0)],
      ["read", "-EAGAIN", () => g.call("read", server, g.buffer, 10)],
      ["accept", "-EAGAIN", () => g.call("accept", listener, 0, 0)],
      ["MSG_DONTWAIT", "-EAGAIN", () => receive(MSG_DONTWAIT)],
      [
        "time-out of 10 s in microseconds",
        "-EDOM",
        () => g.call("setsockopt", server, SOL_SOCKET, SO_RCVTIMEO, g.longs(0, 10_000_000), 16),
      ],
      [
        "short time-out",
        "-EINVAL",
        () => g.call("setsockopt", server, SOL_SOCKET, SO_RCVTIMEO, time, 15),
      ],
      ["send", 3, () => g.call("sendto", client, g.put("abc"), 3, 0, 0, 0)],
      ["", "", () => (g.host.await(server), "")],
      ["MSG_PEEK", 3, () => receive(MSG_PEEK)],
      ["recv", 3, () => receive(0)],
      ["bytes", "abc", () => g.text(g.buffer, 3)],
    ]);
  },
);

testAbiOnEach("what is no socket, and what is closed", (g) => {
  const file = g.file("");
  const rows = [
    ["listen", 5],
    ["accept", 0, 0],
    ["shutdown", 0],
    ["sendto", g.buffer, 1, 0, 0, 0],
    ["recvfrom", g.buffer, 1, 0, 0, 0],
    ["getsockname", g.buffer, g.ints(16)],
    ["getpeername", g.buffer, g.ints(16)],
    ["getsockopt", 1, SO_TYPE, g.buffer, g.ints(4)],
    ["setsockopt", 1, 2, g.ints(1), 4],
  ] as const;
  for (const [name, ...args] of rows) {
    checkRows([
      [`${name} of a file`, "-ENOTSOCK", () => g.call(name, file, ...args)],
      [`${name} of what is closed`, "-EBADF", () => g.call(name, 999, ...args)],
      [`${name} of −1`, "-EBADF", () => g.call(name, -1, ...args)],
    ]);
  }
});

testAbiOnEach("files: access modes, offsets and kinds", (g) => {
  const { folder } = g.host;
  const file = g.file("0123456789");
  const readOnly = g.open("f", 0);
  const writeOnly = g.open("f", 1);
  const directory = g.open(".", 0o40000);
  const socket = g.ok(g.call("socket", AF_INET, SOCK_STREAM, 0));
  const pair = g.ints(0, 0);
  g.ok(g.call("pipe2", pair, 0));
  const [reader, writer] = [g.int(pair), g.int(pair + 4)];
  const path = (name: string) => g.put(`${folder}/${name}`);
  const mode = (fd: number) => {
    g.ok(g.call("fstat", fd, g.buffer));
    return (g.int(g.buffer + 16) & 0o170000).toString(8);
  };
  checkRows([
    ["read a directory", "-EISDIR", () => g.call("read", directory, g.buffer, 10)],
    ["read write-only", "-EBADF", () => g.call("read", writeOnly, g.buffer, 10)],
    ["write read-only", "-EBADF", () => g.call("write", readOnly, g.buffer, 10)],
    ["read a pipe's writing end", "-EBADF", () => g.call("read", writer, g.buffer, 10)],
    ["write a pipe's reading end", "-EBADF", () => g.call("write", reader, g.buffer, 10)],
    ["lseek a pipe", "-ESPIPE", () => g.call("lseek", reader, 0, 0)],
    ["lseek a socket", "-ESPIPE", () => g.call("lseek", socket, 0, 0)],
    ["lseek whence 9", "-EINVAL", () => g.call("lseek", file, 0, 9)],
    ["lseek before the start", "-EINVAL", () => g.call("lseek", file, -1, 0)],
    ["lseek past the end", 100, () => g.call("lseek", file, 100, 0)],
    ["read there", 0, () => g.call("read", file, g.buffer, 10)],
    ["lseek closed", "-EBADF", () => g.call("lseek", 999, 0, 0)],
    ["ftruncate read-only", "-EINVAL", () => g.call("ftruncate", readOnly, 0)],
    ["open a folder to write", "-EISDIR", () => g.call("openat", -100, g.put(folder), 1, 0)],
    ["open below a file", "-ENOTDIR", () => g.call("openat", -100, path("f/x"), 0, 0)],
    ["make what is there", "-EEXIST", () => g.call("openat", -100, path("f"), 0o301, 0o644)],
    ["open what is not there", "-ENOENT", () => g.call("openat", -100, path("nothing"), 0, 0)],
    ["a file", "100000", () => mode(file)],
    ["a directory", "40000", () => mode(directory)],
    ["a socket", "140000", () => mode(socket)],
    ["a pipe", "10000", () => mode(reader)],
    ["the reader goes", 0, () => g.call("close", reader)],
    ["write then", "-EPIPE", () => g.call("write", writer, g.buffer, 1)],
    ["close", 0, () => g.call("close", writer)],
    ["close again", "-EBADF", () => g.call("close", writer)],
    ["close −1", "-EBADF", () => g.call("close", -1)],
  ]);
});

testAbiOnEach("a descriptor's number is the lowest that is free, 0 included", (g) => {
  const lowest = g.lowestFree();
  const socket = () => g.call("socket", AF_INET, SOCK_STREAM, 0);
  assertEquals([socket(), socket(), socket()], [lowest, lowest + 1, lowest + 2]);
  g.call("close", lowest + 1);
  assertEquals(socket(), lowest + 1);
  g.call("close", 0);
  assertEquals(socket(), 0);
});
