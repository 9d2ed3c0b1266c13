/**
 * Sets socket options on the user stack and looks at the packets that leave it, as Linux sees them on
 * the device.
 */
import { assert, assertEquals } from "@std/assert";
import { parseSocketAddress } from "../../../lib/ip.ts";
import { Kernel } from "../../../lib/kernel/kernel.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import {
  IP_TOS,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_TCLASS,
  IPV6_UNICAST_HOPS,
} from "../../../lib/linux/in.ts";
import { encodeSockaddr, SockaddrStorage } from "../../../lib/linux/sockaddr.ts";
import {
  AF_INET,
  AF_INET6,
  MSG_DONTWAIT,
  SO_NO_CHECK,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../../lib/linux/socket.ts";
import { TCP_MAXSEG, TCP_SYNCNT } from "../../../lib/linux/tcp.ts";
import { openLibc } from "../../../lib/stack/libc/libc.ts";
import { UserStack } from "../../../lib/stack/user/user_stack.ts";
import { Ipv4Packet } from "../../../lib/wire/ipv4.ts";
import { Ipv6Packet } from "../../../lib/wire/ipv6.ts";
import { parseTcp, TcpPacket } from "../../../lib/wire/tcp.ts";

const AF_PACKET = 17;
const EVERY_PROTOCOL = 0x0300;

const libc = openLibc();
const stack = new UserStack({
  tun: "vmsock0",
  addresses: ["10.9.0.2/24", "fd00::2/64"],
  gateway: "10.9.0.1",
  nameserver: null,
});
const kernel = new Kernel(stack);
const tap = libc.socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK, EVERY_PROTOCOL);
assert(tap >= 0);

/** The next packet on the device of one of the stack's addresses that a condition holds for. */
function packet<T>(read: (bytes: Uint8Array<ArrayBuffer>) => T | null): T {
  const buffer = new Uint8Array(2048);
  for (;;) {
    const count = libc.recv(tap, buffer, buffer.length, MSG_DONTWAIT);
    if (count < 0) continue;
    const found = read(buffer.slice(0, count));
    if (found !== null) return found;
  }
}

function v4(protocol: number): (bytes: Uint8Array<ArrayBuffer>) => Ipv4Packet | null {
  return (bytes) => {
    const found = Ipv4Packet.check(bytes);
    return found?.protocol === protocol && found.source[3] === 2 ? found : null;
  };
}

function v6(protocol: number): (bytes: Uint8Array<ArrayBuffer>) => Ipv6Packet | null {
  return (bytes) => {
    const found = Ipv6Packet.check(bytes);
    return found?.protocol === protocol && found.source[15] === 2 ? found : null;
  };
}

function sockaddr(text: string): Uint8Array<ArrayBuffer> {
  const address = parseSocketAddress(text);
  assert(address !== null);
  return encodeSockaddr(address);
}

function set(fd: number, level: number, name: number, value: number): void {
  assertEquals(
    kernel.setsockopt(fd, level, name, new Uint8Array(Int32Array.of(value).buffer), 4),
    0,
  );
}

function get(fd: number, level: number, name: number): number {
  const value = new Uint8Array(4);
  assertEquals(kernel.getsockopt(fd, level, name, value, Int32Array.of(4)), 0);
  return new Int32Array(value.buffer)[0] ?? -1;
}

function hasChecksum(datagram: Uint8Array): boolean {
  return datagram[6] !== 0 || datagram[7] !== 0;
}

const TCP = 6;
const UDP = 17;

// TCP over IPv4: from the SYN on.
const client = kernel.socket(AF_INET, SOCK_STREAM, 0);
set(client, IPPROTO_IP, IP_TOS, 0x13);
set(client, IPPROTO_IP, IP_TTL, 7);
set(client, IPPROTO_TCP, TCP_MAXSEG, 500);
assertEquals(kernel.connect(client, sockaddr("10.9.0.1:1")), -Errno.ECONNREFUSED);
const syn = packet(v4(TCP));
assertEquals([syn.typeOfService, syn.timeToLive], [0x10, 7]);
const segment = TcpPacket.check(syn.payload);
assert(segment !== null);
assertEquals(parseTcp(segment).options.maximumSegmentSize, 500);

