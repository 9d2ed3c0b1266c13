import { assert, assertEquals } from "@std/assert";
import { bytes, text } from "../../kernel/guest.ts";
import {
  deadPort,
  errorOf,
  type Family,
  type Guest,
  loopbackText,
  testGuest,
} from "./wit_guest.ts";

function listen({ socket }: Guest, family: Family): [handle: number, port: number] {
  const listener = socket.createSocket(family, "tcp");
  socket.setReuseAddress(listener, true);
  socket.bind(listener, { host: loopbackText(family), port: 0 });
  socket.listen(listener, 128);
  return [listener, socket.getLocalAddress(listener).port];
}

function connection(guest: Guest, family: Family): [client: number, server: number] {
  const { socket } = guest;
  const [listener, port] = listen(guest, family);
  const client = socket.createSocket(family, "tcp");
  socket.connect(client, { host: loopbackText(family), port });
  const server = socket.accept(listener);
  socket.close(listener);
  return [client, server];
}

function receiveAll({ socket }: Guest, handle: number): Uint8Array {
  const parts: number[] = [];
  for (;;) {
    const part = socket.receive(handle, 65536n);
    if (part.length === 0) return Uint8Array.from(parts);
    parts.push(...part);
  }
}

testGuest("a client and a server talk over TCP, and tell their addresses", (guest, family) => {
  const { socket } = guest;
  const [client, server] = connection(guest, family);
  assertEquals(socket.getPeerAddress(client), socket.getLocalAddress(server));
  assertEquals(socket.getPeerAddress(server), socket.getLocalAddress(client));
  assertEquals(socket.getLocalAddress(client).host, loopbackText(family));
  assertEquals(socket.send(client, bytes("Hello")), 5n);
  assertEquals(text(socket.receive(server, 4096n)), "Hello");
  assertEquals(socket.send(server, bytes("World!")), 6n);
  assertEquals(text(socket.receive(client, 2n)), "Wo");
  assertEquals(text(socket.receive(client, 4096n)), "rld!");
  socket.close(client);
  assertEquals(socket.receive(server, 4096n).length, 0);
});

testGuest("datagrams arrive whole, with their sender", (guest, family) => {
  const { socket } = guest;
  const host = loopbackText(family);
  const one = socket.createSocket(family, "udp");
  const other = socket.createSocket(family, "udp");
  socket.bind(one, { host, port: 0 });
  socket.bind(other, { host, port: 0 });
  const to = socket.getLocalAddress(other);
  assertEquals(socket.sendTo(one, bytes("Hello UDP"), to), 9n);
  assertEquals(socket.sendTo(one, bytes(""), to), 0n);
  assertEquals(socket.sendTo(one, bytes("longer"), to), 6n);
  const [data, from] = socket.receiveFrom(other, 4096n);
  assertEquals([text(data), from], ["Hello UDP", socket.getLocalAddress(one)]);
  assertEquals(socket.receiveFrom(other, 4096n)[0].length, 0);
  assertEquals(text(socket.receiveFrom(other, 4n)[0]), "long");
  socket.connect(other, socket.getLocalAddress(one));
  assertEquals(socket.getPeerAddress(other), socket.getLocalAddress(one));
  assertEquals(socket.send(other, bytes("back")), 4n);
  assertEquals(text(socket.receiveFrom(one, 4096n)[0]), "back");
  socket.sendTo(one, bytes("again"), to);
  assertEquals(text(socket.receive(other, 4096n)), "again");
});

testGuest("send-to gives a socket that was not bound an address", (guest, family) => {
  const { socket } = guest;
  const receiver = socket.createSocket(family, "udp");
  socket.bind(receiver, { host: loopbackText(family), port: 0 });
  const sender = socket.createSocket(family, "udp");
  socket.sendTo(sender, bytes("1"), socket.getLocalAddress(receiver));
  const [, from] = socket.receiveFrom(receiver, 1n);
  assertEquals(from.port, socket.getLocalAddress(sender).port);
  socket.sendTo(receiver, bytes("2"), from);
  assertEquals(text(socket.receiveFrom(sender, 1n)[0]), "2");
});

testGuest("connect() takes names and addresses in brackets", (guest, family) => {
  const { socket } = guest;
  const [listener, port] = listen(guest, family);
  for (const host of family === "ipv6" ? ["0:0::1", "[::1]"] : ["localhost", "127.0.0.1"]) {
    const client = socket.createSocket(family, "tcp");
    socket.connect(client, { host, port });
    socket.close(socket.accept(listener));
    assertEquals(socket.getPeerAddress(client).host, loopbackText(family));
  }
});

