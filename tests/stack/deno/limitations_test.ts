import { assertEquals } from "@std/assert";
import { Errno } from "../../../lib/linux/errno.ts";
import * as IN from "../../../lib/linux/in.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  MSG_OOB,
  SO_DEBUG,
  SO_DONTROUTE,
  SO_NO_CHECK,
  SO_OOBINLINE,
  SO_PRIORITY,
  SO_REUSEPORT,
  SO_TIMESTAMP,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../../lib/linux/socket.ts";
import * as TCP from "../../../lib/linux/tcp.ts";
import { openDenoStack } from "../../../lib/stack/deno/mod.ts";
import { LIMITATIONS } from "../../../lib/stack/deno/limitations.ts";
import type { Stack } from "../../../lib/stack/stack.ts";
import {
  bind,
  connection,
  datagrams,
  getOption,
  nameOf,
  send,
  setOption,
  sockaddr,
  socket,
} from "./sockets.ts";

const { IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP } = IN;

function asNumber(result: unknown): number {
  return typeof result === "number" ? result : 0;
}

function setTcp(name: number, value: number): (stack: Stack) => number {
  return (stack) => setOption(socket(stack), IPPROTO_TCP, name, value);
}

function setSocket(name: number): (stack: Stack) => number {
  return (stack) => setOption(socket(stack), SOL_SOCKET, name, 1);
}

function setIp(name: number, value: number, type: number = SOCK_DGRAM): (stack: Stack) => number {
  return (stack) => setOption(socket(stack, type), IPPROTO_IP, name, value);
}

function setIp6(name: number, value: number): (stack: Stack) => number {
  return (stack) => setOption(socket(stack, SOCK_DGRAM, AF_INET6), IPPROTO_IPV6, name, value);
}

/** What makes each row's call; rows that need a narrower permission have tests of their own. */
const PROBES: Readonly<Record<string, (stack: Stack) => number>> = {
  "socket(AF_UNIX)": (stack) => asNumber(stack.socket(AF_UNIX, SOCK_STREAM, 0)),
  "send(MSG_OOB)": (stack) => send(connection(stack)[0], "!", MSG_OOB),
  "setsockopt(SO_OOBINLINE)": setSocket(SO_OOBINLINE),
  "setsockopt(SO_DEBUG)": setSocket(SO_DEBUG),
  "setsockopt(SO_DONTROUTE)": setSocket(SO_DONTROUTE),
  "setsockopt(SO_NO_CHECK)": setSocket(SO_NO_CHECK),
  "setsockopt(SO_PRIORITY)": setSocket(SO_PRIORITY),
  "setsockopt(SO_TIMESTAMP)": setSocket(SO_TIMESTAMP),
  "setsockopt(SO_REUSEPORT) on UDP": (stack) =>
    setOption(socket(stack, SOCK_DGRAM), SOL_SOCKET, SO_REUSEPORT, 1),
  "setsockopt(TCP_MAXSEG)": setTcp(TCP.TCP_MAXSEG, 1000),
  "setsockopt(TCP_KEEPINTVL)": setTcp(TCP.TCP_KEEPINTVL, 10),
  "setsockopt(TCP_KEEPCNT)": setTcp(TCP.TCP_KEEPCNT, 3),
  "setsockopt(TCP_SYNCNT)": setTcp(TCP.TCP_SYNCNT, 3),
  "setsockopt(TCP_LINGER2)": setTcp(TCP.TCP_LINGER2, 3),
  "setsockopt(TCP_DEFER_ACCEPT)": setTcp(TCP.TCP_DEFER_ACCEPT, 3),
  "setsockopt(TCP_WINDOW_CLAMP)": setTcp(TCP.TCP_WINDOW_CLAMP, 4096),
  "setsockopt(TCP_QUICKACK)": setTcp(TCP.TCP_QUICKACK, 0),
  "setsockopt(TCP_CONGESTION)": (stack) =>
    socket(stack).setsockopt(
      IPPROTO_TCP,
      TCP.TCP_CONGESTION,
      new TextEncoder().encode("reno"),
      4,
    ),
  "setsockopt(TCP_USER_TIMEOUT)": setTcp(TCP.TCP_USER_TIMEOUT, 1000),
  "setsockopt(TCP_NOTSENT_LOWAT)": setTcp(TCP.TCP_NOTSENT_LOWAT, 1000),
  "getsockopt(TCP_MAXSEG) on a connection": (stack) =>
    getOption(connection(stack)[0], IPPROTO_TCP, TCP.TCP_MAXSEG),
  "getsockopt(TCP_CONGESTION)": (stack) =>
    getOption(socket(stack), IPPROTO_TCP, TCP.TCP_CONGESTION),
  "setsockopt(IP_TTL) on TCP": setIp(IN.IP_TTL, 3, SOCK_STREAM),
  "setsockopt(IP_TOS)": setIp(IN.IP_TOS, 16),
  "setsockopt(IP_MTU_DISCOVER)": setIp(IN.IP_MTU_DISCOVER, 2),
  "setsockopt(IP_MULTICAST_TTL, 0)": setIp(IN.IP_MULTICAST_TTL, 0),
  "setsockopt(IP_MULTICAST_IF) on AF_INET6": (stack) =>
    setOption(socket(stack, SOCK_DGRAM, AF_INET6), IPPROTO_IP, IN.IP_MULTICAST_IF, 0),
  "setsockopt(IP_ADD_MEMBERSHIP) on AF_INET6": (stack) =>
    setOption(
      socket(stack, SOCK_DGRAM, AF_INET6),
      IPPROTO_IP,
      IN.IP_ADD_MEMBERSHIP,
      0xfb0000e0,
      0,
    ),
  "setsockopt(IP_ADD_MEMBERSHIP) with an interface's index": (stack) =>
    setOption(socket(stack, SOCK_DGRAM), IPPROTO_IP, IN.IP_ADD_MEMBERSHIP, 0xfb0000e0, 0, 1),
  "setsockopt(IPV6_JOIN_GROUP) with an interface's index": (stack) =>
    setOption(
      socket(stack, SOCK_DGRAM, AF_INET6),
      IPPROTO_IPV6,
      IN.IPV6_JOIN_GROUP,
      0x2ff,
      0,
      0,
      0x01000000,
      1,
    ),
  "setsockopt(IPV6_UNICAST_HOPS)": setIp6(IN.IPV6_UNICAST_HOPS, 3),
  "setsockopt(IPV6_MULTICAST_HOPS)": setIp6(IN.IPV6_MULTICAST_HOPS, 3),
  "setsockopt(IPV6_TCLASS)": setIp6(IN.IPV6_TCLASS, 16),
  "setsockopt(IPV6_MTU_DISCOVER)": setIp6(IN.IPV6_MTU_DISCOVER, 2),
  "bind([::]) with IPV6_V6ONLY on TCP": (stack) => {
    const file = socket(stack, SOCK_STREAM, AF_INET6);
    assertEquals(setOption(file, IPPROTO_IPV6, IN.IPV6_V6ONLY, 1), 0);
    return bind(file, "[::]:0");
  },
  "connect() by name from a bound socket": (stack) => {
    const file = socket(stack);
    assertEquals(bind(file, "127.0.0.1:0"), 0);
    const address = sockaddr("198.18.0.1:9");
    return file.connect(address, address.length, "localhost");
  },
  "sendto() that the host refuses": (stack) => {
    // A socket of the loopback address has no route to anywhere else.
    const file = datagrams(stack);
    const address = sockaddr("192.0.2.1:9");
    return file.sendto(new Uint8Array(1), 1, 0, address, address.length, null);
  },
};

