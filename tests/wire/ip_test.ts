import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { IpAddress, parseIpAddress } from "../../lib/ip.ts";
import { emitIpv4, Ipv4Packet, parseIpv4 } from "../../lib/wire/ipv4.ts";
import { emitIpv6, Ipv6Packet, parseIpv6 } from "../../lib/wire/ipv6.ts";
import { dirty, SYN_V4, SYN_V6 } from "./packets.ts";

function address(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  assert(parsed !== null);
  return parsed;
}

Deno.test("Ipv4Packet takes Linux's packet apart", () => {
  const packet = Ipv4Packet.check(SYN_V4);
  assert(packet !== null);
  assertEquals(packet.headerLength, 20);
  assertEquals(packet.typeOfService, 0);
  assertEquals(packet.identification, 0x7d0c);
  assert(packet.dontFragment);
  assertFalse(packet.isFragment);
  assertEquals(packet.timeToLive, 64);
  assertEquals(packet.protocol, 6);
  assertEquals(`${new IpAddress(packet.source)}`, "10.77.0.1");
  assertEquals(`${new IpAddress(packet.destination)}`, "10.77.0.2");
  assertEquals(packet.payload.length, 40);
  assert(packet.hasValidChecksum());
});

Deno.test("emitIpv4() writes Linux's packet from what parseIpv4() read", () => {
  const packet = Ipv4Packet.check(SYN_V4);
  assert(packet !== null);
  const repr = parseIpv4(packet);
  assert(repr !== null);
  const buffer = dirty(SYN_V4.length);
  emitIpv4(repr, buffer);
  assertEquals(buffer.subarray(0, 20), SYN_V4.subarray(0, 20));
});

Deno.test("Ipv4Packet.check() refuses what is not a whole IPv4 packet", () => {
  for (let length = 0; length < SYN_V4.length; length++) {
    assertEquals(Ipv4Packet.check(SYN_V4.subarray(0, length)), null);
  }
  for (const [offset, octet] of [[0, 0x44], [0, 0x65], [2, 1], [3, 19]] as const) {
    const broken = SYN_V4.slice();
    broken[offset] = octet;
    if (offset === 3) broken[2] = 0;
    assertEquals(Ipv4Packet.check(broken), null, `${offset}`);
  }
});

Deno.test("Ipv4Packet.check() leaves out what follows the packet", () => {
  const padded = new Uint8Array(100);
  padded.set(SYN_V4);
  assertEquals(Ipv4Packet.check(padded)?.payload.length, 40);
});

Deno.test("parseIpv4() refuses a wrong checksum and fragments", () => {
  const broken = SYN_V4.slice();
  broken[8] = 63;
  const packet = Ipv4Packet.check(broken);
  assert(packet !== null);
  assertEquals(parseIpv4(packet), null);
  for (const [high, low] of [[0x20, 0], [0, 1]] as const) {
    const fragment = SYN_V4.slice();
    fragment[6] = high;
    fragment[7] = low;
    fragment[10] = 0;
    fragment[11] = 0;
    const view = Ipv4Packet.check(fragment);
    assert(view !== null);
    assert(view.isFragment);
    assertEquals(parseIpv4(view), null);
  }
});

Deno.test("emitIpv4() refuses what does not fit", () => {
  const repr = {
    source: address("10.0.0.1"),
    destination: address("10.0.0.2"),
    protocol: 6,
    payloadLength: 10,
    timeToLive: 64,
    typeOfService: 0,
    identification: 0,
    dontFragment: true,
  };
  assertThrows(() => emitIpv4(repr, new Uint8Array(29)), RangeError);
  assertThrows(() => emitIpv4({ ...repr, payloadLength: 65_516 }, new Uint8Array(70_000)));
});

Deno.test("Ipv6Packet takes Linux's packet apart", () => {
  const packet = Ipv6Packet.check(SYN_V6);
  assert(packet !== null);
  assertEquals(packet.protocol, 6);
  assertEquals(packet.hopLimit, 64);
  assertEquals(packet.trafficClass, 0);
  assertEquals(`${new IpAddress(packet.source)}`, "fd77::1");
  assertEquals(`${new IpAddress(packet.destination)}`, "fd77::2");
  assertEquals(packet.payload.length, 40);
  assertFalse(packet.isFragment);
});

Deno.test("emitIpv6() writes Linux's header but for the flow label", () => {
  const packet = Ipv6Packet.check(SYN_V6);
  assert(packet !== null);
  const repr = parseIpv6(packet);
  assert(repr !== null);
  const buffer = dirty(SYN_V6.length);
  emitIpv6({ ...repr, trafficClass: 0xb8 }, buffer);
  assertEquals(buffer.subarray(0, 4), new Uint8Array([0x6b, 0x80, 0, 0]));
  assertEquals(buffer.subarray(4, 40), SYN_V6.subarray(4, 40));
  assertEquals(Ipv6Packet.check(buffer)?.trafficClass, 0xb8);
});

Deno.test("Ipv6Packet.check() refuses what is not a whole IPv6 packet", () => {
  for (let length = 0; length < SYN_V6.length; length++) {
    assertEquals(Ipv6Packet.check(SYN_V6.subarray(0, length)), null);
  }
});

function withExtension(kind: number, extension: readonly number[]): Uint8Array {
  const packet = new Uint8Array(SYN_V6.length + extension.length);
  packet.set(SYN_V6.subarray(0, 40));
  packet[6] = kind;
  packet[5] = 40 + extension.length;
  packet.set(extension, 40);
  packet.set(SYN_V6.subarray(40), 40 + extension.length);
  return packet;
}

Deno.test("Ipv6Packet.check() skips extension headers", () => {
  const empty = [6, 0, 1, 4, 0, 0, 0, 0];
  for (const kind of [0, 60]) {
    const packet = Ipv6Packet.check(withExtension(kind, empty));
    assertEquals(packet?.protocol, 6);
    assertEquals(packet?.payload.length, 40);
  }
  assertEquals(Ipv6Packet.check(withExtension(43, [6, 0, 0, 0, 0, 0, 0, 0]))?.protocol, 6);
  assertEquals(Ipv6Packet.check(withExtension(43, [6, 0, 0, 1, 0, 0, 0, 0])), null);
  assertEquals(Ipv6Packet.check(withExtension(0, [6, 200, 0, 0, 0, 0, 0, 0])), null);
});

Deno.test("parseIpv6() takes a datagram of one fragment and no other", () => {
  const whole = Ipv6Packet.check(withExtension(44, [6, 0, 0, 0, 1, 2, 3, 4]));
  assert(whole !== null);
  assertEquals(parseIpv6(whole)?.payloadLength, 40);
  for (const octets of [[6, 0, 0, 1, 1, 2, 3, 4], [6, 0, 0, 8, 1, 2, 3, 4]]) {
    const part = Ipv6Packet.check(withExtension(44, octets));
    assert(part !== null && part.isFragment);
    assertEquals(parseIpv6(part), null);
  }
});
