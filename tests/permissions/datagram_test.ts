import { assert, assertEquals } from "@std/assert";
import { AF_UNSPEC } from "../../lib/linux/socket.ts";
import { NO_IPV6 } from "../ipv6.ts";
import { raw } from "./raw_address.ts";
import { expectCalls, runGuest } from "./run_guest.ts";
import { testOnEach } from "./stacks.ts";

testOnEach("datagrams go to the port that is granted and no other", async (servers, stack) => {
  const granted = servers.udp();
  const other = servers.udp();
  const refused = (host: string) => `EACCES --allow-net=${host}:${other.port}`;
  const loopback = refused("127.0.0.1");
  const unspec = raw(`127.0.0.1:${other.port}`, { family: AF_UNSPEC });
  const flags = [`--allow-net=127.0.0.1:${granted.port},127.0.0.1:0`];
  await expectCalls({ stack, flags }, [
    "u = socket AF_INET SOCK_DGRAM",
    "bind u 127.0.0.1:0",
    [`sendto u 'x' 127.0.0.1:${other.port}`, loopback],
    [`sendmsg u 'x' 127.0.0.1:${other.port}`, loopback],
    [`connect u 127.0.0.1:${other.port}`, loopback],
    [`sendto u 'x' 0.0.0.0:${other.port}`, refused("0.0.0.0")],
    [`sendto u 'x' 127.255.255.255:${other.port}`, refused("127.255.255.255")],
    [`sendto u 'x' 255.255.255.255:${other.port}`, refused("255.255.255.255")],
    // UDP takes an address without a family for one of IPv4.
    [`sendto u 'x' ${unspec}`, loopback],
    [`sendmsg u 'x' ${unspec}`, loopback],
    [`sendto u 'x' ${raw(`127.0.0.1:${other.port}`, { length: 128 })}`, loopback],
    [`sendto u 'x' ${raw(`127.0.0.1:${other.port}`, { length: 15 })}`, "EINVAL"],
    [`sendto u 'x' ${raw(`127.0.0.1:${other.port}`, { length: 15, family: 0 })}`, "EINVAL"],
    [`sendto u 'x' 127.0.0.1:${other.port} MSG_FASTOPEN`, "EOPNOTSUPP"],
    [`sendto u 'x' 127.0.0.1:${granted.port} MSG_FASTOPEN`, "EOPNOTSUPP"],
    ["sendto u 'x' null", "EFAULT"],
    [`sendto u '' 127.0.0.1:${other.port}`, loopback],
    [`sendto u 'one' 127.0.0.1:${granted.port}`, "3"],
    [`sendmsg u 'two' 127.0.0.1:${granted.port}`, "3"],
  ]);
  assertEquals(granted.arrivals(), ["one", "two"]);
  assertEquals(other.arrivals(), []);
});

testOnEach("datagrams of IPv6 sockets are checked in both families", async (servers, stack) => {
  const granted = servers.udp();
  const other = servers.udp();
  const refused = (host: string) => `EACCES --allow-net=${host}:${other.port}`;
  const flags = [`--allow-net=127.0.0.1:${granted.port},[::1]:${granted.port},[::]:0`];
  await expectCalls({ stack, flags }, [
    "u = socket AF_INET6 SOCK_DGRAM",
    [`sendto u 'x' [::1]:${other.port}`, refused("[::1]")],
    [`sendto u 'x' [::1%1]:${other.port}`, refused("[::1]")],
    [`sendto u 'x' [::]:${other.port}`, refused("[::]")],
    [`sendto u 'x' [::ffff:127.0.0.1]:${other.port}`, refused("127.0.0.1")],
    [`sendto u 'x' [::ffff:0.0.0.0]:${other.port}`, refused("0.0.0.0")],
    // The address of an IPv4 socket, as it is.
    [`sendto u 'x' ${raw(`127.0.0.1:${other.port}`)}`, refused("127.0.0.1")],
    [`sendmsg u 'x' ${raw(`127.0.0.1:${other.port}`)}`, refused("127.0.0.1")],
    [`connect u ${raw(`127.0.0.1:${other.port}`)}`, refused("127.0.0.1")],
    ...[24, 25, 26, 27, 28, 128].map((length) =>
      [`sendto u 'x' ${raw(`[::1]:${other.port}`, { length })}`, refused("[::1]")] as const
    ),
    [`sendto u 'x' ${raw(`[::1]:${other.port}`, { length: 23 })}`, "EINVAL"],
    [`sendto u 'four' [::ffff:127.0.0.1]:${granted.port}`, "4"],
    [`sendto u 'bare' 127.0.0.1:${granted.port}`, "4"],
  ]);
  assertEquals(granted.arrivals(), ["four", "bare"]);
  assertEquals(other.arrivals(), []);
});

