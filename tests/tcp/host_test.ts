/** All connections of a host: resets, listeners, whose segment is whose. */
import { assert, assertEquals } from "@std/assert";
import { Errno } from "../../lib/linux/errno.ts";
import type { TcpConnection } from "../../lib/tcp/mod.ts";
import { Bench } from "./bench.ts";
import { address, CLIENT, SERVER } from "./network.ts";

Deno.test("a segment of no connection is reset: RFC 9293, section 3.5.2", () => {
  const bench = new Bench();
  bench.arrive({ flags: "S" });
  assertEquals(bench.sent(), ["RA 0:0 ack 1"]);
  bench.arrive({ flags: "A", acknowledgment: 77, data: 3 });
  assertEquals(bench.sent(), ["R 77:77"]);
  bench.arrive({ flags: "FA", acknowledgment: 5 });
  assertEquals(bench.sent(), ["R 5:5"]);
  bench.arrive({ flags: "R" });
  assertEquals(bench.sent(), []);
});

Deno.test("a flood of segments of no connection gets a bounded number of resets", () => {
  const bench = new Bench();
  for (let count = 0; count < 10_000; count++) bench.arrive({ flags: "A" });
  assert(bench.sent().length <= 64);
});

Deno.test("TcpListener gives connections that are established, the oldest first", () => {
  const bench = new Bench();
  const listener = bench.listen();
  bench.arrive({ flags: "S", options: { maximumSegmentSize: 700 } });
  assertEquals([bench.sent(), listener.hasConnection], [["SA 0:0 ack 1"], false]);
  bench.arrive({ flags: "A", data: 4 });
  assert(listener.hasConnection);
  const connection = listener.accept();
  assertEquals([connection?.state, connection?.available], ["ESTABLISHED", 4]);
  assertEquals(connection?.segmentSize, 700);
  assertEquals(`${connection?.local} ${connection?.remote}`, `${CLIENT} ${SERVER}`);
  assertEquals(listener.accept(), null);
});

Deno.test("TcpListener gives a connection whose peer has ended already", () => {
  const bench = new Bench();
  const listener = bench.listen();
  bench.arrive({ flags: "S" });
  bench.sent();
  bench.arrive({ flags: "FA", data: 4 });
  assertEquals(listener.accept()?.state, "CLOSE-WAIT");
});

Deno.test("TcpListener forgets a connection that is reset before it stands (MUST-11)", () => {
  const bench = new Bench();
  const listener = bench.listen();
  bench.arrive({ flags: "S" });
  bench.sent();
  bench.arrive({ flags: "R", sequence: 1 });
  assertEquals([bench.sent(), listener.hasConnection], [[], false]);
  assertEquals(bench.host.connectionCount, 0);
  bench.arrive({ flags: "S" });
  assertEquals(bench.sent().length, 1);
});

Deno.test("TcpListener drops SYNs beyond its backlog", () => {
  const bench = new Bench();
  const listener = bench.listen(2);
  for (let port = 1; port <= 50; port++) {
    const segment = { ...bench.segment({ flags: "S" }), sourcePort: port };
    bench.host.segmentArrives(SERVER.ip.bytes, CLIENT.ip.bytes, segment, bench.now);
  }
  assertEquals(bench.sent().length, 8);
  assertEquals(bench.host.connectionCount, 8);
  assertEquals(listener.accept(), null);
});

Deno.test("TcpListener lets a half-open connection make room once it is a second old", () => {
  const bench = new Bench();
  const listener = bench.listen(2);
  const knock = (port: number) => {
    const segment = { ...bench.segment({ flags: "S" }), sourcePort: port };
    bench.host.segmentArrives(SERVER.ip.bytes, CLIENT.ip.bytes, segment, bench.now);
  };
  for (let port = 1; port <= 8; port++) knock(port);
  bench.sent();
  bench.now += 999;
  knock(9);
  assertEquals(bench.sent(), []);
  bench.now += 1;
  for (let port = 10; port <= 50; port++) knock(port);
  assertEquals(bench.host.connectionCount, 8);
  // Those of the flood are gone without a word.
  const sent = bench.sent();
  assertEquals([sent.length, sent.every((text) => text.startsWith("SA"))], [8, true]);
  assertEquals(listener.hasConnection, false);
});

