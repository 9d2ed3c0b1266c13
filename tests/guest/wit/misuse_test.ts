import { assertEquals } from "@std/assert";
import { bytes } from "../../kernel/guest.ts";
import { errorOf, type Family, type Guest, loopbackText, testGuest } from "./wit_guest.ts";

/** Every function that takes a handle, called with one. */
function eachCall({ socket }: Guest, family: Family): [string, (handle: number) => unknown][] {
  const address = { host: loopbackText(family), port: 9 };
  return [
    ["connect", (handle) => socket.connect(handle, address)],
    ["bind", (handle) => socket.bind(handle, address)],
    ["listen", (handle) => socket.listen(handle, 1)],
    ["accept", (handle) => socket.accept(handle)],
    ["send", (handle) => socket.send(handle, bytes("x"))],
    ["receive", (handle) => socket.receive(handle, 1n)],
    ["send-to", (handle) => socket.sendTo(handle, bytes("x"), address)],
    ["receive-from", (handle) => socket.receiveFrom(handle, 1n)],
    ["close", (handle) => socket.close(handle)],
    ["set-read-timeout", (handle) => socket.setReadTimeout(handle, 1n)],
    ["set-write-timeout", (handle) => socket.setWriteTimeout(handle, 1n)],
    ["set-connect-timeout", (handle) => socket.setConnectTimeout(handle, 1n)],
    ["set-reuse-address", (handle) => socket.setReuseAddress(handle, true)],
    ["get-local-address", (handle) => socket.getLocalAddress(handle)],
    ["get-peer-address", (handle) => socket.getPeerAddress(handle)],
    ["set-nonblocking", (handle) => socket.setNonblocking(handle, true)],
    ["shutdown", (handle) => socket.shutdown(handle, "both")],
    ["subscribe", (handle) => socket.subscribe(handle, "read")],
  ];
}

testGuest("handles that do not exist are invalid-input in every function", (guest, family) => {
  const closed = guest.socket.createSocket(family, "tcp");
  guest.socket.close(closed);
  const calls = eachCall(guest, family);
  assertEquals(calls.length, Object.keys(guest.socket).length - 1);
  for (const handle of [closed, 0, 4711, 0xffffffff]) {
    for (const [name, call] of calls) {
      assertEquals(errorOf(() => call(handle)), "invalid-input", `${name}(${handle})`);
    }
  }
});

testGuest("a closed handle is not given out again", ({ socket }, family) => {
  const first = socket.createSocket(family, "tcp");
  socket.close(first);
  assertEquals(socket.createSocket(family, "tcp") === first, false);
});

testGuest("calls on a socket of the other protocol are invalid-input", ({ socket }, family) => {
  const address = { host: loopbackText(family), port: 9 };
  const tcp = socket.createSocket(family, "tcp");
  const udp = socket.createSocket(family, "udp");
  assertEquals(errorOf(() => socket.sendTo(tcp, bytes("x"), address)), "invalid-input");
  assertEquals(errorOf(() => socket.receiveFrom(tcp, 1n)), "invalid-input");
  assertEquals(errorOf(() => socket.listen(udp, 1)), "invalid-input");
  assertEquals(errorOf(() => socket.accept(udp)), "invalid-input");
  assertEquals(errorOf(() => socket.shutdown(udp, "both")), "invalid-input");
});

testGuest("calls that do not fit a socket's state are invalid-input", ({ socket }, family) => {
  const local = { host: loopbackText(family), port: 0 };
  const fresh = socket.createSocket(family, "tcp");
  const early = [
    () => socket.listen(fresh, 1),
    () => socket.accept(fresh),
    () => socket.send(fresh, bytes("x")),
    () => socket.receive(fresh, 1n),
    () => socket.shutdown(fresh, "send"),
    () => socket.getLocalAddress(fresh),
    () => socket.getPeerAddress(fresh),
  ];
  for (const call of early) assertEquals(errorOf(call), "invalid-input", `${call}`);
  socket.bind(fresh, local);
  assertEquals(errorOf(() => socket.bind(fresh, local)), "invalid-input");
  socket.listen(fresh, 0xffffffff);
  socket.listen(fresh, 0);
  const address = socket.getLocalAddress(fresh);
  assertEquals(errorOf(() => socket.connect(fresh, address)), "invalid-input");
  const client = socket.createSocket(family, "tcp");
  socket.connect(client, address);
  const late = [
    () => socket.connect(client, address),
    () => socket.bind(client, local),
    () => socket.listen(client, 1),
    () => socket.accept(client),
  ];
  for (const call of late) assertEquals(errorOf(call), "invalid-input", `${call}`);
  const udp = socket.createSocket(family, "udp");
  const idle = [
    () => socket.send(udp, bytes("x")),
    () => socket.receive(udp, 1n),
    () => socket.receiveFrom(udp, 1n),
    () => socket.getLocalAddress(udp),
    () => socket.getPeerAddress(udp),
  ];
  for (const call of idle) assertEquals(errorOf(call), "invalid-input", `${call}`);
});

