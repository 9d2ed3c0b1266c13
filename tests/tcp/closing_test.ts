/** The end of a connection: RFC 9293, sections 3.6 and 3.10.4 to 3.10.7. */
import { assert, assertEquals } from "@std/assert";
import { Errno } from "../../lib/linux/errno.ts";
import { Bench, octets } from "./bench.ts";

Deno.test("the user ends first: FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT, CLOSED (MUST-13)", () => {
  const bench = new Bench();
  const connection = bench.open();
  connection.finish();
  assertEquals([connection.state, bench.sent()], ["FIN-WAIT-1", ["FA 1:1 ack 1"]]);
  bench.arrive({ flags: "A", acknowledgment: 2 });
  assertEquals(connection.state, "FIN-WAIT-2");
  bench.arrive({ flags: "A", acknowledgment: 2, data: 10 });
  assertEquals(connection.available, 10);
  bench.arrive({ flags: "FA", acknowledgment: 2, sequence: 11 });
  assertEquals([connection.state, bench.sent()], ["TIME-WAIT", ["A 2:2 ack 12"]]);
  assertEquals(bench.pass(59_999), []);
  assertEquals(connection.state, "TIME-WAIT");
  bench.pass(1);
  assertEquals([connection.state, connection.error], ["CLOSED", 0]);
  assertEquals(bench.host.connectionCount, 0);
});

Deno.test("the peer ends first: CLOSE-WAIT, LAST-ACK, CLOSED", () => {
  const bench = new Bench();
  const connection = bench.open();
  bench.arrive({ flags: "FA", data: 10 });
  assertEquals([connection.state, bench.sent()], ["CLOSE-WAIT", ["A 1:1 ack 12"]]);
  assert(connection.isReceiveEnded);
  connection.send(octets(5));
  assertEquals(bench.sent(), ["PA 1:6 ack 12"]);
  connection.finish();
  assertEquals([connection.state, bench.sent()], ["LAST-ACK", ["FA 6:6 ack 12"]]);
  bench.arrive({ flags: "A", sequence: 12, acknowledgment: 7 });
  assertEquals([connection.state, connection.error], ["CLOSED", 0]);
});

Deno.test("both end at once: CLOSING", () => {
  const bench = new Bench();
  const connection = bench.open();
  connection.finish();
  bench.sent();
  bench.arrive({ flags: "FA", acknowledgment: 1 });
  assertEquals([connection.state, bench.sent()], ["CLOSING", ["A 2:2 ack 2"]]);
  bench.arrive({ flags: "A", acknowledgment: 2, sequence: 2 });
  assertEquals(connection.state, "TIME-WAIT");
});

Deno.test("FIN-WAIT-1 goes to TIME-WAIT by an ACK with FIN", () => {
  const bench = new Bench();
  const connection = bench.open();
  connection.finish();
  bench.sent();
  bench.arrive({ flags: "FA", acknowledgment: 2 });
  assertEquals(connection.state, "TIME-WAIT");
});

Deno.test("a FIN goes out with the last data and waits for it", () => {
  const bench = new Bench();
  const connection = bench.open({ maximumSegmentSize: 1000 });
  connection.send(octets(1500));
  connection.finish();
  assertEquals(bench.sent(), ["A 1:1001 ack 1", "FPA 1001:1501 ack 1"]);
  assertEquals(connection.send(octets(1)), -Errno.EPIPE);
});

Deno.test("a FIN that overtakes data ends the stream once the data is there", () => {
  const bench = new Bench();
  const connection = bench.open();
  bench.arrive({ flags: "FA", sequence: 11, data: 5 });
  assertEquals([connection.state, connection.isReceiveEnded], ["ESTABLISHED", false]);
  bench.arrive({ flags: "A", data: 10 });
  assertEquals([connection.state, connection.available], ["CLOSE-WAIT", 15]);
});

Deno.test("TIME-WAIT acknowledges a FIN that comes again and begins its wait anew", () => {
  const bench = new Bench();
  const connection = bench.open();
  connection.finish();
  bench.sent();
  bench.arrive({ flags: "FA", acknowledgment: 2 });
  bench.sent();
  bench.pass(50_000);
  bench.arrive({ flags: "FA", acknowledgment: 2 });
  assertEquals(bench.sent(), ["A 2:2 ack 2"]);
  bench.pass(59_999);
  assertEquals(connection.state, "TIME-WAIT");
  bench.pass(1);
  assertEquals(connection.state, "CLOSED");
});

Deno.test("close() with unread data resets the connection (RFC 2525, 2.17)", () => {
  const bench = new Bench();
  const connection = bench.open();
  bench.arrive({ flags: "A", data: 10 });
  connection.close(bench.now);
  assertEquals([connection.state, bench.sent()], ["CLOSED", ["RA 1:1 ack 11"]]);
});

Deno.test("data for a user who is gone is reset", () => {
  const bench = new Bench();
  const connection = bench.open();
  connection.close(bench.now);
  bench.sent();
  bench.arrive({ flags: "A", acknowledgment: 2 });
  bench.arrive({ flags: "A", acknowledgment: 2, data: 10 });
  assertEquals([connection.state, bench.sent()], ["CLOSED", ["RA 2:2 ack 1"]]);
});

Deno.test("FIN-WAIT-2 without a user ends after a minute", () => {
  const bench = new Bench();
  const connection = bench.open();
  connection.close(bench.now);
  bench.sent();
  bench.arrive({ flags: "A", acknowledgment: 2 });
  bench.pass(59_999);
  assertEquals(connection.state, "FIN-WAIT-2");
  bench.pass(1);
  assertEquals(connection.state, "CLOSED");
});

Deno.test("a reset in CLOSE-WAIT is a broken pipe, in LAST-ACK and TIME-WAIT an end", () => {
  const bench = new Bench();
  const connection = bench.open();
  bench.arrive({ flags: "FA" });
  bench.arrive({ flags: "R", sequence: 2 });
  assertEquals([connection.state, connection.error], ["CLOSED", Errno.EPIPE]);
  const other = new Bench();
  const late = other.open();
  other.arrive({ flags: "FA" });
  late.finish();
  other.sent();
  other.arrive({ flags: "R", sequence: 2 });
  assertEquals([late.state, late.error], ["CLOSED", 0]);
});

Deno.test("abort() resets where the peer knows of the connection", () => {
  const bench = new Bench();
  const connection = bench.open();
  connection.abort();
  assertEquals([connection.state, bench.sent()], ["CLOSED", ["RA 1:1 ack 1"]]);
  const opening = new Bench();
  const early = opening.connect();
  early.abort();
  assertEquals([early.state, opening.sent()], ["CLOSED", []]);
});

Deno.test("what has arrived stays readable after a reset", () => {
  const bench = new Bench();
  const connection = bench.open();
  bench.arrive({ flags: "A", data: 10 });
  bench.arrive({ flags: "R", sequence: 11 });
  assertEquals([connection.state, connection.receive(new Uint8Array(20))], ["CLOSED", 10]);
});
