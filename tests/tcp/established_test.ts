/** ESTABLISHED by RFC 9293, section 3.10.7.4, RFC 5961 and RFC 7323. */
import { assertEquals } from "@std/assert";
import { Errno } from "../../lib/linux/errno.ts";
import { Bench, octets } from "./bench.ts";

Deno.test("ESTABLISHED is reset by an RST with the very next sequence number (MUST-12)", () => {
  const bench = new Bench();
  const connection = bench.open();
  bench.arrive({ flags: "R", sequence: 1 });
  assertEquals([connection.state, connection.error], ["CLOSED", Errno.ECONNRESET]);
  assertEquals(connection.isReceiveEnded, false);
});

Deno.test("ESTABLISHED challenges an RST in the window and drops one outside", () => {
  const bench = new Bench();
  const connection = bench.open();
  bench.arrive({ flags: "R", sequence: 100 });
  assertEquals(bench.sent(), ["A 1:1 ack 1"]);
  bench.arrive({ flags: "R", sequence: -100 });
  bench.arrive({ flags: "R", sequence: 5_000_000 });
  assertEquals([bench.sent(), connection.state], [[], "ESTABLISHED"]);
});

Deno.test("ESTABLISHED challenges a SYN wherever it is", () => {
  for (const sequence of [1, 100, -7]) {
    const bench = new Bench();
    const connection = bench.open();
    bench.arrive({ flags: "S", sequence });
    assertEquals(bench.sent(), ["A 1:1 ack 1"]);
    assertEquals(connection.state, "ESTABLISHED");
  }
});

Deno.test("ESTABLISHED ignores a segment without ACK", () => {
  const bench = new Bench();
  const connection = bench.open();
  bench.arrive({ flags: "P", sequence: 1, data: 10 });
  assertEquals([bench.sent(), connection.available], [[], 0]);
});

Deno.test("ESTABLISHED answers an ACK of what was never sent, and drops its data", () => {
  const bench = new Bench();
  const connection = bench.open();
  bench.arrive({ flags: "A", acknowledgment: 500, data: 10 });
  assertEquals([bench.sent(), connection.available], [["A 1:1 ack 1"], 0]);
});

Deno.test("ESTABLISHED acknowledges two segments at once and one soon (MUST-40, MUST-58)", () => {
  const bench = new Bench();
  bench.open();
  bench.arrive({ flags: "A", sequence: 1, data: 1000 });
  assertEquals(bench.sent(), []);
  assertEquals(bench.pass(40), ["40 A 1:1 ack 1001"]);
  bench.arrive({ flags: "A", sequence: 1001, data: 1000 });
  bench.arrive({ flags: "A", sequence: 2001, data: 1000 });
  assertEquals(bench.sent(), ["A 1:1 ack 3001"]);
  assertEquals(bench.pass(1000), []);
});

Deno.test("ESTABLISHED acknowledges all segments that have come with one ACK (MUST-59)", () => {
  const bench = new Bench();
  bench.open();
  for (let index = 0; index < 10; index++) {
    bench.arrive({ flags: "A", sequence: 1 + index * 1000, data: 1000 });
  }
  assertEquals(bench.sent(), ["A 1:1 ack 10001"]);
});

Deno.test("ESTABLISHED holds what is out of order and says so (SHLD-31, RFC 2018)", () => {
  const bench = new Bench();
  const connection = bench.open({ sackPermitted: true });
  bench.arrive({ flags: "A", sequence: 101, data: 100 });
  assertEquals(bench.sent(), ["A 1:1 ack 1 sack 101:201"]);
  bench.arrive({ flags: "A", sequence: 301, data: 100 });
  assertEquals(bench.sent(), ["A 1:1 ack 1 sack 301:401 sack 101:201"]);
  bench.arrive({ flags: "A", sequence: 1, data: 100 });
  assertEquals(bench.sent(), ["A 1:1 ack 201 sack 301:401"]);
  bench.arrive({ flags: "A", sequence: 201, data: 100 });
  assertEquals([bench.sent(), connection.available], [["A 1:1 ack 401"], 400]);
});

Deno.test("ESTABLISHED takes the new part of a segment and reports the old one (RFC 2883)", () => {
  const bench = new Bench();
  const connection = bench.open({ sackPermitted: true });
  bench.arrive({ flags: "A", sequence: 1, data: 100 });
  bench.arrive({ flags: "A", sequence: 51, data: 100 });
  assertEquals(bench.sent(), ["A 1:1 ack 151 sack 51:101"]);
  assertEquals(connection.available, 150);
  bench.arrive({ flags: "A", sequence: 1, data: 150 });
  assertEquals(bench.sent(), ["A 1:1 ack 151 sack 1:151"]);
});

Deno.test("ESTABLISHED drops what lies beyond its window", () => {
  const bench = new Bench({ receiveBuffer: 1000, windowScaling: false });
  const connection = bench.open();
  bench.arrive({ flags: "A", sequence: 901, data: 200 });
  bench.arrive({ flags: "A", sequence: 1, data: 900 });
  assertEquals(connection.available, 1000);
  bench.sent();
  bench.arrive({ flags: "A", sequence: 1001, data: 10 });
  assertEquals([bench.sent(), connection.available], [["A 1:1 ack 1001"], 1000]);
});

Deno.test("ESTABLISHED drops a segment with an older timestamp (PAWS) and acknowledges it", () => {
  const bench = new Bench({ timestamps: true });
  const timestamps = (value: number) => ({ timestamps: { value, echo: 0 } });
  const connection = bench.open(timestamps(100));
  bench.arrive({ flags: "A", data: 10, options: timestamps(50) });
  assertEquals([bench.sent(), connection.available], [["A 1:1 ack 1"], 0]);
  bench.arrive({ flags: "A", data: 10, options: timestamps(101) });
  assertEquals(connection.available, 10);
  bench.pass(40);
  assertEquals(bench.last?.options.timestamps?.echo, 101);
});

