/**
 * Socket options of level SOL_SOCKET.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Errno } from "../../../lib/linux/errno.ts";
import { O_NONBLOCK } from "../../../lib/linux/fcntl.ts";
import { IPPROTO_TCP, IPPROTO_UDP } from "../../../lib/linux/in.ts";
import { POLLIN } from "../../../lib/linux/poll.ts";
import { encodeSockaddr } from "../../../lib/linux/sockaddr.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  MSG_OOB,
  SO_ACCEPTCONN,
  SO_BROADCAST,
  SO_DEBUG,
  SO_DETACH_FILTER,
  SO_DOMAIN,
  SO_DONTROUTE,
  SO_ERROR,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_NO_CHECK,
  SO_OOBINLINE,
  SO_PEERCRED,
  SO_PRIORITY,
  SO_PROTOCOL,
  SO_RCVBUF,
  SO_RCVLOWAT,
  SO_RCVTIMEO,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_SNDBUF,
  SO_SNDLOWAT,
  SO_SNDTIMEO,
  SO_TIMESTAMP,
  SO_TYPE,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../../lib/linux/socket.ts";
import { decodeTimeval, encodeTimeval, TIMEVAL_SIZE } from "../../../lib/linux/time.ts";
import { IpAddress, SocketAddress } from "../../../lib/ip.ts";
import { assertErrno, bytes, type Guest, loopback } from "../guest.ts";
import {
  assertReadOnly,
  boolOption,
  freshSocket,
  type IntOption,
  intOption,
} from "./option_subjects.ts";
import type { Coverage, Subject } from "./subject.ts";

const EVERY = ["tcp", "tcp6", "udp", "udp6"] as const;

function option(name: number, on: IntOption["on"] = EVERY): IntOption {
  return { level: SOL_SOCKET, name, on };
}

/** An option that cannot be set, by kind of socket. */
function readOnly(
  name: number,
  values: Readonly<Record<(typeof EVERY)[number], number>>,
): Subject {
  return {
    does: "tells what was made, and is ENOPROTOOPT to who sets it",
    run(guest) {
      for (const kind of EVERY) {
        const fd = freshSocket(guest, kind);
        assertEquals(guest.getInt(fd, SOL_SOCKET, name), values[kind], kind);
        assertReadOnly(guest, fd, SOL_SOCKET, name);
      }
    },
  };
}

function setTime(guest: Guest, fd: number, name: number, seconds: number, micros: number): number {
  const value = new Uint8Array(TIMEVAL_SIZE);
  encodeTimeval({ seconds, microseconds: micros }, value);
  return guest.kernel.setsockopt(fd, SOL_SOCKET, name, value, TIMEVAL_SIZE);
}

function getTime(guest: Guest, fd: number, name: number): readonly [number, number] {
  const value = new Uint8Array(TIMEVAL_SIZE);
  const length = Int32Array.of(TIMEVAL_SIZE);
  guest.ok(guest.kernel.getsockopt(fd, SOL_SOCKET, name, value, length), "getsockopt");
  assertEquals(length[0], TIMEVAL_SIZE);
  const time = decodeTimeval(value);
  return [time?.seconds ?? -1, time?.microseconds ?? -1];
}

function timeOption(name: number): Subject {
  return {
    does: "is 0 at first, takes times, EDOM and EINVAL for what is none",
    run(guest) {
      for (const kind of EVERY) {
        const fd = freshSocket(guest, kind);
        assertEquals(getTime(guest, fd, name), [0, 0]);
        assertEquals(setTime(guest, fd, name, 3, 500_000), 0);
        assertEquals(getTime(guest, fd, name), [3, 500_000]);
        assertErrno(setTime(guest, fd, name, 1, 1_000_000), Errno.EDOM);
        assertErrno(setTime(guest, fd, name, 1, -1), Errno.EDOM);
        const short = guest.kernel.setsockopt(fd, SOL_SOCKET, name, new Uint8Array(8), 8);
        assertErrno(short, Errno.EINVAL);
        assertEquals(getTime(guest, fd, name), [3, 500_000]);
      }
    },
  };
}

