import { assert, assertEquals } from "@std/assert";
import { Errno } from "../../../lib/linux/errno.ts";
import { O_NONBLOCK } from "../../../lib/linux/fcntl.ts";
import { FIONREAD, SIOCATMARK, TIOCOUTQ } from "../../../lib/linux/ioctl.ts";
import { IPPROTO_IPV6, IPPROTO_TCP, IPV6_V6ONLY } from "../../../lib/linux/in.ts";
import { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLRDHUP } from "../../../lib/linux/poll.ts";
import { SockaddrStorage } from "../../../lib/linux/sockaddr.ts";
import {
  AF_INET6,
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  MSG_MORE,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  SHUT_RD,
  SHUT_WR,
  SO_ERROR,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_RCVBUF,
  SO_RCVLOWAT,
  SO_RCVTIMEO,
  SO_SNDBUF,
  SO_SNDTIMEO,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../../lib/linux/socket.ts";
import { TCP_CORK, TCP_INFO, TCP_KEEPIDLE, TCP_NODELAY } from "../../../lib/linux/tcp.ts";
import type { OpenFile } from "../../../lib/stack/open_file.ts";
import type { Stack } from "../../../lib/stack/stack.ts";
import { NO_IPV6, whyUnreachable } from "../../ipv6.ts";
import { unlessSkipped } from "../../skipped.ts";
import {
  bind,
  connect,
  connection,
  descriptorCount,
  getOption,
  listener,
  nameOf,
  receive,
  send,
  setOption,
  sockaddr,
  socket,
  withStack,
} from "./sockets.ts";

function ready(stack: Stack, file: OpenFile, events: number, timeout = 2000): number {
  const revents = new Int16Array(1);
  const count = stack.poll([file], Int16Array.of(events), revents, 1, timeout);
  assert(count >= 0);
  return revents[0] ?? 0;
}

function nonBlocking(stack: Stack): OpenFile {
  return socket(stack, SOCK_STREAM | SOCK_NONBLOCK);
}

Deno.test(
  "send() and recv() carry bytes unchanged for sizes beyond every buffer",
  withStack((stack) => {
    const [client, server] = connection(stack);
    for (const size of [1, 65_536, 262_145, 1_000_003]) {
      const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 31 + size) & 255);
      const back = new Uint8Array(size);
      let sent = 0;
      let received = 0;
      while (received < size) {
        if (sent < size) {
          const count = client.send(bytes.subarray(sent), size - sent, MSG_DONTWAIT);
          assert(count > 0 || count === -Errno.EAGAIN, String(count));
          if (count > 0) sent += count;
        }
        const count = server.recv(back.subarray(received), size - received, 0);
        assert(count > 0, String(count));
        received += count;
      }
      assertEquals(back, bytes);
    }
  }),
);

Deno.test(
  "send() of many short pieces keeps their order, and what follows comes after them",
  withStack((stack) => {
    const [client, server] = connection(stack);
    const buffer = new Uint8Array(20_000);
    let next = 0;
    let expected = 0;
    for (let round = 0; round < 40; round++) {
      let sent = 0;
      for (let i = 0; i < 150; i++) {
        const piece = Uint8Array.from({ length: 1 + (i * 7) % 101 }, () => next++ & 255);
        assertEquals(client.send(piece, piece.length, 0), piece.length);
        sent += piece.length;
      }
      assertEquals(server.recv(buffer, sent, MSG_WAITALL), sent);
      for (let i = 0; i < sent; i++) {
        if (buffer[i] !== (expected++ & 255)) throw new Error(`byte ${expected - 1} is wrong`);
      }
    }
    assertEquals(send(client, "last"), 4);
    assertEquals(client.shutdown(SHUT_WR), 0);
    assertEquals([receive(server), receive(server)], ["last", ""]);
  }),
);

Deno.test(
  "send() to a connection that was reset is ECONNRESET once, then EPIPE",
  withStack((stack) => {
    const [client, server] = connection(stack);
    assertEquals(setOption(server, SOL_SOCKET, SO_LINGER, 1, 0), 0);
    server.close();
    assertEquals(ready(stack, client, POLLIN) & POLLERR, POLLERR);
    assertEquals(send(client, "x"), -Errno.ECONNRESET);
    assertEquals(send(client, "x"), -Errno.EPIPE);
  }),
);

