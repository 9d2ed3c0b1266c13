/**
 * A guest that makes arbitrary calls on the user stack while arbitrary packets arrive. No exception, no
 * call that waits, no descriptor left, and the engine lives on. Arguments: seed, how many calls.
 */
import { assert, assertEquals } from "@std/assert";
import { IpAddress, SocketAddress } from "../../../lib/ip.ts";
import { Kernel } from "../../../lib/kernel/kernel.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { encodeSockaddr, SockaddrStorage } from "../../../lib/linux/sockaddr.ts";
import {
  AF_INET,
  AF_INET6,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  SO_RCVTIMEO,
  SO_SNDTIMEO,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../../lib/linux/socket.ts";
import { openLibc } from "../../../lib/stack/libc/libc.ts";
import { UserStack } from "../../../lib/stack/user/user_stack.ts";
import { foldChecksum, sumPseudoHeader, sumWords } from "../../../lib/wire/checksum.ts";
import { Random } from "../../linux/random.ts";

const SOCK_RAW = 3;
const IPPROTO_RAW = 255;
const MOST_SOCKETS = 40;
const PORTS = [0, 1, 80, 81, 82, 40_000];

const [seed = "1", count = "1000"] = Deno.args;
const random = new Random(Number(seed));
const libc = openLibc();
const raw = libc.socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
assert(raw >= 0);
const stack = new UserStack({
  tun: "vmsock0",
  addresses: ["10.9.0.2/24", "fd00::2/64"],
  gateway: "10.9.0.1",
  nameserver: null,
});
const kernel = new Kernel(stack);
const fds: number[] = [];

const V4 = [[127, 0, 0, 1], [10, 9, 0, 2], [10, 9, 0, 1], [0, 0, 0, 0], [224, 0, 0, 1]];
const V6 = [
  [...new Array(15).fill(0), 1],
  new Array(16).fill(0),
  [0xfd, ...new Array(14).fill(0), 2],
  [...new Array(10).fill(0), 255, 255, 127, 0, 0, 1],
];

function address(): Uint8Array<ArrayBuffer> {
  const ip = new IpAddress(Uint8Array.from(random.pick(random.integer(3) === 0 ? V6 : V4)));
  const bytes = encodeSockaddr(new SocketAddress(ip, random.pick(PORTS)));
  if (random.integer(8) === 0) bytes[random.integer(bytes.length)] = random.integer(256);
  return random.integer(20) === 0 ? bytes.slice(0, random.integer(bytes.length)) : bytes;
}

function fd(): number {
  if (fds.length === 0 || random.integer(30) === 0) return random.pick([-1, 999, 2 ** 31]);
  return random.pick(fds);
}

/** Any flags, but never such that Linux would make the call wait. */
function flags(): number {
  return MSG_NOSIGNAL | MSG_DONTWAIT |
    random.pick([0, 0, 2, 0x20, 0x8000, random.integer(2 ** 24)]);
}

function name(): SockaddrStorage {
  const storage = new SockaddrStorage();
  storage.length = random.pick([0, 1, 16, 28, 128]);
  return storage;
}

function keep(result: number): number {
  if (result >= 0) fds.push(result);
  return result;
}

function closeOne(): number {
  const closed = fd();
  const index = fds.indexOf(closed);
  if (index >= 0) fds.splice(index, 1);
  return kernel.close(closed);
}

function setOption(): number {
  const level = random.pick([0, SOL_SOCKET, 6, 17, 41, 255]);
  const option = random.integer(80);
  if (level === SOL_SOCKET && (option === SO_RCVTIMEO || option === SO_SNDTIMEO)) return 0;
  const value = random.pick([0, 1, -1, 7, 64, 255, 256, 1000, 2 ** 31 - 1, -(2 ** 31)]);
  const bytes = random.integer(20) === 0 ? null : new Uint8Array(Int32Array.of(value).buffer);
  return kernel.setsockopt(fd(), level, option, bytes, random.pick([4, 4, 4, 0, 1]));
}

const SIZES = [0, 1, 100, 1473, 20_000, 65_507, 70_000];

function someBytes(): Uint8Array<ArrayBuffer> {
  return random.bytes(random.pick(SIZES));
}

const calls: readonly (() => number)[] = [
  () => {
    if (fds.length >= MOST_SOCKETS) return closeOne();
    const type = random.pick([SOCK_STREAM, SOCK_DGRAM]) | SOCK_NONBLOCK;
    return keep(kernel.socket(random.pick([AF_INET, AF_INET6]), type, 0));
  },
  () => fds.length > 20 ? closeOne() : 0,
  () => kernel.bind(fd(), address()),
  () => kernel.connect(fd(), address()),
  () => kernel.connect(fd(), address()),
  () => kernel.listen(fd(), random.pick([0, 1, 5, -1, 100_000])),
  () => keep(kernel.accept4(fd(), random.integer(2) === 0 ? null : name(), SOCK_NONBLOCK)),
  () => {
    const bytes = someBytes();
    return kernel.send(fd(), bytes, bytes.length, flags());
  },
  () => {
    const bytes = someBytes();
    return kernel.sendto(fd(), bytes, bytes.length, flags(), address());
  },
  () => {
    const bytes = new Uint8Array(random.pick(SIZES));
    return kernel.recvfrom(fd(), bytes, bytes.length, flags(), name());
  },
  () => kernel.sendmsg(fd(), [{ base: null, length: random.pick([0, 5]) }], flags(), null),
  () => kernel.recvmsg(fd(), [{ base: null, length: 5 }], flags(), { name: name(), flags: 0 }),
  () => kernel.shutdown(fd(), random.pick([0, 1, 2, 3, -1])),
  () => kernel.getsockname(fd(), name()),
  () => kernel.getpeername(fd(), name()),
  setOption,
  () => {
    const length = Int32Array.of(random.pick([0, 1, 4, 256, -1]));
    const level = random.pick([0, SOL_SOCKET, 6, 17, 41]);
    return kernel.getsockopt(fd(), level, random.integer(80), new Uint8Array(256), length);
  },
  () => {
    const entries = Array.from({ length: Math.min(8, fds.length) }, () => ({
      fd: fd(),
      events: random.integer(65_536),
      revents: 0,
    }));
    return kernel.poll(entries, random.pick([0, 1]));
  },
  () => keep(kernel.dup(fd())),
];

const DESTINATION = encodeSockaddr(new SocketAddress(new IpAddress(Uint8Array.of(10, 9, 0, 2)), 0));

/** A packet of Linux's side that is almost right: a segment, a datagram, an error, a fragment. */
function sendPacket(): void {
  const protocol = random.pick([6, 6, 6, 17, 1, 58, 0]);
  const payload = random.bytes(random.pick([0, 3, 8, 20, 28, 60, 200, 1400]));
  const source = Uint8Array.of(10, 9, 0, random.pick([1, 9]));
  if (payload.length >= 20 && protocol === 6) {
    payload.set([0, random.pick(PORTS), 0, random.pick(PORTS)]);
    payload.set([random.pick([0x50, 0x50, 0xf0, 0]), random.pick([2, 2, 16, 18, 4, 1, 17])], 12);
    payload.set([0, 0], 16);
    const sum = sumPseudoHeader(source, DESTINATION.subarray(4, 8), protocol, payload.length);
    const checksum = foldChecksum(sumWords(payload, sum));
    payload.set([checksum >> 8, checksum & 255], 16);
  }
  const packet = new Uint8Array(20 + payload.length);
  const fragment = random.integer(3) === 0 ? random.pick([0x2000, 0x2001, 1, 5, 0x1fff]) : 0;
  packet.set([0x45, 0, packet.length >> 8, packet.length & 255, 0, random.integer(4)]);
  packet.set([fragment >> 8, fragment & 255, 64, protocol], 6);
  packet.set(source, 12);
  packet.set(DESTINATION.subarray(4, 8), 16);
  packet.set(payload, 20);
  libc.sendto(raw, packet, packet.length, MSG_DONTWAIT, DESTINATION, DESTINATION.length);
}

function descriptorCount(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

const before = descriptorCount();
for (let index = 0; index < Number(count); index++) {
  const number = random.integer(calls.length);
  const result = calls[number]?.();
  assert(Number.isInteger(result), `call ${number} gave ${result}`);
  assert(result !== -Errno.EIO, `the engine has ended at call ${index}`);
  if (random.integer(3) === 0) sendPacket();
}
while (fds.length > 0) kernel.close(fds.pop() ?? -1);
assertEquals(descriptorCount(), before);
assert(kernel.socket(AF_INET, SOCK_STREAM, 0) >= 0);
kernel[Symbol.dispose]();
libc.close(raw);
libc.release();
