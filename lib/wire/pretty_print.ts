/**
 * Packets as text, one line each.
 *
 * @module
 */
import { IpAddress } from "../ip.ts";
import { IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_TCP, IPPROTO_UDP } from "../linux/in.ts";
import { parseIcmp } from "./icmp.ts";
import { Ipv4Packet } from "./ipv4.ts";
import { Ipv6Packet } from "./ipv6.ts";
import { parseTcp, TcpPacket, type TcpRepr } from "./tcp.ts";
import { TCP_FLAG_ACK, tcpFlagNames } from "./tcp_flags.ts";
import type { TcpOptions } from "./tcp_options.ts";
import { UdpPacket } from "./udp.ts";

/**
 * Names the options of a segment: `mss 1460, sack permitted, window scale 10`.
 *
 * @param options The options.
 * @returns Empty without any.
 */
export function formatTcpOptions(options: TcpOptions): string {
  const { maximumSegmentSize, windowScale, sackPermitted, sackBlocks, timestamps } = options;
  const parts: string[] = [];
  if (maximumSegmentSize !== null) parts.push(`mss ${maximumSegmentSize}`);
  if (sackPermitted) parts.push("sack permitted");
  if (timestamps !== null) parts.push(`timestamp ${timestamps.value} echo ${timestamps.echo}`);
  if (windowScale !== null) parts.push(`window scale ${windowScale}`);
  for (const { left, right } of sackBlocks) parts.push(`sack ${left}:${right}`);
  return parts.join(", ");
}

/**
 * Describes a segment: `[SYN, ACK] seq 200 ack 101 window 65535 mss 1460`.
 *
 * @param repr The segment.
 */
export function formatTcp(repr: TcpRepr): string {
  const parts = [`[${tcpFlagNames(repr.flags)}] seq ${repr.sequence}`];
  if ((repr.flags & TCP_FLAG_ACK) !== 0) parts.push(`ack ${repr.acknowledgment}`);
  parts.push(`window ${repr.window}`);
  const options = formatTcpOptions(repr.options);
  if (options !== "") parts.push(options);
  if (repr.payload.length > 0) parts.push(`data ${repr.payload.length}`);
  return parts.join(" ");
}

function formatPayload(packet: Ipv4Packet | Ipv6Packet): string {
  const { source, destination, payload, protocol } = packet;
  const from = new IpAddress(source);
  const to = new IpAddress(destination);
  const wrong = " (wrong checksum)";
  if (!packet.isFragment && protocol === IPPROTO_TCP) {
    const tcp = TcpPacket.check(payload);
    if (tcp !== null) {
      const note = tcp.hasValidChecksum(source, destination) ? "" : wrong;
      const ports = `${from}.${tcp.sourcePort} > ${to}.${tcp.destinationPort}`;
      return `TCP ${ports} ${formatTcp(parseTcp(tcp))}${note}`;
    }
  }
  if (!packet.isFragment && protocol === IPPROTO_UDP) {
    const udp = UdpPacket.check(payload);
    if (udp !== null) {
      const note = udp.hasValidChecksum(source, destination) ? "" : wrong;
      const ports = `${from}.${udp.sourcePort} > ${to}.${udp.destinationPort}`;
      return `UDP ${ports} data ${udp.payload.length}${note}`;
    }
  }
  if (!packet.isFragment && (protocol === IPPROTO_ICMP || protocol === IPPROTO_ICMPV6)) {
    const icmp = parseIcmp(payload, packet);
    if (icmp !== null) return `ICMP ${from} > ${to} type ${icmp.type} code ${icmp.code}`;
  }
  const part = packet.isFragment ? "fragment " : "";
  return `${from} > ${to} ${part}protocol ${protocol} length ${payload.length}`;
}

/**
 * Describes an IP packet: `IPv4 TCP 10.0.0.1.40000 > 10.0.0.2.80 [SYN] seq 1 window 8192`.
 *
 * @param bytes The packet; anything at all is described in some way.
 */
export function formatPacket(bytes: Uint8Array): string {
  const v4 = Ipv4Packet.check(bytes);
  if (v4 !== null) {
    return `IPv4 ${formatPayload(v4)}${v4.hasValidChecksum() ? "" : " (wrong header checksum)"}`;
  }
  const v6 = Ipv6Packet.check(bytes);
  return v6 === null ? `${bytes.length} octets, no IP packet` : `IPv6 ${formatPayload(v6)}`;
}
