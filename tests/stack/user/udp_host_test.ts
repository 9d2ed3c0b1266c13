import { assert, assertEquals } from "@std/assert";
import { parseSocketAddress, type SocketAddress } from "../../../lib/ip.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { UdpHost, type UdpPort } from "../../../lib/stack/user/udp_host.ts";
import { emitUdp, UdpPacket } from "../../../lib/wire/udp.ts";

function at(text: string): SocketAddress {
  const address = parseSocketAddress(text);
  assert(address !== null);
  return address;
}

const HERE = at("10.9.0.2:53");

function opened(port: UdpPort | number): UdpPort {
  assert(typeof port !== "number");
  return port;
}

/** Lets an empty datagram arrive; whether somebody has its port. */
function arrive(host: UdpHost, from: SocketAddress, to = HERE): boolean {
  const bytes = new Uint8Array(8);
  const ports = { sourcePort: from.port, destinationPort: to.port };
  emitUdp({ ...ports, payload: new Uint8Array() }, from.ip.bytes, to.ip.bytes, bytes);
  const packet = UdpPacket.check(bytes);
  assert(packet !== null);
  return host.datagramArrives(from.ip.bytes, to.ip.bytes, packet);
}

function takeAll(port: UdpPort): number {
  let count = 0;
  while (port.receive() !== undefined) count += 1;
  return count;
}

Deno.test("a UDP port that is not shared is had once", () => {
  const host = new UdpHost(() => {});
  opened(host.open(HERE));
  assertEquals(host.open(at("0.0.0.0:53")), -Errno.EADDRINUSE);
  assertEquals(arrive(host, at("10.9.0.1:9"), at("10.9.0.2:54")), false);
});

Deno.test("of UDP sockets that share a port the one with a peer hears it, else the last", () => {
  const host = new UdpHost(() => {});
  const [all, first, last] = [at("0.0.0.0:53"), HERE, HERE].map((local) =>
    opened(host.open(local, "last"))
  );
  assert(all !== undefined && first !== undefined && last !== undefined);
  arrive(host, at("10.9.0.1:9"));
  assertEquals([takeAll(all), takeAll(first), takeAll(last)], [0, 0, 1]);
  all.remote = at("10.9.0.1:9");
  arrive(host, at("10.9.0.1:9"));
  arrive(host, at("10.9.0.1:10"));
  assertEquals([takeAll(all), takeAll(first), takeAll(last)], [1, 0, 1]);
  host.close(last);
  arrive(host, at("10.9.0.1:10"));
  assertEquals(takeAll(first), 1);
});

Deno.test("SO_REUSEPORT spreads senders over UDP sockets, each to the same one", () => {
  const host = new UdpHost(() => {});
  const ports = [1, 2, 3].map(() => opened(host.open(HERE, "spread")));
  const round = () => {
    for (let port = 1000; port < 1300; port++) arrive(host, at(`10.9.0.1:${port}`));
    return ports.map(takeAll);
  };
  const shares = round();
  assert(shares.every((share) => share > 50), `${shares}`);
  assertEquals(round(), shares);
});