testGuest("addresses that cannot be are invalid-input", ({ socket }, family) => {
  const wrongFamily = family === "ipv4" ? "::1" : "127.0.0.1";
  const group = family === "ipv4" ? "224.0.0.1" : "ff02::1";
  const hosts = [
    wrongFamily,
    group,
    "",
    " ",
    "a b",
    "127.0.0.1:80",
    "[::1]:80",
    "http://x/",
    "a\0",
  ];
  if (family === "ipv4") hosts.push("255.255.255.255", "[127.0.0.1]");
  else hosts.push("::ffff:127.0.0.1", "::127.0.0.1", "[::1", "1::2::3");
  for (const protocol of ["tcp", "udp"] as const) {
    const handle = socket.createSocket(family, protocol);
    for (const host of hosts) {
      const name = `${protocol} ${host}`;
      assertEquals(errorOf(() => socket.connect(handle, { host, port: 9 })), "invalid-input", name);
      assertEquals(errorOf(() => socket.bind(handle, { host, port: 0 })), "invalid-input", name);
    }
    const any = family === "ipv4" ? "0.0.0.0" : "::";
    assertEquals(errorOf(() => socket.connect(handle, { host: any, port: 9 })), "invalid-input");
    const portless = { host: loopbackText(family), port: 0 };
    assertEquals(errorOf(() => socket.connect(handle, portless)), "invalid-input");
  }
});

testGuest("names that do not resolve are other", ({ socket }, family) => {
  const handle = socket.createSocket(family, "tcp");
  const address = { host: "nothing.invalid", port: 80 };
  assertEquals(errorOf(() => socket.connect(handle, address)), "other");
});

testGuest("a time-out of 0 is invalid-input, the longest is for ever", ({ socket }, family) => {
  const handle = socket.createSocket(family, "udp");
  const setters = [socket.setReadTimeout, socket.setWriteTimeout, socket.setConnectTimeout];
  for (const set of setters) {
    assertEquals(errorOf(() => set(handle, 0n)), "invalid-input");
    set(handle, 0xffff_ffff_ffff_ffffn);
    set(handle, 1n);
    set(handle, undefined);
  }
});

testGuest("lengths of 4 GiB and more take what there is", ({ socket }, family) => {
  const host = loopbackText(family);
  const listener = socket.createSocket(family, "tcp");
  socket.bind(listener, { host, port: 0 });
  socket.listen(listener, 1);
  const client = socket.createSocket(family, "tcp");
  socket.connect(client, socket.getLocalAddress(listener));
  const server = socket.accept(listener);
  const udp = socket.createSocket(family, "udp");
  socket.bind(udp, { host, port: 0 });
  for (const length of [1n << 32n, (1n << 64n) - 1n]) {
    socket.send(server, bytes("abc"));
    assertEquals(socket.receive(client, length).length, 3);
    socket.sendTo(udp, bytes("abc"), socket.getLocalAddress(udp));
    assertEquals(socket.receiveFrom(udp, length)[0].length, 3);
  }
  assertEquals(socket.receive(client, 0n).length, 0);
});

testGuest("a datagram that is too long is invalid-input", ({ socket }, family) => {
  const udp = socket.createSocket(family, "udp");
  socket.bind(udp, { host: loopbackText(family), port: 0 });
  const address = socket.getLocalAddress(udp);
  assertEquals(errorOf(() => socket.sendTo(udp, new Uint8Array(70_000), address)), "invalid-input");
});