Deno.test("TcpListener ignores a SYN from a group or everybody (MUST-57, MUST-63)", () => {
  const bench = new Bench();
  bench.listen();
  for (const text of ["224.0.0.1", "255.255.255.255", "0.0.0.0"]) {
    const source = address(text, SERVER.port).ip.bytes;
    const syn = bench.segment({ flags: "S" });
    bench.host.segmentArrives(source, CLIENT.ip.bytes, syn, bench.now);
  }
  assertEquals([bench.sent(), bench.host.connectionCount], [[], 0]);
});

Deno.test("listen() leaves other connections alone and refuses an address twice (MUST-41, MUST-42)", () => {
  const bench = new Bench();
  const connection = bench.connect();
  const listener = bench.host.listen(CLIENT, 1, bench.settings);
  assert(typeof listener !== "number");
  assertEquals(bench.host.listen(CLIENT, 1, bench.settings), -Errno.EADDRINUSE);
  assertEquals(connection.state, "SYN-SENT");
  listener.close();
  assert(typeof bench.host.listen(CLIENT, 1, bench.settings) !== "number");
});

Deno.test("TcpListener.close() resets what nobody has accepted", () => {
  const bench = new Bench();
  const listener = bench.listen();
  bench.arrive({ flags: "S" });
  bench.sent();
  bench.arrive({ flags: "A" });
  listener.close();
  assertEquals(bench.sent(), ["RA 1:1 ack 1"]);
  bench.arrive({ flags: "S", sequence: 50 });
  assertEquals(bench.sent().length, 1);
});

Deno.test("a listener at an address is asked before one at all addresses", () => {
  const bench = new Bench();
  const all = bench.host.listen(address("0.0.0.0", CLIENT.port), 4, bench.settings);
  const one = bench.listen();
  assert(typeof all !== "number");
  bench.arrive({ flags: "S" });
  bench.sent();
  bench.arrive({ flags: "A" });
  assertEquals([one.hasConnection, all.hasConnection], [true, false]);
});

Deno.test("a new SYN with a later number takes the place of a connection in TIME-WAIT", () => {
  const bench = new Bench();
  const listener = bench.listen();
  bench.arrive({ flags: "S" });
  bench.sent();
  bench.arrive({ flags: "A" });
  const connection = listener.accept();
  connection?.finish();
  bench.sent();
  bench.arrive({ flags: "FA", acknowledgment: 2 });
  bench.sent();
  assertEquals(connection?.state, "TIME-WAIT");
  bench.arrive({ flags: "S", sequence: 1 });
  assertEquals(connection?.state, "TIME-WAIT");
  bench.arrive({ flags: "S", sequence: 10_000 });
  assertEquals(connection?.state, "CLOSED");
  assertEquals(bench.sent().at(-1)?.startsWith("SA"), true);
});

Deno.test("connect() refuses a pair of addresses that is connected", () => {
  const bench = new Bench();
  bench.connect();
  const again = bench.host.connect(CLIENT, SERVER, bench.settings, bench.now);
  assertEquals(again, -Errno.EADDRNOTAVAIL);
});

Deno.test("connect() keeps its local address for all that it sends (MUST-43, MUST-45)", () => {
  const bench = new Bench();
  bench.connect();
  bench.now = bench.host.nextTimer;
  const again = bench.host.nextSegment(bench.now);
  assertEquals(again?.source, CLIENT.ip.bytes);
  assertEquals(again?.segment.sourcePort, CLIENT.port);
});

Deno.test("close() resets every connection", () => {
  const bench = new Bench();
  const connection = bench.open();
  bench.host.close();
  assertEquals([connection.state, bench.sent()], ["CLOSED", ["RA 1:1 ack 1"]]);
  assertEquals(bench.host.connectionCount, 0);
});

Deno.test("differentiated services and time to live are the user's to choose (MUST-48, MUST-49)", () => {
  const bench = new Bench({ typeOfService: 0xb8, timeToLive: 3 });
  const connection = bench.open();
  connection.tune({ timeToLive: 9 }, bench.now);
  connection.send(new Uint8Array(1));
  const out = bench.host.nextSegment(bench.now);
  assertEquals([out?.typeOfService, out?.timeToLive], [0xb8, 9]);
});