/** Binds two sockets to one address, with an option on both, and gives the second result. */
function bindTwice(guest: Guest, type: number, name: number): number {
  const make = (): number => {
    const fd = guest.socket(AF_INET, type);
    guest.ok(guest.setInt(fd, SOL_SOCKET, name, 1), "setsockopt");
    return fd;
  };
  const first = make();
  guest.ok(guest.kernel.bind(first, loopback(AF_INET)), "bind");
  return guest.kernel.bind(make(), guest.addressOf(first));
}

function setLinger(guest: Guest, fd: number, on: number, seconds: number): number {
  const value = new Uint8Array(Int32Array.of(on, seconds).buffer);
  return guest.kernel.setsockopt(fd, SOL_SOCKET, SO_LINGER, value, 8);
}

function getLinger(guest: Guest, fd: number): number[] {
  const cells = new Int32Array(2);
  const value = new Uint8Array(cells.buffer);
  guest.ok(guest.kernel.getsockopt(fd, SOL_SOCKET, SO_LINGER, value, Int32Array.of(8)));
  return [...cells];
}

function set(name: number, value: number, kind: (typeof EVERY)[number] = "tcp") {
  return (guest: Guest): number => guest.setInt(freshSocket(guest, kind), SOL_SOCKET, name, value);
}

