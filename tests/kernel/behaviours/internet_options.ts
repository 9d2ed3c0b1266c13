/**
 * Socket options of the levels IPPROTO_IP, IPPROTO_IPV6 and IPPROTO_UDP.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Errno } from "../../../lib/linux/errno.ts";
import {
  IP_ADD_MEMBERSHIP,
  IP_DROP_MEMBERSHIP,
  IP_MTU_DISCOVER,
  IP_MULTICAST_IF,
  IP_MULTICAST_LOOP,
  IP_MULTICAST_TTL,
  IP_TOS,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_UDP,
  IPV6_JOIN_GROUP,
  IPV6_LEAVE_GROUP,
  IPV6_MTU_DISCOVER,
  IPV6_MULTICAST_HOPS,
  IPV6_MULTICAST_IF,
  IPV6_MULTICAST_LOOP,
  IPV6_TCLASS,
  IPV6_UNICAST_HOPS,
  IPV6_V6ONLY,
} from "../../../lib/linux/in.ts";
import { POLLIN } from "../../../lib/linux/poll.ts";
import { encodeSockaddr } from "../../../lib/linux/sockaddr.ts";
import { AF_INET, AF_INET6, SOCK_DGRAM } from "../../../lib/linux/socket.ts";
import { UDP_CORK } from "../../../lib/linux/udp.ts";
import { IpAddress, IPV4_ANY, IPV6_ANY, parseIpAddress, SocketAddress } from "../../../lib/ip.ts";
import { assertErrno, bytes, type Guest, loopback } from "../guest.ts";
import { boolOption, freshSocket, intOption, type SocketKind } from "./option_subjects.ts";
import type { Coverage, Subject } from "./subject.ts";

const FOUR = ["tcp", "udp"] as const;
const SIX = ["tcp6", "udp6"] as const;
const UDP = ["udp"] as const;
const UDP6 = ["udp6"] as const;

const LOOPBACK = [127, 0, 0, 1];
const GROUP = [239, 1, 2, 3];
const GROUP6 = "ff01::1234";

function set(
  guest: Guest,
  fd: number,
  level: number,
  name: number,
  value: readonly number[],
): number {
  return guest.kernel.setsockopt(fd, level, name, Uint8Array.from(value), value.length);
}

function setFresh(kind: SocketKind, level: number, name: number, value: number) {
  return (guest: Guest): number => guest.setInt(freshSocket(guest, kind), level, name, value);
}

/** The address that getsockopt() gives for an in_addr. */
function getAddress(guest: Guest, fd: number): number[] {
  const value = new Uint8Array(4);
  const length = Int32Array.of(4);
  guest.ok(guest.kernel.getsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, value, length));
  return [...value];
}

function portOf(guest: Guest, fd: number): number {
  const address = guest.addressOf(fd);
  return ((address[2] ?? 0) << 8) | (address[3] ?? 0);
}

/** A socket that is bound to every address, and the group's address with its port. */
function groupMember(guest: Guest): { fd: number; address: Uint8Array<ArrayBuffer> } {
  const fd = guest.socket(AF_INET, SOCK_DGRAM);
  guest.ok(guest.kernel.bind(fd, encodeSockaddr(new SocketAddress(IPV4_ANY, 0))), "bind");
  const group = new IpAddress(Uint8Array.from(GROUP));
  return { fd, address: encodeSockaddr(new SocketAddress(group, portOf(guest, fd))) };
}

/** An IPv4 socket that sends multicast through the loopback interface. */
function groupSender(guest: Guest): number {
  const fd = guest.socket(AF_INET, SOCK_DGRAM);
  guest.ok(set(guest, fd, IPPROTO_IP, IP_MULTICAST_IF, LOOPBACK), "IP_MULTICAST_IF");
  return fd;
}

function isReadable(guest: Guest, fd: number): boolean {
  return guest.ok(guest.kernel.poll([{ fd, events: POLLIN, revents: 0 }], 20), "poll") === 1;
}

/** `struct ipv6_mreq`: the group and an interface's index. */
function mreq6(index = 0): number[] {
  return [...(parseIpAddress(GROUP6)?.bytes ?? []), index, 0, 0, 0];
}

