/**
 * Destinations that stand for another address.
 *
 * @module
 */
import { IpAddress, IPV4_LOOPBACK, IPV6_LOOPBACK, SocketAddress } from "../../ip.ts";
import { AF_INET, AF_UNSPEC } from "../../linux/socket.ts";
import {
  decodeSockaddr,
  encodeSockaddr,
  SOCKADDR_IN_SIZE,
  sockaddrFamily,
} from "../../linux/sockaddr.ts";

/**
 * The IP address and port in sockaddr bytes. An address without a family is one of IPv4, as bind(2)
 * and UDP's sendto(2) take it (`inet_bind` and `udp_sendmsg` in net/ipv4 of Linux).
 *
 * @param address The sockaddr.
 * @param length Bytes of it that are the address.
 * @returns The address, or null if the bytes are too few for their family or it is another one.
 */
export function decodeIpAddress(address: Uint8Array, length: number): SocketAddress | null {
  if (length >= SOCKADDR_IN_SIZE && sockaddrFamily(address, length) === AF_UNSPEC) {
    const copy = address.slice(0, SOCKADDR_IN_SIZE);
    copy[0] = AF_INET;
    return decodeIpAddress(copy, copy.length);
  }
  const decoded = decodeSockaddr(address, length);
  return decoded instanceof SocketAddress ? decoded : null;
}

/**
 * Whether a sockaddr is 0.0.0.0, `::` or `::ffff:0.0.0.0`: as a destination Linux replaces it, see
 * {@linkcode routedDestination}.
 *
 * @param address The sockaddr.
 * @param length Bytes of it that are the address.
 */
export function isUnspecified(address: Uint8Array, length: number): boolean {
  return decodeIpAddress(address, length)?.ip.isUnspecified ?? false;
}

/**
 * The address to which Linux connects or sends where the destination is unspecified: the socket's
 * own IPv4 address if it has one, else loopback (ip_route_output_key in net/ipv4/route.c,
 * tcp_v6_connect in net/ipv6/tcp_ipv6.c).
 *
 * A guest that may bind to 10.0.0.5 with one port reaches every port of 10.0.0.5 through 0.0.0.0
 * otherwise. The result is what has to be checked and what the stack has to be given, so that no
 * other thread can bind the socket in between; no guest can tell the difference.
 *
 * @param address The destination.
 * @param length Bytes of it that are the address.
 * @param local The socket's own address, as getsockname(2) returns it.
 * @param localLength Bytes of it that are the address.
 * @returns Sockaddr bytes of the same family with the destination's port; null if the destination is
 * not unspecified.
 */
export function routedDestination(
  address: Uint8Array,
  length: number,
  local: Uint8Array,
  localLength: number,
): Uint8Array<ArrayBuffer> | null {
  const destination = decodeIpAddress(address, length);
  if (destination === null || !destination.ip.isUnspecified) return null;
  const { ip, port, flowInfo } = destination;
  const own = decodeIpAddress(local, localLength)?.ip ?? null;
  const bare = own?.unmapped() ?? null;
  const isOwn4 = bare?.family === 4;
  const v4 = isOwn4 && bare !== null && !bare.isUnspecified ? bare : IPV4_LOOPBACK;
  if (ip.family === 4) return encodeSockaddr(new SocketAddress(v4, port));
  if (ip.isV4Mapped) return encodeSockaddr(new SocketAddress(mapped(v4), port, flowInfo));
  const routed = isOwn4 ? mapped(IPV4_LOOPBACK) : IPV6_LOOPBACK;
  return encodeSockaddr(new SocketAddress(routed, port, flowInfo));
}

/** The IPv4-mapped form of an IPv4 address. */
function mapped(ip: IpAddress): IpAddress {
  const bytes = new Uint8Array(16);
  bytes.fill(255, 10, 12);
  bytes.set(ip.bytes, 12);
  return new IpAddress(bytes);
}

/**
 * The addresses that a use of an address may reach, IPv4-mapped ones unmapped and without zone: the
 * address itself, and loopback where the destination is unspecified.
 *
 * @param ip The address.
 * @param isDestination Whether it is connected or sent to.
 */
export function reachedAddresses(ip: IpAddress, isDestination: boolean): readonly IpAddress[] {
  const bare = ip.unmapped();
  const own = bare.scopeId === 0 ? bare : new IpAddress(bare.bytes);
  if (!isDestination || !own.isUnspecified) return [own];
  // A socket that is bound to an IPv4-mapped address reaches 127.0.0.1 through `::`.
  return own.family === 4 ? [own, IPV4_LOOPBACK] : [own, IPV6_LOOPBACK, IPV4_LOOPBACK];
}
