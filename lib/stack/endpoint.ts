/**
 * Addresses on their way between Linux's bytes and values that stacks use.
 *
 * @module
 */
import {
  IpAddress,
  IPV4_ANY,
  IPV4_LOOPBACK,
  IPV6_ANY,
  IPV6_LOOPBACK,
  parseIpAddress,
  SocketAddress,
} from "../ip.ts";
import { Errno } from "../linux/errno.ts";
import { decodeSockaddr, encodeSockaddr, sockaddrFamily } from "../linux/sockaddr.ts";
import { AF_INET, AF_INET6, AF_UNSPEC } from "../linux/socket.ts";

/** Shortest address that AF_INET takes. */
const SOCKADDR_IN_SIZE = 16;
/** Shortest address that AF_INET6 takes: SIN6_LEN_RFC2133. */
const SOCKADDR_IN6_SIZE = 24;

/** Which call an address is for; they check differently. */
export type AddressPurpose = "bind" | "connect" | "datagram";

/**
 * Decodes an address as Linux's inet code checks it, length before family.
 *
 * @param domain The socket's family.
 * @param bytes The sockaddr.
 * @param length Bytes of it.
 * @param purpose `datagram` for UDP's connect and sendto, which on AF_INET6 take IPv4 addresses too.
 * @returns The address, in the socket's own family except for `datagram`; or −EINVAL, −EAFNOSUPPORT.
 */
export function decodeEndpoint(
  domain: number,
  bytes: Uint8Array,
  length: number,
  purpose: AddressPurpose,
): SocketAddress | number {
  if (domain === AF_INET) return decodeInet(bytes, length, purpose);
  const family = sockaddrFamily(bytes, length);
  if (purpose === "datagram" && family === AF_INET) return decodeInet(bytes, length, purpose);
  if (length < SOCKADDR_IN6_SIZE) return -Errno.EINVAL;
  if (family !== AF_INET6) return -Errno.EAFNOSUPPORT;
  const address = decodeSockaddr(bytes, length);
  return address instanceof SocketAddress ? address : -Errno.EINVAL;
}

function decodeInet(
  bytes: Uint8Array,
  length: number,
  purpose: AddressPurpose,
): SocketAddress | number {
  if (length < SOCKADDR_IN_SIZE) return -Errno.EINVAL;
  const family = sockaddrFamily(bytes, length);
  const ip = new IpAddress(bytes.subarray(4, 8));
  const port = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
  if (family === AF_UNSPEC) {
    // Programs of the past left the family out.
    const lenient = purpose === "datagram" || (purpose === "bind" && ip.isUnspecified);
    if (!lenient) return -Errno.EAFNOSUPPORT;
  } else if (family !== AF_INET) {
    return -Errno.EAFNOSUPPORT;
  }
  return new SocketAddress(ip, port);
}

/** The address as a socket of `domain` names it: IPv4 becomes v4-mapped on AF_INET6. */
export function toDomain(domain: number, ip: IpAddress): IpAddress {
  if (domain === AF_INET6 && ip.family === 4) {
    const bytes = new Uint8Array(16);
    bytes[10] = bytes[11] = 0xff;
    bytes.set(ip.bytes, 12);
    return new IpAddress(bytes);
  }
  return domain === AF_INET ? ip.unmapped() : ip;
}

/** Sockaddr bytes for a name that a socket of `domain` reports. */
export function encodeEndpoint(
  domain: number,
  ip: IpAddress,
  port: number,
): Uint8Array<ArrayBuffer> {
  return encodeSockaddr(new SocketAddress(toDomain(domain, ip), port));
}

/** The wildcard address of a family. */
export function anyAddress(domain: number): IpAddress {
  return domain === AF_INET ? IPV4_ANY : IPV6_ANY;
}

/** The address that a socket gets which connects to `peer` on this machine. */
export function loopbackFor(peer: IpAddress): IpAddress {
  return peer.unmapped().family === 4 ? IPV4_LOOPBACK : IPV6_LOOPBACK;
}

/** Whether an address is of this machine for certain. */
export function isLocal(ip: IpAddress): boolean {
  const plain = ip.unmapped();
  return plain.isLoopback || plain.isUnspecified;
}

/** The text that the worker passes to Deno; v4-mapped addresses as IPv4, as permissions name them. */
export function hostText(ip: IpAddress): string {
  return ip.unmapped().toString();
}

/**
 * Reads the worker's `host port [host port]`.
 *
 * @returns One or two addresses; none where the text has none.
 */
export function parseNames(text: string): SocketAddress[] {
  const words = text.split(" ");
  const found: SocketAddress[] = [];
  for (let i = 0; i + 1 < words.length; i += 2) {
    const ip = parseIpAddress(words[i] ?? "");
    if (ip !== null) found.push(new SocketAddress(ip, Number(words[i + 1])));
  }
  return found;
}
