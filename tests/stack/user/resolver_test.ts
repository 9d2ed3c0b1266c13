import { assert, assertEquals } from "@std/assert";
import { parseIpAddress, SocketAddress } from "../../../lib/ip.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { AF_INET, AF_INET6, AF_UNSPEC } from "../../../lib/linux/socket.ts";
import type { EngineContext } from "../../../lib/stack/user/engine/context.ts";
import { parseHosts } from "../../../lib/stack/user/engine/hosts.ts";
import { type Lookup, lookUp } from "../../../lib/stack/user/engine/resolver.ts";
import { UdpHost } from "../../../lib/stack/user/udp_host.ts";
import { UdpPacket } from "../../../lib/wire/udp.ts";
import { answerTo } from "./name_server.ts";

const OWN = parseIpAddress("10.9.0.2");
const SERVER = parseIpAddress("10.9.0.1");

/** A lookup, the time, and the other end of its UDP. */
class Scene {
  readonly lookup: Lookup;
  readonly #udp = new UdpHost(() => {});
  #now = 0;

  constructor(name: string, family: number = AF_UNSPEC, timeout = -1, hosts = "") {
    assert(OWN !== null && SERVER !== null);
    const context = {
      udp: this.#udp,
      addresses: [OWN],
      mtu: 1500,
      now: () => this.#now,
      freePort: (taken: (port: number) => boolean) => [40_000, 40_001].find((p) => !taken(p)) ?? 0,
    } as unknown as EngineContext;
    const sources = { hosts: parseHosts(hosts), nameserver: SERVER };
    this.lookup = lookUp(context, sources, name, family, timeout);
  }

  /** Queries that were sent, their source ports before them. */
  queries(): { readonly port: number; readonly bytes: Uint8Array }[] {
    const queries = [];
    for (let next = this.#udp.nextDatagram(); next !== undefined;) {
      const packet = UdpPacket.check(next.bytes);
      assert(packet !== null);
      queries.push({ port: packet.sourcePort, bytes: packet.payload.slice() });
      next = this.#udp.nextDatagram();
    }
    return queries;
  }

  /** Lets an answer arrive, from the server or from another address or port. */
  answer(bytes: Uint8Array, port: number, from = "10.9.0.1", fromPort = 53): void {
    const source = parseIpAddress(from);
    assert(source !== null && OWN !== null);
    const other = new UdpHost(() => {});
    other.send(new SocketAddress(source, fromPort), new SocketAddress(OWN, port), bytes, {
      limit: 1500,
    });
    const datagram = UdpPacket.check(other.nextDatagram()?.bytes ?? new Uint8Array());
    assert(datagram !== null);
    this.#udp.datagramArrives(source.bytes, OWN.bytes, datagram);
    this.lookup.turn(this.#now);
  }

  answerAll(): void {
    for (const { port, bytes } of this.queries()) {
      const answer = answerTo(bytes);
      if (answer !== null) this.answer(answer, port);
    }
  }

  /** Lets time pass until the lookup has something to do. */
  pass(): number {
    this.#now = this.lookup.nextTimer;
    this.lookup.turn(this.#now);
    return this.#now;
  }

  get outcome(): readonly string[] | number | undefined {
    const result = this.lookup.result();
    return result !== undefined && result > 0 ? this.lookup.addresses.map(String) : result;
  }
}

function outcome(name: string, family: number = AF_UNSPEC): readonly string[] | number | undefined {
  const scene = new Scene(name, family);
  scene.answerAll();
  return scene.outcome;
}

Deno.test("lookUp() gives A and AAAA records, those of the family alone", () => {
  assertEquals(outcome("both.test"), ["192.0.2.1", "192.0.2.2", "2001:db8::1"]);
  assertEquals(outcome("BOTH.test."), ["192.0.2.1", "192.0.2.2", "2001:db8::1"]);
  assertEquals(outcome("both.test", AF_INET), ["192.0.2.1", "192.0.2.2"]);
  assertEquals(outcome("both.test", AF_INET6), ["2001:db8::1"]);
});

Deno.test("lookUp() follows aliases, but not in circles", () => {
  assertEquals(outcome("alias.test", AF_INET), ["192.0.2.1", "192.0.2.2"]);
  assertEquals(outcome("circle.test"), -Errno.ENOENT);
});

Deno.test("lookUp() tells a name that does not exist from a failure that may pass", () => {
  assertEquals(outcome("none.test"), -Errno.ENOENT);
  assertEquals(outcome("empty.test"), -Errno.ENOENT);
  assertEquals(outcome("broken.test"), -Errno.EAGAIN);
  assertEquals(outcome("long.test"), -Errno.EAGAIN);
});

Deno.test("lookUp() asks again after five seconds and gives up after ten", () => {
  const scene = new Scene("both.test");
  assertEquals(scene.queries().length, 2);
  assertEquals([scene.pass(), scene.queries().length, scene.outcome], [5000, 2, undefined]);
  assertEquals([scene.pass(), scene.queries().length, scene.outcome], [10_000, 0, -Errno.EAGAIN]);
});

Deno.test("lookUp() keeps to its time limit", () => {
  const scene = new Scene("both.test", AF_UNSPEC, 1500);
  assertEquals([scene.pass(), scene.outcome], [1500, -Errno.ETIMEDOUT]);
  assertEquals(new Scene("both.test", AF_UNSPEC, 0).outcome, -Errno.ETIMEDOUT);
});

Deno.test("lookUp() ignores answers with another id, question, sender or port", () => {
  const scene = new Scene("both.test", AF_INET);
  const [query] = scene.queries();
  assert(query !== undefined);
  const right = answerTo(query.bytes);
  assert(right !== null);
  const forge = (index: number) => right.map((octet, at) => at === index ? octet ^ 1 : octet);
  scene.answer(forge(0), query.port);
  scene.answer(forge(1), query.port);
  // The question's name, and the bit that makes it an answer.
  scene.answer(forge(14), query.port);
  scene.answer(right.map((octet, at) => at === 2 ? octet & 0x7f : octet), query.port);
  for (let length = 0; length < right.length; length++) {
    scene.answer(right.subarray(0, length), query.port);
  }
  scene.answer(right, query.port, "10.9.0.7");
  scene.answer(right, query.port, "10.9.0.1", 54);
  scene.answer(right, query.port + 1);
  assertEquals(scene.outcome, undefined);
  scene.answer(right, query.port);
  assertEquals(scene.outcome, ["192.0.2.1", "192.0.2.2"]);
});

Deno.test("lookUp() asks nobody for what /etc/hosts has", () => {
  const scene = new Scene("Known.test", AF_UNSPEC, -1, "192.0.2.9 known.test\n");
  assertEquals([scene.queries().length, scene.outcome], [0, ["192.0.2.9"]]);
  assertEquals(new Scene("known.test", AF_INET6, -1, "192.0.2.9 known.test\n").queries().length, 1);
});
