import { assert, assertEquals, assertThrows } from "@std/assert";
import { Trap } from "../../../lib/component/mod.ts";
import type { IpAddressValue } from "../../../lib/guest/wasi_p2/sockets/network.ts";
import type { TcpSocket } from "../../../lib/guest/wit/wasi_tcp.ts";
import { bytes, text } from "../../kernel/guest.ts";
import {
  anyValue,
  deadPort,
  errorOf,
  type Family,
  type Guest,
  loopbackValue,
  testGuest,
} from "./wit_guest.ts";

function listen({ network, TcpSocket }: Guest, family: Family): [TcpSocket, number] {
  const listener = TcpSocket.new(family);
  listener.bind(network.getNetwork(), loopbackValue(family), 0);
  listener.listen(10);
  return [listener, listener.localAddress()[1]];
}

testGuest("tcp-socket connects, accepts, sends, receives and tells addresses", (guest, family) => {
  const [listener, port] = listen(guest, family);
  using client = new guest.TcpSocket(family);
  client.connect(guest.network.getNetwork(), loopbackValue(family), port);
  const [server, address, clientPort] = listener.accept();
  assertEquals([address, clientPort], client.localAddress());
  assertEquals(server.remoteAddress(), client.localAddress());
  assertEquals(client.remoteAddress(), listener.localAddress());
  assertEquals(client.send(bytes("Hello")), 5n);
  assertEquals(text(server.receive(4096n)), "Hello");
  client.shutdown("send");
  assertEquals(server.receive(4096n).length, 0);
  assertEquals(server.send(bytes("World")), 5n);
  assertEquals(text(client.receive(4096n)), "World");
  server[Symbol.dispose]();
  listener[Symbol.dispose]();
});

testGuest("tcp-socket gives each of its errors", (guest, family) => {
  const { TcpSocket, network } = guest;
  const net = network.getNetwork();
  const home = loopbackValue(family);
  using socket = TcpSocket.new(family);
  const early = [
    () => socket.listen(1),
    () => socket.accept(),
    () => socket.send(bytes("x")),
    () => socket.receive(1n),
    () => socket.shutdown("both"),
    () => socket.localAddress(),
    () => socket.remoteAddress(),
  ];
  for (const call of early) assertEquals(errorOf(call), "invalid-state", `${call}`);
  const other = loopbackValue(family === "ipv4" ? "ipv6" : "ipv4");
  const foreign: IpAddressValue = family === "ipv4"
    ? { tag: "ipv4", val: [192, 0, 2, 1] }
    : { tag: "ipv6", val: [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1] };
  assertEquals(errorOf(() => socket.bind(net, other, 0)), "invalid-argument");
  assertEquals(errorOf(() => socket.connect(net, other, 9)), "invalid-argument");
  assertEquals(errorOf(() => socket.connect(net, anyValue(family), 9)), "invalid-argument");
  assertEquals(errorOf(() => socket.connect(net, home, 0)), "invalid-argument");
  assertEquals(errorOf(() => socket.setReadTimeout(0n)), "invalid-argument");
  assertEquals(errorOf(() => socket.setConnectTimeout(0n)), "invalid-argument");
  assertEquals(errorOf(() => socket.bind(net, foreign, 0)), "address-not-bindable");
  const [listener, port] = listen(guest, family);
  assertEquals(errorOf(() => socket.bind(net, home, port)), "address-in-use");
  const dead = deadPort(guest, family);
  assertEquals(errorOf(() => socket.connect(net, home, dead)), "connection-refused");
  listener.setNonblocking(true);
  assertEquals(errorOf(() => listener.accept()), "would-block");
  socket.connect(net, home, port);
  socket.setReadTimeout(5n);
  assertEquals(errorOf(() => socket.receive(1n)), "timeout");
  socket.shutdown("send");
  assertEquals(errorOf(() => socket.send(bytes("x"))), "connection-reset");
  assertEquals(errorOf(() => socket.connect(net, home, port)), "invalid-state");
  listener[Symbol.dispose]();
});

testGuest("tcp-sockets beyond the limit are out-of-memory", ({ TcpSocket }, family) => {
  using first = TcpSocket.new(family);
  assertEquals(errorOf(() => TcpSocket.new(family)), "out-of-memory");
  assertEquals(errorOf(() => first.localAddress()), "invalid-state");
}, { nofile: 4 });

testGuest("a pollable of a tcp-socket is its child", (guest, family) => {
  const [listener, port] = listen(guest, family);
  const readable = listener.subscribe("read");
  assertThrows(() => listener[Symbol.dispose](), Trap);
  assertEquals(readable.ready(), false);
  using client = guest.TcpSocket.new(family);
  client.connect(guest.network.getNetwork(), loopbackValue(family), port);
  readable.block();
  assert(readable.ready());
  readable[Symbol.dispose]();
  listener[Symbol.dispose]();
  listener[Symbol.dispose]();
});

testGuest("connect() gives up after the connect time-out", (guest, family) => {
  // A listener with a full queue answers no more.
  const listener = guest.TcpSocket.new(family);
  const net = guest.network.getNetwork();
  listener.bind(net, loopbackValue(family), 0);
  listener.listen(0);
  const [, port] = listener.localAddress();
  const clients: TcpSocket[] = [];
  let outcome = "ok";
  while (outcome === "ok" && clients.length < 16) {
    const client = guest.TcpSocket.new(family);
    clients.push(client);
    client.setConnectTimeout(20n);
    outcome = errorOf(() => client.connect(net, loopbackValue(family), port));
  }
  assertEquals(outcome, "timeout");
  const last = clients.at(-1);
  assertEquals(errorOf(() => last?.localAddress()), "invalid-state");
  const [other, reachable] = listen(guest, family);
  last?.connect(net, loopbackValue(family), reachable);
  other[Symbol.dispose]();
  for (const client of clients) client[Symbol.dispose]();
  listener[Symbol.dispose]();
});