Deno.test(
  "send() on a socket that does not wait ends with EAGAIN and loses nothing",
  withStack((stack) => {
    const [client, server] = connection(stack);
    const chunk = new Uint8Array(50_000).fill(1);
    let sent = 0;
    for (;;) {
      const count = client.send(chunk, chunk.length, MSG_DONTWAIT);
      if (count === -Errno.EAGAIN) break;
      assert(count > 0);
      sent += count;
      assert(sent < 100_000_000, "the send buffer is not bounded");
    }
    assertEquals(ready(stack, client, POLLOUT, 0), 0);
    const buffer = new Uint8Array(100_000);
    let received = 0;
    while (received < sent) {
      const count = server.recv(buffer, buffer.length, 0);
      assert(count > 0);
      received += count;
    }
    assertEquals(received, sent);
    assertEquals(ready(stack, client, POLLOUT), POLLOUT);
  }),
);

Deno.test(
  "send() waits no longer than SO_SNDTIMEO, recv() and accept() than SO_RCVTIMEO",
  withStack((stack) => {
    const [client, server] = connection(stack);
    for (const name of [SO_SNDTIMEO, SO_RCVTIMEO]) {
      assertEquals(setOption(client, SOL_SOCKET, name, 0, 0, 20_000, 0), 0);
    }
    const chunk = new Uint8Array(500_000);
    for (;;) {
      const count = client.send(chunk, chunk.length, 0);
      if (count === -Errno.EAGAIN) break;
      assert(count > 0);
    }
    assertEquals(receive(client), -Errno.EAGAIN);
    assertEquals(receive(client, MSG_WAITALL), -Errno.EAGAIN);
    server.close();
    const waiting = listener(stack);
    assertEquals(setOption(waiting, SOL_SOCKET, SO_RCVTIMEO, 0, 0, 20_000, 0), 0);
    assertEquals(waiting.accept(null, 0), -Errno.EAGAIN);
  }),
);

Deno.test(
  "recv() with MSG_PEEK leaves the bytes, also with MSG_WAITALL and across chunks",
  withStack((stack) => {
    const [client, server] = connection(stack);
    assertEquals([send(client, "abc"), send(client, "def")], [3, 3]);
    assertEquals(receive(server, MSG_PEEK | MSG_WAITALL, 6), "abcdef");
    assertEquals(receive(server, MSG_PEEK, 4), "abcd");
    assertEquals(receive(server, 0, 2), "ab");
    assertEquals(receive(server, MSG_PEEK, 9), "cdef");
    assertEquals(receive(server, MSG_TRUNC, 3), "\0\0\0");
    assertEquals(receive(server, MSG_DONTWAIT), "f");
    assertEquals(receive(server, MSG_DONTWAIT | MSG_PEEK), -Errno.EAGAIN);
    assertEquals(receive(server, MSG_OOB), -Errno.EINVAL);
    assertEquals(receive(server, MSG_ERRQUEUE), -Errno.EAGAIN);
  }),
);

Deno.test(
  "MSG_MORE and TCP_CORK hold bytes back until they are released",
  withStack((stack) => {
    const [client, server] = connection(stack);
    assertEquals(send(client, "head", MSG_MORE), 4);
    assertEquals(receive(server, MSG_DONTWAIT), -Errno.EAGAIN);
    assertEquals(send(client, "tail"), 4);
    assertEquals(receive(server, MSG_WAITALL, 8), "headtail");
    assertEquals(setOption(client, IPPROTO_TCP, TCP_CORK, 1), 0);
    assertEquals(send(client, "corked"), 6);
    assertEquals(receive(server, MSG_DONTWAIT), -Errno.EAGAIN);
    assertEquals(setOption(client, IPPROTO_TCP, TCP_CORK, 0), 0);
    assertEquals(receive(server), "corked");
    // What is held back goes out by itself, and with the end of the stream.
    assertEquals(send(client, "late", MSG_MORE), 4);
    assertEquals(receive(server), "late");
    assertEquals(send(client, "last", MSG_MORE), 4);
    client.close();
    assertEquals([receive(server), receive(server)], ["last", ""]);
  }),
);

