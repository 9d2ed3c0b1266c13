import { assert, assertEquals } from "@std/assert";
import { Errno } from "../../../lib/linux/errno.ts";
import {
  IP_ADD_MEMBERSHIP,
  IP_DROP_MEMBERSHIP,
  IP_MULTICAST_IF,
  IP_MULTICAST_LOOP,
  IP_MULTICAST_TTL,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_UDP,
  IPV6_JOIN_GROUP,
  IPV6_LEAVE_GROUP,
  IPV6_MULTICAST_IF,
  IPV6_MULTICAST_LOOP,
} from "../../../lib/linux/in.ts";
import { FIONREAD } from "../../../lib/linux/ioctl.ts";
import { POLLERR, POLLIN, POLLOUT } from "../../../lib/linux/poll.ts";
import { SockaddrStorage } from "../../../lib/linux/sockaddr.ts";
import {
  AF_INET6,
  MSG_DONTWAIT,
  MSG_MORE,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  SHUT_RD,
  SHUT_WR,
  SO_BROADCAST,
  SO_ERROR,
  SO_RCVBUF,
  SO_RCVTIMEO,
  SO_REUSEADDR,
  SOCK_DGRAM,
  SOL_SOCKET,
} from "../../../lib/linux/socket.ts";
import { UDP_CORK } from "../../../lib/linux/udp.ts";
import type { OpenFile } from "../../../lib/stack/open_file.ts";
import { NO_IPV6, whyUnreachable } from "../../ipv6.ts";
import { unlessSkipped } from "../../skipped.ts";
import {
  bind,
  connect,
  datagrams,
  getOption,
  nameOf,
  receive,
  send,
  setOption,
  sockaddr,
  socket,
  withStack,
} from "./sockets.ts";

const UNSPEC = new Uint8Array(16);

function sendTo(from: OpenFile, to: Uint8Array<ArrayBuffer>, size: number): number {
  return from.sendto(new Uint8Array(size), size, 0, to, to.length, null);
}

function pair(stack: Parameters<typeof datagrams>[0]): [OpenFile, OpenFile] {
  const receiver = datagrams(stack);
  const sender = socket(stack, SOCK_DGRAM);
  assertEquals(connect(sender, nameOf(receiver)), 0);
  return [sender, receiver];
}

Deno.test(
  "datagrams keep their boundaries, their sender and their length",
  withStack((stack) => {
    const [sender, receiver] = pair(stack);
    assertEquals([send(sender, "first"), send(sender, ""), send(sender, "third!")], [5, 0, 6]);
    const from = new SockaddrStorage();
    assertEquals(receiver.recvfrom(new Uint8Array(9), 9, 0, from), 5);
    assertEquals(from.toBytes(), nameOf(sender));
    assertEquals(receive(receiver), "");
    const message = { name: from, flags: 99 };
    const base = new Uint8Array(3);
    assertEquals(receiver.recvmsg([{ base, length: 3 }], MSG_PEEK, message), 3);
    assertEquals([message.flags, base[0]], [MSG_TRUNC, "t".charCodeAt(0)]);
    assertEquals(receiver.recv(base, 3, MSG_TRUNC), 6);
    assertEquals(receive(receiver, MSG_DONTWAIT), -Errno.EAGAIN);
    assertEquals(receive(receiver, MSG_DONTWAIT | MSG_OOB), -Errno.EAGAIN);
    assertEquals(send(sender, "x", MSG_OOB), -Errno.EOPNOTSUPP);
  }),
);

Deno.test(
  "send() refuses what is longer than a datagram",
  withStack((stack) => {
    const receiver = datagrams(stack);
    const sender = socket(stack, SOCK_DGRAM);
    const to = nameOf(receiver);
    assertEquals(sendTo(sender, to, 65_507), 65_507);
    assertEquals(receiver.recv(new Uint8Array(70_000), 70_000, 0), 65_507);
    assertEquals(sendTo(sender, to, 65_508), -Errno.EMSGSIZE);
    assertEquals(sendTo(sender, to, 200_000), -Errno.EMSGSIZE);
  }),
);

Deno.test({
  ...unlessSkipped("send() refuses what is longer than a datagram over IPv6", NO_IPV6),
  fn: withStack((stack) => {
    const six = socket(stack, SOCK_DGRAM, AF_INET6);
    assertEquals(bind(six, "[::1]:0"), 0);
    assertEquals(sendTo(six, nameOf(six), 65_527), 65_527);
    assertEquals(six.recv(new Uint8Array(70_000), 70_000, 0), 65_527);
    assertEquals(sendTo(six, nameOf(six), 65_528), -Errno.EMSGSIZE);
  }),
});

