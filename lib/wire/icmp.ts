/**
 * ICMP messages: RFC 792 for IPv4, RFC 4443 for IPv6. Both have the same header; what their types
 * mean for a connection is in {@link icmpError}.
 *
 * @module
 */
import { IPPROTO_ICMPV6 } from "../linux/in.ts";
import { readUint16, readUint32, writeUint16, writeUint32 } from "./bytes.ts";
import { foldChecksum, sumPseudoHeader, sumWords } from "./checksum.ts";

/** Octets of a header. */
export const ICMP_HEADER_LENGTH = 8;

/** The addresses of the packet that carries a message. */
export interface IcmpPath {
  /** 4 or 16 octets of the source address. */
  readonly source: Uint8Array;
  /** As many of the destination address. */
  readonly destination: Uint8Array;
}

/** What an ICMP message says. */
export interface IcmpRepr {
  /** What kind of message it is; IPv4's and IPv6's numbers differ. */
  readonly type: number;
  /** More about the type. */
  readonly code: number;
  /** The four octets after the checksum: identifier and sequence number, next hop's MTU, … */
  readonly parameter: number;
  /** What follows the header: of an error, the start of the packet that it is about. */
  readonly data: Uint8Array;
}

function startSum({ source, destination }: IcmpPath, length: number): number {
  if (source.length === 4) return 0;
  return sumPseudoHeader(source, destination, IPPROTO_ICMPV6, length);
}

/**
 * Reads a message.
 *
 * @param bytes An IP packet's payload.
 * @param path The packet's addresses.
 * @returns Null if it is shorter than a header or its checksum is wrong.
 */
export function parseIcmp(bytes: Uint8Array, path: IcmpPath): IcmpRepr | null {
  if (bytes.length < ICMP_HEADER_LENGTH) return null;
  if (foldChecksum(sumWords(bytes, startSum(path, bytes.length))) !== 0) return null;
  return {
    type: bytes[0] ?? 0,
    code: bytes[1] ?? 0,
    parameter: readUint32(bytes, 4),
    data: bytes.subarray(ICMP_HEADER_LENGTH),
  };
}

/**
 * Writes a message with its checksum.
 *
 * @param repr What it says.
 * @param path The packet's addresses.
 * @param buffer Receives it from its start.
 * @returns How many octets were written.
 * @throws {RangeError} If the buffer is too small.
 */
export function emitIcmp(repr: IcmpRepr, path: IcmpPath, buffer: Uint8Array): number {
  const length = ICMP_HEADER_LENGTH + repr.data.length;
  if (length > buffer.length) {
    throw new RangeError(`Cannot write an ICMP message of ${length} octets`);
  }
  buffer[0] = repr.type;
  buffer[1] = repr.code;
  writeUint16(buffer, 2, 0);
  writeUint32(buffer, 4, repr.parameter);
  buffer.set(repr.data, ICMP_HEADER_LENGTH);
  writeUint16(
    buffer,
    2,
    foldChecksum(sumWords(buffer.subarray(0, length), startSum(path, length))),
  );
  return length;
}

/** What an ICMP error means for the connection or socket whose packet it is about. */
export type IcmpErrorKind =
  /** The host does not speak the protocol. */
  | "protocol-unreachable"
  /** Nothing has the port. */
  | "port-unreachable"
  /** A filter on the way forbids it. */
  | "prohibited"
  /** No route to the network. */
  | "network-unreachable"
  /** No route to the host, or it does not answer. */
  | "host-unreachable"
  /** Longer than a link on the way takes, and may not be split. */
  | "packet-too-big"
  /** It passed too many routers, or parts of it did not arrive in time. */
  | "time-exceeded"
  /** A field of its header is wrong. */
  | "parameter-problem";

/** An ICMP error. */
export interface IcmpError {
  /** What went wrong. */
  readonly kind: IcmpErrorKind;
  /** MTU of the next hop in octets where the error says it, else 0. */
  readonly mtu: number;
  /** The start of the packet that the error is about, from its IP header. */
  readonly original: Uint8Array;
}

