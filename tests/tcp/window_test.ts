/** Windows: RFC 9293, section 3.8.6; RFC 7323, section 2. */
import { assertEquals } from "@std/assert";
import { Errno } from "../../lib/linux/errno.ts";
import { Bench, octets } from "./bench.ts";

Deno.test("no more is sent than the peer's window, which is unsigned (MUST-1)", () => {
  const bench = new Bench();
  const connection = bench.open({ maximumSegmentSize: 1000 }, 1500);
  connection.send(octets(5000));
  assertEquals(bench.sent(), ["A 1:1001 ack 1"]);
  bench.arrive({ flags: "A", acknowledgment: 1001, window: 0xffff });
  assertEquals(bench.sent().length, 4);
});

Deno.test("the peer's windows are shifted by what its SYN said", () => {
  const bench = new Bench();
  const connection = bench.open({ maximumSegmentSize: 1000, windowScale: 4 }, 1000);
  connection.send(octets(5000));
  assertEquals(bench.sent(), ["A 1:1001 ack 1"]);
  bench.arrive({ flags: "A", acknowledgment: 1001, window: 125 });
  assertEquals(bench.sent(), ["A 1001:2001 ack 1", "A 2001:3001 ack 1"]);
});

Deno.test("a closed window is asked about again and again, and is no time-out (MUST-35 to MUST-37)", () => {
  const bench = new Bench();
  const connection = bench.open({ maximumSegmentSize: 1000 }, 1000);
  connection.send(octets(1500));
  assertEquals(bench.sent(), ["A 1:1001 ack 1"]);
  bench.arrive({ flags: "A", acknowledgment: 1001, window: 0 });
  assertEquals(bench.sent(), []);
  const probes: string[] = [];
  for (let elapsed = 0; elapsed < 2_000_000; elapsed += 10_000) {
    const sent = bench.pass(10_000);
    probes.push(...sent);
    if (sent.length > 0) bench.arrive({ flags: "A", acknowledgment: 1001, window: 0 });
  }
  assertEquals(connection.state, "ESTABLISHED");
  assertEquals(new Set(probes.map((line) => line.replace(/^\d+ /, ""))).size, 1);
  assertEquals(probes[0]?.endsWith("A 1001:1002 ack 1"), true);
  bench.arrive({ flags: "A", acknowledgment: 1001, window: 5000 });
  assertEquals(bench.sent(), ["PA 1001:1501 ack 1"]);
});

Deno.test("a closed window whose probes nobody answers ends the connection (MUST-20)", () => {
  const bench = new Bench();
  const connection = bench.open({ maximumSegmentSize: 1000 }, 0);
  connection.send(octets(10));
  bench.pass(bench.settings.userTimeout + 120_000);
  assertEquals([connection.state, connection.error], ["CLOSED", Errno.ETIMEDOUT]);
});

Deno.test("a window that shrinks over what is on the way is survived (MUST-34)", () => {
  const bench = new Bench();
  const connection = bench.open({ maximumSegmentSize: 1000 }, 3000);
  connection.send(octets(3000));
  assertEquals(bench.sent().length, 3);
  bench.arrive({ flags: "A", acknowledgment: 1001, window: 0 });
  bench.pass(5000);
  assertEquals(connection.state, "ESTABLISHED");
  bench.arrive({ flags: "A", acknowledgment: 1001, window: 3000 });
  assertEquals(bench.sent(), ["A 1001:2001 ack 1", "PA 2001:3001 ack 1"]);
  bench.arrive({ flags: "A", acknowledgment: 3001, window: 3000 });
  assertEquals(connection.unacknowledged, 0);
});

Deno.test("a small piece of the window is not filled at once (MUST-38)", () => {
  const bench = new Bench();
  const connection = bench.open({ maximumSegmentSize: 1000 }, 4000);
  connection.send(octets(5000));
  assertEquals(bench.sent().length, 4);
  bench.arrive({ flags: "A", acknowledgment: 4001, window: 100 });
  assertEquals(bench.sent(), []);
  const [override = ""] = bench.pass(10_000);
  assertEquals(override.endsWith("A 4001:4101 ack 1"), true);
});

Deno.test("the window grows by half the buffer or a segment, never by less (MUST-39)", () => {
  const bench = new Bench({ receiveBuffer: 4000, windowScaling: false });
  const connection = bench.open();
  bench.arrive({ flags: "A", data: 4000 });
  assertEquals(bench.sent(), ["A 1:1 ack 4001"]);
  assertEquals(bench.last?.window, 0);
  connection.receive(new Uint8Array(1000));
  assertEquals(bench.sent(), []);
  connection.receive(new Uint8Array(500));
  assertEquals([bench.sent(), bench.last?.window], [["A 1:1 ack 4001"], 1500]);
});

Deno.test("the right edge of the window never moves back (SHLD-14)", () => {
  const bench = new Bench({ receiveBuffer: 100_000 });
  const connection = bench.open({ maximumSegmentSize: 1000, windowScale: 0 });
  let edge = 0;
  for (let index = 0; index < 300; index++) {
    bench.arrive({ flags: "A", sequence: 1 + index * 333, data: 333 });
    if (index % 7 === 0) connection.receive(new Uint8Array(1000));
    bench.pass(40);
    const told = 333 * (index + 1) + (bench.last?.window ?? 0) * 2;
    assertEquals(told >= edge, true, `${index}: ${told} after ${edge}`);
    edge = told;
  }
});

Deno.test("a segment at a closed window still brings its ACK, URG and RST (MUST-66)", () => {
  const bench = new Bench({ receiveBuffer: 100, windowScaling: false });
  const connection = bench.open();
  connection.send(octets(10));
  bench.sent();
  bench.arrive({ flags: "A", data: 100 });
  bench.sent();
  bench.arrive({ flags: "UA", sequence: 101, data: 5, acknowledgment: 11, urgentPointer: 5 });
  assertEquals([connection.unacknowledged, connection.takeUrgentNews()], [0, true]);
  assertEquals(connection.available, 100);
  bench.arrive({ flags: "R", sequence: 101 });
  assertEquals(connection.error, Errno.ECONNRESET);
});

Deno.test("a window is not taken from a segment older than the one that set it", () => {
  const bench = new Bench();
  const connection = bench.open({ maximumSegmentSize: 1000 }, 2000);
  bench.arrive({ flags: "A", sequence: 1, data: 10, window: 5000 });
  bench.arrive({ flags: "A", sequence: 1, window: 100 });
  connection.send(octets(5000));
  const data = bench.sent().filter((line) => !line.includes("1:1 "));
  assertEquals(data.length, 5);
});

Deno.test("TCP_CORK holds back what fills no segment until it is taken off, or for a time-out", () => {
  const bench = new Bench();
  const connection = bench.open();
  connection.tune({ cork: true }, bench.now);
  connection.send(octets(1500));
  assertEquals(bench.sent(), ["A 1:1001 ack 1"]);
  bench.arrive({ flags: "A", acknowledgment: 1001 });
  assertEquals(bench.sent(), []);
  connection.tune({ cork: false }, bench.now);
  assertEquals(bench.sent(), ["PA 1001:1501 ack 1"]);
  bench.arrive({ flags: "A", acknowledgment: 1501 });
  connection.tune({ cork: true }, bench.now);
  connection.send(octets(10));
  assertEquals(bench.pass(1000), ["1000 PA 1501:1511 ack 1"]);
});
