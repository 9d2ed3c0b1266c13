/**
 * IPv4 packets: RFC 791.
 *
 * @module
 */
import { IpAddress } from "../ip.ts";
import { readUint16, writeUint16 } from "./bytes.ts";
import { foldChecksum, sumWords } from "./checksum.ts";

/** Octets of a header without options. */
export const IPV4_HEADER_LENGTH = 20;

const DONT_FRAGMENT = 0x4000;
const MORE_FRAGMENTS = 0x2000;
const FRAGMENT_OFFSET = 0x1fff;

/** A checked view of an IPv4 packet. It stays right as long as the octets are not changed. */
export class Ipv4Packet {
  /** The whole packet, without what follows its total length. */
  readonly bytes: Uint8Array;
  /** Octets of the header, options included. */
  readonly headerLength: number;

  private constructor(bytes: Uint8Array, headerLength: number) {
    this.bytes = bytes;
    this.headerLength = headerLength;
  }

  /**
   * Makes a view of some octets.
   *
   * @param bytes What arrived; may be longer than the packet.
   * @returns Null if it is not an IPv4 packet that is all there.
   */
  static check(bytes: Uint8Array): Ipv4Packet | null {
    const first = bytes[0] ?? 0;
    const headerLength = (first & 15) * 4;
    const totalLength = readUint16(bytes, 2);
    if (first >> 4 !== 4 || headerLength < IPV4_HEADER_LENGTH) return null;
    if (totalLength < headerLength || totalLength > bytes.length) return null;
    return new Ipv4Packet(bytes.subarray(0, totalLength), headerLength);
  }

  /** Differentiated services and congestion notification: RFC 2474, RFC 3168. */
  get typeOfService(): number {
    return this.bytes[1] ?? 0;
  }

  /** What the fragments of one datagram share. */
  get identification(): number {
    return readUint16(this.bytes, 4);
  }

  /** Whether routers may not split it. */
  get dontFragment(): boolean {
    return (readUint16(this.bytes, 6) & DONT_FRAGMENT) !== 0;
  }

  /** Whether it is a part of a datagram and not the whole. */
  get isFragment(): boolean {
    return (readUint16(this.bytes, 6) & (MORE_FRAGMENTS | FRAGMENT_OFFSET)) !== 0;
  }

  /** Whether parts of the datagram come after this one. */
  get moreFragments(): boolean {
    return (readUint16(this.bytes, 6) & MORE_FRAGMENTS) !== 0;
  }

  /** Where its payload lies in that of the datagram, in octets. */
  get fragmentOffset(): number {
    return (readUint16(this.bytes, 6) & FRAGMENT_OFFSET) * 8;
  }

  /** How many more routers it may pass. */
  get timeToLive(): number {
    return this.bytes[8] ?? 0;
  }

  /** Number of the payload's protocol. */
  get protocol(): number {
    return this.bytes[9] ?? 0;
  }

  /** The 4 octets of the source address. */
  get source(): Uint8Array {
    return this.bytes.subarray(12, 16);
  }

  /** The 4 octets of the destination address. */
  get destination(): Uint8Array {
    return this.bytes.subarray(16, 20);
  }

  /** What follows the header. */
  get payload(): Uint8Array {
    return this.bytes.subarray(this.headerLength);
  }

  /** Whether the header's checksum is right. */
  hasValidChecksum(): boolean {
    return foldChecksum(sumWords(this.bytes.subarray(0, this.headerLength))) === 0;
  }
}

/** What an IPv4 header without options says. */
export interface Ipv4Repr {
  /** Source address. */
  readonly source: IpAddress;
  /** Destination address. */
  readonly destination: IpAddress;
  /** Number of the payload's protocol. */
  readonly protocol: number;
  /** Octets of the payload. */
  readonly payloadLength: number;
  /** How many more routers it may pass; 64 where nothing else is wanted. */
  readonly timeToLive: number;
  /** Differentiated services and congestion notification; 0 for none. */
  readonly typeOfService: number;
  /** What the fragments of one datagram share; 0 for a packet that is never split (RFC 6864). */
  readonly identification: number;
  /** Whether routers may not split it. */
  readonly dontFragment: boolean;
}

/**
 * Reads a whole datagram's header.
 *
 * @param packet The packet.
 * @returns Null for a wrong checksum or a fragment.
 */
export function parseIpv4(packet: Ipv4Packet): Ipv4Repr | null {
  if (packet.isFragment || !packet.hasValidChecksum()) return null;
  return {
    source: new IpAddress(packet.source),
    destination: new IpAddress(packet.destination),
    protocol: packet.protocol,
    payloadLength: packet.bytes.length - packet.headerLength,
    timeToLive: packet.timeToLive,
    typeOfService: packet.typeOfService,
    identification: packet.identification,
    dontFragment: packet.dontFragment,
  };
}

/**
 * Writes a header of 20 octets.
 *
 * @param repr What it says.
 * @param buffer Receives it from its start.
 * @throws {RangeError} If the packet is longer than 65 535 octets or the buffer too small.
 */
export function emitIpv4(repr: Ipv4Repr, buffer: Uint8Array): void {
  const totalLength = IPV4_HEADER_LENGTH + repr.payloadLength;
  if (totalLength > 0xffff || buffer.length < totalLength) {
    throw new RangeError(`Cannot write an IPv4 packet of ${totalLength} octets`);
  }
  buffer[0] = 0x45;
  buffer[1] = repr.typeOfService;
  writeUint16(buffer, 2, totalLength);
  writeUint16(buffer, 4, repr.identification);
  writeUint16(buffer, 6, repr.dontFragment ? DONT_FRAGMENT : 0);
  buffer[8] = repr.timeToLive;
  buffer[9] = repr.protocol;
  writeUint16(buffer, 10, 0);
  buffer.set(repr.source.bytes, 12);
  buffer.set(repr.destination.bytes, 16);
  writeUint16(buffer, 10, foldChecksum(sumWords(buffer.subarray(0, IPV4_HEADER_LENGTH))));
}