Deno.test(
  "readv(), writev(), sendmsg() and recvmsg() gather and scatter",
  withStack((stack) => {
    const [client, server] = connection(stack);
    const text = (value: string) => {
      const base = new TextEncoder().encode(value);
      return { base, length: base.length };
    };
    assertEquals(client.writev([text("ab"), text(""), text("cde")]), 5);
    assertEquals(client.sendmsg([text("f"), text("gh")], 0, null, 0, null), 3);
    const parts = [2, 0, 4].map((length) => ({ base: new Uint8Array(length), length }));
    assertEquals(server.recvmsg(parts, MSG_WAITALL, { name: null, flags: 99 }), 6);
    const decoder = new TextDecoder();
    assertEquals(parts.map(({ base }) => decoder.decode(base)), ["ab", "", "cdef"]);
    assertEquals(server.readv([{ base: new Uint8Array(1), length: 1 }]), 1);
    // Linux copies 32 KiB at a time: the piece that faults is not sent.
    assertEquals(client.writev([text("x"), { base: null, length: 4 }]), -Errno.EFAULT);
    assertEquals(client.writev([text("x".repeat(40_000)), { base: null, length: 4 }]), 32_768);
    assertEquals(client.writev([{ base: null, length: 4 }]), -Errno.EFAULT);
    assertEquals(server.recv(null, 1, 0), -Errno.EFAULT);
    assertEquals(server.readv([text("?"), { base: null, length: 4 }]), -Errno.EFAULT);
    assertEquals(receive(server, MSG_WAITALL, 2), "hx");
  }),
);

Deno.test(
  "a reset reaches the peer: close() with unread data, with SO_LINGER 0, of a listener",
  withStack((stack) => {
    const all = POLLIN | POLLOUT | POLLRDHUP;
    const gone = all | POLLERR | POLLHUP;
    const [client, server] = connection(stack);
    send(client, "unread");
    assertEquals(ready(stack, server, POLLIN), POLLIN);
    server.close();
    assertEquals(ready(stack, client, 0), POLLERR | POLLHUP);
    assertEquals(ready(stack, client, all), gone);
    assertEquals([receive(client), receive(client)], [-Errno.ECONNRESET, ""]);
    assertEquals(send(client, "x"), -Errno.EPIPE);

    const [second, lingering] = connection(stack);
    assertEquals(setOption(lingering, SOL_SOCKET, SO_LINGER, 1, 0), 0);
    lingering.close();
    assertEquals(ready(stack, second, 0), POLLERR | POLLHUP);
    assertEquals(getOption(second, SOL_SOCKET, SO_ERROR), Errno.ECONNRESET);
    assertEquals(getOption(second, SOL_SOCKET, SO_ERROR), 0);

    const third = listener(stack);
    const queued = socket(stack);
    assertEquals(connect(queued, nameOf(third)), 0);
    third.close();
    assertEquals(receive(queued), -Errno.ECONNRESET);
  }),
);

Deno.test(
  "a reset after the peer's end of file shows as EPIPE",
  withStack((stack) => {
    const [client, server] = connection(stack);
    server.close();
    assertEquals(receive(client), "");
    assertEquals(send(client, "hello"), 5);
    assertEquals(ready(stack, client, 0), POLLERR | POLLHUP);
    assertEquals(getOption(client, SOL_SOCKET, SO_ERROR), Errno.EPIPE);
    assertEquals(send(client, "hello"), -Errno.EPIPE);
  }),
);

Deno.test(
  "connect() that does not wait is EINPROGRESS, has a name at once, and is 0 once done",
  withStack((stack) => {
    const server = listener(stack);
    const client = nonBlocking(stack);
    assertEquals(connect(client, nameOf(server)), -Errno.EINPROGRESS);
    assertEquals(nameOf(client).subarray(4, 8), Uint8Array.of(127, 0, 0, 1));
    assert(nameOf(client)[2] !== 0);
    assertEquals(ready(stack, client, POLLOUT), POLLOUT);
    const accepted = new SockaddrStorage();
    assert(typeof server.accept(accepted, 0) !== "number");
    assertEquals(accepted.toBytes(), nameOf(client));
    assertEquals(connect(client, nameOf(server)), 0);
    assertEquals(connect(client, nameOf(server)), -Errno.EISCONN);
  }),
);