Deno.test(
  "the receive queue is bounded by SO_RCVBUF and then drops",
  withStack((stack) => {
    const [sender, receiver] = pair(stack);
    assertEquals(setOption(receiver, SOL_SOCKET, SO_RCVBUF, 10_000), 0);
    const to = nameOf(receiver);
    for (let i = 0; i < 2000; i++) assertEquals(sendTo(sender, to, 1000), 1000);
    let received = 0;
    while (receive(receiver, MSG_DONTWAIT, 1000) !== -Errno.EAGAIN) received++;
    assert(received >= 5 && received <= 1000, String(received));
    assertEquals(sendTo(sender, nameOf(receiver), 7), 7);
    assertEquals(receiver.recv(new Uint8Array(9), 9, 0), 7);
  }),
);

Deno.test(
  "a connected socket takes datagrams of its peer only, and those queued before",
  withStack((stack) => {
    const receiver = datagrams(stack);
    const [peer, stranger] = [datagrams(stack), datagrams(stack)];
    sendTo(stranger, nameOf(receiver), 1);
    const value = new Int32Array(1);
    assertEquals([receiver.ioctl(FIONREAD, value), value[0]], [0, 1]);
    assertEquals(connect(receiver, nameOf(peer)), 0);
    sendTo(stranger, nameOf(receiver), 2);
    sendTo(peer, nameOf(receiver), 3);
    const buffer = new Uint8Array(9);
    assertEquals([receiver.recv(buffer, 9, 0), receiver.recv(buffer, 9, 0)], [1, 3]);
    assertEquals(connect(receiver, UNSPEC), 0);
    assertEquals(send(receiver, "x"), -Errno.EDESTADDRREQ);
  }),
);

Deno.test(
  "connect() with AF_UNSPEC keeps what the host has not handed over yet",
  withStack((stack) => {
    const sender = datagrams(stack);
    for (let round = 0; round < 20; round++) {
      const file = socket(stack, SOCK_DGRAM);
      assertEquals(connect(file, nameOf(sender)), 0);
      for (let i = 0; i < 30; i++) assertEquals(sendTo(sender, nameOf(file), 4), 4);
      assertEquals(connect(file, UNSPEC), 0);
      let received = 0;
      while (receive(file, MSG_DONTWAIT) === "\0\0\0\0") received++;
      assertEquals(received, 30);
      file.close();
    }
  }),
);

Deno.test(
  "what is kept when connect() with AF_UNSPEC gives the port back is bounded by SO_RCVBUF",
  withStack((stack) => {
    const file = socket(stack, SOCK_DGRAM);
    const sender = datagrams(stack);
    assertEquals(setOption(file, SOL_SOCKET, SO_RCVBUF, 10_000), 0);
    for (let round = 0; round < 10; round++) {
      assertEquals(connect(file, nameOf(sender)), 0);
      for (let i = 0; i < 10; i++) assertEquals(sendTo(sender, nameOf(file), 1000), 1000);
      assertEquals(connect(file, UNSPEC), 0);
    }
    let received = 0;
    while (receive(file, MSG_DONTWAIT, 1000) !== -Errno.EAGAIN) received++;
    assert(received >= 10 && received <= 20, String(received));
  }),
);

Deno.test(
  "connect() with AF_UNSPEC gives a chosen port back and keeps an explicit one",
  withStack((stack) => {
    const chosen = socket(stack, SOCK_DGRAM);
    const other = datagrams(stack);
    assertEquals(connect(chosen, nameOf(other)), 0);
    assertEquals(connect(chosen, UNSPEC), 0);
    assertEquals(nameOf(chosen), sockaddr("0.0.0.0:0"));
    const kept = socket(stack, SOCK_DGRAM);
    const sender = datagrams(stack);
    assertEquals(connect(kept, nameOf(sender)), 0);
    assertEquals([sendTo(sender, nameOf(kept), 3), sendTo(sender, nameOf(kept), 4)], [3, 4]);
    assertEquals(receive(kept, MSG_PEEK), "\0\0\0");
    assertEquals(connect(kept, UNSPEC), 0);
    assertEquals(kept.poll(POLLIN), POLLIN);
    assertEquals([receive(kept), receive(kept)], ["\0\0\0", "\0\0\0\0"]);
    assertEquals(receive(kept, MSG_DONTWAIT), -Errno.EAGAIN);
    const explicit = socket(stack, SOCK_DGRAM);
    const name = nameOf(other);
    other.close();
    assertEquals(explicit.bind(name, name.length), 0);
    assertEquals(connect(explicit, sockaddr("127.0.0.1:9")), 0);
    assertEquals(connect(explicit, UNSPEC), 0);
    assertEquals(nameOf(explicit), name);
  }),
);

