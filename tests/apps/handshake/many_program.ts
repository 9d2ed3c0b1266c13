/**
 * Makes connections to Linux's own TCP, one after the other, by our TCP over a raw socket or TUN; each
 * sends a line, and Linux's side must have accepted it and read the line. Arguments: raw or tun, how
 * many.
 */
import { assert, assertEquals } from "@std/assert";
import type { Device } from "../../../lib/device/device.ts";
import { bringUp } from "../../../lib/device/interface_request.ts";
import { PortGuard } from "../../../lib/device/port_guard.ts";
import { RawSocketDevice } from "../../../lib/device/raw_socket.ts";
import { TunDevice } from "../../../lib/device/tun.ts";
import { IPV4_LOOPBACK, parseIpAddress, SocketAddress } from "../../../lib/ip.ts";
import { POLLIN } from "../../../lib/linux/poll.ts";
import { AF_INET, MSG_DONTWAIT, SOCK_STREAM } from "../../../lib/linux/socket.ts";
import { encodeSockaddr, SockaddrStorage } from "../../../lib/linux/sockaddr.ts";
import { openLibc } from "../../../lib/stack/libc/libc.ts";
import { IpLayer } from "../../../lib/stack/user/ip_layer.ts";
import { DEFAULT_TCP_SETTINGS, TcpHost } from "../../../lib/tcp/mod.ts";

const [via, countText] = Deno.args;
const count = Number(countText);
const libc = openLibc();
const [kernelIp, ourIp] = via === "raw"
  ? [IPV4_LOOPBACK, IPV4_LOOPBACK]
  : [parseIpAddress("10.66.0.1"), parseIpAddress("10.66.0.2")];
assert(kernelIp !== null && ourIp !== null);
const device: Device | number = via === "raw"
  ? RawSocketDevice.open(libc)
  : TunDevice.open(libc, "vmsock0");
assert(typeof device !== "number");
const address = via === "raw" ? null : { ip: kernelIp, prefixLength: 24 };
assertEquals(bringUp(libc, via === "raw" ? "lo" : "vmsock0", address), 0);

const listener = libc.socket(AF_INET, SOCK_STREAM, 0);
const any = encodeSockaddr(new SocketAddress(kernelIp, 0));
assertEquals(libc.bind(listener, any, any.length), 0);
assertEquals(libc.listen(listener, 16), 0);
const name = new SockaddrStorage();
name.length = 128;
libc.getsockname(listener, name.bytes, name.lengthCell);
const remote = name.address;
assert(remote instanceof SocketAddress);

const tcp = new TcpHost({ secret: crypto.getRandomValues(new Uint8Array(16)) });
const ports = new Set<number>();
const layer = new IpLayer({
  device,
  addresses: [ourIp],
  tcp,
  udp: null,
  ports: via === "raw" ? ports : null,
  trustsChecksums: via === "raw",
});

function turnUntil(condition: () => boolean): void {
  for (;;) {
    assert(typeof device !== "number");
    layer.receive(performance.now());
    layer.transmit(performance.now());
    if (condition()) return;
    const wait = Math.max(0, tcp.nextTimer - performance.now());
    libc.poll(new Int32Array([device.descriptor, POLLIN]), 1, Math.min(1000, Math.ceil(wait)));
  }
}

const settings = { ...DEFAULT_TCP_SETTINGS, maximumSegmentLifetime: 10 };
const decoder = new TextDecoder();
const guards: PortGuard[] = [];
for (let number = 0; number < count; number++) {
  const guard = via === "raw" ? PortGuard.reserve(libc, ourIp, 0) : null;
  assert(typeof guard !== "number");
  const local = guard?.address ?? new SocketAddress(ourIp, 10_000 + number);
  ports.add(local.port);
  const connection = tcp.connect(local, remote, settings, performance.now());
  assert(typeof connection !== "number");
  connection.send(new TextEncoder().encode(`line ${number}\n`));
  turnUntil(() => connection.isEstablished);
  const peer = libc.accept4(listener, null, null, 0);
  assert(peer >= 0, "Linux has accepted nothing");
  connection.finish();
  const buffer = new Uint8Array(100);
  let length = 0;
  turnUntil(() => {
    const read = libc.recv(peer, buffer.subarray(length), 100 - length, MSG_DONTWAIT);
    length += Math.max(0, read);
    return read === 0;
  });
  assertEquals(decoder.decode(buffer.subarray(0, length)), `line ${number}\n`);
  assertEquals(libc.close(peer), 0);
  turnUntil(() => connection.state === "TIME-WAIT" || connection.state === "CLOSED");
  assertEquals(connection.error, 0);
  if (guard !== null) guards.push(guard);
}
turnUntil(() => tcp.connectionCount === 0);
for (const guard of guards) guard.close();
device.close();
libc.close(listener);
libc.release();
Deno.stdout.writeSync(new TextEncoder().encode(`${count} of ${count}\n`));
