import { assert, assertEquals } from "@std/assert";
import { NO_IPV6 } from "../../../ipv6.ts";
import { testOn, testOnEach } from "../../../kernel/guest.ts";
import { MEMORY_SIZE, WasiGuest } from "../wasi_guest.ts";
import {
  addressRoom,
  bytesAt,
  LOOPBACK4,
  LOOPBACK6,
  openSocket,
  putAddress,
  tagged,
} from "./address_room.ts";

const INET4 = 1;
const INET6 = 2;
const UNIX = 3;
const DGRAM = 1;
const STREAM = 2;
const MINUTE = 60_000_000_000n;
const NONBLOCK = 4;

/** The port of a socket, by the second version of sock_getlocaladdr. */
function portOf(wasi: WasiGuest, fd: number): number {
  const port = wasi.room(4);
  wasi.ok("sock_getlocaladdr", fd, addressRoom(wasi, 128).at, port);
  return wasi.memory.load32(port);
}

/** A bound socket, and its port. */
function bound(wasi: WasiGuest, family: number, type: number): [fd: number, port: number] {
  const fd = openSocket(wasi, family, type);
  const address = putAddress(wasi, family === INET4 ? LOOPBACK4 : LOOPBACK6);
  wasi.ok("sock_bind", fd, address, 0);
  return [fd, portOf(wasi, fd)];
}

testOnEach("sock_open() makes a socket of each family and type", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  for (
    const [family, type, filetype] of [
      [INET4, STREAM, 6],
      [INET4, DGRAM, 5],
      [INET6, STREAM, 6],
      [INET6, DGRAM, 5],
    ] as const
  ) {
    const fd = openSocket(wasi, family, type);
    assertEquals(wasi.fdstat(fd).type, filetype);
    wasi.ok("fd_close", fd);
  }
  const result = wasi.room(4);
  for (const family of [0, 4, -1]) {
    assertEquals(wasi.call("sock_open", family, STREAM, result), "EAFNOSUPPORT");
  }
  for (const type of [0, 3, -1]) {
    assertEquals(wasi.call("sock_open", INET4, type, result), "EPROTONOSUPPORT");
  }
  assertEquals(wasi.call("sock_open", INET4, STREAM, MEMORY_SIZE - 3), "EFAULT");
});

for (
  const [name, family, ip] of [["IPv4", INET4, LOOPBACK4], ["IPv6", INET6, LOOPBACK6]] as const
) {
  const reason = family === INET6 ? NO_IPV6 : null;

  testOnEach(`a connection over ${name} in both versions of addresses`, (guest) => {
    const wasi = new WasiGuest(guest.kernel);
    const [listener, port] = bound(wasi, family, STREAM);
    wasi.ok("sock_listen", listener, 16);
    const client = openSocket(wasi, family, STREAM);
    wasi.ok("sock_connect", client, putAddress(wasi, tagged(family, ip)), port);
    const result = wasi.room(4);
    wasi.ok("sock_accept", listener, result);
    const server = wasi.memory.load32(result);
    wasi.write(client, "hello");
    assertEquals(wasi.read(server), "hello");

    const [at, type, peerPort] = [addressRoom(wasi, 16), wasi.room(4), wasi.room(4)];
    wasi.ok("sock_getpeeraddr", client, at.at, type, peerPort);
    assertEquals(bytesAt(wasi, at.buffer, ip.length), [...ip]);
    const family4or6 = family === INET4 ? 4 : 6;
    assertEquals([wasi.memory.load32(type), wasi.memory.load32(peerPort)], [family4or6, port]);

    const second = addressRoom(wasi, 128);
    wasi.ok("sock_getpeeraddr", server, second.at, peerPort);
    assertEquals(bytesAt(wasi, second.buffer, 128), tagged(family, ip));
    assertEquals(wasi.memory.load32(peerPort), portOf(wasi, client));
    wasi.ok("sock_getlocaladdr", client, at.at, type, peerPort);
    assertEquals(wasi.memory.load32(peerPort), portOf(wasi, client));
  }, reason);

  testOnEach(`datagrams over ${name} in both versions of sock_recv_from()`, (guest) => {
    const wasi = new WasiGuest(guest.kernel);
    const [one, onePort] = bound(wasi, family, DGRAM);
    const [other, otherPort] = bound(wasi, family, DGRAM);
    const [sent, received, roflags, port] = [4, 4, 4, 4].map((size) => wasi.room(size)) as [
      number,
      number,
      number,
      number,
    ];
    const send = (text: string, address: readonly number[]): void => {
      const list = wasi.iovecs(wasi.put(text.slice(0, 2)), wasi.put(text.slice(2)));
      wasi.ok("sock_send_to", one, ...list, putAddress(wasi, address), otherPort, 0, sent);
      assertEquals(wasi.memory.load32(sent), text.length);
      assertEquals(wasi.poll({ read: other }, { clock: 1, timeout: MINUTE }).length, 1);
    };
    const buffer = wasi.room(16);
    const list = wasi.iovecs([buffer, 16]);

    send("first", ip);
    const plain = addressRoom(wasi, ip.length);
    wasi.ok("sock_recv_from", other, ...list, plain.at, 0, received, roflags);
    assertEquals(wasi.text(buffer, wasi.memory.load32(received)), "first");
    assertEquals(bytesAt(wasi, plain.buffer, ip.length), [...ip]);

    send("second", tagged(family, ip));
    const room = addressRoom(wasi, 128);
    wasi.ok("sock_recv_from", other, ...list, room.at, 1, port, received, roflags);
    assertEquals(wasi.text(buffer, wasi.memory.load32(received)), "second");
    assertEquals(bytesAt(wasi, room.buffer, 128), tagged(family, ip));
    assertEquals([wasi.memory.load32(port), wasi.memory.load16(roflags)], [onePort, 0]);

    const short = wasi.iovecs([buffer, 3]);
    wasi.ok("sock_recv_from", other, ...short, room.at, 0, port, received, roflags);
    assertEquals([wasi.memory.load32(received), wasi.memory.load16(roflags)], [3, 1]);
  }, reason);
}

