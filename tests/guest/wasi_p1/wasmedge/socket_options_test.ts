import { assert, assertEquals } from "@std/assert";
import { testOnEach } from "../../../kernel/guest.ts";
import { MEMORY_SIZE, WasiGuest } from "../wasi_guest.ts";
import { openSocket } from "./address_room.ts";

const INET4 = 1;
const DGRAM = 1;
const STREAM = 2;

// __wasi_sock_opt_so_t
const REUSEADDR = 0;
const TYPE = 1;
const ERROR = 2;
const BROADCAST = 4;
const RCVBUF = 6;
const KEEPALIVE = 7;
const LINGER = 9;
const RCVTIMEO = 11;
const ACCEPTCONN = 13;
const BINDTODEVICE = 14;

function setInt(wasi: WasiGuest, fd: number, option: number, value: number): string {
  const at = wasi.room(4);
  wasi.memory.store32(at, value);
  return wasi.call("sock_setsockopt", fd, 0, option, at, 4);
}

/** An option that is an int; the length is passed as WasmEdge wants it. */
function getInt(wasi: WasiGuest, fd: number, option: number): number {
  const [at, length] = [wasi.room(4), wasi.room(4)];
  wasi.memory.store32(length, 4);
  wasi.ok("sock_getsockopt", fd, 0, option, at, length);
  assertEquals(wasi.memory.load32(length), 4);
  return wasi.memory.load32(at);
}

testOnEach("sock_setsockopt() sets what sock_getsockopt() tells", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const fd = openSocket(wasi, INET4, STREAM);
  for (const option of [REUSEADDR, KEEPALIVE]) {
    assertEquals(getInt(wasi, fd, option), 0);
    assertEquals(setInt(wasi, fd, option, 1), "ESUCCESS");
    assertEquals(getInt(wasi, fd, option), 1);
  }
  assertEquals(getInt(wasi, fd, ACCEPTCONN), 0);
  assert(getInt(wasi, fd, RCVBUF) > 0);
  const datagrams = openSocket(wasi, INET4, DGRAM);
  assertEquals(setInt(wasi, datagrams, BROADCAST, 1), "ESUCCESS");
  assertEquals(getInt(wasi, datagrams, BROADCAST), 1);
});

testOnEach("sock_getsockopt() tells type and error in WASI's numbers", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  assertEquals(getInt(wasi, openSocket(wasi, INET4, STREAM), TYPE), STREAM);
  const datagrams = openSocket(wasi, INET4, DGRAM);
  assertEquals(getInt(wasi, datagrams, TYPE), DGRAM);
  assertEquals(getInt(wasi, datagrams, ERROR), 0);
});

testOnEach("sock_getsockopt() takes the length of an int in place of its address", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const fd = openSocket(wasi, INET4, STREAM);
  const at = wasi.room(8);
  wasi.memory.store32(at + 4, 0xcafe);
  wasi.ok("sock_getsockopt", fd, 0, TYPE, at, 4);
  assertEquals([wasi.memory.load32(at), wasi.memory.load32(at + 4)], [STREAM, 0xcafe]);
});

testOnEach("a time-out is a struct timeval of 16 bytes, and holds", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const fd = openSocket(wasi, INET4, DGRAM);
  const time = wasi.room(16);
  wasi.memory.store64(time + 8, 1000);
  wasi.ok("sock_setsockopt", fd, 0, RCVTIMEO, time, 16);
  const [list, result] = [wasi.iovecs([wasi.room(8), 8]), wasi.room(4)];
  assertEquals(wasi.call("sock_recv", fd, ...list, 0, result, result), "EAGAIN");
  const [value, length] = [wasi.room(16), wasi.room(4)];
  wasi.memory.store32(length, 16);
  wasi.ok("sock_getsockopt", fd, 0, RCVTIMEO, value, length);
  assertEquals(wasi.memory.load32(length), 16);
  assertEquals(wasi.memory.load64(value), 0);
  assert(wasi.memory.load64(value + 8) >= 1000);
});

testOnEach("sock_setsockopt() takes SO_LINGER's two ints", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const fd = openSocket(wasi, INET4, STREAM);
  const value = wasi.room(8);
  wasi.memory.store32(value, 1);
  wasi.memory.store32(value + 4, 7);
  assertEquals(wasi.call("sock_setsockopt", fd, 0, LINGER, value, 8), "ESUCCESS");
  const [out, length] = [wasi.room(8), wasi.room(4)];
  wasi.memory.store32(length, 8);
  wasi.ok("sock_getsockopt", fd, 0, LINGER, out, length);
  assertEquals([wasi.memory.load32(out), wasi.memory.load32(out + 4)], [1, 7]);
});

testOnEach("options are ENOPROTOOPT, EINVAL and EFAULT where they are none", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const fd = openSocket(wasi, INET4, STREAM);
  const at = wasi.room(8);
  wasi.memory.store32(at + 4, 4);
  for (
    const [level, option] of [[1, TYPE], [0, BINDTODEVICE], [0, 15], [0, -1], [-1, 0]] as const
  ) {
    assertEquals(wasi.call("sock_getsockopt", fd, level, option, at, at + 4), "ENOPROTOOPT");
    assertEquals(wasi.call("sock_setsockopt", fd, level, option, at, 4), "ENOPROTOOPT");
  }
  assertEquals(wasi.call("sock_setsockopt", fd, 0, REUSEADDR, at, 0), "EINVAL");
  assertEquals(wasi.call("sock_setsockopt", fd, 0, REUSEADDR, MEMORY_SIZE - 3, 4), "EFAULT");
  assertEquals(wasi.call("sock_setsockopt", fd, 0, REUSEADDR, at, -1), "EFAULT");
  assertEquals(wasi.call("sock_getsockopt", fd, 0, TYPE, MEMORY_SIZE - 3, at + 4), "EFAULT");
  assertEquals(wasi.call("sock_getsockopt", fd, 0, TYPE, at, MEMORY_SIZE - 3), "EFAULT");
  wasi.memory.store32(at + 4, 2 ** 32 - 1);
  assertEquals(wasi.call("sock_getsockopt", fd, 0, TYPE, at, at + 4), "EFAULT");
});
