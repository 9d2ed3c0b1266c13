/**
 * Flags of send(2) and recv(2) and their relatives.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Errno } from "../../../lib/linux/errno.ts";
import { POLLIN, POLLPRI } from "../../../lib/linux/poll.ts";
import { SockaddrStorage } from "../../../lib/linux/sockaddr.ts";
import {
  AF_INET,
  MSG_DONTWAIT,
  MSG_FASTOPEN,
  MSG_MORE,
  MSG_NOSIGNAL,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  SHUT_WR,
  SOCK_DGRAM,
} from "../../../lib/linux/socket.ts";
import { assertErrno, bytes, type Guest, text } from "../guest.ts";
import { type Coverage, eachFamily } from "./subject.ts";

/** Fills a connection until it takes no more; returns the bytes. */
function fill(guest: Guest, fd: number): number {
  const block = new Uint8Array(65536);
  let sent = 0;
  for (;;) {
    const result = guest.kernel.send(fd, block, block.length, MSG_DONTWAIT);
    if (result < 0) {
      assertErrno(result, Errno.EAGAIN);
      return sent;
    }
    sent += result;
  }
}

function sendOob(guest: Guest): number {
  return guest.kernel.send(guest.connection().client, bytes("!"), 1, MSG_OOB);
}

/** The flags. */
export const MESSAGE_FLAGS = {
  MSG_DONTWAIT: [
    {
      does: "makes recv(), recvfrom() and recvmsg() EAGAIN where they would wait",
      run(guest) {
        const buffer = new Uint8Array(8);
        const message = { name: null, flags: 0 };
        const from = new SockaddrStorage();
        for (const fd of [guest.udp(), guest.connection().server]) {
          const { kernel } = guest;
          assertErrno(kernel.recv(fd, buffer, 8, MSG_DONTWAIT), Errno.EAGAIN);
          assertErrno(kernel.recvfrom(fd, buffer, 8, MSG_DONTWAIT, from), Errno.EAGAIN);
          const list = [{ base: buffer, length: 8 }];
          assertErrno(kernel.recvmsg(fd, list, MSG_DONTWAIT, message), Errno.EAGAIN);
        }
      },
    },
    {
      does: "makes send() EAGAIN where the connection is full, until the peer reads",
      run(guest) {
        const { client, server } = guest.connection();
        let left = fill(guest, client);
        const buffer = new Uint8Array(1 << 20);
        while (left > 0) left -= guest.ok(guest.kernel.recv(server, buffer, 1 << 20, 0), "recv");
        guest.await(client, 4);
        guest.ok(guest.kernel.send(client, bytes("x"), 1, MSG_DONTWAIT), "send");
      },
    },
  ],
  MSG_PEEK: [
    ...eachFamily("leaves the bytes of a stream and the datagram in the queue", (guest, domain) => {
      const { client, server } = guest.connection(domain);
      guest.send(client, "abc");
      guest.await(server);
      assertEquals(guest.receive(server, 2, MSG_PEEK), "ab");
      assertEquals(guest.receive(server), "abc");
      const [a, b] = guest.udpPair(domain);
      guest.send(a, "abc");
      assertEquals(guest.receive(b, 2, MSG_PEEK), "ab");
      assertEquals(guest.receive(b), "abc");
    }),
  ],
  MSG_WAITALL: [
    {
      does: "waits until the buffer is full, or the stream at its end",
      run(guest) {
        const { client, server } = guest.connection();
        guest.send(client, "abc");
        guest.send(client, "def");
        assertEquals(guest.receive(server, 6, MSG_WAITALL), "abcdef");
        guest.send(client, "gh");
        guest.kernel.shutdown(client, SHUT_WR);
        assertEquals(guest.receive(server, 6, MSG_WAITALL), "gh");
      },
    },
    {
      does: "gives what came before the time-out",
      run(guest) {
        const { client, server } = guest.connection();
        guest.bound(server, 20);
        guest.send(client, "abc");
        guest.await(server);
        assertEquals(guest.receive(server, 6, MSG_WAITALL), "abc");
      },
    },
  ],
  MSG_TRUNC: [
    {
      does: "makes recv() tell a datagram's whole length",
      run(guest) {
        const [a, b] = guest.udpPair();
        guest.send(a, "abcdef");
        const buffer = new Uint8Array(8);
        assertEquals(guest.kernel.recv(b, buffer, 2, MSG_TRUNC), 6);
        assertEquals(text(buffer.subarray(0, 3)), "ab\0");
      },
    },
    {
      does: "drops bytes of a stream without giving them",
      run(guest) {
        const { client, server } = guest.connection();
        guest.send(client, "abcdef");
        guest.await(server);
        const buffer = new Uint8Array(8);
        assertEquals(guest.kernel.recv(server, buffer, 4, MSG_TRUNC), 4);
        assertEquals(buffer, new Uint8Array(8));
        assertEquals(guest.receive(server), "ef");
      },
    },
  ],
  MSG_NOSIGNAL: [
    {
      does: "changes nothing: EPIPE comes without a signal in any case",
      run(guest) {
        for (const flags of [0, MSG_NOSIGNAL]) {
          const { client } = guest.connection();
          guest.kernel.shutdown(client, SHUT_WR);
          assertErrno(guest.kernel.send(client, bytes("x"), 1, flags), Errno.EPIPE);
          const list = [{ base: bytes("x"), length: 1 }];
          assertErrno(guest.kernel.sendmsg(client, list, flags, undefined), Errno.EPIPE);
          assertErrno(guest.kernel.write(client, bytes("x"), 1), Errno.EPIPE);
        }
      },
    },
  ],
  MSG_MORE: [
    ...eachFamily("joins datagrams until one goes without it", (guest, domain) => {
      const [a, b] = guest.udpPair(domain);
      guest.send(a, "ab", MSG_MORE);
      guest.send(a, "cd", MSG_MORE);
      assertEquals(guest.kernel.poll([{ fd: b, events: POLLIN, revents: 0 }], 0), 0);
      guest.send(a, "ef");
      assertEquals(guest.receive(b), "abcdef");
    }),
    {
      does: "loses nothing of a stream",
      run(guest) {
        const { client, server } = guest.connection();
        guest.send(client, "ab", MSG_MORE);
        guest.send(client, "cd");
        assertEquals(guest.receive(server, 4, MSG_WAITALL), "abcd");
      },
    },
  ],
  MSG_OOB: [
    {
      does: "sends and takes a byte beside the stream",
      run(guest) {
        const { client, server } = guest.connection();
        guest.send(client, "ab");
        assertEquals(guest.kernel.send(client, bytes("!"), 1, MSG_OOB), 1);
        assertEquals(guest.await(server, POLLPRI), POLLPRI);
        assertEquals(guest.receive(server, 8, MSG_OOB), "!");
        assertEquals(guest.receive(server), "ab");
      },
      deno: { row: "send(MSG_OOB)", gives: sendOob },
    },
    {
      does: "is EINVAL for recv() without such a byte, EOPNOTSUPP for datagrams",
      run(guest) {
        const buffer = new Uint8Array(1);
        const { server } = guest.connection();
        assertErrno(guest.kernel.recv(server, buffer, 1, MSG_OOB), Errno.EINVAL);
        const [a] = guest.udpPair();
        assertErrno(guest.kernel.send(a, buffer, 1, MSG_OOB), Errno.EOPNOTSUPP);
      },
    },
  ],
  MSG_FASTOPEN: [
    {
      does: "is EOPNOTSUPP, which is this kernel's own",
      run(guest) {
        const address = guest.addressOf(guest.listener());
        const fd = guest.tcp();
        assertErrno(
          guest.kernel.sendto(fd, bytes("x"), 1, MSG_FASTOPEN, address),
          Errno.EOPNOTSUPP,
        );
        const udp = guest.socket(AF_INET, SOCK_DGRAM);
        assertErrno(guest.kernel.send(udp, bytes("x"), 1, MSG_FASTOPEN), Errno.EOPNOTSUPP);
      },
    },
  ],
} as const satisfies Coverage;
