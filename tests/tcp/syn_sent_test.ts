/** SYN-SENT by RFC 9293, section 3.10.7.3, and what Linux 6.18 was measured to do in the same cases. */
import { assert, assertEquals } from "@std/assert";
import { Errno } from "../../lib/linux/errno.ts";
import { Bench, octets } from "./bench.ts";

Deno.test("SYN-SENT sends a SYN with segment size, SACK, timestamps and window scale", () => {
  const bench = new Bench({ timestamps: true });
  const connection = bench.connect();
  assertEquals(connection.state, "SYN-SENT");
  assertEquals(bench.last?.options.maximumSegmentSize, 1460);
  assertEquals(bench.last?.options.sackPermitted, true);
  assertEquals(bench.last?.options.windowScale, 3);
  assertEquals(bench.last?.options.timestamps?.echo, 0);
  assertEquals(bench.last?.acknowledgment, 0);
});

Deno.test("SYN-SENT is established by a SYN, ACK and acknowledges it", () => {
  const bench = new Bench();
  const connection = bench.open();
  assertEquals([connection.error, connection.segmentSize], [0, 1000]);
});

for (const acknowledgment of [1000, 0]) {
  Deno.test(`SYN-SENT resets a SYN, ACK that acknowledges ${acknowledgment}, and connects later`, () => {
    const bench = new Bench();
    const connection = bench.connect();
    bench.arrive({ flags: "SA", acknowledgment });
    assertEquals(bench.sent(), [`R ${acknowledgment}:${acknowledgment}`]);
    assertEquals(connection.state, "SYN-SENT");
    assertEquals(bench.pass(1000), ["1000 S 0:0"]);
    bench.arrive({ flags: "SA" });
    assertEquals(connection.state, "ESTABLISHED");
  });
}

Deno.test("SYN-SENT resets a bare ACK of something else", () => {
  const bench = new Bench();
  const connection = bench.connect();
  bench.arrive({ flags: "A", acknowledgment: 2, sequence: 0 });
  assertEquals(bench.sent(), ["R 2:2"]);
  assertEquals(connection.state, "SYN-SENT");
});

Deno.test("SYN-SENT is silent about a bare ACK of its SYN", () => {
  const bench = new Bench();
  const connection = bench.connect();
  bench.arrive({ flags: "A", sequence: 0 });
  assertEquals(bench.sent(), []);
  assertEquals(connection.state, "SYN-SENT");
});

Deno.test("SYN-SENT ignores an RST without ACK", () => {
  const bench = new Bench();
  const connection = bench.connect();
  bench.arrive({ flags: "R", sequence: 0 });
  assertEquals([bench.sent(), connection.state], [[], "SYN-SENT"]);
});

Deno.test("SYN-SENT ignores an RST that acknowledges something else", () => {
  const bench = new Bench();
  const connection = bench.connect();
  bench.arrive({ flags: "RA", acknowledgment: 1000, sequence: 0 });
  assertEquals([bench.sent(), connection.state], [[], "SYN-SENT"]);
});

Deno.test("SYN-SENT is refused by an RST that acknowledges its SYN", () => {
  const bench = new Bench();
  const connection = bench.connect();
  bench.arrive({ flags: "RA", sequence: 0 });
  assertEquals([connection.state, connection.error], ["CLOSED", Errno.ECONNREFUSED]);
  assertEquals(bench.sent(), []);
});

Deno.test("SYN-SENT opens simultaneously (MUST-10)", () => {
  const bench = new Bench();
  const connection = bench.connect();
  bench.arrive({ flags: "S", options: { sackPermitted: true } });
  assertEquals(bench.sent(), ["SA 0:0 ack 1"]);
  assertEquals(connection.state, "SYN-RECEIVED");
  bench.arrive({ flags: "SA", options: { sackPermitted: true } });
  assertEquals(bench.sent(), ["A 1:1 ack 1 sack 0:1"]);
  assertEquals(connection.state, "ESTABLISHED");
});

Deno.test("SYN-RECEIVED after a simultaneous open is refused by an RST (MUST-11)", () => {
  const bench = new Bench();
  const connection = bench.connect();
  bench.arrive({ flags: "S" });
  bench.sent();
  bench.arrive({ flags: "R", sequence: 1 });
  assertEquals([connection.state, connection.error], ["CLOSED", Errno.ECONNREFUSED]);
});

