/** Sends a SYN to a listener on loopback by a raw socket, with a guarded port, and without. */
import { assert, assertEquals } from "@std/assert";
import { bringUp } from "../../lib/device/interface_request.ts";
import { PortGuard } from "../../lib/device/port_guard.ts";
import { RawSocketDevice } from "../../lib/device/raw_socket.ts";
import { IPV4_LOOPBACK } from "../../lib/ip.ts";
import { Errno } from "../../lib/linux/errno.ts";
import { IPPROTO_TCP } from "../../lib/linux/in.ts";
import { POLLIN } from "../../lib/linux/poll.ts";
import { openLibc } from "../../lib/stack/libc/libc.ts";
import { emitIpv4, Ipv4Packet } from "../../lib/wire/ipv4.ts";
import { emitTcp, TcpPacket } from "../../lib/wire/tcp.ts";
import { TCP_FLAG_ACK, TCP_FLAG_RST, TCP_FLAG_SYN } from "../../lib/wire/tcp_flags.ts";
import { NO_TCP_OPTIONS } from "../../lib/wire/tcp_options.ts";

const libc = openLibc();
assertEquals(bringUp(libc, "lo", null), 0);
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const { port } = listener.addr;
const device = RawSocketDevice.open(libc);
assert(typeof device !== "number");

function sendSyn(from: number): void {
  const { bytes } = IPV4_LOOPBACK;
  const packet = new Uint8Array(40);
  emitIpv4({
    source: IPV4_LOOPBACK,
    destination: IPV4_LOOPBACK,
    protocol: IPPROTO_TCP,
    payloadLength: 20,
    timeToLive: 64,
    typeOfService: 0,
    identification: 0,
    dontFragment: true,
  }, packet);
  const segment = {
    sourcePort: from,
    destinationPort: port,
    sequence: 7,
    acknowledgment: 0,
    flags: TCP_FLAG_SYN,
    window: 100,
    urgentPointer: 0,
    options: NO_TCP_OPTIONS,
    payload: new Uint8Array(),
  };
  emitTcp(segment, bytes, bytes, packet.subarray(20));
  assert(typeof device !== "number");
  assertEquals(device.transmit(packet), 40);
}

/** What passes, by port, until the listener's peer at a port was reset. */
function flagsUntilReset(from: number): Map<number, number[]> {
  assert(typeof device !== "number");
  const buffer = new Uint8Array(70_000);
  const flags = new Map<number, number[]>();
  for (;;) {
    assertEquals(libc.poll(new Int32Array([device.descriptor, POLLIN]), 1, 10_000), 1);
    const length = device.receive(buffer);
    const ip = Ipv4Packet.check(buffer.subarray(0, Math.max(0, length)));
    const tcp = ip === null ? null : TcpPacket.check(ip.payload);
    if (tcp === null) continue;
    const other = tcp.sourcePort === port ? tcp.destinationPort : tcp.sourcePort;
    flags.set(other, [...flags.get(other) ?? [], tcp.flags]);
    if (other === from && (tcp.flags & TCP_FLAG_RST) !== 0) return flags;
  }
}

assertEquals(device.transmit(new Uint8Array(40)), -Errno.EINVAL);
const guard = PortGuard.reserve(libc, IPV4_LOOPBACK, 0);
assert(typeof guard !== "number");
assertEquals(PortGuard.reserve(libc, IPV4_LOOPBACK, guard.address.port), -Errno.EADDRINUSE);
sendSyn(guard.address.port);
// Linux has answered for the guarded port, or not, by the time that it answers for another.
sendSyn(5001);
const seen = flagsUntilReset(5001);
assertEquals(seen.get(5001), [TCP_FLAG_SYN, TCP_FLAG_SYN | TCP_FLAG_ACK, TCP_FLAG_RST]);
assertEquals(seen.get(guard.address.port), [TCP_FLAG_SYN, TCP_FLAG_SYN | TCP_FLAG_ACK]);
guard.close();
device.close();
listener.close();
libc.release();
