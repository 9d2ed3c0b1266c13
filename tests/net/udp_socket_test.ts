import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { IPV4_LOOPBACK, parseIpAddress, SocketAddress } from "../../lib/ip.ts";
import { IP_MULTICAST_IF, IPPROTO_IP } from "../../lib/linux/in.ts";
import { NetError } from "../../lib/net/error.ts";
import { UdpSocket } from "../../lib/net/udp_socket.ts";
import { NO_IPV6 } from "../ipv6.ts";
import { testEachStack } from "./each_stack.ts";

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function text(buffer: Uint8Array, count: number): string {
  return new TextDecoder().decode(buffer.subarray(0, count));
}

testEachStack("UdpSocket.recvFrom() tells the sender", (system) => {
  using receiver = UdpSocket.bind("127.0.0.1:0", { system });
  using sender = UdpSocket.bind("127.0.0.1:0", { system });
  assertEquals(sender.sendTo(bytes("hello"), receiver.localAddr()), 5);
  const buffer = new Uint8Array(16);
  const { count, address } = receiver.recvFrom(buffer);
  assertEquals(text(buffer, count), "hello");
  assertEquals(address, sender.localAddr());
});

testEachStack("UdpSocket.sendTo() takes a name, of the socket's family", (system) => {
  using receiver = UdpSocket.bind("127.0.0.1:0", { system });
  using sender = UdpSocket.bind("127.0.0.1:0", { system });
  sender.sendTo(bytes("x"), `localhost:${receiver.localAddr().port}`);
  assertEquals(receiver.recv(new Uint8Array(2)), 1);
});

testEachStack("UdpSocket works over IPv6", (system) => {
  using receiver = UdpSocket.bind("[::1]:0", { system });
  using sender = UdpSocket.bind("[::1]:0", { system });
  sender.sendTo(bytes("x"), receiver.localAddr());
  assertEquals(receiver.recvFrom(new Uint8Array(2)).address, sender.localAddr());
}, NO_IPV6);

testEachStack("UdpSocket.connect() lets send and recv go without addresses", (system) => {
  using a = UdpSocket.bind("127.0.0.1:0", { system });
  using b = UdpSocket.bind("127.0.0.1:0", { system });
  a.connect(b.localAddr());
  b.connect(String(a.localAddr()));
  assertEquals(a.peerAddr(), b.localAddr());
  assertEquals(a.send(bytes("ping")), 4);
  const buffer = new Uint8Array(8);
  assertEquals(text(buffer, b.recv(buffer)), "ping");
});

testEachStack("UdpSocket.connect() keeps strangers out", (system) => {
  using a = UdpSocket.bind("127.0.0.1:0", { system });
  using b = UdpSocket.bind("127.0.0.1:0", { system });
  using stranger = UdpSocket.bind("127.0.0.1:0", { system });
  a.connect(b.localAddr());
  stranger.sendTo(bytes("stranger"), a.localAddr());
  b.sendTo(bytes("friend"), a.localAddr());
  const buffer = new Uint8Array(8);
  assertEquals(text(buffer, a.recv(buffer)), "friend");
});

testEachStack("UdpSocket.peerAddr() and send() fail without a peer", (system) => {
  using socket = UdpSocket.bind("127.0.0.1:0", { system });
  const peer = assertThrows(() => socket.peerAddr(), NetError);
  assertEquals([peer.kind, peer.errno], ["NotConnected", 107]);
  const send = assertThrows(() => socket.send(bytes("x")), NetError);
  assertEquals([send.kind, send.errno, send.syscall], ["Other", 89, "send"]);
});

testEachStack("UdpSocket.peek() and peekFrom() leave the datagram", (system) => {
  using receiver = UdpSocket.bind("127.0.0.1:0", { system });
  using sender = UdpSocket.bind("127.0.0.1:0", { system });
  sender.sendTo(bytes("hello"), receiver.localAddr());
  const buffer = new Uint8Array(8);
  assertEquals(receiver.peek(buffer), 5);
  assertEquals(receiver.peekFrom(buffer), { count: 5, address: sender.localAddr() });
  assertEquals(receiver.recvFrom(buffer), { count: 5, address: sender.localAddr() });
});

testEachStack("UdpSocket keeps datagrams apart, cuts long ones, and has empty ones", (system) => {
  using receiver = UdpSocket.bind("127.0.0.1:0", { system });
  using sender = UdpSocket.bind("127.0.0.1:0", { system });
  for (const sent of ["first", "", "last"]) sender.sendTo(bytes(sent), receiver.localAddr());
  const buffer = new Uint8Array(3);
  assertEquals(text(buffer, receiver.recv(buffer)), "fir");
  assertEquals(receiver.recv(buffer), 0);
  assertEquals(text(buffer, receiver.recv(buffer)), "las");
});

testEachStack("UdpSocket.setReadTimeout() bounds receiving", (system) => {
  using socket = UdpSocket.bind("127.0.0.1:0", { system });
  assertEquals(socket.readTimeout(), null);
  socket.setReadTimeout(20);
  assertEquals(socket.readTimeout(), 20);
  for (const receive of [() => socket.recv(bytes("x")), () => socket.recvFrom(bytes("x"))]) {
    const error = assertThrows(receive, NetError);
    assertEquals([error.kind, error.errno], ["WouldBlock", 11]);
    assertEquals(error.message, "Cannot receive a datagram: Timed out after 20 ms");
  }
});

