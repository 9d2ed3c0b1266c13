import { assert, assertEquals } from "@std/assert";
import { Descriptor } from "../../../lib/guest/wasi_p1/descriptor.ts";
import { Rights, SOCKET_RIGHTS } from "../../../lib/guest/wasi_p1/rights.ts";
import { type Guest, testOnEach } from "../../kernel/guest.ts";
import { MEMORY_SIZE, WasiGuest } from "./wasi_guest.ts";

const MINUTE = 60_000_000_000n;
const NONBLOCK = 4;
const PEEK = 1;
const WAITALL = 2;
const TRUNCATED = 1;

/** The descriptor of the preopened listening socket. */
const LISTENER = 3;

function withListener(guest: Guest): WasiGuest {
  return new WasiGuest(guest.kernel, { listener: "127.0.0.1:0" });
}

/** Connects to the guest's listening socket; the system's descriptor. */
function connect(guest: Guest, wasi: WasiGuest): number {
  const client = guest.tcp();
  const system = wasi.process.descriptors.get(LISTENER)?.fd ?? -1;
  guest.ok(guest.kernel.connect(client, guest.addressOf(system)), "connect");
  return client;
}

/** Accepts a connection once there is one. */
function accept(wasi: WasiGuest, flags = 0): number {
  const result = wasi.room(4);
  assertEquals(wasi.poll({ read: LISTENER }, { clock: 1, timeout: MINUTE }).length, 1);
  wasi.ok("sock_accept", LISTENER, flags, result);
  return wasi.memory.load32(result);
}

/** What one sock_recv gives: the text and roflags; or its errno. */
function receive(wasi: WasiGuest, fd: number, size = 64, riflags = 0): [string, number] | string {
  const [at, received, roflags] = [wasi.room(size), wasi.room(4), wasi.room(4)];
  const list = wasi.iovecs([at, size]);
  const errno = wasi.call("sock_recv", fd, ...list, riflags, received, roflags);
  if (errno !== "ESUCCESS") return errno;
  return [wasi.text(at, wasi.memory.load32(received)), wasi.memory.load16(roflags)];
}

testOnEach("a preopened listening socket is non-blocking and has a socket's rights", (guest) => {
  const wasi = withListener(guest);
  assertEquals(wasi.fdstat(LISTENER), {
    type: 6,
    flags: NONBLOCK,
    base: SOCKET_RIGHTS,
    inheriting: 0,
  });
  assertEquals(wasi.filestat(LISTENER).type, 6);
  assertEquals(wasi.call("fd_prestat_get", LISTENER, wasi.room(8)), "EBADF");
  assertEquals(wasi.call("sock_accept", LISTENER, 0, wasi.room(4)), "EAGAIN");
});

testOnEach("sock_accept() gives a socket, non-blocking if that is asked for", (guest) => {
  const wasi = withListener(guest);
  connect(guest, wasi);
  connect(guest, wasi);
  const blocking = accept(wasi);
  const nonblocking = accept(wasi, NONBLOCK);
  assertEquals([blocking, nonblocking], [4, 5]);
  assertEquals([wasi.fdstat(blocking).flags, wasi.fdstat(nonblocking).flags], [0, NONBLOCK]);
  assertEquals(wasi.fdstat(blocking).type, 6);
  assertEquals(receive(wasi, nonblocking), "EAGAIN");
});

testOnEach(
  "sock_accept() is EINVAL for other flags, and leaves the connection at EFAULT",
  (guest) => {
    const wasi = withListener(guest);
    connect(guest, wasi);
    assertEquals(wasi.poll({ read: LISTENER }, { clock: 1, timeout: MINUTE }).length, 1);
    const result = wasi.room(4);
    for (const flags of [1, 2, 8, 16, -1]) {
      assertEquals(wasi.call("sock_accept", LISTENER, flags, result), "EINVAL");
    }
    for (const bad of [MEMORY_SIZE - 3, -4]) {
      assertEquals(wasi.call("sock_accept", LISTENER, 0, bad), "EFAULT");
    }
    wasi.ok("sock_accept", LISTENER, 0, result);
    const socket = wasi.memory.load32(result);
    assertEquals(wasi.call("sock_accept", socket, 0, result), "EINVAL");
  },
);

