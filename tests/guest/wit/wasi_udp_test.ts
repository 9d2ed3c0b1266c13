import { assertEquals } from "@std/assert";
import { bytes, text } from "../../kernel/guest.ts";
import { anyValue, errorOf, loopbackValue, testGuest } from "./wit_guest.ts";

testGuest("udp-socket sends and receives datagrams, and tells addresses", (guest, family) => {
  const { UdpSocket, network, poll } = guest;
  const net = network.getNetwork();
  const home = loopbackValue(family);
  using one = UdpSocket.new(family);
  using other = new UdpSocket(family);
  other.setReuseAddress(true);
  other.bind(net, home, 0);
  const [, port] = other.localAddress();
  using readable = other.subscribe("read");
  assertEquals(readable.ready(), false);
  assertEquals(one.sendTo(bytes("Hello, UDP!"), net, home, port), 11n);
  assertEquals([...poll([readable])], [0]);
  const [data, from, fromPort] = other.receiveFrom(1024n);
  assertEquals([text(data), from, fromPort], ["Hello, UDP!", home, one.localAddress()[1]]);
  other.sendTo(bytes("back"), net, from, fromPort);
  assertEquals(text(one.receiveFrom(1024n)[0]), "back");
});

testGuest("udp-socket gives each of its errors", ({ UdpSocket, network }, family) => {
  const net = network.getNetwork();
  const home = loopbackValue(family);
  const wrong = loopbackValue(family === "ipv4" ? "ipv6" : "ipv4");
  using socket = UdpSocket.new(family);
  assertEquals(errorOf(() => socket.localAddress()), "invalid-state");
  assertEquals(errorOf(() => socket.receiveFrom(1n)), "invalid-state");
  assertEquals(errorOf(() => socket.bind(net, wrong, 0)), "invalid-argument");
  assertEquals(errorOf(() => socket.sendTo(bytes("x"), net, wrong, 9)), "invalid-argument");
  assertEquals(errorOf(() => socket.sendTo(bytes("x"), net, home, 0)), "invalid-argument");
  assertEquals(
    errorOf(() => socket.sendTo(bytes("x"), net, anyValue(family), 9)),
    "invalid-argument",
  );
  assertEquals(errorOf(() => socket.setReadTimeout(0n)), "invalid-argument");
  assertEquals(errorOf(() => socket.setWriteTimeout(0n)), "invalid-argument");
  socket.bind(net, home, 0);
  assertEquals(errorOf(() => socket.bind(net, home, 0)), "invalid-state");
  const [, port] = socket.localAddress();
  using other = UdpSocket.new(family);
  assertEquals(errorOf(() => other.bind(net, home, port)), "address-in-use");
  socket.setReadTimeout(5n);
  assertEquals(errorOf(() => socket.receiveFrom(1n)), "timeout");
  socket.setNonblocking(true);
  assertEquals(errorOf(() => socket.receiveFrom(1n)), "would-block");
  const long = new Uint8Array(70_000);
  assertEquals(errorOf(() => socket.sendTo(long, net, home, port)), "invalid-argument");
});