testEachStack("UdpSocket.setWriteTimeout() is read back", (system) => {
  using socket = UdpSocket.bind("127.0.0.1:0", { system });
  socket.setWriteTimeout(2500);
  assertEquals(socket.writeTimeout(), 2500);
  socket.setWriteTimeout(null);
  assertEquals(socket.writeTimeout(), null);
});

testEachStack("UdpSocket.setNonblocking() makes calls return at once", (system) => {
  using socket = UdpSocket.bind("127.0.0.1:0", { system });
  socket.setNonblocking(true);
  assertEquals(assertThrows(() => socket.recv(bytes("x")), NetError).kind, "WouldBlock");
});

testEachStack("UdpSocket.bind() fails where a port is taken", (system) => {
  using socket = UdpSocket.bind("127.0.0.1:0", { system });
  const address = socket.localAddr();
  const error = assertThrows(() => UdpSocket.bind(address, { system }), NetError);
  assertEquals([error.kind, error.syscall], ["AddrInUse", "bind"]);
});

testEachStack("UdpSocket.send() refuses a datagram that is too long", (system) => {
  using socket = UdpSocket.bind("127.0.0.1:0", { system });
  const error = assertThrows(
    () => socket.sendTo(new Uint8Array(65_508), socket.localAddr()),
    NetError,
  );
  assertEquals([error.errno, error.syscall], [90, "sendto"]);
});

testEachStack("UdpSocket.setBroadcast() is read back", (system) => {
  using socket = UdpSocket.bind("127.0.0.1:0", { system });
  assertEquals(socket.broadcast(), false);
  socket.setBroadcast(true);
  assertEquals(socket.broadcast(), true);
});

testEachStack("UdpSocket.tryClone() receives from the same queue", (system) => {
  using socket = UdpSocket.bind("127.0.0.1:0", { system });
  using clone = socket.tryClone();
  assertNotEquals(clone.fd, socket.fd);
  clone.sendTo(bytes("x"), socket.localAddr());
  assertEquals(clone.recv(new Uint8Array(1)), 1);
});

testEachStack("UdpSocket.send() is refused where nobody receives", (system, stack) => {
  using closed = UdpSocket.bind("127.0.0.1:0", { system });
  const address = closed.localAddr();
  closed.close();
  using socket = UdpSocket.bind("127.0.0.1:0", { system });
  socket.connect(address);
  socket.send(bytes("x"));
  // The deno stack's table: UDP's ECONNREFUSED cannot be had there.
  if (stack === "deno") return;
  const error = assertThrows(() => socket.recv(new Uint8Array(1)), NetError);
  assertEquals(error.kind, "ConnectionRefused");
  socket.send(bytes("x"));
  assertEquals(socket.takeError()?.kind, "ConnectionRefused");
  assertEquals(socket.takeError(), null);
});

testEachStack("UdpSocket.joinMulticastV4() receives what is sent to the group", (system, stack) => {
  using member = UdpSocket.bind("0.0.0.0:0", { system });
  using sender = UdpSocket.bind("127.0.0.1:0", { system });
  const group = parseIpAddress("239.255.77.1");
  assert(group !== null);
  member.joinMulticastV4(group, IPV4_LOOPBACK);
  sender.setMulticastLoopV4(true);
  assertEquals(sender.multicastLoopV4(), true);
  // The deno stack's table: neither IP_MULTICAST_IF nor IP_MULTICAST_TTL can be had there.
  if (stack === "libc") {
    const { bytes: loopback } = IPV4_LOOPBACK;
    assertEquals(system.setsockopt(sender.fd, IPPROTO_IP, IP_MULTICAST_IF, loopback, 4), 0);
    sender.setMulticastTtlV4(0);
    assertEquals(sender.multicastTtlV4(), 0);
    sender.sendTo(bytes("x"), new SocketAddress(group, member.localAddr().port));
    assertEquals(member.recv(new Uint8Array(2)), 1);
  }
  member.leaveMulticastV4("239.255.77.1", "127.0.0.1");
});

testEachStack("UdpSocket.leaveMulticastV4() fails for a group that was not joined", (system) => {
  using socket = UdpSocket.bind("0.0.0.0:0", { system });
  const error = assertThrows(() => socket.leaveMulticastV4("239.255.77.2", "127.0.0.1"), NetError);
  assertEquals([error.kind, error.syscall], ["AddrNotAvailable", "setsockopt"]);
});

testEachStack("UdpSocket.joinMulticastV6() takes the interface's number", (system, stack) => {
  using member = UdpSocket.bind("[::]:0", { system });
  // The deno stack's table: only the default interface can be joined there, if it has one at all.
  if (stack === "libc") {
    member.joinMulticastV6("ff02::1234:77", 1);
    member.leaveMulticastV6("ff02::1234:77", 1);
  }
  member.setMulticastLoopV6(false);
  assertEquals(member.multicastLoopV6(), false);
});

testEachStack("UdpSocket refuses groups that are none", (system) => {
  using socket = UdpSocket.bind("127.0.0.1:0", { system });
  const calls = [
    () => socket.joinMulticastV4("ff02::1"),
    () => socket.joinMulticastV4("localhost"),
    () => socket.joinMulticastV4("239.0.0.1", "::1"),
    () => socket.joinMulticastV6("239.0.0.1"),
    () => socket.joinMulticastV6("ff02::1", -1),
    () => socket.joinMulticastV6("ff02::1", 1.5),
    // A unicast address: Linux refuses it.
    () => socket.joinMulticastV4("192.0.2.1"),
  ];
  for (const call of calls) assertEquals(assertThrows(call, NetError).kind, "InvalidInput");
});