for (const [domain, any] of [[2, "127.0.0.1:0"], [AF_INET6, "[::1]:0"]] as const) {
  const name = `a closed port of this machine is reported to connected sockets, once, ${any}`;
  Deno.test({
    ...unlessSkipped(name, whyUnreachable(any)),
    fn: withStack((stack) => {
      const gone = socket(stack, SOCK_DGRAM, domain);
      assertEquals(bind(gone, any), 0);
      const name = nameOf(gone);
      gone.close();
      const file = socket(stack, SOCK_DGRAM, domain);
      assertEquals(connect(file, name), 0);
      assertEquals(send(file, "a"), 1);
      assertEquals(file.poll(POLLIN | POLLOUT), POLLOUT | POLLERR);
      assertEquals(receive(file), -Errno.ECONNREFUSED);
      assertEquals(receive(file, MSG_DONTWAIT), -Errno.EAGAIN);
      assertEquals([send(file, "b"), send(file, "c"), send(file, "d")], [
        1,
        -Errno.ECONNREFUSED,
        1,
      ]);
      assertEquals(getOption(file, SOL_SOCKET, SO_ERROR), Errno.ECONNREFUSED);
      assertEquals(getOption(file, SOL_SOCKET, SO_ERROR), 0);
      const unconnected = socket(stack, SOCK_DGRAM, domain);
      assertEquals(sendTo(unconnected, name, 1), 1);
      assertEquals(receive(unconnected, MSG_DONTWAIT), -Errno.EAGAIN);
    }),
  });
}

Deno.test(
  "MSG_MORE and UDP_CORK make one datagram of several sends",
  withStack((stack) => {
    const [sender, receiver] = pair(stack);
    assertEquals([send(sender, "ab", MSG_MORE), send(sender, "cd")], [2, 2]);
    assertEquals(receive(receiver), "abcd");
    assertEquals(setOption(sender, IPPROTO_UDP, UDP_CORK, 1), 0);
    assertEquals([send(sender, "12"), send(sender, "34")], [2, 2]);
    assertEquals(receive(receiver, MSG_DONTWAIT), -Errno.EAGAIN);
    assertEquals(setOption(sender, IPPROTO_UDP, UDP_CORK, 0), 0);
    assertEquals(receive(receiver), "1234");
  }),
);

Deno.test(
  "shutdown() of a connected socket ends both directions, SO_RCVTIMEO a wait",
  withStack((stack) => {
    const [sender, receiver] = pair(stack);
    assertEquals(receiver.shutdown(SHUT_RD), -Errno.ENOTCONN);
    assertEquals(sender.shutdown(SHUT_WR), 0);
    assertEquals(send(sender, "x"), -Errno.EPIPE);
    assertEquals(sender.shutdown(SHUT_RD), 0);
    assertEquals([receive(sender), receive(sender, MSG_DONTWAIT)], ["", -Errno.EAGAIN]);
    const waiting = datagrams(stack);
    assertEquals(setOption(waiting, SOL_SOCKET, SO_RCVTIMEO, 0, 0, 10_000, 0), 0);
    assertEquals(receive(waiting), -Errno.EAGAIN);
    assertEquals([waiting.listen(1), waiting.accept(null, 0)], [
      -Errno.EOPNOTSUPP,
      -Errno.EOPNOTSUPP,
    ]);
  }),
);

Deno.test(
  "SO_REUSEADDR lets two sockets share a port, without it nobody shares",
  withStack((stack) => {
    const first = socket(stack, SOCK_DGRAM);
    assertEquals(setOption(first, SOL_SOCKET, SO_REUSEADDR, 1), 0);
    assertEquals(bind(first, "127.0.0.1:0"), 0);
    const name = nameOf(first);
    const second = socket(stack, SOCK_DGRAM);
    assertEquals(second.bind(name, name.length), -Errno.EADDRINUSE);
    assertEquals(setOption(second, SOL_SOCKET, SO_REUSEADDR, 1), 0);
    assertEquals(second.bind(name, name.length), 0);
  }),
);

Deno.test(
  "broadcast needs SO_BROADCAST; port 0 is no destination",
  withStack((stack) => {
    const file = socket(stack, SOCK_DGRAM);
    const broadcast = sockaddr("127.255.255.255:9");
    assertEquals(sendTo(file, broadcast, 1), -Errno.EACCES);
    assertEquals(setOption(file, SOL_SOCKET, SO_BROADCAST, 1), 0);
    assertEquals(sendTo(file, broadcast, 1), 1);
    assertEquals(sendTo(file, sockaddr("127.0.0.1:0"), 1), -Errno.EINVAL);
  }),
);

