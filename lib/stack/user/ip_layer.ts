/**
 * IP between a device and what is above it: which packet is for whom, RFC 1122 sections 3.2 and 3.3,
 * RFC 8200, RFC 4443.
 *
 * @module
 */
import type { Device } from "../../device/device.ts";
import { IpAddress } from "../../ip.ts";
import { Errno } from "../../linux/errno.ts";
import { IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_TCP, IPPROTO_UDP } from "../../linux/in.ts";
import type { TcpHost } from "../../tcp/mod.ts";
import {
  emitIcmp,
  icmpError,
  type IcmpRepr,
  parseIcmp,
  parseIcmpOriginal,
} from "../../wire/icmp.ts";
import { emitIpv4, IPV4_HEADER_LENGTH, Ipv4Packet } from "../../wire/ipv4.ts";
import { emitIpv6, IPV6_HEADER_LENGTH, Ipv6Packet } from "../../wire/ipv6.ts";
import { parseFragment, splitPacket } from "../../wire/fragment.ts";
import { emitTcp, parseTcp, TcpPacket } from "../../wire/tcp.ts";
import { UdpPacket } from "../../wire/udp.ts";
import { Reassembler } from "./reassembler.ts";
import type { UdpHost } from "./udp_host.ts";

/** What a packet's header says beside who it is from and to. */
interface PacketMarks {
  readonly typeOfService: number;
  readonly timeToLive: number;
}

const DEFAULT_MARKS: PacketMarks = { typeOfService: 0, timeToLive: 64 };
/** Packets that are taken before others get a turn. */
const BATCH = 64;
/** Packets of this host for itself that wait; more are lost. */
const LOCAL_QUEUE = 1024;
/** Of what cannot be delivered, this much goes back: RFC 792, RFC 4443 (the least IPv6 MTU). */
const QUOTED = { 4: 28, 6: 1280 - IPV6_HEADER_LENGTH - 8 } as const;

const ECHO_REQUEST = { 4: 8, 6: 128 } as const;
const ECHO_REPLY = { 4: 0, 6: 129 } as const;
const UNREACHABLE = { 4: 3, 6: 1 } as const;
const TIME_EXCEEDED = { 4: 11, 6: 3 } as const;
/** Code of what has timed out while waiting for its parts. */
const REASSEMBLY = 1;
const PORT_UNREACHABLE = { 4: 3, 6: 4 } as const;
/** Longest packet: IPv6 does not count its header. Linux joins segments on their way to raw sockets. */
const BUFFER_LENGTH = 0xffff + IPV6_HEADER_LENGTH;

/** What an IP layer is made of. */
export interface IpLayerOptions {
  /** What carries the packets. */
  readonly device: Device;
  /** The host's own addresses. */
  readonly addresses: readonly IpAddress[];
  /** Its TCP. */
  readonly tcp: TcpHost;
  /** Its UDP; null for none. */
  readonly udp: UdpHost | null;
  /**
   * The TCP ports that are its own, where another TCP has the same address (a raw socket): all else is
   * left to that one. Null where the address is this host's alone.
   */
  readonly ports: ReadonlySet<number> | null;
  /** Whether the sender may have left checksums to hardware that was never passed (a raw socket). */
  readonly trustsChecksums: boolean;
  /** Sees every packet that is for this host or from it, while it is right. */
  readonly observe?: (packet: Uint8Array<ArrayBuffer>, outgoing: boolean) => void;
}

type IpPacket = Ipv4Packet | Ipv6Packet;

/** Carries packets between a device and TCP, UDP and ICMP. */
export class IpLayer {
  readonly #options: IpLayerOptions;
  readonly #incoming = new Uint8Array(BUFFER_LENGTH);
  readonly #outgoing: Uint8Array<ArrayBuffer>;
  /** Packets of this host for itself. */
  readonly #local: Uint8Array<ArrayBuffer>[] = [];
  readonly #reassembler = new Reassembler();
  /** Of the last datagram that was sent in parts; nobody is to guess it (RFC 7739). */
  #identification = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

  /**
   * Makes the layer.
   *
   * @param options What it is made of.
   */
  constructor(options: IpLayerOptions) {
    this.#options = options;
    this.#outgoing = new Uint8Array(Math.max(options.device.mtu, BUFFER_LENGTH));
  }

  /** Whether packets of this host for itself wait to be received. */
  get hasLocal(): boolean {
    return this.#local.length > 0;
  }