/** Codes of IPv4's destination unreachable: RFC 792, RFC 1122 section 3.2.2.1. */
const UNREACHABLE_V4: readonly IcmpErrorKind[] = [
  "network-unreachable",
  "host-unreachable",
  "protocol-unreachable",
  "port-unreachable",
  "packet-too-big",
  "host-unreachable",
  "network-unreachable",
  "host-unreachable",
  "host-unreachable",
  "prohibited",
  "prohibited",
  "network-unreachable",
  "host-unreachable",
  "prohibited",
  "prohibited",
  "prohibited",
];

/** Codes of IPv6's destination unreachable: RFC 4443, section 3.1. */
const UNREACHABLE_V6: readonly IcmpErrorKind[] = [
  "network-unreachable",
  "prohibited",
  "host-unreachable",
  "host-unreachable",
  "port-unreachable",
  "prohibited",
  "network-unreachable",
];

function kindV4({ type, code }: IcmpRepr): IcmpErrorKind | undefined {
  switch (type) {
    case 3:
      return UNREACHABLE_V4[code];
    case 11:
      return "time-exceeded";
    case 12:
      return "parameter-problem";
    default:
      return undefined;
  }
}

function kindV6({ type, code }: IcmpRepr): IcmpErrorKind | undefined {
  switch (type) {
    case 1:
      return UNREACHABLE_V6[code];
    case 2:
      return "packet-too-big";
    case 3:
      return "time-exceeded";
    case 4:
      return code === 1 ? "protocol-unreachable" : "parameter-problem";
    default:
      return undefined;
  }
}

/**
 * Reads an error out of a message. Source quench is none (MUST-55).
 *
 * @param repr The message.
 * @param family The IP version that carried it.
 * @returns Null if the message is not an error that a connection can act on.
 */
export function icmpError(repr: IcmpRepr, family: 4 | 6): IcmpError | null {
  const kind = family === 4 ? kindV4(repr) : kindV6(repr);
  if (kind === undefined) return null;
  const tooBig = kind === "packet-too-big";
  const mtu = !tooBig ? 0 : family === 4 ? repr.parameter & 0xffff : repr.parameter;
  return { kind, mtu, original: repr.data };
}

/** Whose packet an ICMP error is about. */
export interface IcmpOriginal {
  /** Octets of the source address. */
  readonly source: Uint8Array;
  /** Octets of the destination address. */
  readonly destination: Uint8Array;
  /** Number of the transport protocol. */
  readonly protocol: number;
  /** The packet's source port. */
  readonly sourcePort: number;
  /** The packet's destination port. */
  readonly destinationPort: number;
  /** The four octets after the ports: TCP's sequence number. */
  readonly sequence: number;
}

/**
 * Reads the start of the packet that an error is about, which may be cut off after eight octets of
 * the transport header.
 *
 * @param original The octets, from the IP header.
 * @returns Null if they are not the start of an IP packet with eight octets of payload.
 */
export function parseIcmpOriginal(original: Uint8Array): IcmpOriginal | null {
  const version = (original[0] ?? 0) >> 4;
  if (version !== 4 && version !== 6) return null;
  const headerLength = version === 4 ? ((original[0] ?? 0) & 15) * 4 : 40;
  if (headerLength < 20 || original.length < headerLength + 8) return null;
  // A later fragment begins with no header.
  if (version === 4 && (readUint16(original, 6) & 0x1fff) !== 0) return null;
  return {
    source: version === 4 ? original.subarray(12, 16) : original.subarray(8, 24),
    destination: version === 4 ? original.subarray(16, 20) : original.subarray(24, 40),
    protocol: original[version === 4 ? 9 : 6] ?? 0,
    sourcePort: readUint16(original, headerLength),
    destinationPort: readUint16(original, headerLength + 2),
    sequence: readUint32(original, headerLength + 4),
  };
}
