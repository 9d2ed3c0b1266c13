/** Loss detection by time and tail loss probes: RFC 8985. */
import { assert, assertEquals } from "@std/assert";
import type { TcpConnection } from "../../lib/tcp/mod.ts";
import { Bench, octets } from "./bench.ts";
import { Network, transfer } from "./network.ts";

/** A connection over a path of 100 ms there and back, with segments of 1000 octets. */
class Path {
  readonly bench = new Bench();
  readonly connection: TcpConnection;
  #start = 0;

  constructor() {
    const { bench } = this;
    this.connection = bench.connect();
    bench.pass(100);
    bench.arrive({
      flags: "SA",
      acknowledgment: 1,
      options: { maximumSegmentSize: 1000, sackPermitted: true },
    });
    bench.sent();
    this.#start = bench.segment({ flags: "A", acknowledgment: 0 }).acknowledgment;
  }

  /** An acknowledgment with what the peer holds beyond it. */
  acknowledge(acknowledgment: number, ...blocks: readonly (readonly [number, number])[]): void {
    const at = (octet: number) => (this.#start + octet) >>> 0;
    const sackBlocks = blocks.map(([left, right]) => ({ left: at(left), right: at(right) }));
    this.bench.arrive({ flags: "A", acknowledgment, options: { sackBlocks } });
  }
}

Deno.test("a retransmission that gets lost is sent again as soon as a later segment arrives", () => {
  const { bench, connection, acknowledge } = bound();
  connection.send(octets(20_000));
  assertEquals(bench.pass(100).length, 10);
  acknowledge(1, [1001, 10_001]);
  const first = bench.sent();
  assertEquals([first[0], first.includes("A 10001:11001 ack 1")], ["A 1:1001 ack 1", true]);
  // Only what was sent with it arrives: no timer has to expire.
  bench.pass(100);
  acknowledge(1, [1001, 11_001]);
  assertEquals(bench.sent()[0], "A 1:1001 ack 1");
});

Deno.test("a straggler has a quarter of the round trip before it is lost", () => {
  const { bench, connection, acknowledge } = bound();
  connection.send(octets(3000));
  bench.pass(100);
  acknowledge(1, [1001, 2001]);
  assertEquals(bench.pass(24), []);
  acknowledge(2001);
  assertEquals(bench.pass(10), []);
  acknowledge(3001);
  connection.send(octets(3000));
  bench.pass(100);
  acknowledge(3001, [4001, 5001]);
  assertEquals(bench.pass(50), ["25 A 3001:4001 ack 1"]);
});

Deno.test("a false alarm, which the peer reports, makes the wait for stragglers longer", () => {
  const { bench, connection, acknowledge } = bound();
  connection.send(octets(3000));
  bench.pass(100);
  acknowledge(1, [1001, 2001]);
  assertEquals(bench.pass(30), ["25 A 1:1001 ack 1"]);
  // The first copy arrives, then the second.
  acknowledge(3001);
  acknowledge(3001, [1, 1001]);
  connection.send(octets(4000));
  bench.pass(100);
  acknowledge(3001, [4001, 5001]);
  const again = bench.pass(100).filter((line) => line.includes("3001:4001"));
  assertEquals(again, ["50 A 3001:4001 ack 1"]);
});

Deno.test("a lost tail is asked after long before the timer expires", () => {
  const { bench, connection, acknowledge } = bound();
  connection.send(octets(5000));
  assertEquals(bench.pass(150).length, 5);
  acknowledge(3001);
  // Twice the round trip after the last acknowledgment; there is no second probe.
  const sent = bench.pass(900);
  assertEquals(sent.length, 1);
  assertEquals(sent[0]?.split(" ").slice(1, 3), ["PA", "4001:5001"]);
  acknowledge(3001, [4001, 5001]);
  assertEquals(bench.pass(100), ["0 A 3001:4001 ack 1"]);
  acknowledge(5001);
  assertEquals(connection.unacknowledged, 0);
});

Deno.test("a tail loss probe is new data where there is some", () => {
  const { bench, connection } = bound();
  connection.send(octets(20_000));
  assertEquals(bench.sent().length, 10);
  const [probe] = bench.pass(400);
  assertEquals(probe, "200 A 10001:11001 ack 1");
});

Deno.test("at 5 % loss a transfer waits for few time-outs", () => {
  let total = 0;
  for (let seed = 1; seed <= 8; seed++) {
    const network = new Network({ delay: 10, bandwidth: 1250, loss: 0.05, seed });
    const { client, server } = network.open();
    const start = network.now;
    transfer(network, client, server, octets(500_000));
    total += network.now - start;
  }
  // 0.45 s without loss; 2.6 s where a lost retransmission waits for the timer.
  assert(total / 8 < 2000, `${total / 8} ms`);
});

function bound(): Path & { acknowledge: Path["acknowledge"] } {
  const path = new Path();
  return Object.assign(path, { acknowledge: path.acknowledge.bind(path) });
}