Deno.test(
  "connect() gives what connect(2) answers at once also without waiting",
  withStack((stack) => {
    for (const type of [SOCK_STREAM, SOCK_STREAM | SOCK_NONBLOCK]) {
      for (const address of ["255.255.255.255:9", "224.0.0.1:9"]) {
        assertEquals(connect(socket(stack, type), sockaddr(address)), -Errno.ENETUNREACH, address);
      }
    }
  }),
);

Deno.test(
  "a full queue holds further connections back until accept() makes room",
  withStack((stack) => {
    const server = listener(stack, 1);
    const clients = Array.from({ length: 4 }, () => nonBlocking(stack));
    const waits = clients.map((client) => {
      assertEquals(connect(client, nameOf(server)), -Errno.EINPROGRESS);
      return ready(stack, client, POLLOUT, 50);
    });
    assertEquals(waits, [POLLOUT, POLLOUT, 0, 0]);
    for (const client of clients) {
      assert(typeof server.accept(null, 0) !== "number");
      assertEquals(ready(stack, client, POLLOUT), POLLOUT);
    }
  }),
);

Deno.test(
  "connections that a full queue holds back and that are closed leave no trace in it",
  withStack((stack) => {
    const server = listener(stack, 1);
    for (let i = 0; i < 20; i++) {
      const client = nonBlocking(stack);
      assertEquals(connect(client, nameOf(server)), -Errno.EINPROGRESS);
      client.close();
    }
    server.setStatusFlags(O_NONBLOCK);
    for (;;) {
      const accepted = server.accept(null, 0);
      if (typeof accepted === "number") break;
      accepted.close();
    }
    const client = nonBlocking(stack);
    assertEquals(connect(client, nameOf(server)), -Errno.EINPROGRESS);
    assertEquals(ready(stack, client, POLLOUT), POLLOUT);
  }),
);

Deno.test(
  "connect() that fails at once keeps a port given to bind(), and close() frees it",
  withStack((stack) => {
    const first = socket(stack);
    assertEquals(bind(first, "127.0.0.1:0"), 0);
    const name = nameOf(first);
    const probe = socket(stack);
    assertEquals(probe.bind(name, name.length), -Errno.EADDRINUSE);
    const fixed = socket(stack);
    first.close();
    assertEquals(fixed.bind(name, name.length), 0);
    const before = descriptorCount();
    const elsewhere = sockaddr("192.0.2.1:9");
    assertEquals(fixed.connect(elsewhere, elsewhere.length, "name.invalid"), -Errno.EACCES);
    assertEquals(nameOf(fixed), name);
    assertEquals(descriptorCount(), before);
    assertEquals(fixed.listen(1), 0);
    fixed.close();
    assertEquals(descriptorCount(), before - 1);
  }),
);

Deno.test(
  "poll() tells of a full buffer although SO_RCVLOWAT asks for more",
  withStack((stack) => {
    const [client, server] = connection(stack);
    assertEquals(setOption(server, SOL_SOCKET, SO_RCVLOWAT, 0x7fffffff), 0);
    assertEquals(setOption(server, SOL_SOCKET, SO_RCVBUF, 4096), 0);
    assertEquals(send(client, "few"), 3);
    assertEquals(ready(stack, server, POLLIN, 0), 0);
    assertEquals(client.send(new Uint8Array(200_000), 200_000, 0), 200_000);
    assertEquals(ready(stack, server, POLLIN), POLLIN);
  }),
);

Deno.test(
  "ports are held as Linux holds them, although Deno shares them",
  withStack((stack) => {
    const first = socket(stack);
    assertEquals(bind(first, "127.0.0.1:0"), 0);
    const name = nameOf(first);
    const second = socket(stack);
    assertEquals(second.bind(name, name.length), -Errno.EADDRINUSE);
    first.close();
    assertEquals(second.bind(name, name.length), 0);
    // A connection that this side ended first keeps the port: TIME_WAIT.
    assertEquals(second.listen(1), 0);
    const client = socket(stack);
    assertEquals(connect(client, name), 0);
    const accepted = second.accept(null, 0);
    assert(typeof accepted !== "number");
    accepted.close();
    assertEquals(receive(client), "");
    client.close();
    second.close();
    const third = socket(stack);
    assertEquals(third.bind(name, name.length), -Errno.EADDRINUSE);
  }),
);

