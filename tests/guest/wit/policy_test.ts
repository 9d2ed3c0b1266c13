import { assertEquals } from "@std/assert";
import type { IpAddressValue } from "../../../lib/guest/wasi_p2/sockets/network.ts";
import { Policy } from "../../../lib/kernel/policy/policy.ts";
import { bytes, text } from "../../kernel/guest.ts";
import { testEachStack } from "../wasi_p2/component_guest.ts";
import { errorOf, type Guest, withGuest } from "./wit_guest.ts";

function loopback(last: number): IpAddressValue {
  return { tag: "ipv4", val: [127, 0, 0, last] };
}

/** Listens on 127.0.0.1 by number. */
function listen({ socket }: Guest): [handle: number, port: number] {
  const listener = socket.createSocket("ipv4", "tcp");
  socket.bind(listener, { host: "127.0.0.1", port: 0 });
  socket.listen(listener, 8);
  return [listener, socket.getLocalAddress(listener).port];
}

/** Connects from an address of 127.0.0.0/8. */
function connectFrom({ socket }: Guest, host: string, port: number): number {
  const client = socket.createSocket("ipv4", "tcp");
  socket.bind(client, { host, port: 0 });
  socket.connect(client, { host: "127.0.0.1", port });
  return client;
}

for (const where of ["the kernel", "the network"] as const) {
  const withRules = (
    stack: "libc" | "deno",
    rules: { readonly deny: readonly string[] },
    body: (guest: Guest) => void,
  ) =>
    withGuest(
      stack,
      body,
      where === "the kernel" ? { policy: new Policy(rules) } : { network: rules },
    );

  testEachStack(`a component sees access-denied where rules of ${where} refuse`, (stack) => {
    const deny = ["connect,bind,send@127.0.0.9"];
    withRules(stack, { deny }, ({ socket, network, TcpSocket, UdpSocket }) => {
      const address = { host: "127.0.0.9", port: 9 };
      const net = network.getNetwork();
      const tcp = socket.createSocket("ipv4", "tcp");
      const udp = socket.createSocket("ipv4", "udp");
      assertEquals(errorOf(() => socket.connect(tcp, address)), "other");
      assertEquals(errorOf(() => socket.bind(tcp, address)), "other");
      assertEquals(errorOf(() => socket.connect(udp, address)), "other");
      assertEquals(errorOf(() => socket.bind(udp, address)), "other");
      assertEquals(errorOf(() => socket.sendTo(udp, bytes("x"), address)), "other");
      using tcpSocket = TcpSocket.new("ipv4");
      using udpSocket = UdpSocket.new("ipv4");
      const refused = loopback(9);
      assertEquals(errorOf(() => tcpSocket.connect(net, refused, 9)), "access-denied");
      assertEquals(errorOf(() => tcpSocket.bind(net, refused, 9)), "access-denied");
      assertEquals(errorOf(() => udpSocket.bind(net, refused, 9)), "access-denied");
      assertEquals(errorOf(() => udpSocket.sendTo(bytes("x"), net, refused, 9)), "access-denied");
      tcpSocket.bind(net, loopback(1), 0);
    });
  });

  testEachStack(`peers that rules of ${where} refuse are dropped unseen`, (stack) => {
    const deny = ["accept,receive@127.0.0.2"];
    withRules(stack, { deny }, (guest) => {
      const { socket } = guest;
      const [listener, port] = listen(guest);
      connectFrom(guest, "127.0.0.2", port);
      const admitted = connectFrom(guest, "127.0.0.3", port);
      const accepted = socket.accept(listener);
      assertEquals(socket.getPeerAddress(accepted), socket.getLocalAddress(admitted));
      const receiver = socket.createSocket("ipv4", "udp");
      socket.bind(receiver, { host: "127.0.0.1", port: 0 });
      for (const host of ["127.0.0.2", "127.0.0.3"]) {
        const sender = socket.createSocket("ipv4", "udp");
        socket.bind(sender, { host, port: 0 });
        socket.sendTo(sender, bytes(host), socket.getLocalAddress(receiver));
      }
      assertEquals(text(socket.receiveFrom(receiver, 64n)[0]), "127.0.0.3");
    });
  });
}

testEachStack("names that are not allowed do not resolve", (stack) => {
  const rules = { allow: ["connect@127.0.0.1"] };
  for (const options of [{ policy: new Policy(rules) }, { network: rules }]) {
    withGuest(stack, ({ socket, network }) => {
      const net = network.getNetwork();
      for (const name of ["localhost", "nothing.invalid"]) {
        assertEquals(errorOf(() => network.resolveName(net, name)), "access-denied");
        const handle = socket.createSocket("ipv4", "tcp");
        assertEquals(errorOf(() => socket.connect(handle, { host: name, port: 9 })), "other");
      }
      assertEquals(network.resolveName(net, "127.0.0.1"), [loopback(1)]);
    }, options);
  }
});

testEachStack("resolve-name gives addresses, and each of its errors", (stack) => {
  withGuest(stack, ({ network }) => {
    const net = network.getNetwork();
    assertEquals(network.resolveName(net, "localhost").some(({ tag }) => tag === "ipv4"), true);
    const home: IpAddressValue = { tag: "ipv6", val: [0, 0, 0, 0, 0, 0, 0, 1] };
    for (const name of ["::1", "[::1]", "0:0:0:0:0:0:0:1"]) {
      assertEquals(network.resolveName(net, name), [home]);
    }
    for (const name of ["", " ", "a:80", "http://x/"]) {
      assertEquals(errorOf(() => network.resolveName(net, name)), "invalid-argument", name);
    }
    assertEquals(errorOf(() => network.resolveName(net, "nothing.invalid")), "name-unresolvable");
  });
});

testEachStack("each network has its own rules, and a socket stays in its network", (stack) => {
  const options = {
    network: { deny: ["connect,send@127.0.0.1"] },
    networks: { inside: { allow: ["127.0.0.1"] } },
  };
  withGuest(stack, (guest) => {
    const { network, TcpSocket, UdpSocket } = guest;
    const standard = network.getNetwork();
    const inside = network.getNamedNetwork("inside");
    assertEquals(errorOf(() => network.getNamedNetwork("outside")), "access-denied");
    assertEquals(errorOf(() => network.getNamedNetwork("constructor")), "access-denied");
    const [, port] = listen(guest);
    using socket = TcpSocket.new("ipv4");
    assertEquals(errorOf(() => socket.connect(standard, loopback(1), port)), "access-denied");
    socket.connect(inside, loopback(1), port);
    using bound = TcpSocket.new("ipv4");
    bound.bind(standard, loopback(1), 0);
    assertEquals(errorOf(() => bound.connect(inside, loopback(1), port)), "invalid-argument");
    using udp = UdpSocket.new("ipv4");
    assertEquals(errorOf(() => udp.bind(inside, loopback(2), 0)), "access-denied");
    udp.sendTo(bytes("x"), inside, loopback(1), 9);
    assertEquals(
      errorOf(() => udp.sendTo(bytes("x"), standard, loopback(2), 9)),
      "invalid-argument",
    );
  }, options);
});
