import { assertEquals } from "@std/assert";
import { AF_UNSPEC } from "../../lib/linux/socket.ts";
import { NO_IPV6 } from "../ipv6.ts";
import { raw } from "./raw_address.ts";
import { expectCalls } from "./run_guest.ts";
import { testOn, testOnEach } from "./stacks.ts";

testOnEach("connect() reaches the port that is granted and no other", async (servers, stack) => {
  const granted = servers.tcp();
  const other = servers.tcp();
  const missing = `--allow-net=127.0.0.1:${other.port}`;
  await expectCalls({ stack, flags: [`--allow-net=127.0.0.1:${granted.port}`] }, [
    "a = socket AF_INET SOCK_STREAM",
    [`connect a 127.0.0.1:${granted.port}`, "0"],
    ["send a 'granted'", "7"],
    "b = socket AF_INET SOCK_STREAM",
    [`connect b 127.0.0.1:${other.port}`, `EACCES ${missing}`],
    ["send b 'x'", "EPIPE"],
    ["getpeername b", "ENOTCONN"],
    // Still usable.
    [`connect b 127.0.0.1:${granted.port}`, "0"],
    ["send b 'again'", "5"],
    "c = socket AF_INET SOCK_STREAM|SOCK_NONBLOCK",
    [`connect c 127.0.0.1:${other.port}`, `EACCES ${missing}`],
    ["poll c POLLOUT 0", "1 20"],
  ]);
  assertEquals(granted.arrivals(), ["granted", "again"]);
  assertEquals(other.arrivals(), []);
});

testOnEach("connect() is checked in every form of the address", async (servers, stack) => {
  const granted = servers.tcp();
  const other = servers.tcp();
  const refused = (host: string) => `EACCES --allow-net=${host}:${other.port}`;
  const loopback = refused("127.0.0.1");
  const mapped = raw(`[::ffff:127.0.0.1]:${other.port}`, { length: 24 });
  await expectCalls({ stack, flags: [`--allow-net=127.0.0.1:${granted.port}`] }, [
    "a = socket AF_INET SOCK_STREAM",
    [`connect a 0.0.0.0:${other.port}`, refused("0.0.0.0")],
    [`connect a 127.0.0.2:${granted.port}`, `EACCES --allow-net=127.0.0.2:${granted.port}`],
    [`connect a 255.255.255.255:${other.port}`, refused("255.255.255.255")],
    [`connect a ${raw(`127.0.0.1:${other.port}`, { length: 128 })}`, loopback],
    [`connect a ${raw(`127.0.0.1:${other.port}`, { length: 15 })}`, "EINVAL"],
    [`connect a ${raw(`127.0.0.1:${other.port}`, { length: 1 })}`, "EINVAL"],
    [`connect a ${raw(`127.0.0.1:${other.port}`, { length: 129 })}`, "EINVAL"],
    [`connect a ${raw(`127.0.0.1:${other.port}`, { family: 0x102 })}`, "EAFNOSUPPORT"],
    [`connect a ${raw(`[::1]:${other.port}`)}`, "EAFNOSUPPORT"],
    ["connect a null", "EFAULT"],
    "b = socket AF_INET6 SOCK_STREAM",
    [`connect b [::1]:${other.port}`, refused("[::1]")],
    [`connect b [::1%1]:${other.port}`, refused("[::1]")],
    [`connect b [::]:${other.port}`, refused("[::]")],
    [`connect b [::ffff:127.0.0.1]:${other.port}`, loopback],
    [`connect b [::ffff:0.0.0.0]:${other.port}`, refused("0.0.0.0")],
    [`connect b [::127.0.0.1]:${other.port}`, refused("[::7f00:1]")],
    [`connect b ${mapped}`, loopback],
    ...[24, 25, 26, 27, 28, 29, 128].map((length) =>
      [`connect b ${raw(`[::1]:${other.port}`, { length })}`, refused("[::1]")] as const
    ),
    [`connect b ${raw(`[::1]:${other.port}`, { length: 23 })}`, "EINVAL"],
    [`connect b [::ffff:127.0.0.1]:${granted.port}`, "0"],
    ["send b 'mapped'", "6"],
  ]);
  assertEquals(other.arrivals(), []);
  assertEquals(granted.arrivals(), ["mapped"]);
});

