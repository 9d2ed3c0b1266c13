/**
 * Calls that move bytes.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Errno } from "../../../lib/linux/errno.ts";
import { AT_FDCWD, O_CREAT, O_NONBLOCK, O_RDWR, SEEK_SET } from "../../../lib/linux/fcntl.ts";
import { encodeSockaddr, SockaddrStorage, UnixAddress } from "../../../lib/linux/sockaddr.ts";
import { AF_INET, AF_UNIX, MSG_TRUNC, SHUT_WR, SOCK_DGRAM } from "../../../lib/linux/socket.ts";
import type { Iovec } from "../../../lib/linux/uio.ts";
import { assertErrno, bytes, type Guest, loopback, text } from "../guest.ts";
import { type Coverage, eachFamily } from "./subject.ts";

function gather(...parts: string[]): Iovec[] {
  return parts.map((part) => ({ base: bytes(part), length: part.length }));
}

function scatter(...lengths: number[]): { base: Uint8Array<ArrayBuffer>; length: number }[] {
  return lengths.map((length) => ({ base: new Uint8Array(length), length }));
}

function texts(buffers: readonly { base: Uint8Array }[]): string[] {
  return buffers.map(({ base }) => text(base).replaceAll("\0", "."));
}

function openFile(guest: Guest): number {
  const path = `${guest.folder}/file`;
  return guest.ok(guest.kernel.openat(AT_FDCWD, path, O_CREAT | O_RDWR, 0o600), "openat");
}

/** Two ends of each kind of stream, the writing one first. */
function streams(
  guest: Guest,
  domain: number,
): (readonly [writing: number, reading: number])[] {
  const { client, server } = guest.connection(domain);
  const back = guest.connection(domain);
  const ends = new Int32Array(2);
  guest.ok(guest.kernel.pipe2(ends, 0), "pipe2");
  return [[client, server], [back.server, back.client], [ends[1] ?? -1, ends[0] ?? -1]];
}