// A listener's marks are those of what it accepts, also those that are set after listen().
const server = kernel.socket(AF_INET, SOCK_STREAM, 0);
assertEquals(kernel.bind(server, sockaddr("10.9.0.2:80")), 0);
assertEquals(kernel.listen(server, 4), 0);
set(server, IPPROTO_IP, IP_TOS, 0x20);
set(server, IPPROTO_IP, IP_TTL, 9);
const peer = libc.socket(AF_INET, SOCK_STREAM, 0);
const to = sockaddr("10.9.0.2:80");
assertEquals(libc.connect(peer, to, to.length), 0);
const answer = packet(v4(TCP));
assertEquals([answer.typeOfService, answer.timeToLive], [0x20, 9]);
const accepted = kernel.accept4(server, null, 0);
assertEquals([get(accepted, IPPROTO_IP, IP_TOS), get(accepted, IPPROTO_IP, IP_TTL)], [0x20, 9]);
assertEquals(get(accepted, IPPROTO_TCP, TCP_MAXSEG), 1448);
set(accepted, IPPROTO_IP, IP_TTL, 11);
packet((bytes) => {
  // Window updates may come first.
  kernel.send(accepted, new Uint8Array(1), 1, 0);
  return v4(TCP)(bytes)?.timeToLive === 11 ? true : null;
});
assertEquals(libc.close(peer), 0);

// How often a SYN is sent again is how long connect() takes at most.
const given = kernel.socket(AF_INET, SOCK_STREAM, 0);
set(given, IPPROTO_TCP, TCP_SYNCNT, 1);
assertEquals(get(given, IPPROTO_TCP, TCP_SYNCNT), 1);

// UDP, with and without a checksum.
const datagrams = kernel.socket(AF_INET, SOCK_DGRAM, 0);
const send = () =>
  assertEquals(kernel.sendto(datagrams, new Uint8Array(3), 3, 0, sockaddr("10.9.0.1:9")), 3);
send();
const plain = packet(v4(UDP));
assertEquals([plain.typeOfService, plain.timeToLive, hasChecksum(plain.payload)], [0, 64, true]);
set(datagrams, IPPROTO_IP, IP_TOS, 0x13);
set(datagrams, IPPROTO_IP, IP_TTL, 3);
set(datagrams, SOL_SOCKET, SO_NO_CHECK, 1);
send();
const marked = packet(v4(UDP));
assertEquals([marked.typeOfService, marked.timeToLive], [0x13, 3]);
assertEquals([...marked.payload.subarray(6, 8)], [0, 0]);

// IPv6 has options of its own.
const six = kernel.socket(AF_INET6, SOCK_DGRAM, 0);
set(six, IPPROTO_IPV6, IPV6_TCLASS, 0x2a);
set(six, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 5);
set(six, SOL_SOCKET, SO_NO_CHECK, 1);
assertEquals(kernel.sendto(six, new Uint8Array(1), 1, 0, sockaddr("[fd00::1]:9")), 1);
const over6 = packet(v6(UDP));
assertEquals([over6.trafficClass, over6.hopLimit, hasChecksum(over6.payload)], [0x2a, 5, true]);
const stream6 = kernel.socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
set(stream6, IPPROTO_IPV6, IPV6_TCLASS, 0x2b);
set(stream6, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 6);
assertEquals(kernel.connect(stream6, sockaddr("[fd00::1]:9")), -Errno.EINPROGRESS);
const syn6 = packet(v6(TCP));
assertEquals([syn6.trafficClass, syn6.hopLimit], [0x28, 6]);

const name = new SockaddrStorage();
name.length = name.bytes.length;
assertEquals(kernel.getsockname(six, name), 0);
libc.close(tap);
kernel[Symbol.dispose]();
libc.release();
