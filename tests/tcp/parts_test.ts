/** The parts of a connection, each alone. */
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { Assembler } from "../../lib/tcp/assembler.ts";
import { CongestionWindow } from "../../lib/tcp/congestion.ts";
import { initialSequence } from "../../lib/tcp/initial_sequence.ts";
import { RingBuffer } from "../../lib/tcp/ring_buffer.ts";
import { RttEstimator } from "../../lib/tcp/rtt_estimator.ts";
import { type SentSegment, SentSegments } from "../../lib/tcp/sent_segments.ts";
import { sipHash } from "../../lib/tcp/sip_hash.ts";
import { TimerQueue } from "../../lib/tcp/timer_queue.ts";
import { Random } from "../linux/random.ts";
import { address, CLIENT, SERVER } from "./network.ts";

Deno.test("sipHash() gives the paper's value", () => {
  const key = Uint8Array.from({ length: 16 }, (_, index) => index);
  const message = Uint8Array.from({ length: 15 }, (_, index) => index);
  assertEquals(sipHash(key, message), 0xa129ca6149be45e5n);
  assertEquals(sipHash(key, new Uint8Array()), 0x726fdb47dd0e0e31n);
  assertThrows(() => sipHash(new Uint8Array(15), message), RangeError);
});

Deno.test("initialSequence() ticks every 4 µs and depends on addresses and secret (MUST-8, MUST-9)", () => {
  const secret = new Uint8Array(16);
  const first = initialSequence(secret, CLIENT, SERVER, 1000);
  assertEquals((initialSequence(secret, CLIENT, SERVER, 1001) - first) >>> 0, 250);
  assertNotEquals(initialSequence(secret, CLIENT, address("10.0.0.3", 80), 1000), first);
  assertNotEquals(initialSequence(secret, address("10.0.0.1", 40_001), SERVER, 1000), first);
  assertNotEquals(initialSequence(secret.with(0, 1), CLIENT, SERVER, 1000), first);
});

Deno.test("RttEstimator follows RFC 6298, section 2", () => {
  const estimator = new RttEstimator(0);
  assertEquals([estimator.timeout, estimator.smoothed], [1000, null]);
  estimator.sample(100);
  assertEquals([estimator.smoothed, estimator.timeout], [100, 300]);
  estimator.sample(200);
  assertEquals([estimator.smoothed, estimator.timeout], [112.5, 112.5 + 4 * 62.5]);
  estimator.backOff();
  assertEquals(estimator.timeout, 725);
  for (let count = 0; count < 20; count++) estimator.backOff();
  assertEquals(estimator.timeout, 120_000);
});

Deno.test("RttEstimator has a least time-out", () => {
  const estimator = new RttEstimator(1000);
  estimator.sample(1);
  assertEquals(estimator.timeout, 1000);
});

Deno.test("CongestionWindow starts with ten segments, or one after a lost SYN (RFC 6928)", () => {
  for (
    const [size, lost, window] of [
      [1460, false, 14_600],
      [536, false, 5360],
      [9000, false, 18_000],
      [1460, true, 1460],
    ] as const
  ) {
    const congestion = new CongestionWindow();
    congestion.start(size, lost);
    assertEquals(congestion.window, window);
  }
});

Deno.test("CongestionWindow grows fast below the threshold and by a segment a window above", () => {
  const congestion = new CongestionWindow();
  congestion.start(1000, false);
  congestion.grow(1000);
  assertEquals(congestion.window, 11_000);
  congestion.halve(8000);
  congestion.set(4000);
  assertEquals(congestion.threshold, 4000);
  for (let count = 0; count < 4; count++) congestion.grow(1000);
  assertEquals(congestion.window, 5000);
});

Deno.test("RingBuffer keeps what is appended, ahead and wrapped around", () => {
  const random = new Random(4);
  const ring = new RingBuffer(10_000);
  let model: number[] = [];
  for (let round = 0; round < 3000; round++) {
    if (random.integer(2) === 0) {
      const bytes = random.bytes(random.integer(4000));
      const taken = ring.append(bytes);
      assertEquals(taken, Math.min(bytes.length, 10_000 - model.length));
      model = [...model, ...bytes.subarray(0, taken)];
    } else {
      const count = random.integer(ring.length + 1);
      const copy = new Uint8Array(count);
      assertEquals(ring.peek(ring.length - count, copy), count);
      assert(copy.every((octet, index) => octet === model[model.length - count + index]));
      assertEquals([...ring.slice(0, count)].join(), model.slice(0, count).join());
      ring.discard(count);
      model = model.slice(count);
    }
    assertEquals([ring.length, ring.free], [model.length, 10_000 - model.length]);
  }
});