const DROPS: Subject = {
  does: "leaves a group: nothing comes from it any more, EADDRNOTAVAIL the second time",
  run(guest) {
    const { fd, address } = groupMember(guest);
    const member = [...GROUP, ...LOOPBACK];
    assertEquals(set(guest, fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, member), 0);
    assertEquals(set(guest, fd, IPPROTO_IP, IP_DROP_MEMBERSHIP, member), 0);
    assertErrno(set(guest, fd, IPPROTO_IP, IP_DROP_MEMBERSHIP, member), Errno.EADDRNOTAVAIL);
    guest.kernel.sendto(groupSender(guest), bytes("x"), 1, 0, address);
    assertEquals(isReadable(guest, fd), false);
  },
};

/** The options, by their label in the table of options. */
export const INTERNET_OPTIONS = {
  IP_TOS: intOption({ level: IPPROTO_IP, name: IP_TOS, on: FOUR }, {
    fresh: 0,
    takes: [[0x10, 0x10], [0, 0]],
    row: "setsockopt(IP_TOS)",
  }),
  IP_TTL: [
    ...intOption({ level: IPPROTO_IP, name: IP_TTL, on: FOUR }, {
      fresh: 64,
      refuses: [[0, Errno.EINVAL], [256, Errno.EINVAL], [-2, Errno.EINVAL]],
    }),
    {
      does: "takes 1 to 255 on UDP",
      run(guest) {
        const fd = freshSocket(guest, "udp");
        for (const value of [1, 255, 64]) {
          assertEquals(guest.setInt(fd, IPPROTO_IP, IP_TTL, value), 0);
          assertEquals(guest.getInt(fd, IPPROTO_IP, IP_TTL), value);
        }
      },
    },
    {
      does: "takes 1 to 255 on TCP",
      run(guest) {
        const fd = freshSocket(guest, "tcp");
        assertEquals(guest.setInt(fd, IPPROTO_IP, IP_TTL, 7), 0);
        assertEquals(guest.getInt(fd, IPPROTO_IP, IP_TTL), 7);
      },
      deno: {
        row: "setsockopt(IP_TTL) on TCP",
        gives: setFresh("tcp", IPPROTO_IP, IP_TTL, 7),
      },
    },
  ],
  IP_MTU_DISCOVER: intOption({ level: IPPROTO_IP, name: IP_MTU_DISCOVER, on: FOUR }, {
    fresh: 1,
    takes: [[2, 2], [0, 0]],
    refuses: [[-1, Errno.EINVAL], [6, Errno.EINVAL]],
    row: "setsockopt(IP_MTU_DISCOVER)",
  }),
  IP_MULTICAST_IF: [
    {
      does: "is none at first and takes the address of an interface",
      run(guest) {
        const fd = freshSocket(guest, "udp");
        assertEquals(getAddress(guest, fd), [0, 0, 0, 0]);
        assertEquals(set(guest, fd, IPPROTO_IP, IP_MULTICAST_IF, LOOPBACK), 0);
        assertEquals(getAddress(guest, fd), LOOPBACK);
        const nowhere = set(guest, fd, IPPROTO_IP, IP_MULTICAST_IF, [192, 0, 2, 1]);
        assertErrno(nowhere, Errno.EADDRNOTAVAIL);
        assertErrno(set(guest, fd, IPPROTO_IP, IP_MULTICAST_IF, [1]), Errno.EINVAL);
      },
    },
  ],
  IP_MULTICAST_TTL: [
    ...intOption({ level: IPPROTO_IP, name: IP_MULTICAST_TTL, on: UDP }, {
      fresh: 1,
      takes: [[5, 5], [255, 255], [-1, 1]],
      refuses: [[256, Errno.EINVAL]],
    }),
    {
      does: "takes 0",
      run: (guest) => assertEquals(setFresh("udp", IPPROTO_IP, IP_MULTICAST_TTL, 0)(guest), 0),
      deno: {
        row: "setsockopt(IP_MULTICAST_TTL, 0)",
        gives: setFresh("udp", IPPROTO_IP, IP_MULTICAST_TTL, 0),
      },
    },
  ],
  IP_MULTICAST_LOOP: [
    ...intOption({ level: IPPROTO_IP, name: IP_MULTICAST_LOOP, on: UDP }, {
      fresh: 1,
      takes: [[0, 0], [7, 1]],
    }),
  ],
  IP_ADD_MEMBERSHIP: [
    {
      does: "joins a group once, by address; EINVAL for no group, EADDRINUSE the second time",
      run(guest) {
        const { fd, address } = groupMember(guest);
        const join = (value: readonly number[]): number =>
          set(guest, fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, value);
        assertErrno(join([...LOOPBACK, ...LOOPBACK]), Errno.EINVAL);
        assertErrno(join(GROUP), Errno.EINVAL);
        assertEquals(join([...GROUP, ...LOOPBACK]), 0);
        assertErrno(join([...GROUP, ...LOOPBACK]), Errno.EADDRINUSE);
        guest.ok(guest.kernel.sendto(groupSender(guest), bytes("x"), 1, 0, address), "sendto");
        assertEquals(guest.receive(fd), "x");
      },
    },
    {
      does: "joins a group by an interface's index",
      run(guest) {
        const { fd } = groupMember(guest);
        const value = [...GROUP, 0, 0, 0, 0, 1, 0, 0, 0];
        assertEquals(set(guest, fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, value), 0);
      },
      deno: {
        row: "setsockopt(IP_ADD_MEMBERSHIP) with an interface's index",
        gives(guest) {
          const value = [...GROUP, 0, 0, 0, 0, 1, 0, 0, 0];
          return set(guest, freshSocket(guest, "udp"), IPPROTO_IP, IP_ADD_MEMBERSHIP, value);
        },
      },
    },
  ],
  IP_DROP_MEMBERSHIP: [DROPS],
  IPV6_UNICAST_HOPS: intOption({ level: IPPROTO_IPV6, name: IPV6_UNICAST_HOPS, on: SIX }, {
    fresh: 64,
    takes: [[7, 7], [-1, 64], [255, 255]],
    refuses: [[256, Errno.EINVAL], [-2, Errno.EINVAL]],
    row: "setsockopt(IPV6_UNICAST_HOPS)",
  }),
  IPV6_MULTICAST_IF: intOption({ level: IPPROTO_IPV6, name: IPV6_MULTICAST_IF, on: UDP6 }, {
    fresh: 0,
    takes: [[1, 1], [0, 0]],
    refuses: [[0x7fffffff, Errno.ENODEV]],
  }),
  IPV6_MULTICAST_HOPS: intOption({ level: IPPROTO_IPV6, name: IPV6_MULTICAST_HOPS, on: UDP6 }, {
    fresh: 1,
    takes: [[7, 7], [-1, 1]],
    refuses: [[256, Errno.EINVAL]],
    row: "setsockopt(IPV6_MULTICAST_HOPS)",
  }),
  IPV6_MULTICAST_LOOP: intOption({ level: IPPROTO_IPV6, name: IPV6_MULTICAST_LOOP, on: UDP6 }, {
    fresh: 1,
    takes: [[0, 0], [1, 1]],
    refuses: [[2, Errno.EINVAL]],
  }),
  IPV6_JOIN_GROUP: [
    {
      does: "joins a group; EINVAL for no group and for too short a value",
      run(guest) {
        const fd = freshSocket(guest, "udp6");
        const join = (value: readonly number[]): number =>
          set(guest, fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, value);
        assertErrno(join(new Array(20).fill(0)), Errno.EINVAL);
        assertErrno(join(mreq6().slice(0, 19)), Errno.EINVAL);
        assertErrno(join(mreq6(0x7f)), Errno.ENODEV);
      },
    },
    {
      does: "joins a group by an interface's index",
      run(guest) {
        const fd = freshSocket(guest, "udp6");
        assertEquals(set(guest, fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, mreq6(1)), 0);
        const again = set(guest, fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, mreq6(1));
        assertErrno(again, Errno.EADDRINUSE);
      },
      deno: {
        row: "setsockopt(IPV6_JOIN_GROUP) with an interface's index",
        gives: (guest) =>
          set(guest, freshSocket(guest, "udp6"), IPPROTO_IPV6, IPV6_JOIN_GROUP, mreq6(1)),
      },
    },
  ],
  IPV6_LEAVE_GROUP: [
    {
      does: "is EADDRNOTAVAIL for a group that was not joined",
      run(guest) {
        const fd = freshSocket(guest, "udp6");
        const left = set(guest, fd, IPPROTO_IPV6, IPV6_LEAVE_GROUP, mreq6());
        assertErrno(left, Errno.EADDRNOTAVAIL);
      },
    },
    {
      does: "leaves a group",
      run(guest) {
        const fd = freshSocket(guest, "udp6");
        guest.ok(set(guest, fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, mreq6(1)), "IPV6_JOIN_GROUP");
        assertEquals(set(guest, fd, IPPROTO_IPV6, IPV6_LEAVE_GROUP, mreq6(1)), 0);
      },
      deno: {
        row: "setsockopt(IPV6_JOIN_GROUP) with an interface's index",
        gives: (guest) =>
          set(guest, freshSocket(guest, "udp6"), IPPROTO_IPV6, IPV6_JOIN_GROUP, mreq6(1)),
      },
    },
  ],
  IPV6_MTU_DISCOVER: intOption({ level: IPPROTO_IPV6, name: IPV6_MTU_DISCOVER, on: SIX }, {
    fresh: 1,
    takes: [[2, 2], [0, 0]],
    refuses: [[-1, Errno.EINVAL], [6, Errno.EINVAL]],
    row: "setsockopt(IPV6_MTU_DISCOVER)",
  }),
  IPV6_V6ONLY: [
    ...intOption({ level: IPPROTO_IPV6, name: IPV6_V6ONLY, on: SIX }, {
      fresh: 0,
      takes: [[1, 1], [0, 0], [9, 1]],
    }),
    {
      does: "keeps IPv4 peers from a UDP socket, and cannot be set once it is bound",
      run(guest) {
        const any = encodeSockaddr(new SocketAddress(IPV6_ANY, 0));
        for (const only of [0, 1]) {
          const fd = guest.socket(AF_INET6, SOCK_DGRAM);
          guest.ok(guest.setInt(fd, IPPROTO_IPV6, IPV6_V6ONLY, only), "setsockopt");
          guest.ok(guest.kernel.bind(fd, any), "bind");
          assertErrno(guest.setInt(fd, IPPROTO_IPV6, IPV6_V6ONLY, only), Errno.EINVAL);
          const sender = guest.socket(AF_INET, SOCK_DGRAM);
          const address = loopback(AF_INET, portOf(guest, fd));
          guest.kernel.sendto(sender, bytes("x"), 1, 0, address);
          assertEquals(isReadable(guest, fd), only === 0);
        }
      },
    },
    {
      does: "keeps IPv4 peers from a listener at ::",
      run(guest) {
        const fd = guest.tcp(AF_INET6);
        guest.ok(guest.setInt(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1), "setsockopt");
        const any = encodeSockaddr(new SocketAddress(IPV6_ANY, 0));
        assertEquals(guest.kernel.bind(fd, any), 0);
        assertEquals(guest.kernel.listen(fd, 1), 0);
        const address = loopback(AF_INET, portOf(guest, fd));
        assertErrno(guest.kernel.connect(guest.tcp(), address), Errno.ECONNREFUSED);
      },
      deno: {
        row: "bind([::]) with IPV6_V6ONLY on TCP",
        gives(guest) {
          const fd = guest.tcp(AF_INET6);
          guest.ok(guest.setInt(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1), "setsockopt");
          return guest.kernel.bind(fd, encodeSockaddr(new SocketAddress(IPV6_ANY, 0)));
        },
      },
    },
  ],
  IPV6_TCLASS: intOption({ level: IPPROTO_IPV6, name: IPV6_TCLASS, on: SIX }, {
    fresh: 0,
    takes: [[0x10, 0x10], [-1, 0]],
    refuses: [[256, Errno.EINVAL], [-2, Errno.EINVAL]],
    row: "setsockopt(IPV6_TCLASS)",
  }),
  UDP_CORK: [
    ...boolOption({ level: IPPROTO_UDP, name: UDP_CORK, on: ["udp", "udp6"] }),
    {
      does: "joins datagrams until it is cleared",
      run(guest) {
        const [a, b] = guest.udpPair();
        guest.ok(guest.setInt(a, IPPROTO_UDP, UDP_CORK, 1), "setsockopt");
        guest.send(a, "ab");
        guest.send(a, "cd");
        assertEquals(isReadable(guest, b), false);
        guest.ok(guest.setInt(a, IPPROTO_UDP, UDP_CORK, 0), "setsockopt");
        assertEquals(guest.receive(b), "abcd");
      },
    },
  ],
} as const satisfies Coverage;