testOnEach("a refused connection is ECONNREFUSED, or in progress and then an option", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const [unused, port] = bound(wasi, INET4, STREAM);
  wasi.ok("fd_close", unused);
  const address = putAddress(wasi, LOOPBACK4);
  const blocking = openSocket(wasi, INET4, STREAM);
  assertEquals(wasi.call("sock_connect", blocking, address, port), "ECONNREFUSED");
  const fd = openSocket(wasi, INET4, STREAM);
  wasi.ok("fd_fdstat_set_flags", fd, NONBLOCK);
  const errno = wasi.call("sock_connect", fd, address, port);
  if (errno === "ECONNREFUSED") return;
  assertEquals(errno, "EINPROGRESS");
  assertEquals(wasi.poll({ write: fd }, { clock: 1, timeout: MINUTE })[0]?.error, "ESUCCESS");
  const [value, length] = [wasi.room(4), wasi.room(4)];
  wasi.memory.store32(length, 4);
  wasi.ok("sock_getsockopt", fd, 0, 2, value, length);
  // WASI's number, not Linux's.
  assertEquals(wasi.memory.load32(value), 14);
});

testOnEach("addresses are EINVAL, EAFNOSUPPORT and EFAULT where they are none", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const fd = openSocket(wasi, INET4, STREAM);
  const list = wasi.iovecs(wasi.put("x"));
  const sent = wasi.room(4);
  const calls = (at: number, port: number): Set<string> =>
    new Set([
      wasi.call("sock_bind", fd, at, port),
      wasi.call("sock_connect", fd, at, port),
      wasi.call("sock_send_to", fd, ...list, at, port, 0, sent),
    ]);
  for (const size of [0, 1, 3, 5, 15, 17, 127, 129]) {
    assertEquals(calls(addressRoom(wasi, size).at, 1), new Set(["EINVAL"]), `${size}`);
  }
  assertEquals(calls(putAddress(wasi, LOOPBACK4), 65_536), new Set(["EINVAL"]));
  assertEquals(calls(putAddress(wasi, LOOPBACK4), -1), new Set(["EINVAL"]));
  for (const family of [0, 4, 256, 65_535]) {
    assertEquals(calls(putAddress(wasi, tagged(family, [])), 1), new Set(["EAFNOSUPPORT"]));
  }
  const endless = tagged(UNIX, new Array(126).fill(0x61));
  assertEquals(calls(putAddress(wasi, endless), 1), new Set(["EINVAL"]));
  const outside = wasi.room(8);
  for (const [buffer, size] of [[MEMORY_SIZE - 3, 4], [-1, 16], [0, -1]] as const) {
    wasi.memory.store32(outside, buffer);
    wasi.memory.store32(outside + 4, size);
    assertEquals(calls(outside, 1), new Set(["EFAULT"]));
  }
  for (const at of [MEMORY_SIZE - 7, -8]) assertEquals(calls(at, 1), new Set(["EFAULT"]));
});

