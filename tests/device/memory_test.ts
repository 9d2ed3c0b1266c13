import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { FaultInjector } from "../../lib/device/fault_injector.ts";
import { LoopbackDevice } from "../../lib/device/loopback.ts";
import { CapturedDevice, PcapWriter } from "../../lib/device/pcap.ts";
import { Errno } from "../../lib/linux/errno.ts";
import { SYN_V4, UDP_V6 } from "../wire/packets.ts";

function received(device: LoopbackDevice): number[][] {
  const buffer = new Uint8Array(2000);
  const packets: number[][] = [];
  for (;;) {
    const length = device.receive(buffer);
    if (length < 0) return packets;
    packets.push([...buffer.subarray(0, length)]);
  }
}

Deno.test("LoopbackDevice.pair() gives what one end transmits to the other, in order", () => {
  const [left, right] = LoopbackDevice.pair(1500);
  assertEquals(left.transmit(SYN_V4), SYN_V4.length);
  assertEquals(left.transmit(UDP_V6), UDP_V6.length);
  assertEquals(received(left), []);
  assertEquals(received(right), [[...SYN_V4], [...UDP_V6]]);
  assertEquals(right.receive(new Uint8Array(10)), -Errno.EAGAIN);
});

Deno.test("LoopbackDevice.transmit() keeps a copy, and refuses what is too long or too many", () => {
  const [left, right] = LoopbackDevice.pair(100);
  const packet = new Uint8Array([1, 2, 3]);
  left.transmit(packet);
  packet.fill(9);
  assertEquals(received(right), [[1, 2, 3]]);
  assertEquals(left.transmit(new Uint8Array(101)), -Errno.EMSGSIZE);
  let sent = 0;
  while (left.transmit(packet) > 0) sent++;
  assertEquals(left.transmit(packet), -Errno.EAGAIN);
  assertEquals(received(right).length, sent);
});

function faulty(faults: ConstructorParameters<typeof FaultInjector>[1], seed: number): number[][] {
  const [left, right] = LoopbackDevice.pair(1500);
  const injector = new FaultInjector(left, faults, seed);
  for (let number = 0; number < 200; number++) {
    assertEquals(injector.transmit(new Uint8Array([number, 0, 0, 0])), 4);
  }
  return received(right);
}

Deno.test("FaultInjector loses, doubles, reorders and corrupts by its seed", () => {
  const whole = Array.from({ length: 200 }, (_, number) => [number, 0, 0, 0]);
  assertEquals(faulty({}, 1), whole);
  assertEquals(faulty({ loss: 1 }, 1), []);
  assertEquals(faulty({ duplication: 1 }, 1).length, 400);
  assertEquals(faulty({ loss: 0.5 }, 7), faulty({ loss: 0.5 }, 7));
  assertNotEquals(faulty({ loss: 0.5 }, 7), faulty({ loss: 0.5 }, 8));
  const lost = 200 - faulty({ loss: 0.5 }, 7).length;
  assert(lost > 60 && lost < 140, `${lost} lost`);
  const reordered = faulty({ reordering: 0.5 }, 3);
  assertNotEquals(reordered, whole);
  const sorted = reordered.toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
  assert(sorted.length >= 199);
  assertEquals(sorted, whole.slice(0, sorted.length));
  const bits = faulty({ corruption: 1 }, 3).map((packet, number) =>
    packet.reduce((sum, octet, index) => {
      const flipped = octet ^ (index === 0 ? number : 0);
      return sum + flipped.toString(2).replaceAll("0", "").length;
    }, 0)
  );
  assert(bits.every((count) => count === 1));
});

Deno.test("CapturedDevice writes both directions in pcap's format", () => {
  const chunks: Uint8Array[] = [];
  const capture = new PcapWriter((bytes) => chunks.push(bytes));
  const [left, right] = LoopbackDevice.pair(1500);
  const device = new CapturedDevice(left, capture, () => 1_700_000_000_123.456);
  device.transmit(SYN_V4);
  right.transmit(UDP_V6);
  device.receive(new Uint8Array(2000));
  device.receive(new Uint8Array(2000));
  assertEquals(chunks.length, 3);
  const [header, first, second] = chunks;
  assertEquals(
    header,
    new Uint8Array([
      0xa1,
      0xb2,
      0xc3,
      0xd4,
      0,
      2,
      0,
      4,
      ...Array(8).fill(0),
      0,
      4,
      0,
      0,
      0,
      0,
      0,
      101,
    ]),
  );
  assert(first !== undefined && second !== undefined);
  const fields = new DataView(first.buffer);
  assertEquals(fields.getUint32(0), 1_700_000_000);
  assertEquals(fields.getUint32(4), 123_456);
  assertEquals(fields.getUint32(8), SYN_V4.length);
  assertEquals(fields.getUint32(12), SYN_V4.length);
  assertEquals(first.slice(16), SYN_V4);
  assertEquals(second.slice(16), UDP_V6);
});

Deno.test("FaultInjector treats what arrives as badly as what is sent", () => {
  const arrivals = (faults: ConstructorParameters<typeof FaultInjector>[1]): number[] => {
    const [left, right] = LoopbackDevice.pair(1500);
    const injector = new FaultInjector(right, faults, 5);
    for (let number = 0; number < 100; number++) left.transmit(new Uint8Array([number]));
    const buffer = new Uint8Array(1500);
    const numbers: number[] = [];
    while (injector.receive(buffer) === 1) numbers.push(buffer[0] ?? -1);
    return numbers;
  };
  const whole = Array.from({ length: 100 }, (_, number) => number);
  assertEquals(arrivals({}), whole);
  assertEquals(arrivals({ loss: 1 }), []);
  assertEquals(arrivals({ duplication: 1 }).length, 200);
  const reordered = arrivals({ reordering: 0.3 });
  assertNotEquals(reordered, whole);
  assertEquals(reordered.toSorted((a, b) => a - b), whole);
});