testOnEach("datagrams go to the IPv6 address that is granted", async (servers, stack) => {
  const granted = servers.udp();
  await expectCalls({ stack, flags: [`--allow-net=[::1]:${granted.port},[::]:0`] }, [
    "u = socket AF_INET6 SOCK_DGRAM",
    [`sendto u 'six' [::1]:${granted.port}`, "3"],
  ]);
  assertEquals(granted.arrivals(), ["six"]);
}, NO_IPV6);

testOnEach("a connected datagram socket reaches nobody but its peer", async (servers, stack) => {
  const granted = servers.udp();
  const other = servers.udp();
  const loopback = `EACCES --allow-net=127.0.0.1:${other.port}`;
  const flags = [`--allow-net=127.0.0.1:${granted.port},127.0.0.1:0,[::]:0,[::1]:0`];
  await expectCalls({ stack, flags }, [
    "u = socket AF_INET SOCK_DGRAM",
    "bind u 127.0.0.1:0",
    [`connect u 127.0.0.1:${granted.port}`, "0"],
    [`sendto u 'x' 127.0.0.1:${other.port}`, loopback],
    [`sendmsg u 'x' 127.0.0.1:${other.port}`, loopback],
    [`connect u 127.0.0.1:${other.port}`, loopback],
    ["send u 'one'", "3"],
    ["send u 'two' MSG_MORE", "3"],
    [`sendto u 'x' 127.0.0.1:${other.port}`, loopback],
    ["send u ' and a half'", "11"],
    "setsockopt u IPPROTO_UDP UDP_CORK 1",
    ["send u 'three'", "5"],
    [`connect u 127.0.0.1:${other.port}`, loopback],
    [`sendto u 'x' 127.0.0.1:${other.port}`, loopback],
    "setsockopt u IPPROTO_UDP UDP_CORK 0",
    // No peer any more.
    `connect u ${raw(`127.0.0.1:${other.port}`, { family: AF_UNSPEC })}`,
    ["send u 'x'", "EDESTADDRREQ"],
    [`connect u 127.0.0.1:${other.port}`, loopback],
    ["send u 'x'", "EDESTADDRREQ"],
  ]);
  assertEquals(granted.arrivals(), ["one", "two and a half", "three"]);
  // To an IPv6 socket an address without a family is none; the errno depends on the stack.
  const answers = await runGuest({ stack, flags }, [
    "v = socket AF_INET6 SOCK_DGRAM",
    `sendto v 'x' ${raw(`[::1]:${other.port}`, { family: AF_UNSPEC })}`,
    `sendto v 'x' ${raw(`127.0.0.1:${other.port}`, { family: AF_UNSPEC })}`,
    `connect v ${raw(`[::1]:${other.port}`, { family: AF_UNSPEC })}`,
    "send v 'x'",
  ]);
  assert(/^E/.test(answers[1] ?? "") && /^E/.test(answers[4] ?? ""), answers.join());
  assertEquals(other.arrivals(), []);
});

