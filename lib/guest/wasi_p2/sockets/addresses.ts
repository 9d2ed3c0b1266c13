/**
 * Addresses between WASI and Linux, and what WASI demands of them.
 *
 * @module
 */
import { AF_INET, AF_INET6 } from "../../../linux/socket.ts";
import {
  SOCKADDR_IN6_SIZE,
  SOCKADDR_IN_SIZE,
  type SockaddrStorage,
} from "../../../linux/sockaddr.ts";
import {
  failWith,
  type IpAddressFamily,
  type IpSocketAddress,
  type Ipv4Address,
  type Ipv6Address,
} from "./network.ts";

/** Offsets in `struct sockaddr_in` and `sockaddr_in6`. */
const PORT = 2;
const IPV4_ADDRESS = 4;
const FLOW_INFO = 4;
const IPV6_ADDRESS = 8;
const SCOPE_ID = 24;

/** Linux's number of a family. */
export function domainOf(family: IpAddressFamily): number {
  return family === "ipv4" ? AF_INET : AF_INET6;
}

/** Makes sockaddr bytes of an address. */
export function encodeAddress(address: IpSocketAddress): Uint8Array<ArrayBuffer> {
  if (address.tag === "ipv4") {
    const bytes = new Uint8Array(SOCKADDR_IN_SIZE);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, AF_INET, true);
    view.setUint16(PORT, address.val.port);
    bytes.set(address.val.address, IPV4_ADDRESS);
    return bytes;
  }
  const { port, flowInfo, address: parts, scopeId } = address.val;
  const bytes = new Uint8Array(SOCKADDR_IN6_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_INET6, true);
  view.setUint16(PORT, port);
  view.setUint32(FLOW_INFO, flowInfo);
  parts.forEach((part, index) => view.setUint16(IPV6_ADDRESS + 2 * index, part));
  view.setUint32(SCOPE_ID, scopeId, true);
  return bytes;
}

/** The address in sockaddr bytes; null for none of IPv4 or IPv6. */
export function decodeAddress({ bytes, family }: SockaddrStorage): IpSocketAddress | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (family === AF_INET) {
    return {
      tag: "ipv4",
      val: { port: view.getUint16(PORT), address: readIpv4(view, IPV4_ADDRESS) },
    };
  }
  if (family !== AF_INET6) return null;
  return {
    tag: "ipv6",
    val: {
      port: view.getUint16(PORT),
      flowInfo: view.getUint32(FLOW_INFO),
      address: readIpv6(view, IPV6_ADDRESS),
      scopeId: view.getUint32(SCOPE_ID, true),
    },
  };
}

function readIpv4(view: DataView, offset: number): Ipv4Address {
  return [
    view.getUint8(offset),
    view.getUint8(offset + 1),
    view.getUint8(offset + 2),
    view.getUint8(offset + 3),
  ];
}

function readIpv6(view: DataView, offset: number): Ipv6Address {
  return [
    view.getUint16(offset),
    view.getUint16(offset + 2),
    view.getUint16(offset + 4),
    view.getUint16(offset + 6),
    view.getUint16(offset + 8),
    view.getUint16(offset + 10),
    view.getUint16(offset + 12),
    view.getUint16(offset + 14),
  ];
}

function isUnspecified({ val: { address } }: IpSocketAddress): boolean {
  return address.every((part: number) => part === 0);
}

/** Whether one host has it: no multicast, no broadcast. */
function isUnicast(address: IpSocketAddress): boolean {
  if (address.tag === "ipv6") return address.val.address[0] >> 8 !== 0xff;
  const [first, ...rest] = address.val.address;
  const multicast = first >= 0xe0 && first <= 0xef;
  const broadcast = first === 0xff && rest.every((part) => part === 0xff);
  return !multicast && !broadcast;
}

/** Whether it is an IPv4 address in IPv6's clothes: `::ffff:a.b.c.d`, or the deprecated `::a.b.c.d`. */
function embedsIpv4(address: IpSocketAddress): boolean {
  if (address.tag === "ipv4") return false;
  const parts = address.val.address;
  if (parts.slice(0, 5).some((part) => part !== 0)) return false;
  if (parts[5] === 0xffff) return true;
  // Of these, :: and ::1 are addresses of IPv6.
  return parts[5] === 0 && (parts[6] !== 0 || parts[7] > 1);
}

/** Fails with `invalid-argument` unless a socket of that family may have the address. */
export function checkLocalAddress(family: IpAddressFamily, address: IpSocketAddress): void {
  if (address.tag !== family || !isUnicast(address) || embedsIpv4(address)) {
    failWith("invalid-argument");
  }
}

/** Fails with `invalid-argument` unless a socket of that family may have such a peer. */
export function checkRemoteAddress(family: IpAddressFamily, address: IpSocketAddress): void {
  checkLocalAddress(family, address);
  if (isUnspecified(address) || address.val.port === 0) failWith("invalid-argument");
}

/** Whether two addresses are the same, flow information aside. */
export function isSameAddress(one: IpSocketAddress, other: IpSocketAddress): boolean {
  if (one.tag !== other.tag || one.val.port !== other.val.port) return false;
  const parts: readonly number[] = other.val.address;
  if (!one.val.address.every((part: number, index: number) => part === parts[index])) return false;
  return one.tag === "ipv4" || other.tag === "ipv4" || one.val.scopeId === other.val.scopeId;
}