testGuest("connect() to where nobody listens is connection-refused, and may be repeated", (
  guest,
  family,
) => {
  const { socket } = guest;
  const host = loopbackText(family);
  const client = socket.createSocket(family, "tcp");
  assertEquals(
    errorOf(() => socket.connect(client, { host, port: deadPort(guest, family) })),
    "connection-refused",
  );
  const [, port] = listen(guest, family);
  socket.connect(client, { host, port });
  assertEquals(socket.getPeerAddress(client), { host, port });
});

testGuest("a bound socket stays bound when connecting fails", (guest, family) => {
  const { socket } = guest;
  const host = loopbackText(family);
  const client = socket.createSocket(family, "tcp");
  socket.bind(client, { host, port: 0 });
  const local = socket.getLocalAddress(client);
  const port = deadPort(guest, family);
  assertEquals(errorOf(() => socket.connect(client, { host, port })), "connection-refused");
  assertEquals(socket.getLocalAddress(client), local);
});

testGuest("a time-out ends receive(), accept() and receive-from()", (guest, family) => {
  const { socket } = guest;
  const [client] = connection(guest, family);
  socket.setReadTimeout(client, 5n);
  assertEquals(errorOf(() => socket.receive(client, 1n)), "timeout");
  const [listener] = listen(guest, family);
  socket.setReadTimeout(listener, 5n);
  assertEquals(errorOf(() => socket.accept(listener)), "timeout");
  const udp = socket.createSocket(family, "udp");
  socket.bind(udp, { host: loopbackText(family), port: 0 });
  socket.setReadTimeout(udp, 5n);
  assertEquals(errorOf(() => socket.receiveFrom(udp, 1n)), "timeout");
  socket.setReadTimeout(udp, undefined);
  socket.sendTo(udp, bytes("x"), socket.getLocalAddress(udp));
  assertEquals(text(socket.receiveFrom(udp, 1n)[0]), "x");
});

testGuest("accepted sockets have the listener's time-outs", (guest, family) => {
  const { socket } = guest;
  const [listener, port] = listen(guest, family);
  socket.setReadTimeout(listener, 5000n);
  const client = socket.createSocket(family, "tcp");
  socket.connect(client, { host: loopbackText(family), port });
  const server = socket.accept(listener);
  socket.setReadTimeout(server, 5n);
  assertEquals(errorOf(() => socket.receive(server, 1n)), "timeout");
  socket.setReadTimeout(listener, 5n);
  const second = socket.createSocket(family, "tcp");
  socket.connect(second, { host: loopbackText(family), port });
  const inherited = socket.accept(listener);
  assertEquals(errorOf(() => socket.receive(inherited, 1n)), "timeout");
});

testGuest("send() that runs out of time tells what it has sent, then timeout", (guest, family) => {
  const { socket } = guest;
  const [client, server] = connection(guest, family);
  const much = new Uint8Array(64 << 20);
  socket.setWriteTimeout(client, 50n);
  let sent = 0n;
  // Buffers may grow for a while.
  const outcome = errorOf(() => {
    for (;;) sent += socket.send(client, much);
  });
  assertEquals(outcome, "timeout");
  assert(sent > 0n);
  socket.setNonblocking(client, true);
  assertEquals(errorOf(() => socket.send(client, much)), "would-block");
  let received = 0;
  while (received < sent) received += socket.receive(server, 1n << 20n).length;
  assertEquals(BigInt(received), sent);
});

testGuest("a non-blocking socket would-block, and pollables tell when not", (guest, family) => {
  const { socket, poll } = guest;
  const [listener, port] = listen(guest, family);
  socket.setNonblocking(listener, true);
  assertEquals(errorOf(() => socket.accept(listener)), "would-block");
  const client = socket.createSocket(family, "tcp");
  socket.setNonblocking(client, true);
  const address = { host: loopbackText(family), port };
  const begun = errorOf(() => socket.connect(client, address));
  assert(begun === "would-block" || begun === "ok", begun);
  using writable = socket.subscribe(client, "write");
  writable.block();
  if (begun === "would-block") socket.connect(client, address);
  using incoming = socket.subscribe(listener, "read");
  incoming.block();
  const server = socket.accept(listener);
  assertEquals(errorOf(() => socket.receive(client, 1n)), "would-block");
  using readable = socket.subscribe(client, "read");
  assertEquals(readable.ready(), false);
  socket.send(server, bytes("x"));
  assertEquals([...poll([readable])], [0]);
  assertEquals(text(socket.receive(client, 8n)), "x");
  socket.close(client);
  assertEquals(readable.ready(), true);
});