Deno.test(
  "options are applied to the host's socket, also those set before it exists",
  withStack((stack) => {
    const client = socket(stack);
    for (
      const [level, name, value] of [
        [IPPROTO_TCP, TCP_NODELAY, 1],
        [SOL_SOCKET, SO_KEEPALIVE, 1],
        [IPPROTO_TCP, TCP_KEEPIDLE, 33],
      ] as const
    ) {
      assertEquals(setOption(client, level, name, value), 0);
      assertEquals(getOption(client, level, name), value);
    }
    const server = listener(stack);
    assertEquals(connect(client, nameOf(server)), 0);
    assertEquals(setOption(client, IPPROTO_TCP, TCP_NODELAY, 0), 0);
    assertEquals(setOption(client, SOL_SOCKET, SO_SNDBUF, 10_000), 0);
    assertEquals(getOption(client, SOL_SOCKET, SO_SNDBUF), 20_000);
    const info = new Uint8Array(8);
    assertEquals(client.getsockopt(IPPROTO_TCP, TCP_INFO, info, Int32Array.of(8)), 0);
    assertEquals(info[0], 1);
    client.shutdown(SHUT_WR);
    assertEquals(ready(stack, client, POLLIN, 10), 0);
    assertEquals(client.getsockopt(IPPROTO_TCP, TCP_INFO, info, Int32Array.of(8)), 0);
    assertEquals(info[0], 5);
  }),
);

Deno.test(
  "TCP_CORK set before connect() holds bytes back, also after an attempt that failed",
  withStack((stack) => {
    for (const local of [null, "127.0.0.1:0"]) {
      const client = socket(stack);
      if (local !== null) assertEquals(bind(client, local), 0);
      assertEquals(setOption(client, IPPROTO_TCP, TCP_CORK, 1), 0);
      assertEquals(connect(client, sockaddr("127.0.0.1:1")), -Errno.ECONNREFUSED);
      const server = listener(stack);
      assertEquals(connect(client, nameOf(server)), 0);
      const accepted = server.accept(null, 0);
      assert(typeof accepted !== "number");
      assertEquals(send(client, "held"), 4);
      assertEquals(receive(accepted, MSG_DONTWAIT), -Errno.EAGAIN);
      assertEquals(setOption(client, IPPROTO_TCP, TCP_CORK, 0), 0);
      assertEquals(receive(accepted), "held");
    }
  }),
);

Deno.test(
  "getsockname() after a refused connect() keeps the port and has no address",
  withStack((stack) => {
    const dead = socket(stack);
    assertEquals(bind(dead, "127.0.0.1:0"), 0);
    const client = socket(stack);
    assertEquals(connect(client, nameOf(dead)), -Errno.ECONNREFUSED);
    const name = nameOf(client);
    assert(name[2] !== 0 || name[3] !== 0);
    name.fill(0, 2, 4);
    assertEquals(name, sockaddr("0.0.0.0:0"));
    assertEquals(client.listen(1), 0);
  }),
);

Deno.test(
  "ioctl() counts what can be read and what is unsent",
  withStack((stack) => {
    const [client, server] = connection(stack);
    const value = new Int32Array(1);
    send(client, "seven!!");
    assertEquals(ready(stack, server, POLLIN), POLLIN);
    assertEquals([server.ioctl(FIONREAD, value), value[0]], [0, 7]);
    assertEquals([client.ioctl(TIOCOUTQ, value), value[0]], [0, 0]);
    assertEquals([server.ioctl(SIOCATMARK, value), value[0]], [0, 0]);
    assertEquals(server.ioctl(FIONREAD, null), -Errno.EFAULT);
    assertEquals(server.ioctl(0x1234, value), -Errno.ENOTTY);
  }),
);

for (
  const [domain, host, shown] of [
    [AF_INET6, "[::1]", "[::1]"],
    [AF_INET6, "[::ffff:127.0.0.1]", "[::ffff:127.0.0.1]"],
    [AF_INET6, "[::]", "[::1]"],
    [2, "127.0.0.1", "127.0.0.1"],
    [2, "0.0.0.0", "127.0.0.1"],
  ] as const
) {
  const seen = domain === 2 ? `[::ffff:${shown}]` : shown;
  Deno.test({
    ...unlessSkipped(`a dual stack server is reached at ${host}`, whyUnreachable(shown)),
    fn: withStack((stack) => {
      const server = socket(stack, SOCK_STREAM, AF_INET6);
      assertEquals(bind(server, "[::]:0"), 0);
      assertEquals(server.listen(5), 0);
      const name = nameOf(server);
      const port = ((name[2] ?? 0) << 8) | (name[3] ?? 0);
      const client = socket(stack, SOCK_STREAM, domain);
      assertEquals(connect(client, sockaddr(`${host}:${port}`)), 0);
      const peer = new SockaddrStorage();
      assert(typeof server.accept(peer, 0) !== "number");
      assertEquals(String(peer.address).replace(/:\d+$/, ""), seen);
      const own = new SockaddrStorage();
      assertEquals(client.getpeername(own), 0);
      assertEquals(String(own.address), `${shown}:${port}`);
    }),
  });
}

