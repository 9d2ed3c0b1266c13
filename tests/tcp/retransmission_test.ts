/** Loss: RFC 6298, RFC 5681, RFC 6582, RFC 8985. */
import { assertEquals } from "@std/assert";
import { Errno } from "../../lib/linux/errno.ts";
import type { TcpConnection } from "../../lib/tcp/mod.ts";
import { Bench, octets, PEER_START } from "./bench.ts";

/** A block of what the peer says it has: numbers of ours. */
function sack(bench: Bench, left: number, right: number) {
  const start = (bench.segment({ flags: "A", acknowledgment: 0 }).acknowledgment) >>> 0;
  return { left: (start + left) >>> 0, right: (start + right) >>> 0 };
}

function opened(options = {}): { bench: Bench; connection: TcpConnection } {
  const bench = new Bench();
  const connection = bench.open({ maximumSegmentSize: 1000, ...options });
  return { bench, connection };
}

Deno.test("data is sent again after 1, 2, 4 … seconds (MUST-18)", () => {
  const { bench, connection } = opened();
  connection.send(octets(10));
  assertEquals(bench.sent(), ["PA 1:11 ack 1"]);
  const times = [1, 3, 7, 15, 31, 63].map((second) => `${second * 1000} PA 1:11 ack 1`);
  assertEquals(bench.pass(100_000), times);
});

Deno.test("the connection is given up at the user's time-out, which can be set (MUST-20, MUST-21)", () => {
  const { bench, connection } = opened();
  connection.tune({ userTimeout: 5000 }, bench.now);
  connection.send(octets(10));
  bench.pass(4999);
  assertEquals(connection.state, "ESTABLISHED");
  bench.pass(1);
  assertEquals([connection.state, connection.error], ["CLOSED", Errno.ETIMEDOUT]);
});

Deno.test("no round trip is measured by a segment that was sent twice (Karn, MUST-18)", () => {
  const { bench, connection } = opened();
  connection.send(octets(10));
  bench.pass(1500);
  bench.arrive({ flags: "A", acknowledgment: 11 });
  assertEquals(connection.roundTripTime, 0);
  connection.send(octets(10));
  assertEquals(bench.pass(2000).at(-1), "2000 PA 11:21 ack 1");
});

Deno.test("after a time-out everything goes out again by slow start (MUST-19)", () => {
  const { bench, connection } = opened();
  connection.send(octets(4000));
  assertEquals(bench.sent().length, 4);
  assertEquals(bench.pass(1000), ["1000 A 1:1001 ack 1"]);
  bench.arrive({ flags: "A", acknowledgment: 1001 });
  assertEquals(bench.sent(), ["A 1001:2001 ack 1", "A 2001:3001 ack 1"]);
});

Deno.test("an ACK of everything after a time-out sends nothing more", () => {
  const { bench, connection } = opened();
  connection.send(octets(4000));
  bench.sent();
  bench.pass(1000);
  bench.arrive({ flags: "A", acknowledgment: 4001 });
  assertEquals([bench.pass(10_000), connection.unacknowledged], [[], 0]);
});

Deno.test("the third duplicate ACK has the lost segment sent again (NewReno)", () => {
  const { bench, connection } = opened();
  connection.send(octets(10_000));
  assertEquals(bench.sent().length, 10);
  bench.arrive({ flags: "A" });
  bench.arrive({ flags: "A" });
  assertEquals(bench.sent(), []);
  bench.arrive({ flags: "A" });
  assertEquals(bench.sent(), ["A 1:1001 ack 1"]);
  // A partial acknowledgment: the next hole is sent at once.
  bench.arrive({ flags: "A", acknowledgment: 3001 });
  assertEquals(bench.sent(), ["A 3001:4001 ack 1"]);
  bench.arrive({ flags: "A", acknowledgment: 10_001 });
  assertEquals([bench.sent(), connection.unacknowledged], [[], 0]);
});

Deno.test("the first two duplicate ACKs let new data out (RFC 3042)", () => {
  const { bench, connection } = opened();
  connection.send(octets(20_000));
  assertEquals(bench.sent().length, 10);
  bench.arrive({ flags: "A" });
  assertEquals(bench.sent(), ["A 10001:11001 ack 1"]);
  bench.arrive({ flags: "A" });
  assertEquals(bench.sent(), ["A 11001:12001 ack 1"]);
});