/** The calls of `System` that this table covers. */
export const TRANSFER_CALLS = {
  send: [
    ...eachFamily("sends to the peer of a stream and of a datagram socket", (guest, domain) => {
      const { client, server } = guest.connection(domain);
      assertEquals(guest.kernel.send(client, bytes("stream"), 6, 0), 6);
      assertEquals(guest.receive(server), "stream");
      const [a, b] = guest.udpPair(domain);
      assertEquals(guest.kernel.send(a, bytes("datagram"), 4, 0), 4);
      assertEquals(guest.receive(b), "data");
    }),
    {
      does: "is EPIPE on a stream and EDESTADDRREQ on a datagram socket without a peer",
      run(guest) {
        assertErrno(guest.kernel.send(guest.tcp(), bytes("x"), 1, 0), Errno.EPIPE);
        assertErrno(guest.kernel.send(guest.udp(), bytes("x"), 1, 0), Errno.EDESTADDRREQ);
      },
    },
  ],
  recv: [
    {
      does: "takes what is there, up to its room, and 0 at the end",
      run(guest) {
        const { client, server } = guest.connection();
        guest.send(client, "abcdef");
        guest.await(server);
        assertEquals([guest.receive(server, 4), guest.receive(server, 4)], ["abcd", "ef"]);
        guest.kernel.shutdown(client, SHUT_WR);
        assertEquals(guest.receive(server), "");
      },
    },
    {
      does: "takes one datagram and drops what it has no room for",
      run(guest) {
        const [a, b] = guest.udpPair();
        for (const content of ["first", "", "third"]) guest.send(a, content);
        assertEquals(guest.receive(b, 3), "fir");
        assertEquals(guest.receive(b, 3), "");
        assertEquals(guest.receive(b), "third");
      },
    },
  ],
  sendto: [
    ...eachFamily(
      "sends a datagram to any address, and gives the sender a port",
      (guest, domain) => {
        const receiver = guest.udp(domain);
        const sender = guest.socket(domain, SOCK_DGRAM);
        const address = guest.addressOf(receiver);
        assertEquals(guest.kernel.sendto(sender, bytes("x"), 1, 0, address), 1);
        assertEquals(guest.receive(receiver), "x");
        assertEquals(guest.addressOf(sender).subarray(2, 4).some((byte) => byte !== 0), true);
      },
    ),
    {
      does: "ignores the address on a connection",
      run(guest) {
        const { client, server } = guest.connection();
        const elsewhere = loopback(AF_INET, 9);
        assertEquals(guest.kernel.sendto(client, bytes("x"), 1, 0, elsewhere), 1);
        assertEquals(guest.receive(server), "x");
      },
    },
    {
      does: "reaches AF_UNIX datagram sockets by their path",
      run(guest) {
        const address = encodeSockaddr(new UnixAddress("pathname", `${guest.folder}/socket`));
        const receiver = guest.socket(AF_UNIX, SOCK_DGRAM);
        guest.ok(guest.kernel.bind(receiver, address), "bind");
        const sender = guest.socket(AF_UNIX, SOCK_DGRAM);
        assertEquals(guest.kernel.sendto(sender, bytes("x"), 1, 0, address), 1);
        assertEquals(guest.receive(receiver), "x");
      },
      deno: {
        row: "socket(AF_UNIX)",
        gives: ({ kernel }) => kernel.socket(AF_UNIX, SOCK_DGRAM, 0),
      },
    },
  ],
  recvfrom: [
    ...eachFamily("tells a datagram's sender, and nobody on a stream", (guest, domain) => {
      const receiver = guest.udp(domain);
      const sender = guest.udp(domain);
      const address = guest.addressOf(receiver);
      guest.ok(guest.kernel.sendto(sender, bytes("x"), 1, 0, address), "sendto");
      const from = new SockaddrStorage();
      const buffer = new Uint8Array(8);
      assertEquals(guest.kernel.recvfrom(receiver, buffer, 8, 0, from), 1);
      assertEquals(from.toBytes(), guest.addressOf(sender));
      const { client, server } = guest.connection(domain);
      guest.send(client, "x");
      assertEquals(guest.kernel.recvfrom(server, buffer, 8, 0, from), 1);
      assertEquals(from.length, 0);
    }),
  ],
  sendmsg: [
    ...eachFamily(
      "gathers buffers into one datagram, with and without an address",
      (guest, domain) => {
        const receiver = guest.udp(domain);
        const sender = guest.socket(domain, SOCK_DGRAM);
        const buffers = gather("ab", "", "cde");
        const address = guest.addressOf(receiver);
        assertEquals(guest.kernel.sendmsg(sender, buffers, 0, address), 5);
        guest.ok(guest.kernel.connect(sender, address), "connect");
        assertEquals(guest.kernel.sendmsg(sender, buffers, 0, undefined), 5);
        assertEquals([guest.receive(receiver), guest.receive(receiver)], ["abcde", "abcde"]);
      },
    ),
    {
      does: "gathers buffers into a stream",
      run(guest) {
        const { client, server } = guest.connection();
        assertEquals(guest.kernel.sendmsg(client, gather("ab", "cde"), 0, undefined), 5);
        assertEquals(guest.receive(server), "abcde");
      },
    },
  ],
  recvmsg: [
    ...eachFamily(
      "scatters a datagram and tells the sender and that it was cut",
      (guest, domain) => {
        const receiver = guest.udp(domain);
        const sender = guest.udp(domain);
        const address = guest.addressOf(receiver);
        guest.ok(guest.kernel.sendto(sender, bytes("abcdefg"), 7, 0, address), "sendto");
        const buffers = scatter(2, 0, 3);
        const message = { name: new SockaddrStorage(), flags: -1 };
        assertEquals(guest.kernel.recvmsg(receiver, buffers, 0, message), 5);
        assertEquals(texts(buffers), ["ab", "", "cde"]);
        assertEquals(message.name.toBytes(), guest.addressOf(sender));
        assertEquals(message.flags, MSG_TRUNC);
      },
    ),
    {
      does: "scatters what a stream has",
      run(guest) {
        const { client, server } = guest.connection();
        guest.send(client, "abc");
        const buffers = scatter(2, 4);
        const message = { name: null, flags: -1 };
        assertEquals(guest.kernel.recvmsg(server, buffers, 0, message), 3);
        assertEquals([texts(buffers), message.flags], [["ab", "c..."], 0]);
      },
    },
  ],
  read: [
    ...eachFamily("takes bytes of sockets, pipes and files", (guest, domain) => {
      for (const [writing, reading] of streams(guest, domain)) {
        guest.ok(guest.kernel.write(writing, bytes("abc"), 3), "write");
        const buffer = new Uint8Array(8);
        assertEquals(guest.kernel.read(reading, buffer, 2), 2);
        assertEquals(guest.kernel.read(reading, buffer.subarray(2), 6), 1);
        assertEquals(text(buffer.subarray(0, 3)), "abc");
      }
      const file = openFile(guest);
      guest.ok(guest.kernel.pwrite(file, bytes("abc"), 3, 0), "pwrite");
      const buffer = new Uint8Array(8);
      assertEquals([0, 1, 2].map(() => guest.kernel.read(file, buffer, 2)), [2, 1, 0]);
    }),
  ],
  write: [
    ...eachFamily(
      "gives bytes to sockets, pipes and files; EPIPE where nobody reads",
      (guest, domain) => {
        for (const [writing, reading] of streams(guest, domain)) {
          assertEquals(guest.kernel.write(writing, bytes("abc"), 2), 2);
          const buffer = new Uint8Array(8);
          assertEquals(guest.kernel.read(reading, buffer, 8), 2);
        }
        const file = openFile(guest);
        assertEquals(guest.kernel.write(file, bytes("abc"), 3), 3);
        assertEquals(Deno.readTextFileSync(`${guest.folder}/file`), "abc");
        const ends = new Int32Array(2);
        guest.kernel.pipe2(ends, O_NONBLOCK);
        guest.kernel.close(ends[0] ?? -1);
        assertErrno(guest.kernel.write(ends[1] ?? -1, bytes("x"), 1), Errno.EPIPE);
      },
    ),
  ],
  readv: [
    ...eachFamily("fills one buffer after the other", (guest, domain) => {
      for (const [writing, reading] of streams(guest, domain)) {
        guest.ok(guest.kernel.write(writing, bytes("abcde"), 5), "write");
        const buffers = scatter(2, 0, 1, 4);
        assertEquals(guest.kernel.readv(reading, buffers), 5);
        assertEquals(texts(buffers), ["ab", "", "c", "de.."]);
      }
      const file = openFile(guest);
      guest.ok(guest.kernel.pwrite(file, bytes("abc"), 3, 0), "pwrite");
      const buffers = scatter(1, 4);
      assertEquals(guest.kernel.readv(file, buffers), 3);
      assertEquals(texts(buffers), ["a", "bc.."]);
    }),
  ],
  writev: [
    ...eachFamily("gives one buffer after the other", (guest, domain) => {
      for (const [writing, reading] of streams(guest, domain)) {
        assertEquals(guest.kernel.writev(writing, gather("ab", "", "c")), 3);
        const buffer = new Uint8Array(8);
        assertEquals(guest.kernel.read(reading, buffer, 8), 3);
        assertEquals(text(buffer.subarray(0, 3)), "abc");
      }
      const file = openFile(guest);
      assertEquals(guest.kernel.writev(file, gather("ab", "c")), 3);
      assertEquals(Deno.readTextFileSync(`${guest.folder}/file`), "abc");
      const [a, b] = guest.udpPair();
      assertEquals(guest.kernel.writev(a, gather("one ", "datagram")), 12);
      assertEquals(guest.receive(b), "one datagram");
    }),
  ],
  pread: [
    {
      does: "reads at an offset and leaves the file's own; ESPIPE on a socket",
      run(guest) {
        const file = openFile(guest);
        guest.ok(guest.kernel.write(file, bytes("abcdef"), 6), "write");
        const buffer = new Uint8Array(8);
        assertEquals(guest.kernel.pread(file, buffer, 3, 2), 3);
        assertEquals(text(buffer.subarray(0, 3)), "cde");
        assertEquals(guest.kernel.lseek(file, 0, 1), 6);
        assertErrno(guest.kernel.pread(guest.udp(), buffer, 1, 0), Errno.ESPIPE);
      },
    },
  ],
  pwrite: [
    {
      does: "writes at an offset and leaves the file's own; ESPIPE on a socket",
      run(guest) {
        const file = openFile(guest);
        guest.ok(guest.kernel.write(file, bytes("abcdef"), 6), "write");
        guest.ok(guest.kernel.lseek(file, 1, SEEK_SET), "lseek");
        assertEquals(guest.kernel.pwrite(file, bytes("XY"), 2, 3), 2);
        assertEquals(guest.kernel.lseek(file, 0, 1), 1);
        assertEquals(Deno.readTextFileSync(`${guest.folder}/file`), "abcXYf");
        assertErrno(guest.kernel.pwrite(guest.udp(), bytes("x"), 1, 0), Errno.ESPIPE);
      },
    },
  ],
  sendfile: [
    {
      does: "copies a file to a socket, from the offset that it is given or its own",
      run(guest) {
        const { client, server } = guest.connection();
        const file = openFile(guest);
        guest.ok(guest.kernel.pwrite(file, bytes("abcdef"), 6, 0), "pwrite");
        const offset = { value: 4 };
        assertEquals(guest.kernel.sendfile(client, file, offset, 10), 2);
        assertEquals(guest.kernel.sendfile(client, file, null, 3), 3);
        assertEquals([offset.value, guest.kernel.lseek(file, 0, 1)], [6, 3]);
        guest.kernel.shutdown(client, SHUT_WR);
        guest.await(server);
        let received = "";
        for (let part = guest.receive(server); part !== ""; part = guest.receive(server)) {
          received += part;
        }
        assertEquals(received, "efabc");
      },
    },
  ],
} as const satisfies Coverage;
