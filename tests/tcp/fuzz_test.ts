/**
 * Arbitrary and almost right segments, calls and time, on connections in every state: no exception, no
 * state outside the diagram, memory bounded. The long run, ten million segments:
 * `FUZZ_COUNT=10000000 FUZZ_SEED=1 deno test -A tests/tcp/fuzz_test.ts`.
 */
import { assert } from "@std/assert";
import { type TcpConnection, TcpHost, type TcpState } from "../../lib/tcp/mod.ts";
import { DEFAULT_TCP_SETTINGS } from "../../lib/tcp/settings.ts";
import type { TcpRepr } from "../../lib/wire/tcp.ts";
import type { TcpOptions } from "../../lib/wire/tcp_options.ts";
import { Random } from "../linux/random.ts";
import { CLIENT, SERVER } from "./network.ts";
import { isInDiagram } from "./transitions.ts";

const COUNT = Number(Deno.env.get("FUZZ_COUNT") ?? 60_000);
const SEED = Number(Deno.env.get("FUZZ_SEED") ?? 1);
const BUFFER = 4096;
const LIFETIME = 400;

class Fuzzer {
  readonly #random = new Random(SEED);
  #host = this.#newHost();
  #connections: TcpConnection[] = [];
  #states = new Map<TcpConnection, TcpState>();
  #last: TcpRepr | null = null;
  #now = 0;
  readonly seen = new Set<TcpState>();

  run(count: number): void {
    for (let index = 0; index < count; index++) {
      if (index % LIFETIME === 0) this.#restart();
      this.#step();
      this.#check();
    }
  }

  #newHost(): TcpHost {
    return new TcpHost({ secret: new Uint8Array(16) });
  }

  #restart(): void {
    this.#host = this.#newHost();
    this.#connections = [];
    this.#states = new Map();
    this.#last = null;
    const settings = { ...DEFAULT_TCP_SETTINGS, receiveBuffer: BUFFER, sendBuffer: BUFFER };
    if (this.#random.integer(2) === 0) {
      const listener = this.#host.listen(CLIENT, 4, settings);
      assert(typeof listener !== "number");
      this.#host.segmentArrives(SERVER.ip.bytes, CLIENT.ip.bytes, this.#syn(), this.#now);
      this.#drain();
      this.#acknowledge();
      const connection = listener.accept();
      if (connection !== null) this.#connections.push(connection);
    } else {
      const connection = this.#host.connect(CLIENT, SERVER, settings, this.#now);
      assert(typeof connection !== "number");
      this.#connections.push(connection);
      this.#drain();
      if (this.#random.integer(4) > 0) this.#acknowledge();
    }
  }

  #syn(): TcpRepr {
    return { ...this.#arbitrary(), sequence: 1000, acknowledgment: 0, flags: 2 };
  }

  /** Answers what was sent last, so that the connection gets on. */
  #acknowledge(): void {
    const last = this.#last;
    if (last === null) return;
    const length = last.payload.length + (last.flags & 1) + ((last.flags >> 1) & 1);
    const answersSyn = (last.flags & 18) === 2;
    this.#arrive({
      ...this.#arbitrary(),
      sequence: answersSyn ? 1000 : last.acknowledgment,
      acknowledgment: (last.sequence + length) >>> 0,
      flags: answersSyn ? 18 : 16,
      payload: new Uint8Array(),
    });
  }

  #step(): void {
    const random = this.#random;
    const connection = random.pick(this.#connections);
    switch (random.integer(12)) {
      case 0:
        this.#now += random.pick([1, 50, 1000, 70_000]);
        break;
      case 1:
        connection?.send(random.bytes(random.integer(3000)), random.integer(8) === 0);
        break;
      case 2:
        connection?.receive(new Uint8Array(random.integer(3000)));
        break;
      case 3:
        if (random.integer(20) === 0) connection?.finish();
        else if (random.integer(40) === 0) connection?.close(this.#now);
        else this.#acknowledge();
        break;
      case 4:
        this.#acknowledge();
        break;
      case 5:
        connection?.icmpArrives(
          { kind: "packet-too-big", mtu: random.integer(1600), original: new Uint8Array() },
          this.#last?.sequence ?? 0,
        );
        break;
      default:
        this.#arrive(this.#plausible());
    }
    this.#drain();
  }

  #arrive(segment: TcpRepr): void {
    this.#host.segmentArrives(SERVER.ip.bytes, CLIENT.ip.bytes, segment, this.#now);
  }

  #drain(): void {
    for (let count = 0;; count++) {
      assert(count < 5000, "segments without end");
      const out = this.#host.nextSegment(this.#now);
      if (out === null) return;
      this.#last = { ...out.segment, payload: out.segment.payload.slice() };
    }
  }

  #options(): TcpOptions {
    const random = this.#random;
    const near = (this.#last?.sequence ?? 0) + random.integer(5000) - 1000;
    return {
      maximumSegmentSize: random.integer(3) === 0 ? random.integer(0x10000) : null,
      windowScale: random.integer(3) === 0 ? random.integer(15) : null,
      sackPermitted: random.integer(3) === 0,
      sackBlocks: random.integer(3) === 0
        ? [{ left: near >>> 0, right: (near + random.integer(3000)) >>> 0 }]
        : [],
      timestamps: random.integer(2) === 0
        ? { value: Math.floor(this.#now) + random.integer(100), echo: random.integer(2 ** 32) }
        : null,
    };
  }

  #arbitrary(): TcpRepr {
    const random = this.#random;
    return {
      sourcePort: SERVER.port,
      destinationPort: CLIENT.port,
      sequence: random.integer(2 ** 32),
      acknowledgment: random.integer(2 ** 32),
      flags: random.integer(256),
      window: random.integer(0x10000),
      urgentPointer: random.integer(0x10000),
      options: this.#options(),
      payload: random.bytes(random.integer(4) === 0 ? random.integer(2000) : 0),
    };
  }

  /** A segment whose numbers are near those that count. */
  #plausible(): TcpRepr {
    const random = this.#random;
    const segment = this.#arbitrary();
    if (this.#last === null || random.integer(10) === 0) return segment;
    const near = (number: number) => (number + random.pick([0, 0, 1, -1, 500, -500])) >>> 0;
    return {
      ...segment,
      sequence: near(this.#last.acknowledgment),
      acknowledgment: near(this.#last.sequence + this.#last.payload.length),
      flags: random.pick([16, 16, 16, 24, 17, 2, 18, 4, 20, 48, 0, segment.flags]),
    };
  }

  #check(): void {
    for (const connection of this.#connections) {
      const before = this.#states.get(connection) ?? connection.state;
      const { state } = connection;
      assert(isInDiagram(before, state), `${before} to ${state}`);
      this.#states.set(connection, state);
      this.seen.add(state);
      assert(connection.available <= BUFFER + 1, `${connection.available} octets buffered`);
      assert(connection.unacknowledged <= BUFFER);
    }
    assert(this.#host.connectionCount <= 16);
  }
}

Deno.test(`TCP takes any segments in any state: ${COUNT}, seed ${SEED}`, () => {
  const fuzzer = new Fuzzer();
  fuzzer.run(COUNT);
  // Not one that it never came to.
  assert(fuzzer.seen.size >= 10, [...fuzzer.seen].join(", "));
});