testOnEach(
  "connect() without a family ends a connection and makes none",
  async (servers, stack) => {
    const granted = servers.tcp();
    const other = servers.tcp();
    const nowhere = raw(`127.0.0.1:${other.port}`, { family: AF_UNSPEC });
    await expectCalls({ stack, flags: [`--allow-net=127.0.0.1:${granted.port}`] }, [
      "a = socket AF_INET SOCK_STREAM",
      [`connect a ${nowhere}`, "0"],
      [`connect a 127.0.0.1:${granted.port}`, "0"],
      ["send a 'x'", "1"],
      [`connect a 127.0.0.1:${other.port}`, `EACCES --allow-net=127.0.0.1:${other.port}`],
      [`connect a ${nowhere}`, "0"],
      ["send a 'y'", "ECONNRESET"],
      [`connect a 127.0.0.1:${other.port}`, `EACCES --allow-net=127.0.0.1:${other.port}`],
      [`connect a 0.0.0.0:${other.port}`, `EACCES --allow-net=0.0.0.0:${other.port}`],
    ]);
    assertEquals(other.arrivals(), []);
  },
);

testOnEach("connect() to an unspecified address needs loopback, too", async (servers, stack) => {
  const server = servers.tcp();
  const everywhere = `--allow-net=0.0.0.0:${server.port},[::]:${server.port}`;
  const loopback = `127.0.0.1:${server.port}`;
  await expectCalls({ stack, flags: [everywhere] }, [
    "a = socket AF_INET SOCK_STREAM",
    [`connect a 0.0.0.0:${server.port}`, `EACCES --allow-net=${loopback}`],
    "b = socket AF_INET6 SOCK_STREAM",
    [`connect b [::]:${server.port}`, `EACCES --allow-net=[::1]:${server.port}`],
  ]);
  assertEquals(server.arrivals(), []);
  await expectCalls({ stack, flags: [`${everywhere},${loopback}`] }, [
    "a = socket AF_INET SOCK_STREAM",
    [`connect a 0.0.0.0:${server.port}`, "0"],
    "send a 'v4'",
    [`getpeername a`, `0 ${loopback}`],
  ]);
  assertEquals(server.arrivals(), ["v4"]);
});

testOnEach("connect() to :: reaches ::1 where loopback is granted", async (servers, stack) => {
  const server = servers.tcp();
  const { port } = server;
  // A socket with an IPv4 address of its own would reach 127.0.0.1.
  const flags = [`--allow-net=[::]:${port},[::1]:${port},127.0.0.1:${port}`];
  await expectCalls({ stack, flags }, [
    "b = socket AF_INET6 SOCK_STREAM",
    [`connect b [::]:${port}`, "0"],
    "send b 'v6'",
    [`getpeername b`, `0 [::1]:${port}`],
  ]);
  assertEquals(server.arrivals(), ["v6"]);
}, NO_IPV6);

testOnEach("connect() holds to --deny-net in every form", async (servers, stack) => {
  const server = servers.tcp();
  const other = servers.tcp();
  const denied = `EACCES --deny-net covers 127.0.0.1:${server.port}`;
  const flags = ["--allow-net", `--deny-net=127.0.0.1:${server.port}`];
  await expectCalls({ stack, flags }, [
    "a = socket AF_INET SOCK_STREAM",
    [`connect a 127.0.0.1:${server.port}`, denied],
    [`connect a 0.0.0.0:${server.port}`, denied],
    "h = resolve localhost AF_INET",
    [`connect a h:${server.port}`, denied],
    "b = socket AF_INET6 SOCK_STREAM",
    [`connect b [::ffff:127.0.0.1]:${server.port}`, denied],
    [`connect b [::ffff:0.0.0.0]:${server.port}`, denied],
    [`connect b [::]:${server.port}`, denied],
    // A socket with an IPv4 address of its own reaches 127.0.0.1 through [::].
    ["bind b [::ffff:127.0.0.1]:0", "0"],
    [`connect b [::]:${server.port}`, denied],
    [`connect a 127.0.0.1:${other.port}`, "0"],
    "send a 'other'",
  ]);
  assertEquals(server.arrivals(), []);
  assertEquals(other.arrivals(), ["other"]);
});