testGuest("a non-blocking connect() tells of a refusal when it is called again", (
  guest,
  family,
) => {
  const { socket } = guest;
  const address = { host: loopbackText(family), port: deadPort(guest, family) };
  const client = socket.createSocket(family, "tcp");
  socket.setNonblocking(client, true);
  let outcome = errorOf(() => socket.connect(client, address));
  if (outcome === "would-block") {
    using writable = socket.subscribe(client, "write");
    writable.block();
    outcome = errorOf(() => socket.connect(client, address));
  }
  assertEquals(outcome, "connection-refused");
});

testGuest("shutdown() ends one direction and lets the other go on", (guest, family) => {
  const { socket } = guest;
  const [client, server] = connection(guest, family);
  socket.send(client, bytes("request"));
  socket.shutdown(client, "send");
  assertEquals(text(receiveAll(guest, server)), "request");
  socket.send(server, bytes("response"));
  assertEquals(text(socket.receive(client, 4096n)), "response");
  assertEquals(errorOf(() => socket.send(client, bytes("x"))), "connection-reset");
  socket.shutdown(client, "receive");
  assertEquals(socket.receive(client, 1n).length, 0);
  socket.shutdown(server, "both");
  assertEquals(socket.receive(server, 1n).length, 0);
});

testGuest("close() in the middle of data resets the connection", (guest, family) => {
  const { socket } = guest;
  const [client, server] = connection(guest, family);
  socket.send(client, bytes("unread"));
  using readable = socket.subscribe(server, "read");
  readable.block();
  socket.close(server);
  const end = errorOf(() => assertEquals(socket.receive(client, 1n).length, 0));
  // Deno closes without a reset.
  assert(end === "connection-reset" || end === "ok", end);
});

testGuest("bind() to an address that is taken is address-in-use", (guest, family) => {
  const { socket } = guest;
  for (const protocol of ["tcp", "udp"] as const) {
    const first = socket.createSocket(family, protocol);
    socket.bind(first, { host: loopbackText(family), port: 0 });
    if (protocol === "tcp") socket.listen(first, 1);
    const second = socket.createSocket(family, protocol);
    const address = socket.getLocalAddress(first);
    assertEquals(errorOf(() => socket.bind(second, address)), "address-in-use");
    socket.close(first);
    socket.bind(second, address);
  }
});

testGuest("set-reuse-address lets a server have its port again at once", (guest, family) => {
  const { socket } = guest;
  const [listener, port] = listen(guest, family);
  const client = socket.createSocket(family, "tcp");
  socket.connect(client, { host: loopbackText(family), port });
  const server = socket.accept(listener);
  // The server ends first: its side stays in TIME-WAIT.
  socket.close(server);
  assertEquals(socket.receive(client, 1n).length, 0);
  socket.close(client);
  socket.close(listener);
  const next = socket.createSocket(family, "tcp");
  socket.setReuseAddress(next, true);
  socket.bind(next, { host: loopbackText(family), port });
  socket.listen(next, 128);
  assertEquals(socket.getLocalAddress(next).port, port);
});

testGuest("addresses that are not this host's are address-not-available", (guest, family) => {
  const { socket } = guest;
  const host = family === "ipv4" ? "192.0.2.1" : "2001:db8::1";
  for (const protocol of ["tcp", "udp"] as const) {
    const handle = socket.createSocket(family, protocol);
    assertEquals(errorOf(() => socket.bind(handle, { host, port: 0 })), "address-not-available");
  }
});

testGuest("sockets beyond the limit are refused with other", (guest, family) => {
  const { socket, openDescriptors } = guest;
  let count = 0;
  while (errorOf(() => socket.createSocket(family, "tcp")) === "ok") count++;
  assertEquals(count, 5);
  assertEquals(openDescriptors(), 5);
  assertEquals(errorOf(() => socket.createSocket(family, "udp")), "other");
}, { nofile: 8 });