Deno.test("ESTABLISHED keeps a challenge per half second for segments without data", () => {
  const bench = new Bench();
  bench.open();
  for (let index = 0; index < 100; index++) bench.arrive({ flags: "A", sequence: -5 });
  assertEquals(bench.sent(), ["A 1:1 ack 1"]);
  bench.arrive({ flags: "A", sequence: -5 });
  assertEquals(bench.sent(), []);
  bench.now += 500;
  bench.arrive({ flags: "A", sequence: -5 });
  assertEquals(bench.sent(), ["A 1:1 ack 1"]);
});

Deno.test("Nagle's algorithm holds a small segment until all is acknowledged, unless off (MUST-17)", () => {
  const bench = new Bench();
  const connection = bench.open();
  connection.send(octets(10));
  connection.send(octets(10));
  assertEquals(bench.sent(), ["PA 1:21 ack 1"]);
  connection.send(octets(10));
  assertEquals(bench.sent(), []);
  bench.arrive({ flags: "A", acknowledgment: 21 });
  assertEquals(bench.sent(), ["PA 21:31 ack 1"]);
  connection.tune({ noDelay: true }, bench.now);
  connection.send(octets(10));
  assertEquals(bench.sent(), ["PA 31:41 ack 1"]);
});

Deno.test("data goes out in segments of the peer's size, PSH on the last (MUST-60, MUST-61)", () => {
  const bench = new Bench();
  const connection = bench.open({ maximumSegmentSize: 1000 });
  connection.send(octets(2500));
  assertEquals(bench.sent(), ["A 1:1001 ack 1", "A 1001:2001 ack 1"]);
  bench.arrive({ flags: "A", acknowledgment: 2001 });
  assertEquals(bench.sent(), ["PA 2001:2501 ack 1"]);
});

Deno.test("no segment but a SYN has a segment size (MUST-65)", () => {
  const bench = new Bench();
  const connection = bench.open();
  connection.send(octets(10));
  bench.sent();
  assertEquals(bench.last?.options.maximumSegmentSize, null);
});

Deno.test("options are taken in any segment (MUST-5)", () => {
  const bench = new Bench();
  const connection = bench.open();
  bench.arrive({ flags: "A", data: 5, options: { maximumSegmentSize: 5, windowScale: 3 } });
  assertEquals([connection.available, connection.segmentSize], [5, 1000]);
});

Deno.test("urgent data is announced once, counted, and forgotten when read (MUST-30 to MUST-33)", () => {
  const bench = new Bench();
  const connection = bench.open();
  bench.arrive({ flags: "UA", data: 10, urgentPointer: 4 });
  assertEquals([connection.takeUrgentNews(), connection.urgentOctets], [true, 4]);
  assertEquals(connection.takeUrgentNews(), false);
  bench.arrive({ flags: "UA", sequence: 11, data: 10, urgentPointer: 200 });
  assertEquals([connection.takeUrgentNews(), connection.urgentOctets], [true, 210]);
  connection.receive(new Uint8Array(20));
  assertEquals(connection.urgentOctets, 190);
});

Deno.test("urgent data is sent with a pointer to the octet that follows it (MUST-62)", () => {
  const bench = new Bench();
  const connection = bench.open();
  connection.send(octets(10), true);
  assertEquals(bench.sent(), ["PAU 1:11 ack 1"]);
  assertEquals(bench.last?.urgentPointer, 10);
  bench.arrive({ flags: "A", acknowledgment: 11 });
  connection.send(octets(10));
  assertEquals(bench.sent(), ["PA 11:21 ack 1"]);
});

Deno.test("an ICMP error does not end an established connection (MUST-47, MUST-56)", () => {
  const bench = new Bench();
  const connection = bench.open();
  connection.send(octets(10));
  bench.sent();
  const sequence = bench.last?.sequence ?? 0;
  for (const kind of ["host-unreachable", "port-unreachable", "time-exceeded"] as const) {
    connection.icmpArrives({ kind, mtu: 0, original: new Uint8Array() }, sequence);
  }
  assertEquals([connection.state, connection.error], ["ESTABLISHED", 0]);
  bench.pass(bench.settings.userTimeout);
  assertEquals([connection.state, connection.error], ["CLOSED", Errno.EHOSTUNREACH]);
});

Deno.test("an ICMP error ends an open where nobody is there, unless it is forged (SHLD-26)", () => {
  const bench = new Bench();
  const connection = bench.connect();
  const sequence = bench.last?.sequence ?? 0;
  const error = { kind: "port-unreachable", mtu: 0, original: new Uint8Array() } as const;
  connection.icmpArrives(error, (sequence + 77) >>> 0);
  assertEquals(connection.state, "SYN-SENT");
  connection.icmpArrives(error, sequence);
  assertEquals([connection.state, connection.error], ["CLOSED", Errno.ECONNREFUSED]);
});

Deno.test("a packet too big makes segments smaller and is sent again", () => {
  const bench = new Bench();
  const connection = bench.open({ maximumSegmentSize: 1460 });
  connection.send(octets(1460));
  assertEquals(bench.sent(), ["PA 1:1461 ack 1"]);
  const sequence = bench.last?.sequence ?? 0;
  const error = { kind: "packet-too-big", mtu: 1000, original: new Uint8Array() } as const;
  connection.icmpArrives(error, sequence);
  assertEquals(bench.sent(), ["A 1:961 ack 1", "PA 961:1461 ack 1"]);
});