  /** When time alone makes something due, in milliseconds; Infinity for never. */
  get nextTimer(): number {
    return this.#reassembler.nextTimer;
  }

  /**
   * Takes packets that have arrived, some of them if there are many.
   *
   * @param now Milliseconds.
   * @returns Whether more may be there; or the negated errno of a device that is gone.
   */
  receive(now: number): boolean | number {
    const { device } = this.#options;
    for (let count = 0; count < BATCH; count++) {
      const own = this.#local.shift();
      if (own === undefined) break;
      this.#arrive(own, now, true);
    }
    for (let count = 0; count < BATCH; count++) {
      const length = device.receive(this.#incoming);
      if (length === -Errno.EAGAIN) return false;
      if (length < 0) return length;
      this.#arrive(this.#incoming.subarray(0, length), now, false);
    }
    return true;
  }

  /**
   * Sends everything that is due.
   *
   * @param now Milliseconds.
   */
  transmit(now: number): void {
    const { tcp, udp } = this.#options;
    if (now >= this.#reassembler.nextTimer) {
      for (const packet of this.#reassembler.expire(now)) this.#reportTimeout(packet);
    }
    for (let next = tcp.nextSegment(now); next !== null; next = tcp.nextSegment(now)) {
      const { source, destination, segment, typeOfService, timeToLive } = next;
      const start = headerLength(source);
      const payload = this.#outgoing.subarray(start);
      const length = emitTcp(segment, source, destination, payload);
      this.#send(source, destination, IPPROTO_TCP, length, { typeOfService, timeToLive });
    }
    for (let next = udp?.nextDatagram(); next !== undefined; next = udp?.nextDatagram()) {
      const { source, destination, bytes } = next;
      this.#outgoing.set(bytes, headerLength(source));
      this.#send(source, destination, IPPROTO_UDP, bytes.length, next);
    }
  }

  /** Puts an IP header before what lies in the buffer and sends it. */
  #send(
    source: Uint8Array,
    destination: Uint8Array,
    protocol: number,
    length: number,
    { typeOfService, timeToLive }: PacketMarks = DEFAULT_MARKS,
  ): void {
    const packet = this.#outgoing.subarray(0, headerLength(source) + length);
    const ends = { source: new IpAddress(source), destination: new IpAddress(destination) };
    if (source.length === 4) {
      emitIpv4({
        ...ends,
        protocol,
        payloadLength: length,
        timeToLive,
        typeOfService,
        identification: 0,
        dontFragment: true,
      }, packet);
    } else {
      const repr = { ...ends, protocol, payloadLength: length };
      emitIpv6({ ...repr, hopLimit: timeToLive, trafficClass: typeOfService }, packet);
    }
    this.#options.observe?.(packet, true);
    // Where Linux has the same address, it delivers what the host sends to itself.
    const { ports, device } = this.#options;
    if (ports !== null || !this.#isOwn(destination)) {
      if (packet.length <= device.mtu) device.transmit(packet);
      else this.#sendParts(packet);
    } else if (this.#local.length < LOCAL_QUEUE) this.#local.push(packet.slice());
  }

  #sendParts(packet: Uint8Array): void {
    const { device } = this.#options;
    this.#identification = (this.#identification + 1) >>> 0;
    const identification = (packet[0] ?? 0) >> 4 === 4
      ? this.#identification & 0xffff
      : this.#identification;
    for (const part of splitPacket(packet, device.mtu, identification)) device.transmit(part);
  }

  /** Tells the sender of a datagram that some of its parts did not come. */
  #reportTimeout(start: Uint8Array<ArrayBuffer>): void {
    const packet = Ipv4Packet.check(start) ?? Ipv6Packet.check(start);
    if (packet === null || this.#options.ports !== null) return;
    this.#answer(packet, TIME_EXCEEDED, REASSEMBLY, {
      parameter: 0,
      data: start.subarray(0, QUOTED[familyOf(packet.source)]),
    });
  }

  #arrive(bytes: Uint8Array<ArrayBuffer>, now: number, isLocal: boolean): void {
    const v4 = Ipv4Packet.check(bytes);
    if (v4 !== null && !v4.hasValidChecksum()) return;
    const packet = v4 ?? Ipv6Packet.check(bytes);
    if (packet === null || !this.#isOwn(packet.destination)) return;
    if (!isLocal && this.#isMartian(packet)) return;
    if (!packet.isFragment) return this.#deliver(packet, bytes, now);
    const fragment = parseFragment(packet);
    const whole = fragment === null ? null : this.#reassembler.take(fragment, now);
    if (whole === null) return;
    const joined = Ipv4Packet.check(whole) ?? Ipv6Packet.check(whole);
    if (joined !== null && !joined.isFragment) this.#deliver(joined, whole, now);
  }

  #deliver(packet: IpPacket, bytes: Uint8Array<ArrayBuffer>, now: number): void {
    switch (packet.protocol) {
      case IPPROTO_TCP:
        return this.#tcpArrives(packet, bytes, now);
      case IPPROTO_UDP:
        return this.#udpArrives(packet, bytes);
      case IPPROTO_ICMP:
      case IPPROTO_ICMPV6:
        return this.#icmpArrives(packet, bytes);
      default:
    }
  }

  /**
   * Whether a packet from the network has an address that only this host itself can have: RFC 1122,
   * section 3.2.1.3. On a raw socket Linux has sorted those out.
   */
  #isMartian({ source, destination }: IpPacket): boolean {
    if (this.#options.ports !== null) return false;
    return this.#isOwn(source) || new IpAddress(destination).isLoopback;
  }

  #isOwn(address: Uint8Array): boolean {
    if (this.#options.ports === null && address.length === 4 && address[0] === 127) return true;
    return this.#options.addresses.some(({ bytes }) =>
      bytes.length === address.length && bytes.every((octet, index) => octet === address[index])
    );
  }

  #tcpArrives(packet: IpPacket, bytes: Uint8Array<ArrayBuffer>, now: number): void {
    const { ports, trustsChecksums, tcp, observe } = this.#options;
    const { source, destination } = packet;
    const segment = TcpPacket.check(packet.payload);
    if (segment === null) return;
    if (ports !== null && !ports.has(segment.destinationPort)) return;
    if (!trustsChecksums && !segment.hasValidChecksum(source, destination)) return;
    observe?.(bytes, false);
    tcp.segmentArrives(source, destination, parseTcp(segment), now);
  }

  #udpArrives(packet: IpPacket, bytes: Uint8Array<ArrayBuffer>): void {
    const { udp, observe } = this.#options;
    const { source, destination } = packet;
    const datagram = UdpPacket.check(packet.payload);
    if (udp === null || datagram === null) return;
    if (!datagram.hasValidChecksum(source, destination)) return;
    observe?.(bytes, false);
    if (!udp.datagramArrives(source, destination, datagram)) {
      this.#answer(packet, UNREACHABLE, PORT_UNREACHABLE[familyOf(source)], {
        parameter: 0,
        data: bytes.subarray(0, QUOTED[familyOf(source)]),
      });
    }
  }

  #icmpArrives(packet: IpPacket, bytes: Uint8Array<ArrayBuffer>): void {
    const { ports, tcp, udp, observe } = this.#options;
    const family = familyOf(packet.source);
    const repr = parseIcmp(packet.payload, packet);
    if (repr === null) return;
    const error = icmpError(repr, family);
    if (error === null) {
      // Where Linux has the same address, it answers.
      if (repr.type === ECHO_REQUEST[family] && ports === null) {
        observe?.(bytes, false);
        this.#answer(packet, ECHO_REPLY, 0, repr);
      }
      return;
    }
    const original = parseIcmpOriginal(error.original);
    if (original === null || !this.#isOwn(original.source)) return;
    observe?.(bytes, false);
    if (original.protocol === IPPROTO_TCP) tcp.icmpArrives(original, error);
    else if (original.protocol === IPPROTO_UDP) udp?.icmpArrives(original, error);
  }

  #answer(
    packet: IpPacket,
    types: Readonly<Record<4 | 6, number>>,
    code: number,
    { parameter, data }: Pick<IcmpRepr, "parameter" | "data">,
  ): void {
    const { source, destination } = packet;
    const from = new IpAddress(source);
    if (from.isMulticast || from.isUnspecified) return;
    const path = { source: destination.slice(), destination: source.slice() };
    const repr = { type: types[familyOf(source)], code, parameter, data };
    const length = emitIcmp(repr, path, this.#outgoing.subarray(headerLength(source)));
    const protocol = source.length === 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
    this.#send(path.source, path.destination, protocol, length);
  }
}

function familyOf(address: Uint8Array): 4 | 6 {
  return address.length === 4 ? 4 : 6;
}

function headerLength(address: Uint8Array): number {
  return address.length === 4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH;
}