testOnEach("connect() holds to blocks that are granted and denied", async (servers, stack) => {
  const server = servers.tcp();
  const to = (host: string) => `connect a ${host}:${server.port}`;
  await expectCalls({ stack, flags: ["--allow-net=127.0.0.0/30"] }, [
    "a = socket AF_INET SOCK_STREAM",
    [to("127.0.0.4"), `EACCES --allow-net=127.0.0.4:${server.port}`],
    [to("128.0.0.1"), `EACCES --allow-net=128.0.0.1:${server.port}`],
    [to("127.0.0.3"), "0"],
    "send a 'inside'",
  ]);
  assertEquals(server.arrivals(), ["inside"]);
  const flags = ["--allow-net=127.0.0.0/8", "--deny-net=127.0.0.4/30"];
  await expectCalls({ stack, flags }, [
    "a = socket AF_INET SOCK_STREAM",
    [to("127.0.0.5"), `EACCES --deny-net covers 127.0.0.5:${server.port}`],
    "b = socket AF_INET6 SOCK_STREAM",
    [
      `connect b [::ffff:127.0.0.5]:${server.port}`,
      `EACCES --deny-net covers 127.0.0.5:${server.port}`,
    ],
    [to("127.0.0.8"), "0"],
    "send a 'beside'",
  ]);
  assertEquals(server.arrivals(), ["beside"]);
});

testOn("libc", "a denied block stays denied without a free descriptor", async (servers, stack) => {
  const server = servers.tcp();
  const flags = ["--allow-net=127.0.0.0/8", "--deny-net=127.0.0.4/30"];
  await expectCalls({ stack, flags, descriptors: 100 }, [
    "a = socket AF_INET SOCK_STREAM",
    ["socketsUntilFull", "EMFILE"],
    [`connect a 127.0.0.5:${server.port}`, `EACCES --deny-net covers 127.0.0.5:${server.port}`],
  ]);
  assertEquals(server.arrivals(), []);
});

testOnEach("an answer is forgotten when its permission is revoked", async (servers, stack) => {
  const server = servers.tcp();
  const udp = servers.udp();
  const grants = `127.0.0.1:${server.port},127.0.0.1:${udp.port},0.0.0.0:0`;
  const revoke = (port: number) => `revoke '{"name":"net","host":"127.0.0.1:${port}"}'`;
  await expectCalls({ stack, flags: [`--allow-net=${grants}`] }, [
    "a = socket AF_INET SOCK_STREAM",
    [`connect a 127.0.0.1:${server.port}`, "0"],
    "send a 'before'",
    revoke(server.port),
    // A connection stays; a new one is refused.
    "send a ' after'",
    "b = socket AF_INET SOCK_STREAM",
    [`connect b 127.0.0.1:${server.port}`, `EACCES --allow-net=127.0.0.1:${server.port}`],
    "u = socket AF_INET SOCK_DGRAM",
    [`sendto u 'before' 127.0.0.1:${udp.port}`, "6"],
    revoke(udp.port),
    [`sendto u 'after' 127.0.0.1:${udp.port}`, `EACCES --allow-net=127.0.0.1:${udp.port}`],
  ]);
  assertEquals(server.arrivals(), ["before after"]);
  assertEquals(udp.arrivals(), ["before"]);
  await expectCalls({ stack, flags: ["--allow-net"] }, [
    "a = socket AF_INET SOCK_STREAM",
    [`connect a 127.0.0.1:${server.port}`, "0"],
    "send a 'open'",
    `revoke '{"name":"net"}'`,
    "b = socket AF_INET SOCK_STREAM",
    [`connect b 127.0.0.1:${server.port}`, `EACCES --allow-net=127.0.0.1:${server.port}`],
    "u = socket AF_INET SOCK_DGRAM",
    [`sendto u 'x' 127.0.0.1:${udp.port}`, `EACCES --allow-net=127.0.0.1:${udp.port}`],
    ["resolve localhost", "EACCES --allow-net=localhost"],
    [`bind b 127.0.0.1:0`, "EACCES --allow-net=127.0.0.1:0"],
    ["listen b 1", "EACCES --allow-net=0.0.0.0:0"],
  ]);
  assertEquals(server.arrivals(), ["open"]);
  assertEquals(udp.arrivals(), []);
});