testOnEach("sock_accept() has the two parameters of its first version, too", (guest) => {
  const wasi = withListener(guest);
  connect(guest, wasi);
  assertEquals(wasi.poll({ read: LISTENER }, { clock: 1, timeout: MINUTE }).length, 1);
  const result = wasi.room(4);
  wasi.ok("sock_accept", LISTENER, result);
  assertEquals(wasi.fdstat(wasi.memory.load32(result)).flags, 0);
});

testOnEach("sock_send(), sock_recv(), fd_write() and fd_read() move a stream's bytes", (guest) => {
  const wasi = withListener(guest);
  const client = connect(guest, wasi);
  const socket = accept(wasi);
  const result = wasi.room(4);
  wasi.ok("sock_send", socket, ...wasi.iovecs(wasi.put("one ")), 0, result);
  assertEquals(wasi.memory.load32(result), 4);
  wasi.ok("sock_send", socket, ...wasi.iovecs(wasi.put("two "), wasi.put("three ")), 0, result);
  assertEquals(wasi.memory.load32(result), 10);
  wasi.write(socket, "four");
  let text = "";
  while (text.length < 18) text += guest.receive(client);
  assertEquals(text, "one two three four");
  guest.send(client, "abcdef");
  assertEquals(receive(wasi, socket, 2, PEEK), ["ab", 0]);
  assertEquals(receive(wasi, socket, 2), ["ab", 0]);
  assertEquals(wasi.read(socket, 2), "cd");
  guest.send(client, "gh");
  assertEquals(receive(wasi, socket, 4, WAITALL), ["efgh", 0]);
  guest.send(client, "ijkl");
  const [first, second] = [wasi.room(2), wasi.room(8)];
  const list = wasi.iovecs([first, 2], [second, 2]);
  wasi.ok("sock_recv", socket, ...list, WAITALL, result, wasi.room(4));
  assertEquals(wasi.text(first, 2) + wasi.text(second, 2), "ijkl");
  guest.kernel.close(client);
  assertEquals(receive(wasi, socket), ["", 0]);
});

testOnEach("sock_recv() tells of a datagram that was cut", (guest) => {
  const wasi = withListener(guest);
  const [one, other] = guest.udpPair();
  const socket = wasi.process.descriptors.add(new Descriptor(guest.kernel, one));
  assertEquals(wasi.fdstat(socket).type, 5);
  guest.send(other, "datagram");
  guest.await(one);
  assertEquals(receive(wasi, socket, 4), ["data", TRUNCATED]);
  guest.send(other, "datagram");
  guest.await(one);
  assertEquals(receive(wasi, socket, 8), ["datagram", 0]);
  guest.send(other, "");
  guest.await(one);
  assertEquals(receive(wasi, socket), ["", 0]);
});

testOnEach("sock_shutdown() ends one direction or both", (guest) => {
  const wasi = withListener(guest);
  for (const bad of [0, 4, -1]) {
    assertEquals(wasi.call("sock_shutdown", LISTENER, bad), "EINVAL");
  }
  const client = connect(guest, wasi);
  const socket = accept(wasi);
  wasi.ok("sock_shutdown", socket, 2);
  assertEquals(guest.receive(client), "");
  const list = wasi.iovecs(wasi.put("x"));
  assertEquals(wasi.call("sock_send", socket, ...list, 0, wasi.room(4)), "EPIPE");
  guest.send(client, "still");
  assertEquals(receive(wasi, socket), ["still", 0]);
  wasi.ok("sock_shutdown", socket, 1);
  assertEquals(receive(wasi, socket), ["", 0]);
  wasi.ok("sock_shutdown", socket, 3);
});

