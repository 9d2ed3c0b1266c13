/**
 * Arbitrary and mutated octets through everything in lib/wire. The long run:
 * `FUZZ_COUNT=10000000 FUZZ_SEED=1 deno test -A tests/wire/fuzz_test.ts`.
 */
import { assert } from "@std/assert";
import { decodeDnsResponse } from "../../lib/wire/dns.ts";
import { icmpError, parseIcmp, parseIcmpOriginal } from "../../lib/wire/icmp.ts";
import { Ipv4Packet, parseIpv4 } from "../../lib/wire/ipv4.ts";
import { Ipv6Packet, parseIpv6 } from "../../lib/wire/ipv6.ts";
import { formatPacket } from "../../lib/wire/pretty_print.ts";
import { emitTcp, parseTcp, TcpPacket } from "../../lib/wire/tcp.ts";
import { UdpPacket } from "../../lib/wire/udp.ts";
import { Random } from "../linux/random.ts";
import { ALL } from "./packets.ts";

const COUNT = Number(Deno.env.get("FUZZ_COUNT") ?? 20_000);
const SEED = Number(Deno.env.get("FUZZ_SEED") ?? 1);

function mutate(random: Random): Uint8Array<ArrayBuffer> {
  if (random.integer(4) === 0) return random.bytes(random.integer(100));
  const base = random.pick(ALL);
  const length = random.integer(3) === 0 ? random.integer(base.length + 1) : base.length;
  const packet = base.slice(0, length);
  for (let count = random.integer(6); count > 0 && length > 0; count--) {
    packet[random.integer(length)] = random.integer(256);
  }
  return packet;
}

function inspect(bytes: Uint8Array): void {
  formatPacket(bytes);
  decodeDnsResponse(bytes);
  parseIcmpOriginal(bytes);
  const v4 = Ipv4Packet.check(bytes);
  const v6 = Ipv6Packet.check(bytes);
  if (v4 !== null) parseIpv4(v4);
  if (v6 !== null) parseIpv6(v6);
  const ip = v4 ?? v6;
  if (ip === null) return;
  const { payload } = ip;
  assert(payload.length <= bytes.length);
  UdpPacket.check(payload)?.hasValidChecksum(ip.source, ip.destination);
  const icmp = parseIcmp(payload, ip);
  if (icmp !== null) icmpError(icmp, v4 === null ? 6 : 4);
  const tcp = TcpPacket.check(payload);
  if (tcp === null) return;
  tcp.hasValidChecksum(ip.source, ip.destination);
  const buffer = new Uint8Array(payload.length + 60);
  const length = emitTcp(parseTcp(tcp), ip.source, ip.destination, buffer);
  assert(TcpPacket.check(buffer.subarray(0, length))?.hasValidChecksum(ip.source, ip.destination));
}

Deno.test(`lib/wire takes any octets: ${COUNT} packets, seed ${SEED}`, () => {
  const random = new Random(SEED);
  for (let index = 0; index < COUNT; index++) inspect(mutate(random));
});
