import { assert, assertEquals } from "@std/assert";
import { emitIcmp, icmpError, parseIcmp, parseIcmpOriginal } from "../../lib/wire/icmp.ts";
import { Ipv4Packet } from "../../lib/wire/ipv4.ts";
import { Ipv6Packet } from "../../lib/wire/ipv6.ts";
import { dirty, ICMP_V4, ICMP_V6, SYN_V6 } from "./packets.ts";

Deno.test("parseIcmp() reads Linux's messages and emitIcmp() writes them", () => {
  for (const ip of [Ipv4Packet.check(ICMP_V4), Ipv6Packet.check(ICMP_V6)]) {
    assert(ip !== null);
    const repr = parseIcmp(ip.payload, ip);
    assert(repr !== null);
    const buffer = dirty(ip.payload.length);
    assertEquals(emitIcmp(repr, ip, buffer), ip.payload.length);
    assertEquals(buffer, Uint8Array.from(ip.payload));
  }
});

Deno.test("parseIcmp() refuses a wrong checksum and a part of a header", () => {
  for (const ip of [Ipv4Packet.check(ICMP_V4), Ipv6Packet.check(ICMP_V6)]) {
    assert(ip !== null);
    const broken = ip.payload.slice();
    broken[1] = 9;
    assertEquals(parseIcmp(broken, ip), null);
    for (let length = 0; length < 8; length++) {
      assertEquals(parseIcmp(ip.payload.subarray(0, length), ip), null);
    }
  }
});

Deno.test("icmpError() reads Linux's port unreachable and whose packet it is about", () => {
  const ip = Ipv4Packet.check(ICMP_V4);
  assert(ip !== null);
  const repr = parseIcmp(ip.payload, ip);
  assert(repr !== null);
  const error = icmpError(repr, 4);
  assertEquals(error?.kind, "port-unreachable");
  const original = parseIcmpOriginal(error?.original ?? new Uint8Array());
  assertEquals(original?.protocol, 17);
  assertEquals(original?.sourcePort, 1234);
  assertEquals(original?.destinationPort, 9);
  assertEquals(original?.source, new Uint8Array([10, 77, 0, 2]));
  assertEquals(original?.destination, new Uint8Array([10, 77, 0, 1]));
});

function kindOf(type: number, code: number, family: 4 | 6): string | undefined {
  return icmpError({ type, code, parameter: 1280, data: new Uint8Array() }, family)?.kind;
}

Deno.test("icmpError() tells hard errors from soft ones", () => {
  assertEquals(kindOf(3, 0, 4), "network-unreachable");
  assertEquals(kindOf(3, 1, 4), "host-unreachable");
  assertEquals(kindOf(3, 2, 4), "protocol-unreachable");
  assertEquals(kindOf(3, 3, 4), "port-unreachable");
  assertEquals(kindOf(3, 4, 4), "packet-too-big");
  assertEquals(kindOf(3, 5, 4), "host-unreachable");
  assertEquals(kindOf(3, 13, 4), "prohibited");
  assertEquals(kindOf(3, 16, 4), undefined);
  assertEquals(kindOf(11, 0, 4), "time-exceeded");
  assertEquals(kindOf(12, 0, 4), "parameter-problem");
  assertEquals(kindOf(4, 0, 4), undefined);
  assertEquals(kindOf(8, 0, 4), undefined);
  assertEquals(kindOf(1, 0, 6), "network-unreachable");
  assertEquals(kindOf(1, 4, 6), "port-unreachable");
  assertEquals(kindOf(2, 0, 6), "packet-too-big");
  assertEquals(kindOf(3, 0, 6), "time-exceeded");
  assertEquals(kindOf(4, 1, 6), "protocol-unreachable");
  assertEquals(kindOf(4, 0, 6), "parameter-problem");
  assertEquals(kindOf(128, 0, 6), undefined);
});

Deno.test("icmpError() gives the next hop's MTU of a packet too big alone", () => {
  const data = new Uint8Array();
  assertEquals(icmpError({ type: 3, code: 4, parameter: 0xabcd_0500, data }, 4)?.mtu, 1280);
  assertEquals(icmpError({ type: 2, code: 0, parameter: 70_000, data }, 6)?.mtu, 70_000);
  assertEquals(icmpError({ type: 3, code: 3, parameter: 5, data }, 4)?.mtu, 0);
});

Deno.test("parseIcmpOriginal() reads a packet that was cut off after eight octets", () => {
  const original = parseIcmpOriginal(SYN_V6.subarray(0, 48));
  assertEquals(original?.destinationPort, 80);
  assertEquals(original?.sequence, 0xdd98e597);
  assertEquals(parseIcmpOriginal(SYN_V6.subarray(0, 47)), null);
  assertEquals(parseIcmpOriginal(new Uint8Array(48)), null);
});
