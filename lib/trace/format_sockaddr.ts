/**
 * Socket addresses as strace prints them.
 *
 * @module
 */
import { IpAddress } from "../ip.ts";
import {
  SOCKADDR_IN6_SIZE,
  SOCKADDR_IN_SIZE,
  type SockaddrStorage,
  UNIX_PATH_MAX,
} from "../linux/sockaddr.ts";
import { AF_INET, AF_INET6, AF_UNIX } from "../linux/socket.ts";
import type { Bytes } from "../stack/open_file.ts";
import { quote } from "./format_bytes.ts";
import { formatValue } from "./name_table.ts";
import { FAMILIES } from "./names.ts";
import { type Call, formatList, type Later, NULL, POINTER } from "./verb.ts";

/** Where the address of a sockaddr_in6 ends; the scope id follows, if it is there. */
const SIN6_SCOPE_ID = 24;

/** Formats 4 bytes as an argument of inet_addr(3). */
export function formatInAddr(bytes: Bytes): string {
  return `inet_addr("${bytes.join(".")}")`;
}

/** Formats 16 bytes as inet_ntop(3) does, which writes `::1.2.3.4` where RFC 5952 does not. */
export function formatIn6Addr(bytes: Bytes, target: string): string {
  const isV4Compatible = bytes.subarray(0, 12).every((byte) => byte === 0) &&
    (bytes[12] !== 0 || bytes[13] !== 0);
  const text = isV4Compatible
    ? `::${bytes.subarray(12).join(".")}`
    : new IpAddress(Uint8Array.from(bytes)).toString();
  return `inet_pton(AF_INET6, "${text}", &${target})`;
}

function fieldsOf(bytes: Bytes, family: number): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (family === AF_INET && bytes.length >= SOCKADDR_IN_SIZE) {
    const address = formatInAddr(bytes.subarray(4, 8));
    return `, sin_port=htons(${view.getUint16(2)}), sin_addr=${address}`;
  }
  if (family === AF_INET6 && bytes.length >= SIN6_SCOPE_ID) {
    const address = formatIn6Addr(bytes.subarray(8, SIN6_SCOPE_ID), "sin6_addr");
    const scope = bytes.length >= SOCKADDR_IN6_SIZE
      ? `, sin6_scope_id=${view.getUint32(SIN6_SCOPE_ID, true)}`
      : "";
    return `, sin6_port=htons(${view.getUint16(2)}), sin6_flowinfo=htonl(${
      view.getUint32(4)
    }), ${address}${scope}`;
  }
  const data = bytes.subarray(2);
  if (data.length === 0) return "";
  if (family !== AF_UNIX) return `, sa_data=${quote(data)}`;
  const sunPath = data.subarray(0, UNIX_PATH_MAX);
  if (sunPath[0] === 0) return `, sun_path=@${quote(sunPath.subarray(1))}`;
  const nul = sunPath.indexOf(0);
  return `, sun_path=${quote(nul < 0 ? sunPath : sunPath.subarray(0, nul))}`;
}

/** Formats sockaddr bytes: `{sa_family=AF_INET, …}`; a pointer where there is no family. */
export function formatSockaddr(bytes: Bytes): string {
  if (bytes.length < 2) return POINTER;
  const family = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
  return `{sa_family=${formatValue(FAMILIES, family)}${fieldsOf(bytes, family)}}`;
}

/** Formats an address that a call reads, and its length; that of one that faults is not known. */
export function addressParts(bytes: Bytes | null | undefined): [address: string, length: string] {
  if (bytes === undefined) return [NULL, "0"];
  return bytes === null ? [NULL, "?"] : [formatSockaddr(bytes), String(bytes.length)];
}

/** An address that the call reads, and its length; undefined where the guest gave none. */
export function address(bytes: Bytes | null | undefined): string {
  return addressParts(bytes).join(", ");
}

/** Formats an address that a call filled in; a pointer where there is none. */
export function formatStorage(storage: SockaddrStorage): string {
  return formatSockaddr(storage.bytes.subarray(0, storage.length));
}

/** An address that the call fills in, and its length; null where the guest wants none. */
export function filledAddress(storage: SockaddrStorage | null, call: Call): Later {
  return () => {
    if (storage === null) return `${NULL}, ${NULL}`;
    if (call.result < 0) return `${POINTER}, ${POINTER}`;
    return `${formatStorage(storage)}, [${storage.length}]`;
  };
}

/** Addresses that the resolver found. */
export function foundAddresses(addresses: readonly Bytes[], call: Call): Later {
  const known = addresses.length;
  return () => formatList(addresses.slice(known), call, formatSockaddr);
}
