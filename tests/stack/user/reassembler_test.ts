/** Fragments: RFC 1122, section 3.3.2; RFC 5722. */
import { assert, assertEquals } from "@std/assert";
import { LoopbackDevice } from "../../../lib/device/loopback.ts";
import { parseIpAddress } from "../../../lib/ip.ts";
import { IpLayer } from "../../../lib/stack/user/ip_layer.ts";
import { Reassembler } from "../../../lib/stack/user/reassembler.ts";
import { UdpHost } from "../../../lib/stack/user/udp_host.ts";
import { TcpHost } from "../../../lib/tcp/mod.ts";
import { type IpFragment, splitPacket } from "../../../lib/wire/fragment.ts";
import { parseIcmp } from "../../../lib/wire/icmp.ts";
import { emitIpv4, Ipv4Packet } from "../../../lib/wire/ipv4.ts";
import { Random } from "../../linux/random.ts";

const HEADER = new Uint8Array(20);
HEADER[0] = 0x45;

function part(offset: number, length: number, isLast = false, key = "a"): IpFragment {
  const payload = Uint8Array.from({ length }, (_, index) => (offset + index) & 255);
  return { key, offset, isLast, header: HEADER, payload };
}

function expected(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => index & 255);
}

Deno.test("Reassembler joins parts in any order, and takes a copy for nothing", () => {
  const parts = [part(0, 16), part(16, 16), part(32, 8), part(40, 3, true)];
  const random = new Random(5);
  for (let round = 0; round < 100; round++) {
    const reassembler = new Reassembler();
    const order = [...parts, random.pick(parts)].toSorted(() => random.integer(3) - 1);
    const wholes = order.map((each) => reassembler.take(each, 0)).filter((whole) => whole !== null);
    assert(wholes.length >= 1);
    assertEquals(wholes[0]?.subarray(20), expected(43));
    assert(reassembler.size <= 1);
  }
});

Deno.test("Reassembler ends a datagram whose parts overlap or contradict each other (RFC 5722)", () => {
  const bad: readonly (readonly IpFragment[])[] = [
    [part(0, 16), part(8, 16)],
    [part(8, 16), part(0, 16)],
    [part(0, 24), part(8, 8)],
    [part(8, 8), part(0, 24)],
    [part(16, 8, true), part(24, 8)],
    [part(16, 8, true), part(32, 8, true)],
    [part(24, 8), part(8, 8, true)],
    [part(0, 8), part(0, 16)],
  ];
  for (const [first, second] of bad) {
    assert(first !== undefined && second !== undefined);
    const reassembler = new Reassembler();
    assertEquals([reassembler.take(first, 0), reassembler.size], [null, 1]);
    assertEquals([reassembler.take(second, 0), reassembler.size], [null, 0]);
    assertEquals(reassembler.cost, 0);
  }
});

Deno.test("Reassembler holds a bounded number of datagrams, parts and octets", () => {
  const many = new Reassembler();
  for (let index = 0; index < 5000; index++) many.take(part(0, 8, false, `${index}`), index);
  assertEquals(many.size, 256);
  // The oldest have made room.
  assertEquals(many.nextTimer, 60_000 + 5000 - 256);
  const large = new Reassembler();
  for (let index = 0; index < 200; index++) large.take(part(0, 60_000, false, `${index}`), 0);
  assert(large.cost <= 1 << 20 && large.size >= 16, `${large.cost} ${large.size}`);
  const small = new Reassembler();
  for (let index = 0; index < 5000; index++) small.take(part(16 * index, 8), 0);
  assertEquals(small.size <= 1, true);
  assert(small.cost <= 1024 * (8 + 128));
});

Deno.test("Reassembler gives up after sixty seconds, and says whose first part it had", () => {
  const reassembler = new Reassembler();
  reassembler.take(part(8, 8, true, "late"), 0);
  reassembler.take(part(0, 16, false, "first"), 10);
  assertEquals(reassembler.expire(59_999).length, 0);
  assertEquals(reassembler.expire(60_000).length, 0);
  assertEquals(reassembler.nextTimer, 60_010);
  assertEquals(reassembler.expire(60_010).map((packet) => packet.length), [36]);
  assertEquals([reassembler.size, reassembler.cost, reassembler.nextTimer], [0, 0, Infinity]);
});

const COUNT = Number(Deno.env.get("FUZZ_COUNT") ?? 30_000);
const SEED = Number(Deno.env.get("FUZZ_SEED") ?? 1);

Deno.test(`Reassembler takes any parts: ${COUNT}, seed ${SEED}`, () => {
  const random = new Random(SEED);
  const reassembler = new Reassembler();
  for (let now = 0; now < COUNT; now++) {
    const length = 8 * (1 + random.integer(6));
    const isLast = random.integer(5) === 0;
    const fragment = part(8 * random.integer(12), length, isLast, `${random.integer(400)}`);
    const whole = reassembler.take(fragment, now * 10);
    // Whatever came, only octets at their own places.
    if (whole !== null) assertEquals(whole.subarray(20), expected(whole.length - 20));
    if (random.integer(100) === 0) reassembler.expire(now * 10);
    assert(reassembler.size <= 256 && reassembler.cost <= 1 << 20 && reassembler.cost >= 0);
  }
  reassembler.expire(Infinity);
  assertEquals([reassembler.size, reassembler.cost], [0, 0]);
});

function ip(text: string) {
  const address = parseIpAddress(text);
  assert(address !== null);
  return address;
}

const [HERE, THERE] = [ip("10.0.0.2"), ip("10.0.0.1")];

function layer() {
  const [device, network] = LoopbackDevice.pair(576);
  const tcp = new TcpHost({ secret: new Uint8Array(16) });
  const udp = new UdpHost(() => {});
  const options = { device, addresses: [HERE], tcp, udp, ports: null, trustsChecksums: false };
  return { layer: new IpLayer(options), udp, network };
}

function packet(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(20 + payload.length);
  bytes.set(payload, 20);
  emitIpv4({
    source: THERE,
    destination: HERE,
    protocol: 17,
    payloadLength: payload.length,
    timeToLive: 64,
    typeOfService: 0,
    identification: 7,
    dontFragment: false,
  }, bytes);
  return bytes;
}

Deno.test("IpLayer tells the sender of a datagram that stays incomplete (RFC 1122, 3.3.2)", () => {
  const { layer: own, network } = layer();
  const [first, second] = splitPacket(packet(new Uint8Array(1000)), 576, 7);
  assert(first !== undefined && second !== undefined);
  network.transmit(first);
  own.receive(0);
  assertEquals(own.nextTimer, 60_000);
  own.transmit(60_000);
  const buffer = new Uint8Array(1500);
  const answer = Ipv4Packet.check(buffer.subarray(0, network.receive(buffer)));
  assert(answer !== null);
  const icmp = parseIcmp(answer.payload, answer);
  assertEquals([icmp?.type, icmp?.code, icmp?.data.length], [11, 1, 28]);
  // Without the first part nobody is told.
  network.transmit(second);
  own.receive(60_000);
  own.transmit(200_000);
  assertEquals([network.receive(buffer) < 0, own.nextTimer], [true, Infinity]);
});
