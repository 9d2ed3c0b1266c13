import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  IP_ADD_MEMBERSHIP,
  IP_MULTICAST_IF,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPV6_JOIN_GROUP,
  SO_ATTACH_FILTER,
  SO_LINGER,
  SO_PEERCRED,
  SO_RCVTIMEO,
  SOL_SOCKET,
  TCP_CONGESTION,
  TCP_INFO,
  UDP_GRO,
} from "../../lib/linux/mod.ts";
import { SOCKET_OPTIONS } from "../../lib/linux/socket_options.ts";
import { lineOf } from "./fake_system.ts";

/** The option's name and value as setsockopt(2) is printed. */
function printed(level: number, name: number, bytes: number[] | Uint8Array): string {
  const value = Uint8Array.from(bytes);
  const line = lineOf({ setsockopt: () => 0 }, (s) => {
    s.setsockopt(3, level, name, value, value.length);
  });
  return line.slice("setsockopt(3, ".length, line.lastIndexOf(", "));
}

function ints(...values: number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(values).buffer);
}

Deno.test("setsockopt() is printed with the name of every option that guests may use", () => {
  for (const { level, name, label } of SOCKET_OPTIONS) {
    assertStringIncludes(printed(level, name, ints(1, 2, 3, 4, 5)), `, ${label}, `);
  }
});

Deno.test("setsockopt() is printed with the names of options that guests may not use", () => {
  assertEquals(
    printed(SOL_SOCKET, SO_ATTACH_FILTER, ints(1)),
    "SOL_SOCKET, SO_ATTACH_FILTER, [1]",
  );
  assertEquals(printed(IPPROTO_UDP, UDP_GRO, ints(1)), "SOL_UDP, UDP_GRO, [1]");
  assertEquals(printed(IPPROTO_TCP, 99, ints(1)), "SOL_TCP, 0x63 /* TCP_??? */, [1]");
});

Deno.test("setsockopt() is printed with no option's name for the name of a value", () => {
  assertEquals(printed(IPPROTO_IP, 0, ints(1)), "SOL_IP, 0 /* IP_??? */, [1]");
  assertEquals(printed(IPPROTO_IPV6, 0, ints(1)), "SOL_IPV6, 0 /* IPV6_??? */, [1]");
  assertEquals(printed(IPPROTO_TCP, 0, ints(1)), "SOL_TCP, 0 /* TCP_??? */, [1]");
});

Deno.test("setsockopt() is printed with structures by their fields", () => {
  assertEquals(
    printed(SOL_SOCKET, SO_LINGER, ints(1, 5)),
    "SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=5}",
  );
  assertEquals(printed(SOL_SOCKET, SO_LINGER, ints(1)), "SOL_SOCKET, SO_LINGER, {l_onoff=1}");
  assertEquals(
    printed(SOL_SOCKET, SO_RCVTIMEO, ints(1, 0, 500_000, 0)),
    "SOL_SOCKET, SO_RCVTIMEO, {tv_sec=1, tv_usec=500000}",
  );
  assertEquals(
    printed(SOL_SOCKET, SO_PEERCRED, ints(0, -1, -1)),
    "SOL_SOCKET, SO_PEERCRED, {pid=0, uid=-1, gid=-1}",
  );
  assertEquals(
    printed(IPPROTO_IP, IP_ADD_MEMBERSHIP, [224, 0, 1, 5, 127, 0, 0, 1]),
    "SOL_IP, IP_ADD_MEMBERSHIP, " +
      '{imr_multiaddr=inet_addr("224.0.1.5"), imr_interface=inet_addr("127.0.0.1")}',
  );
  const group = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5];
  assertEquals(
    printed(IPPROTO_IPV6, IPV6_JOIN_GROUP, [...group, 77, 0, 0, 0]),
    "SOL_IPV6, IPV6_JOIN_GROUP, " +
      '{inet_pton(AF_INET6, "ff02::5", &ipv6mr_multiaddr), ipv6mr_interface=77}',
  );
});

Deno.test("setsockopt() is printed with what strace shows as bytes", () => {
  assertEquals(
    printed(IPPROTO_IP, IP_MULTICAST_IF, [127, 0, 0, 1]),
    'SOL_IP, IP_MULTICAST_IF, inet_addr("127.0.0.1")',
  );
  assertEquals(
    printed(IPPROTO_TCP, TCP_CONGESTION, new TextEncoder().encode("reno")),
    'SOL_TCP, TCP_CONGESTION, "reno"',
  );
  assertEquals(
    printed(IPPROTO_TCP, TCP_INFO, [10, 0, 0]),
    "SOL_TCP, TCP_INFO, {tcpi_state=TCP_LISTEN, ...}",
  );
});

Deno.test("setsockopt() is printed with bytes where they are too few", () => {
  assertEquals(printed(IPPROTO_IP, IP_TTL, [1]), 'SOL_IP, IP_TTL, "\\1"');
  assertEquals(printed(SOL_SOCKET, SO_RCVTIMEO, [1, 0]), 'SOL_SOCKET, SO_RCVTIMEO, "\\1\\0"');
  assertEquals(printed(SOL_SOCKET, SO_RCVTIMEO, []), "SOL_SOCKET, SO_RCVTIMEO, 0x...");
});
