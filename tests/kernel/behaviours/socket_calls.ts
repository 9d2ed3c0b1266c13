/**
 * Calls that make, name, connect and end sockets.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Policy } from "../../../lib/kernel/policy/policy.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { F_GETFD, F_GETFL, FD_CLOEXEC, O_NONBLOCK } from "../../../lib/linux/fcntl.ts";
import { IPPROTO_TCP, IPPROTO_UDP } from "../../../lib/linux/in.ts";
import { POLLERR, POLLIN, POLLOUT } from "../../../lib/linux/poll.ts";
import { encodeSockaddr, SockaddrStorage, UnixAddress } from "../../../lib/linux/sockaddr.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SO_ERROR,
  SO_KEEPALIVE,
  SO_TYPE,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../../lib/linux/socket.ts";
import { FileKind } from "../../../lib/stack/open_file.ts";
import { assertErrno, bytes, Guest, loopback, type TestedStack } from "../guest.ts";
import { type Coverage, eachFamily } from "./subject.ts";

const DOMAINS = [AF_INET, AF_INET6] as const;
const UNIX_TYPES = [SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET] as const;

function flagsOf(guest: Guest, fd: number): readonly [closeOnExec: boolean, nonBlocking: boolean] {
  const descriptor = guest.ok(guest.kernel.fcntl(fd, F_GETFD, 0), "F_GETFD");
  const status = guest.ok(guest.kernel.fcntl(fd, F_GETFL, 0), "F_GETFL");
  return [(descriptor & FD_CLOEXEC) !== 0, (status & O_NONBLOCK) !== 0];
}

function unixPath(guest: Guest, name: string): Uint8Array<ArrayBuffer> {
  return encodeSockaddr(new UnixAddress("pathname", `${guest.folder}/${name}`));
}

/** A bound AF_UNIX socket and the address of it. */
function unixSocket(guest: Guest, type: number): { fd: number; address: Uint8Array<ArrayBuffer> } {
  const address = unixPath(guest, `socket${type}`);
  const fd = guest.socket(AF_UNIX, type);
  guest.ok(guest.kernel.bind(fd, address), "bind");
  return { fd, address };
}

function makeUnix(guest: Guest): number {
  return guest.kernel.socket(AF_UNIX, SOCK_STREAM, 0);
}

const NO_UNIX = { row: "socket(AF_UNIX)", gives: makeUnix } as const;

/** A connection over AF_UNIX by path. */
function connectUnix(guest: Guest, type: number): readonly [client: number, server: number] {
  const { fd: listener, address } = unixSocket(guest, type);
  guest.ok(guest.kernel.listen(listener, 4), "listen");
  const client = guest.socket(AF_UNIX, type);
  guest.ok(guest.kernel.connect(client, address), "connect");
  return [client, guest.ok(guest.kernel.accept(listener, null), "accept")];
}