testOnEach("an unspecified destination is loopback, whatever the socket's own address", async (
  servers,
  stack,
) => {
  const server = servers.udp();
  const { port } = server;
  // With an address of its own the socket would reach that one through 0.0.0.0.
  const flags = [`--allow-net=0.0.0.0:${port},127.0.0.1:${port},127.0.0.2:0,[::]:${port}`];
  const own = `EACCES --allow-net=127.0.0.2:${port}`;
  await expectCalls({ stack, flags }, [
    "u = socket AF_INET SOCK_DGRAM",
    "bind u 127.0.0.2:0",
    [`sendto u 'x' 0.0.0.0:${port}`, own],
    [`connect u 0.0.0.0:${port}`, own],
    "t = socket AF_INET SOCK_STREAM",
    "bind t 127.0.0.2:0",
    [`connect t 0.0.0.0:${port}`, own],
    "v = socket AF_INET6 SOCK_DGRAM",
    "bind v [::ffff:127.0.0.2]:0",
    [`sendto v 'x' [::ffff:0.0.0.0]:${port}`, own],
    [`sendto v 'x' [::]:${port}`, `EACCES --allow-net=[::1]:${port}`],
  ]);
  assertEquals(server.arrivals(), []);
});

testOnEach("multicast groups need a permission of their own", async (_servers, stack) => {
  const join = "setsockopt u IPPROTO_IP IP_ADD_MEMBERSHIP";
  const join6 = "setsockopt v IPPROTO_IPV6 IPV6_JOIN_GROUP";
  // 224.0.0.251 on 127.0.0.1, as ip_mreq and as ip_mreqn; ff02::fb on any interface.
  const group = "hex:e00000fb7f000001";
  const longGroup = "hex:e00000fb7f00000100000000";
  const group6 = `hex:ff0200000000000000000000000000fb00000000`;
  const missing = "EACCES --allow-net=224.0.0.251";
  await expectCalls({ stack, flags: ["--allow-net=0.0.0.0:0,127.0.0.1,[::]:0,[::1]"] }, [
    "u = socket AF_INET SOCK_DGRAM",
    [`${join} ${group}`, missing],
    [`${join} ${longGroup}`, missing],
    ["sendto u 'x' 224.0.0.251:5353", "EACCES --allow-net=224.0.0.251:5353"],
    ["connect u 224.0.0.251:5353", "EACCES --allow-net=224.0.0.251:5353"],
    ["bind u 224.0.0.251:0", "EACCES --allow-net=224.0.0.251:0"],
    "v = socket AF_INET6 SOCK_DGRAM",
    [`${join6} ${group6}`, "EACCES --allow-net=[ff02::fb]"],
    [`setsockopt v IPPROTO_IP IP_ADD_MEMBERSHIP ${group}`, missing],
    ["sendto v 'x' [ff02::fb]:5353", "EACCES --allow-net=[ff02::fb]:5353"],
    "t = socket AF_INET SOCK_STREAM",
    [`setsockopt t IPPROTO_IP IP_ADD_MEMBERSHIP ${group}`, missing],
  ]);
  const denied = ["--allow-net", "--deny-net=224.0.0.0/4,[ff02::fb]"];
  await expectCalls({ stack, flags: denied }, [
    "u = socket AF_INET SOCK_DGRAM",
    [`${join} ${group}`, "EACCES --deny-net covers 224.0.0.251"],
    "v = socket AF_INET6 SOCK_DGRAM",
    [`${join6} ${group6}`, "EACCES --deny-net covers [ff02::fb]"],
  ]);
  const rules = { deny: ["multicast@224.0.0.251"] };
  await expectCalls({ stack, flags: ["--allow-net"], rules }, [
    "u = socket AF_INET SOCK_DGRAM",
    [`${join} ${group}`, "EACCES deny rule multicast@224.0.0.251 for multicast@224.0.0.251"],
  ]);
  await expectCalls({ stack, flags: ["--allow-net=0.0.0.0:0,224.0.0.251"] }, [
    "u = socket AF_INET SOCK_DGRAM",
    `${join} ${group}`,
  ]);
});