/** The SYN of one of many peers. */
function synFrom(bench: Bench, number: number): void {
  const source = new Uint8Array([172, 16, number >> 8, number & 255]);
  const syn = { ...bench.segment({ flags: "S" }), sourcePort: 1024 + number };
  bench.host.segmentArrives(source, CLIENT.ip.bytes, syn, bench.now);
  while (bench.host.nextSegment(bench.now) !== null);
}

Deno.test("a flood of SYNs leaves few half-open connections and times, whatever the backlog", () => {
  const bench = new Bench();
  const listener = bench.listen(4096);
  for (let number = 0; number < 20_000; number++) {
    synFrom(bench, number);
    bench.now += 1;
  }
  assertEquals([listener.halfOpenCount, bench.host.connectionCount], [512, 512]);
  assert(bench.host.timerCount <= 2 * 512 + 65, `${bench.host.timerCount} times`);
});

Deno.test("a listener hears again when half-open connections have timed out", () => {
  const bench = new Bench();
  const listener = bench.listen(4096);
  for (let number = 0; number < 600; number++) synFrom(bench, number);
  bench.pass(bench.settings.openTimeout);
  assertEquals([listener.halfOpenCount, bench.host.connectionCount], [0, 0]);
  bench.arrive({ flags: "S" });
  assertEquals(bench.sent().map((line) => line.split(" ")[0]), ["SA"]);
});

Deno.test("times that nobody waits for any more do not pile up", () => {
  const bench = new Bench({ keepAlive: true });
  const connection = bench.open();
  connection.tune({ keepAlive: true }, bench.now);
  for (let round = 0; round < 2000; round++) {
    bench.arrive({ flags: "PA", sequence: 1 + round, data: 1 });
    bench.pass(100);
    connection.receive(new Uint8Array(1));
  }
  assertEquals(connection.state, "ESTABLISHED");
  assert(bench.host.timerCount < 100, `${bench.host.timerCount} times`);
});

Deno.test("the oldest of too many connections in TIME-WAIT ends", () => {
  const bench = new Bench();
  const connections: TcpConnection[] = [];
  for (let number = 0; number < 5000; number++) {
    const local = address("10.0.0.1", 10_000 + number);
    const connection = bench.host.connect(local, SERVER, bench.settings, bench.now);
    assert(typeof connection !== "number");
    connections.push(connection);
    const syn = bench.host.nextSegment(bench.now)?.segment;
    assert(syn !== undefined);
    const arrive = (flags: string, sequence: number, acknowledgment: number) => {
      const segment = bench.segment({ flags, sequence });
      const own = (syn.sequence + acknowledgment) >>> 0;
      const answer = { ...segment, destinationPort: local.port, acknowledgment: own };
      bench.host.segmentArrives(SERVER.ip.bytes, local.ip.bytes, answer, bench.now);
      while (bench.host.nextSegment(bench.now) !== null);
    };
    arrive("SA", 0, 1);
    connection.finish();
    while (bench.host.nextSegment(bench.now) !== null);
    arrive("FA", 1, 2);
  }
  assertEquals(bench.host.connectionCount, 4096);
  assertEquals([connections[0]?.state, connections.at(-1)?.state], ["CLOSED", "TIME-WAIT"]);
});

Deno.test("listeners that share an address get connections each, the same for a peer", () => {
  const bench = new Bench();
  const listen = () => bench.host.listen(CLIENT, 64, bench.settings, true);
  const listeners = [listen(), listen()].filter((each) => typeof each !== "number");
  assertEquals(bench.host.listen(CLIENT, 64, bench.settings), -Errno.EADDRINUSE);
  for (let number = 0; number < 40; number++) synFrom(bench, number);
  const shares = listeners.map(({ halfOpenCount }) => halfOpenCount);
  assert(shares.length === 2 && shares.every((share) => share >= 5), `${shares}`);
  for (let number = 0; number < 40; number++) synFrom(bench, number);
  assertEquals(listeners.map(({ halfOpenCount }) => halfOpenCount), shares);
});