Deno.test("each hole between SACK blocks is sent again once (RFC 8985)", () => {
  const { bench, connection } = opened({ sackPermitted: true });
  connection.send(octets(10_000));
  assertEquals(bench.sent().length, 10);
  const blocks = [[1001, 2001], [3001, 10_001]] as const;
  const sackBlocks = blocks.map(([left, right]) => sack(bench, left, right));
  bench.arrive({ flags: "A", options: { sackBlocks } });
  assertEquals(bench.sent(), ["A 1:1001 ack 1", "A 2001:3001 ack 1"]);
  bench.arrive({ flags: "A", options: { sackBlocks } });
  assertEquals(bench.sent(), []);
  bench.arrive({ flags: "A", acknowledgment: 10_001 });
  assertEquals(connection.unacknowledged, 0);
});

Deno.test("SACK blocks of what was never sent are ignored", () => {
  const { bench, connection } = opened({ sackPermitted: true });
  connection.send(octets(2000));
  bench.sent();
  for (const [left, right] of [[5000, 9000], [2001, 1001], [-500, 1]] as const) {
    bench.arrive({ flags: "A", options: { sackBlocks: [sack(bench, left, right)] } });
  }
  assertEquals(bench.sent(), []);
  assertEquals(bench.pass(1050), ["50 PA 1001:2001 ack 1", "1050 A 1:1001 ack 1"]);
});

Deno.test("what was acknowledged selectively is sent again after a time-out (RFC 2018, 8)", () => {
  const { bench, connection } = opened({ sackPermitted: true });
  connection.send(octets(3000));
  bench.sent();
  bench.arrive({ flags: "A", options: { sackBlocks: [sack(bench, 1001, 2001)] } });
  assertEquals(bench.sent(), ["A 1:1001 ack 1"]);
  assertEquals(bench.pass(1000), ["1000 A 1:1001 ack 1"]);
  bench.arrive({ flags: "A", acknowledgment: 1001 });
  assertEquals(bench.sent(), ["A 1001:2001 ack 1", "PA 2001:3001 ack 1"]);
});

Deno.test("a FIN is sent again like data", () => {
  const { bench, connection } = opened();
  connection.finish();
  assertEquals(bench.sent(), ["FA 1:1 ack 1"]);
  assertEquals(bench.pass(3000), ["1000 FA 1:1 ack 1", "3000 FA 1:1 ack 1"]);
});

Deno.test("a SYN, ACK is sent again by its timer and when the SYN comes again (MUST-22)", () => {
  const bench = new Bench();
  bench.listen();
  bench.arrive({ flags: "S" });
  assertEquals(bench.sent(), ["SA 0:0 ack 1"]);
  assertEquals(bench.pass(3000), ["1000 SA 0:0 ack 1", "3000 SA 0:0 ack 1"]);
  bench.arrive({ flags: "S" });
  assertEquals(bench.sent(), ["SA 0:0 ack 1"]);
});

Deno.test("keep-alive is off by default (MUST-25) and asks after silence alone (MUST-26 to MUST-29)", () => {
  const quiet = opened();
  assertEquals(quiet.bench.pass(100_000_000), []);
  const { bench, connection } = opened();
  assertEquals(bench.settings.keepAliveIdle >= 7_200_000, true);
  connection.tune({ keepAlive: true, keepAliveIdle: 10_000, keepAliveInterval: 1000 }, bench.now);
  assertEquals(bench.pass(11_500), ["10000 A 0:0 ack 1", "11000 A 0:0 ack 1"]);
  bench.arrive({ flags: "A" });
  assertEquals(bench.pass(9000), []);
  bench.pass(1000 + 9 * 1000);
  assertEquals([connection.state, connection.error], ["CLOSED", Errno.ETIMEDOUT]);
});

Deno.test("keep-alive can be turned off again (MUST-24)", () => {
  const { bench, connection } = opened();
  connection.tune({ keepAlive: true, keepAliveIdle: 1000 }, bench.now);
  connection.tune({ keepAlive: false }, bench.now);
  assertEquals(bench.pass(100_000), []);
});

Deno.test("recovery ends without a burst and goes on to half of what was on the way (RFC 6582)", () => {
  const { bench, connection } = opened();
  connection.send(octets(60_000));
  assertEquals(bench.sent().length, 10);
  for (let count = 0; count < 3; count++) bench.arrive({ flags: "A" });
  assertEquals(bench.sent(), ["A 1:1001 ack 1"]);
  let acknowledgment = 10_001;
  const bursts: number[] = [];
  for (let round = 0; round < 6; round++) {
    bench.arrive({ flags: "A", acknowledgment });
    const count = bench.sent().length;
    bursts.push(count);
    acknowledgment += count * 1000;
  }
  assertEquals(bursts, [2, 3, 4, 5, 6, 7]);
});

Deno.test("the first sequence number of the peer may be anything", () => {
  assertEquals(PEER_START, 0xffff_fff0);
});