Deno.test("ESTABLISHED acknowledges a SYN, ACK that comes again", () => {
  const bench = new Bench();
  const connection = bench.open();
  bench.arrive({ flags: "SA" });
  assertEquals(bench.sent(), ["A 1:1 ack 1"]);
  assertEquals(connection.state, "ESTABLISHED");
});

Deno.test("SYN-SENT leaves data and FIN of a SYN, ACK to be sent again", () => {
  for (const segment of [{ flags: "SA", data: 10 }, { flags: "SFA" }]) {
    const bench = new Bench();
    const connection = bench.connect();
    bench.arrive(segment);
    assertEquals(bench.sent(), ["A 1:1 ack 1"]);
    assertEquals([connection.state, connection.available], ["ESTABLISHED", 0]);
  }
});

Deno.test("SYN-SENT takes 536 octets for a peer that names no segment size (MUST-15)", () => {
  assertEquals(new Bench().open({}).segmentSize, 536);
  assertEquals(new Bench({ family: 6 }).open({}).segmentSize, 1220);
});

Deno.test("SYN-SENT ignores a segment size of 0 and raises a tiny one", () => {
  assertEquals(new Bench().open({ maximumSegmentSize: 0 }).segmentSize, 536);
  assertEquals(new Bench().open({ maximumSegmentSize: 1 }).segmentSize, 48);
});

Deno.test("SYN-SENT sends no segment larger than the device takes (MUST-16)", () => {
  assertEquals(new Bench({ mtu: 600 }).open({ maximumSegmentSize: 9000 }).segmentSize, 560);
});

Deno.test("SYN-SENT offers what the device takes (MUST-14, MUST-67)", () => {
  for (const [family, mtu, offered] of [[4, 1500, 1460], [6, 1280, 1220], [4, 68, 28]] as const) {
    const bench = new Bench({ family, mtu });
    bench.connect();
    assertEquals(bench.last?.options.maximumSegmentSize, offered);
  }
});

Deno.test("SYN-SENT sends its SYN again after 1, 2, 4 … seconds and gives up after three minutes", () => {
  const bench = new Bench();
  const connection = bench.connect();
  const times = [1, 3, 7, 15, 31, 63, 127].map((second) => `${second * 1000} S 0:0`);
  assertEquals(bench.pass(179_999), times);
  assertEquals(connection.state, "SYN-SENT");
  bench.pass(1);
  assertEquals([connection.state, connection.error], ["CLOSED", Errno.ETIMEDOUT]);
});

Deno.test("a time-out of three seconds follows a SYN that was sent again (RFC 6298, 5.7)", () => {
  const bench = new Bench();
  const connection = bench.connect();
  bench.pass(1000);
  bench.arrive({ flags: "SA" });
  assertEquals(bench.sent(), ["A 1:1 ack 1"]);
  connection.send(octets(10));
  assertEquals(bench.sent(), ["PA 1:11 ack 1"]);
  assertEquals(bench.pass(3000), ["3000 PA 1:11 ack 1"]);
});

Deno.test("data that is queued in SYN-SENT goes out with the handshake's end", () => {
  const bench = new Bench();
  const connection = bench.connect();
  connection.send(octets(5));
  assertEquals(bench.sent(), []);
  bench.arrive({ flags: "SA" });
  assertEquals(bench.sent(), ["PA 1:6 ack 1"]);
});

Deno.test("finish() in SYN-SENT sends nothing, and a late SYN, ACK is reset", () => {
  const bench = new Bench();
  const connection = bench.connect();
  connection.finish();
  assertEquals([connection.state, bench.sent()], ["CLOSED", []]);
  assertEquals(bench.host.connectionCount, 0);
  bench.arrive({ flags: "SA" });
  assertEquals(bench.sent(), ["R 1:1"]);
});

Deno.test("connect() refuses groups and everybody (MUST-46)", async () => {
  const { address, CLIENT } = await import("./network.ts");
  const bench = new Bench();
  for (const text of ["224.0.0.1", "255.255.255.255", "0.0.0.0"]) {
    const result = bench.host.connect(CLIENT, address(text, 80), bench.settings, bench.now);
    assertEquals(result, -Errno.ENETUNREACH);
  }
  assert(bench.host.connectionCount === 0);
});