/** The calls of `System` that this table covers. */
export const SOCKET_CALLS = {
  kind: [
    {
      does: "tells sockets from files, and −EBADF from both",
      run({ kernel }) {
        const fd = kernel.socket(AF_INET, SOCK_STREAM, 0);
        assertEquals(kernel.kind(fd), FileKind.socket);
        const ends = new Int32Array(2);
        assertEquals(kernel.pipe2(ends, 0), 0);
        assertEquals([...ends].map((end) => kernel.kind(end)), [FileKind.pipe, FileKind.pipe]);
        assertEquals(kernel.kind(kernel.openat(-100, "/", 0, 0)), FileKind.directory);
        assertErrno(kernel.kind(99), Errno.EBADF);
      },
    },
  ],
  rejected: [
    {
      does: "gives the errno back that it is told",
      run: ({ kernel }) => assertErrno(kernel.rejected("read", ["3"], -Errno.EFAULT), Errno.EFAULT),
    },
  ],
  takeDenial: [
    {
      does: "names what the policy refused, once",
      run(guest) {
        assertEquals(guest.kernel.takeDenial(), null);
        const policy = new Policy({ deny: ["connect@127.0.0.1:9"] });
        using narrowed = new Guest(guest.stack.name as TestedStack, { policy });
        const fd = narrowed.tcp();
        assertErrno(narrowed.kernel.connect(fd, loopback(AF_INET, 9)), Errno.EACCES);
        assertEquals(
          narrowed.kernel.takeDenial(),
          "deny rule connect@127.0.0.1:9 for connect@127.0.0.1:9",
        );
        assertEquals(narrowed.kernel.takeDenial(), null);
      },
    },
  ],
  socket: [
    {
      does: "makes TCP and UDP sockets of both families, protocol named or not",
      run(guest) {
        for (const domain of DOMAINS) {
          for (const protocol of [0, IPPROTO_TCP]) {
            const fd = guest.socket(domain, SOCK_STREAM, protocol);
            assertEquals(guest.getInt(fd, SOL_SOCKET, SO_TYPE), SOCK_STREAM);
          }
          for (const protocol of [0, IPPROTO_UDP]) {
            const fd = guest.socket(domain, SOCK_DGRAM, protocol);
            assertEquals(guest.getInt(fd, SOL_SOCKET, SO_TYPE), SOCK_DGRAM);
          }
          assertErrno(
            guest.kernel.socket(domain, SOCK_STREAM, IPPROTO_UDP),
            Errno.EPROTONOSUPPORT,
          );
        }
      },
    },
    {
      does: "takes SOCK_NONBLOCK and SOCK_CLOEXEC",
      run(guest) {
        for (const type of [SOCK_STREAM, SOCK_DGRAM]) {
          const make = (flags: number): number => guest.socket(AF_INET, type | flags);
          assertEquals(flagsOf(guest, make(0)), [false, false]);
          assertEquals(flagsOf(guest, make(SOCK_CLOEXEC)), [true, false]);
          assertEquals(flagsOf(guest, make(SOCK_NONBLOCK)), [false, true]);
          assertEquals(flagsOf(guest, make(SOCK_CLOEXEC | SOCK_NONBLOCK)), [true, true]);
        }
      },
    },
    {
      does: "makes AF_UNIX streams, datagrams and sequenced packets",
      run(guest) {
        for (const type of UNIX_TYPES) {
          assertEquals(guest.getInt(guest.socket(AF_UNIX, type), SOL_SOCKET, SO_TYPE), type);
        }
      },
      deno: NO_UNIX,
    },
  ],
  socketpair: [
    {
      does: "makes two AF_UNIX sockets that are connected, of each type",
      run(guest) {
        for (const type of UNIX_TYPES) {
          const ends = new Int32Array(2);
          assertEquals(guest.kernel.socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends), 0);
          const [a = -1, b = -1] = ends;
          assertEquals(flagsOf(guest, a), [true, false]);
          guest.send(a, "ab");
          guest.send(b, "ba");
          assertEquals([guest.receive(a), guest.receive(b)], ["ba", "ab"]);
        }
      },
    },
    {
      does: "is EOPNOTSUPP for the internet families",
      run({ kernel }) {
        const ends = new Int32Array(2);
        for (const domain of DOMAINS) {
          assertErrno(kernel.socketpair(domain, SOCK_STREAM, 0, ends), Errno.EOPNOTSUPP);
        }
      },
    },
  ],
  bind: [
    ...eachFamily("gives a port for port 0, once", (guest, domain) => {
      for (const type of [SOCK_STREAM, SOCK_DGRAM]) {
        const fd = guest.socket(domain, type);
        assertEquals(guest.kernel.bind(fd, loopback(domain)), 0);
        const address = guest.addressOf(fd);
        assert(((address[2] ?? 0) << 8 | (address[3] ?? 0)) > 0);
        assertErrno(guest.kernel.bind(fd, loopback(domain)), Errno.EINVAL);
        assertErrno(
          guest.kernel.bind(guest.socket(domain, type), address),
          Errno.EADDRINUSE,
        );
      }
    }),
    {
      does: "makes a socket file for AF_UNIX",
      run(guest) {
        const { fd, address } = unixSocket(guest, SOCK_STREAM);
        assertEquals(guest.addressOf(fd), address);
        assertErrno(guest.kernel.bind(makeUnix(guest), address), Errno.EADDRINUSE);
      },
      deno: NO_UNIX,
    },
  ],
  listen: [
    ...eachFamily("lets connections come, again with another backlog", (guest, domain) => {
      const listener = guest.listener(domain);
      assertEquals(guest.kernel.listen(listener, 5), 0);
      const client = guest.tcp(domain);
      assertEquals(guest.kernel.connect(client, guest.addressOf(listener)), 0);
      guest.await(listener);
    }),
    {
      does: "is EOPNOTSUPP for datagrams and EINVAL for a connection",
      run(guest) {
        assertErrno(guest.kernel.listen(guest.udp(), 1), Errno.EOPNOTSUPP);
        assertErrno(guest.kernel.listen(guest.connection().client, 1), Errno.EINVAL);
      },
    },
  ],
  accept: [
    ...eachFamily("gives the peer's address, connection by connection", (guest, domain) => {
      const listener = guest.listener(domain);
      const clients = [guest.tcp(domain), guest.tcp(domain)];
      for (const fd of clients) guest.kernel.connect(fd, guest.addressOf(listener));
      for (const fd of clients) {
        const peer = new SockaddrStorage();
        const server = guest.ok(guest.kernel.accept(listener, peer), "accept");
        assertEquals(peer.toBytes(), guest.addressOf(fd));
        assertEquals(flagsOf(guest, server), [false, false]);
      }
    }),
    {
      does: "is EAGAIN on a non-blocking socket without a connection",
      run(guest) {
        const listener = guest.listener();
        guest.kernel.fcntl(listener, 4, O_NONBLOCK);
        assertErrno(guest.kernel.accept(listener, null), Errno.EAGAIN);
      },
    },
  ],
  accept4: [
    {
      does: "sets SOCK_NONBLOCK and SOCK_CLOEXEC on the new socket",
      run(guest) {
        const listener = guest.listener();
        for (const flags of [0, SOCK_NONBLOCK, SOCK_CLOEXEC, SOCK_NONBLOCK | SOCK_CLOEXEC]) {
          guest.kernel.connect(guest.tcp(), guest.addressOf(listener));
          const server = guest.ok(guest.kernel.accept4(listener, null, flags), "accept4");
          const wanted = [(flags & SOCK_CLOEXEC) !== 0, (flags & SOCK_NONBLOCK) !== 0] as const;
          assertEquals(flagsOf(guest, server), wanted);
        }
        assertErrno(guest.kernel.accept4(listener, null, 1), Errno.EINVAL);
      },
    },
  ],
  connect: [
    ...eachFamily("connects once, and says who refused", (guest, domain) => {
      const { listener, client } = guest.connection(domain);
      const address = guest.addressOf(listener);
      assertErrno(guest.kernel.connect(client, address), Errno.EISCONN);
      guest.kernel.close(listener);
      assertErrno(guest.kernel.connect(guest.tcp(domain), address), Errno.ECONNREFUSED);
    }),
    {
      does: "goes on in the background on a non-blocking socket",
      run(guest) {
        const listener = guest.listener();
        const client = guest.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
        assertErrno(guest.kernel.connect(client, guest.addressOf(listener)), Errno.EINPROGRESS);
        guest.await(client, POLLOUT);
        assertEquals(guest.getInt(client, SOL_SOCKET, SO_ERROR), 0);
        assertEquals(guest.kernel.getpeername(client, new SockaddrStorage()), 0);
      },
    },
    ...eachFamily("chooses a datagram socket's peer, and none for AF_UNSPEC", (guest, domain) => {
      const [a] = guest.udpPair(domain);
      const name = new SockaddrStorage();
      assertEquals(guest.kernel.getpeername(a, name), 0);
      assertEquals(guest.kernel.connect(a, new Uint8Array(16)), 0);
      assertErrno(guest.kernel.getpeername(a, name), Errno.ENOTCONN);
    }),
    {
      does: "reaches AF_UNIX sockets by their path",
      run(guest) {
        for (const type of [SOCK_STREAM, SOCK_SEQPACKET]) {
          const [client, server] = connectUnix(guest, type);
          guest.send(client, "path");
          assertEquals(guest.receive(server), "path");
        }
        assertErrno(
          guest.kernel.connect(makeUnix(guest), unixPath(guest, "none")),
          Errno.ENOENT,
        );
      },
      deno: NO_UNIX,
    },
  ],
  shutdown: [
    {
      does: "SHUT_WR ends the stream for the peer and leaves the other direction",
      run(guest) {
        const { client, server } = guest.connection();
        assertEquals(guest.kernel.shutdown(client, SHUT_WR), 0);
        guest.await(server);
        assertEquals(guest.receive(server), "");
        guest.send(server, "back");
        assertEquals(guest.receive(client), "back");
        assertErrno(guest.kernel.send(client, bytes("x"), 1, 0), Errno.EPIPE);
      },
    },
    {
      does: "SHUT_RD gives the end to readers, SHUT_RDWR both",
      run(guest) {
        const { client } = guest.connection();
        assertEquals(guest.kernel.shutdown(client, SHUT_RD), 0);
        assertEquals(guest.receive(client), "");
        guest.send(client, "still");
        assertEquals(guest.kernel.shutdown(client, SHUT_RDWR), 0);
        assertErrno(guest.kernel.send(client, bytes("x"), 1, 0), Errno.EPIPE);
      },
    },
    {
      does: "is ENOTCONN without a peer",
      run(guest) {
        assertErrno(guest.kernel.shutdown(guest.tcp(), SHUT_WR), Errno.ENOTCONN);
        assertErrno(guest.kernel.shutdown(guest.udp(), SHUT_WR), Errno.ENOTCONN);
      },
    },
  ],
  getsockname: [
    ...eachFamily("tells the address, of nothing before there is one", (guest, domain) => {
      const empty = guest.addressOf(guest.tcp(domain));
      assertEquals(empty, Uint8Array.from(empty, (byte, i) => i < 2 ? byte : 0));
      assertEquals(empty.length, domain === AF_INET ? 16 : 28);
      const { listener, server } = guest.connection(domain);
      assertEquals(guest.addressOf(server), guest.addressOf(listener));
    }),
  ],
  getpeername: [
    ...eachFamily("tells the peer's address, ENOTCONN without one", (guest, domain) => {
      const { listener, client } = guest.connection(domain);
      const name = new SockaddrStorage();
      assertEquals(guest.kernel.getpeername(client, name), 0);
      assertEquals(name.toBytes(), guest.addressOf(listener));
      assertErrno(guest.kernel.getpeername(listener, name), Errno.ENOTCONN);
    }),
  ],
  getsockopt: [
    {
      does: "writes no more than it has and says how much that was",
      run(guest) {
        const value = new Uint8Array(8).fill(9);
        const length = Int32Array.of(8);
        assertEquals(guest.kernel.getsockopt(guest.tcp(), SOL_SOCKET, SO_TYPE, value, length), 0);
        assertEquals([length[0], ...value], [4, SOCK_STREAM, 0, 0, 0, 9, 9, 9, 9]);
      },
    },
    {
      does: "takes the error of a connection that failed",
      run(guest) {
        const listener = guest.listener();
        const address = guest.addressOf(listener);
        guest.kernel.close(listener);
        const fd = guest.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
        guest.kernel.connect(fd, address);
        assertEquals(guest.await(fd, POLLIN) & POLLERR, POLLERR);
        assertEquals(guest.getInt(fd, SOL_SOCKET, SO_ERROR), Errno.ECONNREFUSED);
        assertEquals(guest.getInt(fd, SOL_SOCKET, SO_ERROR), 0);
      },
    },
  ],
  setsockopt: [
    {
      does: "sets what getsockopt() then gives, and is EINVAL for too short a value",
      run(guest) {
        const fd = guest.tcp();
        assertEquals(guest.setInt(fd, SOL_SOCKET, SO_KEEPALIVE, 1), 0);
        assertEquals(guest.getInt(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
        const short = guest.kernel.setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, new Uint8Array(3), 3);
        assertErrno(short, Errno.EINVAL);
      },
    },
  ],
} as const satisfies Coverage;
