/** Pings by hand through a TUN device: Linux resets a segment for a port that nobody has. */
import { assert, assertEquals } from "@std/assert";
import { bringUp, interfaceMtu } from "../../lib/device/interface_request.ts";
import { TunDevice } from "../../lib/device/tun.ts";
import { type IpAddress, parseIpAddress } from "../../lib/ip.ts";
import { Errno } from "../../lib/linux/errno.ts";
import { IPPROTO_TCP } from "../../lib/linux/in.ts";
import { POLLIN } from "../../lib/linux/poll.ts";
import { openLibc } from "../../lib/stack/libc/libc.ts";
import { emitIpv4, Ipv4Packet } from "../../lib/wire/ipv4.ts";
import { emitTcp, TcpPacket } from "../../lib/wire/tcp.ts";
import { TCP_FLAG_RST, TCP_FLAG_SYN } from "../../lib/wire/tcp_flags.ts";
import { NO_TCP_OPTIONS } from "../../lib/wire/tcp_options.ts";

function address(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  assert(parsed !== null);
  return parsed;
}

const libc = openLibc();
assertEquals(interfaceMtu(libc, "nothing0"), -Errno.ENODEV);
assertEquals(TunDevice.open(libc, "a/b"), -Errno.EINVAL);
const device = TunDevice.open(libc, "vmsock0");
assert(typeof device !== "number");
assertEquals(device.mtu, 1500);
assertEquals(TunDevice.open(libc, "vmsock0"), -Errno.EBUSY);
const [kernel, ours] = [address("10.66.0.1"), address("10.66.0.2")];
const packet = new Uint8Array(40);
emitIpv4({
  source: ours,
  destination: kernel,
  protocol: IPPROTO_TCP,
  payloadLength: 20,
  timeToLive: 64,
  typeOfService: 0,
  identification: 0,
  dontFragment: true,
}, packet);
emitTcp(
  {
    sourcePort: 5000,
    destinationPort: 81,
    sequence: 7,
    acknowledgment: 0,
    flags: TCP_FLAG_SYN,
    window: 100,
    urgentPointer: 0,
    options: NO_TCP_OPTIONS,
    payload: new Uint8Array(),
  },
  ours.bytes,
  kernel.bytes,
  packet.subarray(20),
);
assertEquals(device.transmit(packet), -Errno.EIO);
assertEquals(bringUp(libc, "vmsock0", { ip: kernel, prefixLength: 24 }), 0);
assertEquals(device.transmit(packet), 40);
const buffer = new Uint8Array(2000);
const pollfd = new Int32Array([device.descriptor, POLLIN]);
for (;;) {
  assertEquals(libc.poll(pollfd, 1, 5000), 1);
  const length = device.receive(buffer);
  const ip = Ipv4Packet.check(buffer.subarray(0, Math.max(0, length)));
  const tcp = ip === null ? null : TcpPacket.check(ip.payload);
  if (ip === null || tcp === null) continue;
  assert(ip.hasValidChecksum() && tcp.hasValidChecksum(ip.source, ip.destination));
  assertEquals(tcp.flags & TCP_FLAG_RST, TCP_FLAG_RST);
  assertEquals(tcp.acknowledgment, 8);
  assertEquals(tcp.destinationPort, 5000);
  break;
}
device.close();
assertEquals(interfaceMtu(libc, "vmsock0"), -Errno.ENODEV);
libc.release();