/** The options, by their label in the table of options. */
export const SOCKET_LEVEL_OPTIONS = {
  SO_DEBUG: [
    ...intOption(option(SO_DEBUG), { fresh: 0 }),
    {
      does: "takes 1 from those who have CAP_NET_ADMIN, else it is EACCES",
      run(guest) {
        const result = set(SO_DEBUG, 1)(guest);
        assert(result === 0 || result === -Errno.EACCES, String(result));
      },
      deno: { row: "setsockopt(SO_DEBUG)", gives: set(SO_DEBUG, 1) },
    },
  ],
  SO_REUSEADDR: [
    ...boolOption(option(SO_REUSEADDR)),
    {
      does: "lets an address be bound twice while nobody listens",
      run(guest) {
        assertEquals(bindTwice(guest, SOCK_STREAM, SO_REUSEADDR), 0);
        assertEquals(bindTwice(guest, SOCK_DGRAM, SO_REUSEADDR), 0);
      },
    },
  ],
  SO_TYPE: [
    readOnly(SO_TYPE, {
      tcp: SOCK_STREAM,
      tcp6: SOCK_STREAM,
      udp: SOCK_DGRAM,
      udp6: SOCK_DGRAM,
    }),
  ],
  SO_ERROR: [
    {
      does: "is 0 at first, an error once, and ENOPROTOOPT to who sets it",
      run(guest) {
        const gone = guest.listener();
        const address = guest.addressOf(gone);
        guest.kernel.close(gone);
        const fd = guest.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
        assertEquals(guest.getInt(fd, SOL_SOCKET, SO_ERROR), 0);
        guest.kernel.connect(fd, address);
        guest.await(fd);
        assertEquals(guest.getInt(fd, SOL_SOCKET, SO_ERROR), Errno.ECONNREFUSED);
        assertEquals(guest.getInt(fd, SOL_SOCKET, SO_ERROR), 0);
        assertReadOnly(guest, fd, SOL_SOCKET, SO_ERROR);
      },
    },
  ],
  SO_DONTROUTE: boolOption(option(SO_DONTROUTE), "setsockopt(SO_DONTROUTE)"),
  SO_BROADCAST: [
    ...boolOption(option(SO_BROADCAST)),
    {
      does: "is needed to send to the broadcast address",
      run(guest) {
        const fd = guest.socket(AF_INET, SOCK_DGRAM);
        // Loopback's own, which needs no route.
        const everybody = new IpAddress(Uint8Array.of(127, 255, 255, 255));
        const address = encodeSockaddr(new SocketAddress(everybody, 9));
        assertErrno(guest.kernel.sendto(fd, bytes("x"), 1, 0, address), Errno.EACCES);
      },
    },
  ],
  SO_SNDBUF: intOption(option(SO_SNDBUF), { takes: [[20_000, 40_000], [0, 4608]] }),
  SO_RCVBUF: intOption(option(SO_RCVBUF), { takes: [[20_000, 40_000], [0, 2304]] }),
  SO_KEEPALIVE: boolOption(option(SO_KEEPALIVE)),
  SO_OOBINLINE: [
    ...boolOption(option(SO_OOBINLINE, ["tcp", "tcp6"]), "setsockopt(SO_OOBINLINE)"),
    {
      does: "leaves the out-of-band byte in the stream",
      run(guest) {
        const { client, server } = guest.connection();
        guest.ok(guest.setInt(server, SOL_SOCKET, SO_OOBINLINE, 1), "setsockopt");
        guest.send(client, "ab");
        guest.ok(guest.kernel.send(client, bytes("!"), 1, MSG_OOB), "send");
        guest.await(server, 2);
        assertEquals(guest.receive(server), "ab");
        assertEquals(guest.receive(server), "!");
      },
      deno: { row: "setsockopt(SO_OOBINLINE)", gives: set(SO_OOBINLINE, 1) },
    },
  ],
  SO_NO_CHECK: boolOption(option(SO_NO_CHECK), "setsockopt(SO_NO_CHECK)"),
  SO_PRIORITY: intOption(option(SO_PRIORITY), {
    fresh: 0,
    takes: [[5, 5], [6, 6], [0, 0]],
    row: "setsockopt(SO_PRIORITY)",
  }),
  SO_LINGER: [
    {
      does: "is off at first and takes a flag and seconds",
      run(guest) {
        for (const kind of EVERY) {
          const fd = freshSocket(guest, kind);
          assertEquals(getLinger(guest, fd), [0, 0]);
          assertEquals(setLinger(guest, fd, 7, 30), 0);
          assertEquals(getLinger(guest, fd), [1, 30]);
          assertEquals(setLinger(guest, fd, 0, 30), 0);
          assertEquals(getLinger(guest, fd)[0], 0);
        }
      },
    },
    {
      does: "with 0 seconds makes close() reset the connection",
      run(guest) {
        const { client, server } = guest.connection();
        assertEquals(setLinger(guest, client, 1, 0), 0);
        guest.kernel.close(client);
        guest.await(server);
        assertErrno(guest.kernel.recv(server, new Uint8Array(1), 1, 0), Errno.ECONNRESET);
      },
    },
  ],
  SO_REUSEPORT: [
    ...boolOption(option(SO_REUSEPORT, ["tcp", "tcp6"])),
    {
      does: "lets two sockets listen at one address",
      run(guest) {
        const make = (address: Uint8Array): number => {
          const fd = guest.tcp();
          guest.ok(guest.setInt(fd, SOL_SOCKET, SO_REUSEPORT, 1), "setsockopt");
          guest.ok(guest.kernel.bind(fd, address), "bind");
          guest.ok(guest.kernel.listen(fd, 4), "listen");
          return fd;
        };
        make(guest.addressOf(make(loopback(AF_INET))));
      },
    },
    {
      does: "lets two datagram sockets have one address",
      run: (guest) => assertEquals(bindTwice(guest, SOCK_DGRAM, SO_REUSEPORT), 0),
      deno: { row: "setsockopt(SO_REUSEPORT) on UDP", gives: set(SO_REUSEPORT, 1, "udp") },
    },
  ],
  SO_PEERCRED: [
    {
      does: "tells the process at the other end of a pair, nobody elsewhere",
      run(guest) {
        const ends = new Int32Array(2);
        guest.ok(guest.kernel.socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
        const read = (fd: number): number[] => {
          const cells = new Int32Array(3);
          const value = new Uint8Array(cells.buffer);
          const length = Int32Array.of(12);
          guest.ok(guest.kernel.getsockopt(fd, SOL_SOCKET, SO_PEERCRED, value, length));
          assertEquals(length[0], 12);
          return [...cells];
        };
        assertEquals(read(ends[0] ?? -1), [Deno.pid, Deno.uid() ?? -1, Deno.gid() ?? -1]);
        assertEquals(read(freshSocket(guest, "tcp")), [0, -1, -1]);
        assertReadOnly(guest, ends[0] ?? -1, SOL_SOCKET, SO_PEERCRED);
      },
    },
  ],
  SO_RCVLOWAT: [
    ...intOption(option(SO_RCVLOWAT), { fresh: 1, takes: [[100, 100], [0, 1]] }),
    {
      does: "is how much poll() and recv() of a stream wait for",
      run(guest) {
        const { client, server } = guest.connection();
        assertEquals(guest.setInt(server, SOL_SOCKET, SO_RCVLOWAT, 4), 0);
        guest.send(client, "abc");
        assertEquals(guest.kernel.poll([{ fd: server, events: POLLIN, revents: 0 }], 20), 0);
        guest.send(client, "d");
        guest.await(server);
        assertEquals(guest.receive(server), "abcd");
      },
    },
  ],
  SO_SNDLOWAT: [readOnly(SO_SNDLOWAT, { tcp: 1, tcp6: 1, udp: 1, udp6: 1 })],
  SO_RCVTIMEO: [
    timeOption(SO_RCVTIMEO),
    {
      does: "makes recv() and accept() EAGAIN when it is over",
      run(guest) {
        const { listener, server } = guest.connection();
        for (const fd of [listener, server, guest.udp()]) guest.bound(fd, 5);
        const buffer = new Uint8Array(1);
        assertErrno(guest.kernel.recv(server, buffer, 1, 0), Errno.EAGAIN);
        assertErrno(guest.kernel.read(server, buffer, 1), Errno.EAGAIN);
        assertErrno(guest.kernel.accept(listener, null), Errno.EAGAIN);
      },
    },
  ],
  SO_SNDTIMEO: [
    timeOption(SO_SNDTIMEO),
    {
      does: "makes send() of a full connection EAGAIN when it is over",
      run(guest) {
        const { client } = guest.connection();
        guest.bound(client, 5);
        const block = new Uint8Array(1 << 20);
        let result = 0;
        while (result >= 0) result = guest.kernel.send(client, block, block.length, 0);
        assertErrno(result, Errno.EAGAIN);
      },
    },
  ],
  SO_DETACH_FILTER: [
    {
      does: "is ENOENT without a filter, and cannot be got",
      run(guest) {
        const fd = freshSocket(guest, "udp");
        assertErrno(guest.setInt(fd, SOL_SOCKET, SO_DETACH_FILTER, 0), Errno.ENOENT);
        const value = new Uint8Array(4);
        const got = guest.kernel.getsockopt(
          fd,
          SOL_SOCKET,
          SO_DETACH_FILTER,
          value,
          Int32Array.of(4),
        );
        assertErrno(got, Errno.ENOPROTOOPT);
      },
    },
  ],
  SO_TIMESTAMP: boolOption(option(SO_TIMESTAMP), "setsockopt(SO_TIMESTAMP)"),
  SO_ACCEPTCONN: [
    {
      does: "tells whether a socket listens, and is ENOPROTOOPT to who sets it",
      run(guest) {
        const { listener, client } = guest.connection();
        const read = (fd: number): number => guest.getInt(fd, SOL_SOCKET, SO_ACCEPTCONN);
        assertEquals([read(listener), read(client), read(guest.udp())], [1, 0, 0]);
        assertReadOnly(guest, client, SOL_SOCKET, SO_ACCEPTCONN);
        guest.kernel.fcntl(listener, 4, O_NONBLOCK);
        assertEquals(read(listener), 1);
      },
    },
  ],
  SO_PROTOCOL: [
    readOnly(SO_PROTOCOL, {
      tcp: IPPROTO_TCP,
      tcp6: IPPROTO_TCP,
      udp: IPPROTO_UDP,
      udp6: IPPROTO_UDP,
    }),
  ],
  SO_DOMAIN: [
    readOnly(SO_DOMAIN, { tcp: AF_INET, tcp6: AF_INET6, udp: AF_INET, udp6: AF_INET6 }),
  ],
} as const satisfies Coverage;
