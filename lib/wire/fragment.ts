/**
 * Parts of datagrams: RFC 791, section 3.2, and RFC 8200, section 4.5. Putting them together takes time
 * and memory, which are the business of whoever has them.
 *
 * @module
 */
import { writeUint16, writeUint32 } from "./bytes.ts";
import { foldChecksum, sumWords } from "./checksum.ts";
import { IPV4_HEADER_LENGTH, Ipv4Packet } from "./ipv4.ts";
import { IPV6_HEADER_LENGTH, type Ipv6Packet } from "./ipv6.ts";

/** Longest payload of a packet, header included in IPv4. */
const LONGEST = 0xffff;
const MORE_FRAGMENTS = 0x2000;
const FRAGMENT_HEADER = 44;
const FRAGMENT_HEADER_LENGTH = 8;
/** Octets by which offsets are counted. */
const UNIT = 8;

/** A part of a datagram. */
export interface IpFragment {
  /** Which datagram: the same for all of its parts. */
  readonly key: string;
  /** Where {@link payload} lies in that of the datagram, in octets. */
  readonly offset: number;
  /** Whether nothing comes after it. */
  readonly isLast: boolean;
  /** The packet's header; that of the first part is the datagram's. */
  readonly header: Uint8Array;
  /** What it carries. */
  readonly payload: Uint8Array;
}

/**
 * Reads a fragment.
 *
 * @param packet A packet that is one.
 * @returns Null if it cannot be: one before the last whose length is no multiple of eight, an empty
 * one, or one beyond the longest datagram.
 */
export function parseFragment(packet: Ipv4Packet | Ipv6Packet): IpFragment | null {
  const { payload, identification, fragmentOffset: offset, moreFragments } = packet;
  const isV4 = packet instanceof Ipv4Packet;
  const headerLength = isV4 ? packet.headerLength : IPV6_HEADER_LENGTH;
  if (payload.length === 0 || (moreFragments && payload.length % UNIT !== 0)) return null;
  if (offset + payload.length + (isV4 ? headerLength : 0) > LONGEST) return null;
  // RFC 791 tells datagrams apart by protocol as well, RFC 8200 does not.
  const parts = [identification, isV4 ? packet.protocol : -1, packet.source, packet.destination];
  const header = packet.bytes.slice(0, headerLength);
  if (!isV4) header[6] = packet.protocol;
  return { key: parts.join(" "), offset, isLast: !moreFragments, header, payload };
}

/**
 * Makes a datagram of its header and what its parts have carried.
 *
 * @param header The first part's.
 * @param payload All of it.
 * @returns Null if it is longer than a datagram can be.
 */
export function joinFragments(
  header: Uint8Array,
  payload: Uint8Array,
): Uint8Array<ArrayBuffer> | null {
  const isV4 = (header[0] ?? 0) >> 4 === 4;
  if ((isV4 ? header.length : 0) + payload.length > LONGEST) return null;
  const packet = new Uint8Array(header.length + payload.length);
  packet.set(header);
  packet.set(payload, header.length);
  if (isV4) {
    writeUint16(packet, 2, packet.length);
    writeUint16(packet, 6, 0);
    writeChecksum(packet.subarray(0, header.length));
  } else writeUint16(packet, 4, payload.length);
  return packet;
}

/**
 * Splits a packet, without options or extension headers, that is too long for a device.
 *
 * @param packet The packet.
 * @param mtu Longest packet that the device takes, in octets.
 * @param identification What the parts share: 16 bits for IPv4, 32 for IPv6.
 * @returns Packets, in order.
 */
export function splitPacket(
  packet: Uint8Array,
  mtu: number,
  identification: number,
): Uint8Array<ArrayBuffer>[] {
  const isV4 = (packet[0] ?? 0) >> 4 === 4;
  const headerLength = isV4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH + FRAGMENT_HEADER_LENGTH;
  const payload = packet.subarray(isV4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH);
  const step = Math.max(UNIT, Math.floor((mtu - headerLength) / UNIT) * UNIT);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let offset = 0; offset < payload.length; offset += step) {
    const data = payload.subarray(offset, offset + step);
    const part = new Uint8Array(headerLength + data.length);
    part.set(packet.subarray(0, headerLength));
    part.set(data, headerLength);
    const hasMore = offset + step < payload.length;
    if (isV4) {
      writeUint16(part, 2, part.length);
      writeUint16(part, 4, identification);
      writeUint16(part, 6, offset / UNIT | (hasMore ? MORE_FRAGMENTS : 0));
      writeChecksum(part.subarray(0, IPV4_HEADER_LENGTH));
    } else {
      const at = IPV6_HEADER_LENGTH;
      writeUint16(part, 4, FRAGMENT_HEADER_LENGTH + data.length);
      part[at] = part[6] ?? 0;
      part[6] = FRAGMENT_HEADER;
      part[at + 1] = 0;
      writeUint16(part, at + 2, offset | (hasMore ? 1 : 0));
      writeUint32(part, at + 4, identification);
    }
    parts.push(part);
  }
  return parts;
}

function writeChecksum(header: Uint8Array): void {
  writeUint16(header, 10, 0);
  writeUint16(header, 10, foldChecksum(sumWords(header)));
}