testOnEach("an address that is asked for wants a buffer of 4, 16 or 128 bytes", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const fd = openSocket(wasi, INET6, DGRAM);
  const [type, port] = [wasi.room(4), wasi.room(4)];
  for (const size of [0, 3, 5, 64, 127, 129]) {
    const { at } = addressRoom(wasi, size);
    assertEquals(wasi.call("sock_getlocaladdr", fd, at, port), "EINVAL");
    assertEquals(wasi.call("sock_getlocaladdr", fd, at, type, port), "EINVAL");
  }
  assertEquals(wasi.call("sock_getlocaladdr", fd, addressRoom(wasi, 4).at, port), "EINVAL");
  const good = addressRoom(wasi, 128).at;
  assertEquals(wasi.call("sock_getlocaladdr", fd, good, MEMORY_SIZE - 3), "EFAULT");
  assertEquals(wasi.call("sock_getlocaladdr", fd, good, MEMORY_SIZE - 3, port), "EFAULT");
  assertEquals(wasi.call("sock_getlocaladdr", fd, -8, port), "EFAULT");
  assertEquals(wasi.call("sock_getpeeraddr", fd, good, port), "ENOTCONN");
});

testOnEach("sock_recv_from() reads nothing when it cannot write what it would", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const [one] = bound(wasi, INET4, DGRAM);
  const [other, port] = bound(wasi, INET4, DGRAM);
  const result = wasi.room(4);
  const address = putAddress(wasi, LOOPBACK4);
  wasi.ok("sock_send_to", one, ...wasi.iovecs(wasi.put("kept")), address, port, 0, result);
  assertEquals(wasi.poll({ read: other }, { clock: 1, timeout: MINUTE }).length, 1);
  const buffer = wasi.room(8);
  const list = wasi.iovecs([buffer, 8]);
  const good = addressRoom(wasi, 128).at;
  const bad = MEMORY_SIZE - 1;
  const call = (...args: [number, number, number, number, number]): string =>
    wasi.call("sock_recv_from", other, ...list, ...args);
  assertEquals(call(bad, 0, result, result, result), "EFAULT");
  assertEquals(call(good, 4, result, result, result), "EINVAL");
  assertEquals(call(good, 0, bad, result, result), "EFAULT");
  assertEquals(call(good, 0, result, bad, result), "EFAULT");
  assertEquals(call(good, 0, result, result, bad), "EFAULT");
  assertEquals(call(good, 0, result, result, wasi.room(4)), "ESUCCESS");
  assertEquals(wasi.text(buffer, 4), "kept");
});

testOn("libc", "a Unix socket has its path in an address of 128 bytes", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const path = [...new TextEncoder().encode(`${guest.folder}/socket`)];
  const address = putAddress(wasi, tagged(UNIX, path));
  const listener = openSocket(wasi, UNIX, STREAM);
  const errno = wasi.call("sock_bind", listener, address, 0);
  assertEquals(errno, "ESUCCESS");
  wasi.ok("sock_listen", listener, 4);
  const room = addressRoom(wasi, 128);
  wasi.ok("sock_getlocaladdr", listener, room.at, wasi.room(4));
  assertEquals(bytesAt(wasi, room.buffer, 128), tagged(UNIX, path));
  const first = wasi.call("sock_getlocaladdr", listener, room.at, wasi.room(4), wasi.room(4));
  assertEquals(first, "EAFNOSUPPORT");
  const client = openSocket(wasi, UNIX, STREAM);
  wasi.ok("sock_connect", client, address, 0);
  const result = wasi.room(4);
  wasi.ok("sock_accept", listener, 0, result);
  wasi.write(client, "local");
  assertEquals(wasi.read(wasi.memory.load32(result)), "local");
  assert(Deno.statSync(`${guest.folder}/socket`).isSocket);
});
