/**
 * UDP datagrams: RFC 768; over IPv6 RFC 8200, section 8.1.
 *
 * @module
 */
import { IPPROTO_UDP } from "../linux/in.ts";
import { readUint16, writeUint16 } from "./bytes.ts";
import { foldChecksum, sumPseudoHeader, sumWords } from "./checksum.ts";

/** Octets of a header. */
export const UDP_HEADER_LENGTH = 8;

/** A checked view of a UDP datagram. It stays right as long as the octets are not changed. */
export class UdpPacket {
  /** The whole datagram, without what follows its length. */
  readonly bytes: Uint8Array;

  private constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /**
   * Makes a view of some octets.
   *
   * @param bytes An IP packet's payload; may be longer than the datagram.
   * @returns Null if it is not a datagram that is all there.
   */
  static check(bytes: Uint8Array): UdpPacket | null {
    const length = readUint16(bytes, 4);
    if (length < UDP_HEADER_LENGTH || length > bytes.length) return null;
    return new UdpPacket(bytes.subarray(0, length));
  }

  /** The sender's port. */
  get sourcePort(): number {
    return readUint16(this.bytes, 0);
  }

  /** The receiver's port. */
  get destinationPort(): number {
    return readUint16(this.bytes, 2);
  }

  /** What follows the header. */
  get payload(): Uint8Array {
    return this.bytes.subarray(UDP_HEADER_LENGTH);
  }

  /**
   * Whether the checksum is right. Over IPv4 a sender may leave it out; over IPv6 it may not.
   *
   * @param source Octets of the packet's source address.
   * @param destination Octets of the packet's destination address.
   */
  hasValidChecksum(source: Uint8Array, destination: Uint8Array): boolean {
    if (readUint16(this.bytes, 6) === 0) return source.length === 4;
    const sum = sumPseudoHeader(source, destination, IPPROTO_UDP, this.bytes.length);
    return foldChecksum(sumWords(this.bytes, sum)) === 0;
  }
}

/** What a UDP datagram says. */
export interface UdpRepr {
  /** The sender's port. */
  readonly sourcePort: number;
  /** The receiver's port. */
  readonly destinationPort: number;
  /** What follows the header. */
  readonly payload: Uint8Array;
  /** Whether it goes without a checksum, which only IPv4 allows; default: with one. */
  readonly noChecksum?: boolean;
}

/**
 * Writes a datagram.
 *
 * @param repr What it says.
 * @param source Octets of the packet's source address.
 * @param destination Octets of the packet's destination address.
 * @param buffer Receives it from its start.
 * @returns How many octets were written.
 * @throws {RangeError} If the datagram is longer than 65 535 octets or the buffer too small.
 */
export function emitUdp(
  repr: UdpRepr,
  source: Uint8Array,
  destination: Uint8Array,
  buffer: Uint8Array,
): number {
  const length = UDP_HEADER_LENGTH + repr.payload.length;
  if (length > 0xffff || buffer.length < length) {
    throw new RangeError(`Cannot write a UDP datagram of ${length} octets`);
  }
  writeUint16(buffer, 0, repr.sourcePort);
  writeUint16(buffer, 2, repr.destinationPort);
  writeUint16(buffer, 4, length);
  writeUint16(buffer, 6, 0);
  buffer.set(repr.payload, UDP_HEADER_LENGTH);
  if (repr.noChecksum === true) return length;
  const sum = sumPseudoHeader(source, destination, IPPROTO_UDP, length);
  // 0 stands for "no checksum"; a checksum of 0 is sent as its other form.
  writeUint16(buffer, 6, foldChecksum(sumWords(buffer.subarray(0, length), sum)) || 0xffff);
  return length;
}
