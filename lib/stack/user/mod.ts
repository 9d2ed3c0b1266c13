/**
 * TCP and UDP of our own: packets, connections, and a stack over a TUN device.
 *
 * {@linkcode UserStack} goes into a `Kernel` like any other stack. {@linkcode TcpHost} does no I/O:
 * whoever drives it carries the segments and tells the time.
 *
 * @example
 * ```ts
 * import { DEFAULT_TCP_SETTINGS, TcpHost } from "@vmsock/vmsock/tcp";
 * import { parseSocketAddress } from "@vmsock/vmsock/linux";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const here = parseSocketAddress("10.0.0.1:40000");
 * const there = parseSocketAddress("10.0.0.2:80");
 * assert(here !== null && there !== null);
 * const client = new TcpHost({ secret: crypto.getRandomValues(new Uint8Array(16)) });
 * const server = new TcpHost({ secret: crypto.getRandomValues(new Uint8Array(16)) });
 * const listener = server.listen(there, 8, DEFAULT_TCP_SETTINGS);
 * const connection = client.connect(here, there, DEFAULT_TCP_SETTINGS, 0);
 * assert(typeof listener !== "number" && typeof connection !== "number");
 *
 * // A network in which every segment arrives at once.
 * for (let moved = true; moved;) {
 *   moved = false;
 *   for (const [from, to] of [[client, server], [server, client]] as const) {
 *     for (let out = from.nextSegment(0); out !== null; out = from.nextSegment(0)) {
 *       to.segmentArrives(out.source, out.destination, out.segment, 0);
 *       moved = true;
 *     }
 *   }
 * }
 * assertEquals(connection.state, "ESTABLISHED");
 * assertEquals(listener.accept()?.state, "ESTABLISHED");
 * ```
 *
 * @module
 */
export { type IpAddress, SocketAddress } from "../../ip.ts";
export {
  DEFAULT_TCP_SETTINGS,
  type OutgoingSegment,
  TCP_TRANSITIONS,
  TcpConnection,
  TcpHost,
  type TcpHostOptions,
  TcpListener,
  type TcpSettings,
  type TcpState,
  type TcpTransition,
  type TcpTuning,
} from "../../tcp/mod.ts";
export {
  emitIcmp,
  type IcmpError,
  icmpError,
  type IcmpErrorKind,
  type IcmpOriginal,
  type IcmpPath,
  type IcmpRepr,
  parseIcmp,
  parseIcmpOriginal,
} from "../../wire/icmp.ts";
export { emitIpv4, Ipv4Packet, type Ipv4Repr, parseIpv4 } from "../../wire/ipv4.ts";
export { emitIpv6, Ipv6Packet, type Ipv6Repr, parseIpv6 } from "../../wire/ipv6.ts";
export { formatPacket, formatTcp } from "../../wire/pretty_print.ts";
export {
  emitTcp,
  parseTcp,
  tcpHeaderLength,
  TcpPacket,
  type TcpRepr,
  tcpSequenceLength,
} from "../../wire/tcp.ts";
export {
  TCP_FLAG_ACK,
  TCP_FLAG_FIN,
  TCP_FLAG_PSH,
  TCP_FLAG_RST,
  TCP_FLAG_SYN,
  TCP_FLAG_URG,
  tcpFlagNames,
} from "../../wire/tcp_flags.ts";
export {
  NO_TCP_OPTIONS,
  type SackBlock,
  type TcpOptions,
  type TcpTimestamps,
} from "../../wire/tcp_options.ts";
export { emitUdp, UdpPacket, type UdpRepr } from "../../wire/udp.ts";
export type { EpollEvent } from "../../linux/epoll.ts";
export type { Flock } from "../../linux/fcntl.ts";
export type { SockaddrStorage, UnixAddress } from "../../linux/sockaddr.ts";
export type { FileStatus, FileTimes } from "../../linux/stat.ts";
export type { Timespec } from "../../linux/time.ts";
export type { Iovec } from "../../linux/uio.ts";
export type { Alarm } from "../alarm.ts";
export type { EpollRegistration, EpollRegistrations } from "../epoll_registrations.ts";
export type { HostFile } from "../thread_stack.ts";
export type { Bytes, FileKind, OffsetCell, OpenFile, ReceivedMessage } from "../open_file.ts";
export type { HostFiles, Limitation, Stack } from "../stack.ts";
export type { Faults } from "../../device/fault_injector.ts";
export { UserStack, UserStackError, type UserStackOptions } from "./user_stack.ts";