Deno.test(
  "multicast reaches a socket that joined, on the interface that was chosen",
  withStack((stack) => {
    const group = [239, 77, 12, 3];
    const membership = new DataView(Uint8Array.of(...group, 127, 0, 0, 1).buffer);
    const mreq = [membership.getInt32(0, true), membership.getInt32(4, true)];
    const receiver = datagrams(stack, "0.0.0.0:0");
    assertEquals(setOption(receiver, IPPROTO_IP, IP_ADD_MEMBERSHIP, ...mreq), 0);
    assertEquals(setOption(receiver, IPPROTO_IP, IP_ADD_MEMBERSHIP, ...mreq), -Errno.EADDRINUSE);
    const sender = socket(stack, SOCK_DGRAM);
    assertEquals(setOption(sender, IPPROTO_IP, IP_MULTICAST_IF, mreq[1] ?? 0), 0);
    assertEquals(setOption(sender, IPPROTO_IP, IP_MULTICAST_TTL, 3), 0);
    assertEquals(getOption(sender, IPPROTO_IP, IP_MULTICAST_TTL), 3);
    assertEquals(setOption(sender, IPPROTO_IP, IP_MULTICAST_LOOP, 1), 0);
    assertEquals(setOption(sender, IPPROTO_IP, IP_TTL, 9), 0);
    assertEquals(getOption(sender, IPPROTO_IP, IP_TTL), 9);
    const to = nameOf(receiver);
    to.set(group, 4);
    assertEquals(sendTo(sender, to, 4), 4);
    assertEquals(receiver.recv(new Uint8Array(9), 9, 0), 4);
    assertEquals(setOption(receiver, IPPROTO_IP, IP_DROP_MEMBERSHIP, ...mreq), 0);
    assertEquals(
      setOption(receiver, IPPROTO_IP, IP_DROP_MEMBERSHIP, ...mreq),
      -Errno.EADDRNOTAVAIL,
    );
    assertEquals(setOption(receiver, IPPROTO_IP, IP_ADD_MEMBERSHIP, 1, 0), -Errno.EINVAL);
  }),
);

Deno.test(
  "IPv6 groups can be joined and left",
  withStack((stack) => {
    const file = socket(stack, SOCK_DGRAM, AF_INET6);
    assertEquals(bind(file, "[::]:0"), 0);
    const mreq = [0x2ff, 0, 0, 0x01000000, 0];
    assertEquals(setOption(file, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0), 0);
    assertEquals(setOption(file, IPPROTO_IPV6, IPV6_MULTICAST_IF, 1), 0);
    const joined = setOption(file, IPPROTO_IPV6, IPV6_JOIN_GROUP, ...mreq);
    // A machine without a route for multicasts of IPv6 has no interface for the group.
    assert(joined === 0 || joined === -Errno.ENODEV, String(joined));
    const left = setOption(file, IPPROTO_IPV6, IPV6_LEAVE_GROUP, ...mreq);
    assertEquals(left, joined === 0 ? 0 : -Errno.EADDRNOTAVAIL);
  }),
);

Deno.test(
  "IPv6 sockets exchange datagrams with IPv4 ones in mapped form",
  withStack((stack) => {
    const six = socket(stack, SOCK_DGRAM, AF_INET6);
    assertEquals(bind(six, "[::]:0"), 0);
    const four = datagrams(stack);
    const port = nameOf(six).subarray(2, 4);
    const to = sockaddr("127.0.0.1:0");
    to.set(port, 2);
    assertEquals(sendTo(four, to, 3), 3);
    const from = new SockaddrStorage();
    assertEquals(six.recvfrom(new Uint8Array(9), 9, 0, from), 3);
    assertEquals(String(from.address).startsWith("[::ffff:127.0.0.1]:"), true);
    assertEquals(sendTo(six, from.toBytes(), 4), 4);
    assertEquals(four.recv(new Uint8Array(9), 9, 0), 4);
    // UDP of IPv6 takes an address of IPv4 as it is.
    assertEquals(sendTo(six, nameOf(four), 5), 5);
    assertEquals(four.recv(new Uint8Array(9), 9, 0), 5);
    assertEquals(connect(six, nameOf(four)), 0);
    assertEquals(sendTo(four, to, 6), 6);
    assertEquals(six.recv(new Uint8Array(9), 9, 0), 6);
  }),
);

Deno.test(
  "a datagram that cannot be copied out is lost",
  withStack((stack) => {
    const [sender, receiver] = pair(stack);
    send(sender, "lost");
    assertEquals(receiver.recv(null, 9, 0), -Errno.EFAULT);
    assertEquals(receive(receiver, MSG_DONTWAIT), -Errno.EAGAIN);
    assertEquals(sender.send(null, 9, 0), -Errno.EFAULT);
    assertEquals(sender.writev([]), 0);
    assertEquals(sender.write(new Uint8Array(0), 0), 0);
    assertEquals(receive(receiver), "");
  }),
);