Deno.test("RingBuffer.writeAhead() waits to be extended over and stays within the capacity", () => {
  const ring = new RingBuffer(10);
  ring.append(new Uint8Array([1, 2]));
  ring.writeAhead(2, new Uint8Array([5, 6]));
  ring.append(new Uint8Array([3, 4]));
  ring.extend(2);
  assertEquals(ring.slice(0, 6), new Uint8Array([1, 2, 3, 4, 5, 6]));
  ring.writeAhead(3, new Uint8Array(50));
  assertEquals(ring.append(new Uint8Array(50)), 4);
});

Deno.test("Assembler joins runs, the latest first, and gives what follows", () => {
  const assembler = new Assembler();
  assert(assembler.insert(10, 20));
  assert(assembler.insert(30, 40));
  assertEquals(assembler.spans, [{ start: 30, end: 40 }, { start: 10, end: 20 }]);
  assert(assembler.insert(20, 25));
  assertEquals(assembler.spans, [{ start: 10, end: 25 }, { start: 30, end: 40 }]);
  assertEquals(assembler.advance(5), 0);
  assertEquals(assembler.advance(5), 15);
  assertEquals(assembler.spans, [{ start: 5, end: 15 }]);
  assertEquals(assembler.advance(50), 0);
  assert(assembler.isEmpty);
});

Deno.test("Assembler refuses more runs than it can remember", () => {
  const assembler = new Assembler();
  let count = 0;
  while (assembler.insert(count * 10 + 1, count * 10 + 2)) count++;
  assertEquals(count, 128);
  assert(assembler.insert(1, 3));
});

Deno.test("Assembler agrees with a set of octets", () => {
  const random = new Random(8);
  for (let round = 0; round < 300; round++) {
    const assembler = new Assembler();
    let held = new Set<number>();
    for (let step = 0; step < 30; step++) {
      if (random.integer(3) > 0) {
        const start = 1 + random.integer(60);
        const end = start + 1 + random.integer(20);
        assembler.insert(start, end);
        for (let octet = start; octet < end; octet++) held.add(octet);
      } else {
        const count = 1 + random.integer(10);
        let joined = count;
        while (held.has(joined)) joined++;
        assertEquals(assembler.advance(count), joined - count);
        held = new Set([...held].filter((octet) => octet >= joined).map((octet) => octet - joined));
      }
      const octets = assembler.spans.reduce((sum, { start, end }) => sum + end - start, 0);
      assertEquals(octets, held.size);
    }
  }
});

Deno.test("SentSegments keeps count across the wrap, whatever is sent again", () => {
  const sent = new SentSegments();
  const at = (offset: number) => (0xffff_ff00 + offset) >>> 0;
  const news: number[] = [];
  const note = ({ left }: SentSegment) => news.push((left - at(0)) >>> 0);
  for (let offset = 0; offset < 1000; offset += 100) {
    sent.record(at(offset), at(offset + 100), 1, false);
  }
  assertEquals([sent.isPlain, sent.settledOctets], [true, 0]);
  // A part of a segment counts for nothing; neither does what was never sent.
  const blocks = [[250, 500], [100, 200], [300, 300], [900, 1100]] as const;
  const sackBlocks = blocks.map(([left, right]) => ({ left: at(left), right: at(right) }));
  sent.deliver(sackBlocks, note);
  sent.deliver(sackBlocks, note);
  assertEquals([news, sent.settledOctets, sent.deliveredCount], [[300, 400, 100], 300, 3]);
  const [first] = sent.onTheWay();
  assert(first !== undefined);
  sent.lose(first);
  assertEquals([sent.firstLost?.left, sent.settledOctets], [at(0), 400]);
  // Sent again in other pieces, as a smaller segment size has it.
  sent.record(at(0), at(60), 2, true);
  assertEquals([sent.firstLost?.left, sent.settledOctets], [at(60), 340]);
  sent.record(at(60), at(150), 3, true);
  assertEquals([sent.firstLost, sent.settledOctets], [undefined, 250]);
  news.length = 0;
  sent.acknowledge(at(350), note);
  assertEquals([news, sent.settledOctets], [[0, 60, 200], 150]);
  sent.loseAll();
  assertEquals([sent.settledOctets, sent.deliveredCount], [650, 0]);
  sent.acknowledge(at(1000), note);
  assertEquals([sent.isPlain, sent.last, sent.settledOctets], [true, undefined, 0]);
});

Deno.test("TimerQueue gives what is due, the earliest first", () => {
  const random = new Random(2);
  const queue = new TimerQueue<number>();
  const times = Array.from({ length: 500 }, () => random.integer(1000));
  for (const time of times) queue.add(time, time);
  queue.add(Infinity, -1);
  const taken: number[] = [];
  assertEquals(queue.next, Math.min(...times));
  for (let due = queue.take(600); due !== undefined; due = queue.take(600)) taken.push(due);
  assertEquals(taken, times.filter((time) => time <= 600).toSorted((a, b) => a - b));
  assert(queue.next > 600);
});