/** Their probes run in a program with fewer permissions: lifecycle_test.ts. */
const ELSEWHERE = [
  "bind() or listen() in a Deno without process.binding()",
  "sendto() or connect() of an unbound UDP socket without permission to bind",
  "getsockopt(SO_PEERCRED) of a pair without --allow-sys",
];

Deno.test("each limitation with an errno gives the guest this errno", async (context) => {
  const stack = openDenoStack();
  try {
    for (const { call, errno } of LIMITATIONS) {
      const probe = PROBES[call];
      if (errno === 0 || probe === undefined) continue;
      await context.step(call, () => assertEquals(probe(stack), -errno));
    }
  } finally {
    stack.close();
  }
});

Deno.test("the table of limitations has no row without a test and no row twice", () => {
  const calls = LIMITATIONS.map(({ call }) => call);
  assertEquals(calls.length, new Set(calls).size);
  const tested = [...Object.keys(PROBES), ...ELSEWHERE];
  const refused = LIMITATIONS.filter(({ errno }) => errno !== 0).map(({ call }) => call);
  assertEquals(refused.toSorted(), tested.toSorted());
});

Deno.test("options that are refused still read their defaults and check their range", () => {
  const stack = openDenoStack();
  try {
    const file = socket(stack);
    assertEquals(getOption(file, IPPROTO_TCP, TCP.TCP_KEEPINTVL), 75);
    assertEquals(setOption(file, IPPROTO_TCP, TCP.TCP_KEEPINTVL, 75), 0);
    assertEquals(setOption(file, IPPROTO_TCP, TCP.TCP_KEEPINTVL, 0), -Errno.EINVAL);
    assertEquals(getOption(file, IPPROTO_IP, IN.IP_TTL), 64);
    assertEquals(setOption(file, IPPROTO_IP, IN.IP_TTL, 256), -Errno.EINVAL);
    assertEquals(getOption(file, SOL_SOCKET, SO_OOBINLINE), 0);
    assertEquals(setOption(file, SOL_SOCKET, SO_OOBINLINE, 0), 0);
    assertEquals(nameOf(file)[0], AF_INET);
  } finally {
    stack.close();
  }
});