testOnEach(
  "sockets' transfers are EINVAL and EFAULT for what they are not given right",
  (guest) => {
    const wasi = withListener(guest);
    const client = connect(guest, wasi);
    const socket = accept(wasi, NONBLOCK);
    guest.send(client, "data");
    guest.await(wasi.process.descriptors.get(socket)?.fd ?? -1);
    const list = wasi.iovecs([wasi.room(8), 8]);
    const result = wasi.room(8);
    const bad = MEMORY_SIZE - 1;
    for (const riflags of [4, 8, -1]) {
      assertEquals(wasi.call("sock_recv", socket, ...list, riflags, result, result), "EINVAL");
    }
    assertEquals(wasi.call("sock_recv", socket, ...list, 0, bad, result), "EFAULT");
    assertEquals(wasi.call("sock_recv", socket, ...list, 0, result, bad), "EFAULT");
    assertEquals(wasi.call("sock_recv", socket, bad, 1, 0, result, result), "EFAULT");
    assertEquals(wasi.call("sock_send", socket, ...list, 1, result), "EINVAL");
    assertEquals(wasi.call("sock_send", socket, ...list, 0, bad), "EFAULT");
    assertEquals(wasi.call("sock_send", socket, ...wasi.iovecs([bad, 2]), 0, result), "EFAULT");
    // Nothing was read meanwhile.
    assertEquals(receive(wasi, socket), ["data", 0]);
  },
);

testOnEach("a socket's rights can be given up", (guest) => {
  const wasi = withListener(guest);
  connect(guest, wasi);
  const socket = accept(wasi);
  wasi.ok("fd_fdstat_set_rights", socket, BigInt(Rights.FD_READ), 0n);
  assertEquals(wasi.call("sock_shutdown", socket, 3), "ENOTCAPABLE");
  const list = wasi.iovecs(wasi.put("x"));
  assertEquals(wasi.call("sock_send", socket, ...list, 0, wasi.room(4)), "EBADF");
  wasi.ok("fd_fdstat_set_rights", LISTENER, 0n, 0n);
  assertEquals(wasi.call("sock_accept", LISTENER, 0, wasi.room(4)), "ENOTCAPABLE");
});

testOnEach("a socket is non-blocking when fd_fdstat_set_flags() says so", (guest) => {
  const wasi = withListener(guest);
  connect(guest, wasi);
  const socket = accept(wasi);
  wasi.ok("fd_fdstat_set_flags", socket, NONBLOCK);
  assertEquals(receive(wasi, socket), "EAGAIN");
  const list = wasi.iovecs([wasi.room(8), 8]);
  assertEquals(wasi.call("fd_read", socket, ...list, wasi.room(4)), "EAGAIN");
  // Until the buffers on the way are full.
  const [data, result] = [wasi.iovecs([0, MEMORY_SIZE]), wasi.room(4)];
  let errno = "ESUCCESS";
  for (let sent = 0; errno === "ESUCCESS" && sent < 2 ** 30; sent += wasi.memory.load32(result)) {
    errno = wasi.call("fd_write", socket, ...data, result);
  }
  assertEquals(errno, "EAGAIN");
  wasi.ok("fd_fdstat_set_flags", socket, 0);
  assertEquals(wasi.fdstat(socket).flags, 0);
});

testOnEach("sock_accept() and path_open() are EMFILE at the guest's limit", (guest) => {
  const wasi = withListener(guest);
  connect(guest, wasi);
  assertEquals(wasi.poll({ read: LISTENER }, { clock: 1, timeout: MINUTE }).length, 1);
  const limit = { current: 5, maximum: 4096 };
  guest.ok(guest.kernel.prlimit(7, limit, null), "prlimit");
  assertEquals(wasi.call("sock_accept", LISTENER, 0, wasi.room(4)), "EMFILE");
  guest.ok(guest.kernel.prlimit(7, { current: 64, maximum: 4096 }, null), "prlimit");
  assert(accept(wasi) === 4);
});
