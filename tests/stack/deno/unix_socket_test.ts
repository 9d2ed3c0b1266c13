import { assert, assertEquals } from "@std/assert";
import { Errno } from "../../../lib/linux/errno.ts";
import { FIONREAD, TIOCOUTQ } from "../../../lib/linux/ioctl.ts";
import { POLLERR, POLLHUP, POLLIN, POLLOUT } from "../../../lib/linux/poll.ts";
import { SockaddrStorage } from "../../../lib/linux/sockaddr.ts";
import {
  AF_INET,
  AF_UNIX,
  MSG_DONTWAIT,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  SHUT_RD,
  SHUT_WR,
  SO_PEERCRED,
  SO_RCVTIMEO,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../../lib/linux/socket.ts";
import type { OpenFile } from "../../../lib/stack/open_file.ts";
import type { Stack } from "../../../lib/stack/stack.ts";
import { receive, send, setOption, sockaddr, withStack } from "./sockets.ts";

function pair(stack: Stack, type: number = SOCK_STREAM): readonly [OpenFile, OpenFile] {
  const made = stack.socketpair(AF_UNIX, type, 0);
  assert(typeof made !== "number", String(made));
  return made;
}

Deno.test(
  "a stream pair carries bytes both ways and counts them",
  withStack((stack) => {
    const [a, b] = pair(stack);
    assertEquals([send(a, "abc"), send(a, "def"), send(b, "x")], [3, 3, 1]);
    const value = new Int32Array(1);
    assertEquals([b.ioctl(FIONREAD, value), value[0]], [0, 6]);
    assertEquals(receive(b, MSG_PEEK, 5), "abcde");
    assertEquals([receive(b, 0, 2), receive(b), receive(a)], ["ab", "cdef", "x"]);
    assertEquals([a.ioctl(TIOCOUTQ, value), value[0]], [0, 0]);
    assertEquals(receive(b, MSG_DONTWAIT), -Errno.EAGAIN);
    assertEquals(receive(b, MSG_DONTWAIT, 0), -Errno.EAGAIN);
    assertEquals(send(a, "!", MSG_OOB), -Errno.EOPNOTSUPP);
    const name = new SockaddrStorage();
    assertEquals([a.getpeername(name), name.length, name.family], [0, 2, AF_UNIX]);
  }),
);

Deno.test(
  "messages keep their boundaries in datagram and seqpacket pairs",
  withStack((stack) => {
    for (const type of [SOCK_DGRAM, SOCK_SEQPACKET]) {
      const [a, b] = pair(stack, type);
      assertEquals([send(a, "first"), send(a, ""), send(a, "third")], [5, 0, 5]);
      assertEquals([receive(b), receive(b)], ["first", ""]);
      assertEquals(b.recv(new Uint8Array(2), 2, MSG_TRUNC), 5);
      assertEquals(receive(b, MSG_DONTWAIT), -Errno.EAGAIN);
      assertEquals(a.send(new Uint8Array(500_000), 500_000, 0), -Errno.EMSGSIZE);
    }
  }),
);

Deno.test(
  "send() ends with EAGAIN when the buffer is full, and everything arrives",
  withStack((stack) => {
    const [a, b] = pair(stack, SOCK_STREAM | SOCK_NONBLOCK);
    const chunk = new Uint8Array(100_000);
    let sent = 0;
    for (let count = 0; count >= 0; count = a.send(chunk, chunk.length, 0)) sent += count;
    assert(sent > 100_000);
    assertEquals(a.poll(POLLOUT), 0);
    let received = 0;
    const buffer = new Uint8Array(70_000);
    for (let count = 0; count >= 0; count = b.recv(buffer, buffer.length, 0)) received += count;
    assertEquals(received, sent);
    assertEquals(a.poll(POLLOUT), POLLOUT);
  }),
);

Deno.test(
  "close() ends the peer: end of file, or a reset if data was unread",
  withStack((stack) => {
    const [a, b] = pair(stack);
    send(a, "last");
    a.close();
    assertEquals([receive(b), receive(b), send(b, "x")], ["last", "", -Errno.EPIPE]);
    assertEquals(b.poll(POLLIN | POLLOUT), POLLIN | POLLOUT | POLLHUP);
    const [c, d] = pair(stack);
    send(c, "unread");
    d.close();
    assertEquals(c.poll(0), POLLERR | POLLHUP);
    assertEquals([receive(c), receive(c)], [-Errno.ECONNRESET, ""]);
    const [e, f] = pair(stack, SOCK_DGRAM);
    f.close();
    assertEquals([send(e, "x"), send(e, "x")], [-Errno.ECONNREFUSED, -Errno.ENOTCONN]);
  }),
);

Deno.test(
  "shutdown() ends a direction for both; SO_RCVTIMEO and MSG_WAITALL end a wait",
  withStack((stack) => {
    const [a, b] = pair(stack);
    assertEquals(setOption(b, SOL_SOCKET, SO_RCVTIMEO, 0, 0, 10_000, 0), 0);
    assertEquals(receive(b), -Errno.EAGAIN);
    send(a, "abc");
    assertEquals(receive(b, MSG_WAITALL, 10), "abc");
    assertEquals(a.shutdown(SHUT_WR), 0);
    assertEquals([send(a, "x"), receive(b)], [-Errno.EPIPE, ""]);
    assertEquals(a.shutdown(SHUT_RD), 0);
    assertEquals(send(b, "x"), -Errno.EPIPE);
    assertEquals(a.shutdown(3), -Errno.EINVAL);
  }),
);

Deno.test(
  "what a pair is not for gives Linux's errno",
  withStack((stack) => {
    const [a] = pair(stack);
    const address = sockaddr("127.0.0.1:9");
    assertEquals(a.connect(address, address.length, null), -Errno.EISCONN);
    assertEquals(a.accept(null, 0), -Errno.EINVAL);
    assertEquals(a.listen(1), -Errno.EINVAL);
    assertEquals(a.sendto(new Uint8Array(1), 1, 0, address, 16, null), -Errno.EISCONN);
    assertEquals(stack.socketpair(AF_INET, SOCK_STREAM, 0), -Errno.EOPNOTSUPP);
    const credentials = new Uint8Array(12);
    assertEquals(a.getsockopt(SOL_SOCKET, SO_PEERCRED, credentials, Int32Array.of(12)), 0);
    assertEquals(new DataView(credentials.buffer).getInt32(0, true), Deno.pid);
  }),
);
