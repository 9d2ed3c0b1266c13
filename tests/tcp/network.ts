/**
 * Two hosts, a network between them that loses, doubles and reorders packets by a seed, and time that
 * passes only here.
 */
import { parseIpAddress, SocketAddress } from "../../lib/ip.ts";
import { type TcpConnection, TcpHost } from "../../lib/tcp/mod.ts";
import { DEFAULT_TCP_SETTINGS, type TcpSettings } from "../../lib/tcp/settings.ts";
import { emitTcp, parseTcp, TcpPacket } from "../../lib/wire/tcp.ts";
import { assert } from "@std/assert";
import { Random } from "../linux/random.ts";

/** What the network does to packets. */
export interface NetworkOptions {
  readonly seed?: number;
  /** Milliseconds from one host to the other. */
  readonly delay?: number;
  /** Share of packets that get lost, are sent twice, or are held up. */
  readonly loss?: number;
  readonly duplication?: number;
  readonly reordering?: number;
  /** Octets per millisecond and direction. */
  readonly bandwidth?: number;
  readonly client?: Partial<TcpSettings>;
  readonly server?: Partial<TcpSettings>;
  /** Sees each packet; false loses it. */
  readonly filter?: (segment: ReturnType<typeof parseTcp>, from: "client" | "server") => boolean;
}

interface Flight {
  readonly at: number;
  readonly to: "client" | "server";
  readonly bytes: Uint8Array;
}

export function address(text: string, port: number): SocketAddress {
  const ip = parseIpAddress(text);
  assert(ip !== null);
  return new SocketAddress(ip, port);
}

export const CLIENT = address("10.0.0.1", 40_000);
export const SERVER = address("10.0.0.2", 80);

export class Network {
  now = 1000;
  readonly hosts = {
    client: new TcpHost({ secret: new Uint8Array(16).fill(1) }),
    server: new TcpHost({ secret: new Uint8Array(16).fill(2) }),
  };
  packets = 0;
  readonly #options: NetworkOptions;
  readonly #random: Random;
  readonly #flights: Flight[] = [];
  readonly #busyUntil = { client: 0, server: 0 };

  constructor(options: NetworkOptions = {}) {
    this.#options = options;
    this.#random = new Random(options.seed ?? 1);
  }

  settings(side: "client" | "server"): TcpSettings {
    return { ...DEFAULT_TCP_SETTINGS, ...this.#options[side] };
  }

  /** Opens a connection and accepts it. */
  open(): { client: TcpConnection; server: TcpConnection } {
    const listener = this.hosts.server.listen(SERVER, 8, this.settings("server"));
    assert(typeof listener !== "number");
    const client = this.connect();
    this.runUntil(() => client.state === "ESTABLISHED" && listener.hasConnection);
    const server = listener.accept();
    assert(server !== null);
    return { client, server };
  }

  connect(local: SocketAddress = CLIENT): TcpConnection {
    const client = this.hosts.client.connect(local, SERVER, this.settings("client"), this.now);
    assert(typeof client !== "number");
    this.#transmit();
    return client;
  }

  /** Lets things happen until a condition holds; fails when nothing is left to happen. */
  runUntil(condition: () => boolean, limit = 4_000_000): void {
    this.#transmit();
    for (let steps = 0; !condition(); steps++) {
      // The condition may have sent or read.
      this.#transmit();
      assert(steps < limit, "the network never came to that");
      assert(this.step(), "nothing is left to happen");
    }
  }

  /** Lets time pass, with everything that happens meanwhile. */
  run(milliseconds: number): void {
    const end = this.now + milliseconds;
    this.#transmit();
    while (this.#next() <= end && this.step());
    this.now = end;
    this.#transmit();
  }

  /** Goes on to the next thing that happens; false if there is none. */
  step(): boolean {
    const next = this.#next();
    if (next === Infinity) return false;
    this.now = Math.max(this.now, next);
    let index = 0;
    while (index < this.#flights.length) {
      const flight = this.#flights[index];
      if (flight === undefined || flight.at > this.now) {
        index += 1;
        continue;
      }
      this.#flights.splice(index, 1);
      this.#arrive(flight);
    }
    this.#transmit();
    return true;
  }

  #next(): number {
    const { client, server } = this.hosts;
    let next = Math.min(client.nextTimer, server.nextTimer);
    for (const { at } of this.#flights) next = Math.min(next, at);
    return next;
  }

  #arrive({ to, bytes }: Flight): void {
    const [source, destination] = to === "server" ? [CLIENT, SERVER] : [SERVER, CLIENT];
    const packet = TcpPacket.check(bytes);
    assert(packet !== null);
    assert(packet.hasValidChecksum(source.ip.bytes, destination.ip.bytes));
    this.hosts[to].segmentArrives(
      source.ip.bytes,
      destination.ip.bytes,
      parseTcp(packet),
      this.now,
    );
  }

  #chance(share: number | undefined): boolean {
    return share !== undefined && this.#random.integer(10_000) < share * 10_000;
  }

  #transmit(): void {
    for (const from of ["client", "server"] as const) {
      for (;;) {
        const out = this.hosts[from].nextSegment(this.now);
        if (out === null) break;
        this.packets += 1;
        const buffer = new Uint8Array(70_000);
        const length = emitTcp(out.segment, out.source, out.destination, buffer);
        this.#post(from, buffer.slice(0, length));
      }
    }
  }

  #post(from: "client" | "server", bytes: Uint8Array): void {
    const { filter, loss, duplication, reordering, bandwidth, delay = 10 } = this.#options;
    const packet = TcpPacket.check(bytes);
    assert(packet !== null);
    if (filter !== undefined && !filter(parseTcp(packet), from)) return;
    if (this.#chance(loss)) return;
    const to = from === "client" ? "server" : "client";
    for (let copies = this.#chance(duplication) ? 2 : 1; copies > 0; copies--) {
      const busy = Math.max(this.now, this.#busyUntil[from]);
      if (bandwidth !== undefined) this.#busyUntil[from] = busy + bytes.length / bandwidth;
      const late = this.#chance(reordering) ? 1 + this.#random.integer(3 * delay) : 0;
      const start = bandwidth === undefined ? this.now : this.#busyUntil[from];
      this.#flights.push({ at: start + delay + late, to, bytes });
    }
  }
}

/** Moves octets from one end to the other through the network and returns what arrived. */
export function transfer(
  network: Network,
  from: TcpConnection,
  to: TcpConnection,
  data: Uint8Array,
): Uint8Array {
  const received = new Uint8Array(data.length);
  let sent = 0;
  let count = 0;
  network.runUntil(() => {
    while (sent < data.length) {
      const taken = from.send(data.subarray(sent));
      assert(taken >= 0, `send gave ${taken}, error ${from.error}`);
      if (taken === 0) break;
      sent += taken;
    }
    for (;;) {
      const read = to.receive(received.subarray(count));
      if (read === 0) break;
      count += read;
    }
    return count === data.length;
  });
  return received;
}