Deno.test({
  ...unlessSkipped(
    "connect() to ::1 is EADDRNOTAVAIL without IPv6",
    NO_IPV6 === null ? "there is IPv6 here" : null,
  ),
  fn: withStack((stack) => {
    for (const address of ["[::1]:9", "[::]:9"]) {
      const client = socket(stack, SOCK_STREAM, AF_INET6);
      assertEquals(connect(client, sockaddr(address)), -Errno.EADDRNOTAVAIL);
    }
  }),
});

Deno.test(
  "IPV6_V6ONLY keeps v4-mapped addresses out",
  withStack((stack) => {
    const only = socket(stack, SOCK_STREAM, AF_INET6);
    assertEquals(setOption(only, IPPROTO_IPV6, IPV6_V6ONLY, 1), 0);
    assertEquals(connect(only, sockaddr("[::ffff:127.0.0.1]:1")), -Errno.ENETUNREACH);
    assertEquals(bind(only, "[::ffff:127.0.0.1]:0"), -Errno.EINVAL);
  }),
);

Deno.test({
  ...unlessSkipped("IPV6_V6ONLY stays as it is once a socket is bound", NO_IPV6),
  fn: withStack((stack) => {
    const only = socket(stack, SOCK_STREAM, AF_INET6);
    assertEquals(setOption(only, IPPROTO_IPV6, IPV6_V6ONLY, 1), 0);
    assertEquals(bind(only, "[::1]:0"), 0);
    assertEquals(setOption(only, IPPROTO_IPV6, IPV6_V6ONLY, 0), -Errno.EINVAL);
  }),
});

Deno.test(
  "data that arrives after one's own SHUT_RD is delivered, then the end of file",
  withStack((stack) => {
    const [client, server] = connection(stack);
    assertEquals(server.shutdown(SHUT_RD), 0);
    assertEquals(receive(server), "");
    send(client, "later");
    assertEquals([receive(server), receive(server)], ["later", ""]);
  }),
);

Deno.test(
  "lengths, flags and addresses that make no sense give errnos",
  withStack((stack) => {
    const file = socket(stack);
    const address = sockaddr("127.0.0.1:9");
    for (const length of [0, 1, 3, 15]) assertEquals(file.bind(address, length), -Errno.EINVAL);
    for (const length of [0, 1, 3, 15]) {
      assertEquals(file.connect(address.fill(1), length, null), -Errno.EINVAL);
    }
    assertEquals(file.connect(address.fill(255), 16, null), -Errno.EAFNOSUPPORT);
    assertEquals(file.shutdown(-1), -Errno.EINVAL);
    assertEquals(file.shutdown(0x7fffffff), -Errno.EINVAL);
    for (const level of [-1, 0x7fffffff, SOL_SOCKET, IPPROTO_TCP]) {
      for (const name of [-1, 0x7fff, 0x7fffffff]) {
        assertEquals(setOption(file, level, name, 1), -Errno.ENOPROTOOPT);
        const errno = level === SOL_SOCKET || level === IPPROTO_TCP
          ? Errno.ENOPROTOOPT
          : Errno.EOPNOTSUPP;
        assertEquals(getOption(file, level, name), -errno);
      }
    }
    assertEquals(file.setsockopt(SOL_SOCKET, SO_SNDBUF, null, 4), -Errno.EFAULT);
    assertEquals(file.setsockopt(SOL_SOCKET, SO_SNDBUF, new Uint8Array(3), 3), -Errno.EINVAL);
    assertEquals(file.listen(-1), 0);
    assertEquals(receive(file, -1 & ~MSG_ERRQUEUE), -Errno.ENOTCONN);
  }),
);
