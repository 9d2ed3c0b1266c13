import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { Ipv4Packet } from "../../lib/wire/ipv4.ts";
import { Ipv6Packet } from "../../lib/wire/ipv6.ts";
import { emitUdp, UdpPacket } from "../../lib/wire/udp.ts";
import { dirty, UDP_V4, UDP_V6 } from "./packets.ts";

const IPS = [Ipv4Packet.check(UDP_V4), Ipv6Packet.check(UDP_V6)];

Deno.test("UdpPacket takes Linux's datagrams apart", () => {
  for (const [index, ip] of IPS.entries()) {
    assert(ip !== null);
    const udp = UdpPacket.check(ip.payload);
    assert(udp !== null);
    assertEquals(udp.sourcePort, index === 0 ? 0xcc12 : 0xaf4c);
    assertEquals(udp.destinationPort, 53);
    assertEquals(new TextDecoder().decode(udp.payload), index === 0 ? "hello" : "hello6");
    assert(udp.hasValidChecksum(ip.source, ip.destination));
  }
});

Deno.test("emitUdp() writes Linux's datagrams", () => {
  for (const ip of IPS) {
    assert(ip !== null);
    const udp = UdpPacket.check(ip.payload);
    assert(udp !== null);
    const { sourcePort, destinationPort, payload } = udp;
    const buffer = dirty(64);
    const repr = { sourcePort, destinationPort, payload };
    const length = emitUdp(repr, ip.source, ip.destination, buffer);
    assertEquals(buffer.subarray(0, length), Uint8Array.from(ip.payload));
  }
});

Deno.test("UdpPacket.check() refuses a length that cannot be", () => {
  const payload = UDP_V4.subarray(20);
  for (let length = 0; length < payload.length; length++) {
    assertEquals(UdpPacket.check(payload.subarray(0, length)), null);
  }
  const short = payload.slice();
  short[5] = 7;
  assertEquals(UdpPacket.check(short), null);
});

Deno.test("hasValidChecksum() takes none over IPv4 only", () => {
  for (const [index, ip] of IPS.entries()) {
    assert(ip !== null);
    const bytes = ip.payload.slice();
    bytes[6] = 0;
    bytes[7] = 0;
    assertEquals(UdpPacket.check(bytes)?.hasValidChecksum(ip.source, ip.destination), index === 0);
    bytes[7] = 1;
    assertEquals(UdpPacket.check(bytes)?.hasValidChecksum(ip.source, ip.destination), false);
  }
});

Deno.test("emitUdp() sends a checksum of zero as 65 535", () => {
  const [ip] = IPS;
  assert(ip !== null && ip !== undefined);
  const buffer = new Uint8Array(10);
  for (let word = 0; word < 0x10000; word++) {
    const payload = new Uint8Array([word >> 8, word]);
    emitUdp({ sourcePort: 1, destinationPort: 2, payload }, ip.source, ip.destination, buffer);
    assertFalse(buffer[6] === 0 && buffer[7] === 0);
  }
});

Deno.test("emitUdp() refuses what does not fit", () => {
  const [ip] = IPS;
  assert(ip !== null && ip !== undefined);
  const repr = { sourcePort: 1, destinationPort: 2, payload: new Uint8Array(3) };
  assertThrows(() => emitUdp(repr, ip.source, ip.destination, new Uint8Array(10)), RangeError);
});
