/**
 * TCP segments: RFC 9293, section 3.1.
 *
 * @module
 */
import { IPPROTO_TCP } from "../linux/in.ts";
import { readUint16, readUint32, writeUint16, writeUint32 } from "./bytes.ts";
import { foldChecksum, sumPseudoHeader, sumWords } from "./checksum.ts";
import { TCP_FLAG_FIN, TCP_FLAG_SYN } from "./tcp_flags.ts";
import {
  emitTcpOptions,
  parseTcpOptions,
  TCP_MAXIMUM_OPTIONS_LENGTH,
  type TcpOptions,
  tcpOptionsLength,
} from "./tcp_options.ts";

/** Octets of a header without options. */
export const TCP_HEADER_LENGTH = 20;

/** A checked view of a TCP segment. It stays right as long as the octets are not changed. */
export class TcpPacket {
  /** The whole segment. */
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
   * @param bytes An IP packet's payload.
   * @returns Null if the header is not all there, or shorter than 20 octets.
   */
  static check(bytes: Uint8Array): TcpPacket | null {
    const headerLength = ((bytes[12] ?? 0) >> 4) * 4;
    if (headerLength < TCP_HEADER_LENGTH || headerLength > bytes.length) return null;
    return new TcpPacket(bytes, headerLength);
  }

  /** The sender's port. */
  get sourcePort(): number {
    return readUint16(this.bytes, 0);
  }

  /** The receiver's port. */
  get destinationPort(): number {
    return readUint16(this.bytes, 2);
  }

  /** Sequence number of the first octet, or of the SYN. */
  get sequence(): number {
    return readUint32(this.bytes, 4);
  }

  /** The next sequence number that the sender expects; counts with the ACK bit only. */
  get acknowledgment(): number {
    return readUint32(this.bytes, 8);
  }

  /** Control bits. */
  get flags(): number {
    return this.bytes[13] ?? 0;
  }

  /** How much the sender will take, not shifted. */
  get window(): number {
    return readUint16(this.bytes, 14);
  }

  /** Where urgent data ends, from the sequence number; counts with the URG bit only. */
  get urgentPointer(): number {
    return readUint16(this.bytes, 18);
  }

  /** The octets of the options. */
  get options(): Uint8Array {
    return this.bytes.subarray(TCP_HEADER_LENGTH, this.headerLength);
  }

  /** What follows the header. */
  get payload(): Uint8Array {
    return this.bytes.subarray(this.headerLength);
  }

  /**
   * Whether the checksum is right.
   *
   * @param source Octets of the packet's source address.
   * @param destination Octets of the packet's destination address.
   */
  hasValidChecksum(source: Uint8Array, destination: Uint8Array): boolean {
    const sum = sumPseudoHeader(source, destination, IPPROTO_TCP, this.bytes.length);
    return foldChecksum(sumWords(this.bytes, sum)) === 0;
  }
}

/** What a TCP segment says. */
export interface TcpRepr {
  /** The sender's port. */
  readonly sourcePort: number;
  /** The receiver's port. */
  readonly destinationPort: number;
  /** Sequence number of the first octet, or of the SYN. */
  readonly sequence: number;
  /** The next sequence number that the sender expects; 0 without the ACK bit. */
  readonly acknowledgment: number;
  /** Control bits. */
  readonly flags: number;
  /** How much the sender will take, not shifted. */
  readonly window: number;
  /** Where urgent data ends, from the sequence number; 0 without the URG bit. */
  readonly urgentPointer: number;
  /** The options. */
  readonly options: TcpOptions;
  /** What follows the header. */
  readonly payload: Uint8Array;
}

/**
 * Reads a segment.
 *
 * @param packet The segment, with a checksum that was found right.
 */
export function parseTcp(packet: TcpPacket): TcpRepr {
  return {
    sourcePort: packet.sourcePort,
    destinationPort: packet.destinationPort,
    sequence: packet.sequence,
    acknowledgment: packet.acknowledgment,
    flags: packet.flags,
    window: packet.window,
    urgentPointer: packet.urgentPointer,
    options: parseTcpOptions(packet.options),
    payload: packet.payload,
  };
}

/**
 * Returns how many octets the header takes, options included.
 *
 * @param repr The segment.
 */
export function tcpHeaderLength(repr: TcpRepr): number {
  return TCP_HEADER_LENGTH + tcpOptionsLength(repr.options);
}

/**
 * Returns how many sequence numbers the segment takes: SEG.LEN, RFC 9293, section 3.3.1.
 *
 * @param repr The segment.
 */
export function tcpSequenceLength({ flags, payload }: TcpRepr): number {
  const controls = ((flags & TCP_FLAG_SYN) === 0 ? 0 : 1) + ((flags & TCP_FLAG_FIN) === 0 ? 0 : 1);
  return payload.length + controls;
}

/**
 * Writes a segment with its checksum.
 *
 * @param repr What it says.
 * @param source Octets of the packet's source address.
 * @param destination Octets of the packet's destination address.
 * @param buffer Receives it from its start.
 * @returns How many octets were written.
 * @throws {RangeError} If the options take more than 40 octets or the buffer is too small.
 */
export function emitTcp(
  repr: TcpRepr,
  source: Uint8Array,
  destination: Uint8Array,
  buffer: Uint8Array,
): number {
  const headerLength = tcpHeaderLength(repr);
  const length = headerLength + repr.payload.length;
  if (headerLength > TCP_HEADER_LENGTH + TCP_MAXIMUM_OPTIONS_LENGTH || length > buffer.length) {
    throw new RangeError(`Cannot write a TCP segment of ${headerLength} + ${length} octets`);
  }
  writeUint16(buffer, 0, repr.sourcePort);
  writeUint16(buffer, 2, repr.destinationPort);
  writeUint32(buffer, 4, repr.sequence);
  writeUint32(buffer, 8, repr.acknowledgment);
  buffer[12] = headerLength << 2;
  buffer[13] = repr.flags;
  writeUint16(buffer, 14, repr.window);
  writeUint16(buffer, 16, 0);
  writeUint16(buffer, 18, repr.urgentPointer);
  emitTcpOptions(repr.options, buffer, TCP_HEADER_LENGTH);
  buffer.set(repr.payload, headerLength);
  const sum = sumPseudoHeader(source, destination, IPPROTO_TCP, length);
  writeUint16(buffer, 16, foldChecksum(sumWords(buffer.subarray(0, length), sum)));
  return length;
}
