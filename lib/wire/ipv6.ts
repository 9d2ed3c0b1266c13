/**
 * IPv6 packets: RFC 8200.
 *
 * @module
 */
import { IpAddress } from "../ip.ts";
import { readUint16, readUint32, writeUint16, writeUint32 } from "./bytes.ts";

/** Octets of the fixed header. */
export const IPV6_HEADER_LENGTH = 40;

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const DESTINATION_OPTIONS = 60;
const FRAGMENT_HEADER_LENGTH = 8;

/** A checked view of an IPv6 packet. It stays right as long as the octets are not changed. */
export class Ipv6Packet {
  /** The whole packet, without what follows its payload. */
  readonly bytes: Uint8Array;
  /** Number of the protocol after the extension headers. */
  readonly protocol: number;
  /** Whether it is a part of a datagram and not the whole. */
  readonly isFragment: boolean;
  readonly #payloadOffset: number;
  readonly #fragmentHeader: number;

  private constructor(bytes: Uint8Array, chain: ExtensionChain) {
    this.bytes = bytes;
    this.protocol = chain.protocol;
    this.isFragment = chain.isFragment;
    this.#payloadOffset = chain.payloadOffset;
    this.#fragmentHeader = chain.fragmentHeader;
  }

  /**
   * Makes a view of some octets. Extension headers are skipped.
   *
   * @param bytes What arrived; may be longer than the packet.
   * @returns Null if it is not an IPv6 packet that is all there, or a routing header has segments
   * left, which only a router obeys.
   */
  static check(bytes: Uint8Array): Ipv6Packet | null {
    if ((bytes[0] ?? 0) >> 4 !== 6 || bytes.length < IPV6_HEADER_LENGTH) return null;
    const end = IPV6_HEADER_LENGTH + readUint16(bytes, 4);
    if (end > bytes.length) return null;
    const packet = bytes.subarray(0, end);
    const chain = skipExtensions(packet);
    return chain === null ? null : new Ipv6Packet(packet, chain);
  }

  /** Differentiated services and congestion notification. */
  get trafficClass(): number {
    return (readUint16(this.bytes, 0) >> 4) & 0xff;
  }

  /** What the fragments of one datagram share; 0 for what is no fragment. */
  get identification(): number {
    return this.isFragment ? readUint32(this.bytes, this.#fragmentHeader + 4) : 0;
  }

  /** Whether parts of the datagram come after this one. */
  get moreFragments(): boolean {
    return this.isFragment && (readUint16(this.bytes, this.#fragmentHeader + 2) & 1) !== 0;
  }

  /** Where its payload lies in that of the datagram, in octets. */
  get fragmentOffset(): number {
    return this.isFragment ? readUint16(this.bytes, this.#fragmentHeader + 2) & 0xfff8 : 0;
  }

  /** How many more routers it may pass. */
  get hopLimit(): number {
    return this.bytes[7] ?? 0;
  }

  /** The 16 octets of the source address. */
  get source(): Uint8Array {
    return this.bytes.subarray(8, 24);
  }

  /** The 16 octets of the destination address. */
  get destination(): Uint8Array {
    return this.bytes.subarray(24, 40);
  }

  /** What follows the last extension header. */
  get payload(): Uint8Array {
    return this.bytes.subarray(this.#payloadOffset);
  }
}

interface ExtensionChain {
  readonly protocol: number;
  readonly payloadOffset: number;
  readonly isFragment: boolean;
  readonly fragmentHeader: number;
}

function skipExtensions(packet: Uint8Array): ExtensionChain | null {
  let protocol = packet[6] ?? 0;
  let offset = IPV6_HEADER_LENGTH;
  let isFragment = false;
  let fragmentHeader = 0;
  for (;;) {
    const next = packet[offset] ?? 0;
    switch (protocol) {
      case HOP_BY_HOP:
      case DESTINATION_OPTIONS:
      case ROUTING: {
        if (protocol === ROUTING && (packet[offset + 3] ?? 0) !== 0) return null;
        offset += ((packet[offset + 1] ?? 0) + 1) * 8;
        break;
      }
      case FRAGMENT: {
        // One that is neither first of several nor later is the whole datagram: RFC 6946.
        if ((readUint16(packet, offset + 2) & 0xfff9) !== 0) isFragment = true;
        fragmentHeader = offset;
        offset += FRAGMENT_HEADER_LENGTH;
        break;
      }
      default:
        return { protocol, payloadOffset: offset, isFragment, fragmentHeader };
    }
    if (offset > packet.length) return null;
    protocol = next;
    // What follows a later fragment's header is not a header.
    if (isFragment) return { protocol, payloadOffset: offset, isFragment, fragmentHeader };
  }
}

/** What an IPv6 header without extensions says. */
export interface Ipv6Repr {
  /** Source address. */
  readonly source: IpAddress;
  /** Destination address. */
  readonly destination: IpAddress;
  /** Number of the payload's protocol. */
  readonly protocol: number;
  /** Octets of the payload. */
  readonly payloadLength: number;
  /** How many more routers it may pass; 64 where nothing else is wanted. */
  readonly hopLimit: number;
  /** Differentiated services and congestion notification; 0 for none. */
  readonly trafficClass: number;
}

/**
 * Reads a whole datagram's header.
 *
 * @param packet The packet.
 * @returns Null for a fragment.
 */
export function parseIpv6(packet: Ipv6Packet): Ipv6Repr | null {
  if (packet.isFragment) return null;
  return {
    source: new IpAddress(packet.source),
    destination: new IpAddress(packet.destination),
    protocol: packet.protocol,
    payloadLength: packet.payload.length,
    hopLimit: packet.hopLimit,
    trafficClass: packet.trafficClass,
  };
}

/**
 * Writes a header of 40 octets.
 *
 * @param repr What it says.
 * @param buffer Receives it from its start.
 * @throws {RangeError} If the payload is longer than 65 535 octets or the buffer too small.
 */
export function emitIpv6(repr: Ipv6Repr, buffer: Uint8Array): void {
  const { payloadLength } = repr;
  if (payloadLength > 0xffff || buffer.length < IPV6_HEADER_LENGTH + payloadLength) {
    throw new RangeError(`Cannot write an IPv6 packet with ${payloadLength} octets of payload`);
  }
  writeUint32(buffer, 0, (6 << 28) | (repr.trafficClass << 20));
  writeUint16(buffer, 4, payloadLength);
  buffer[6] = repr.protocol;
  buffer[7] = repr.hopLimit;
  buffer.set(repr.source.bytes, 8);
  buffer.set(repr.destination.bytes, 24);
}
