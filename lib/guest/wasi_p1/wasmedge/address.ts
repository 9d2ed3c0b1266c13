/**
 * Addresses as WasmEdge's socket functions pass them: a buffer, and a port beside it.
 *
 * @module
 */
import { IpAddress, SocketAddress } from "../../../ip.ts";
import { Errno } from "../../../linux/errno.ts";
import { encodeSockaddr, type SockaddrStorage, UnixAddress } from "../../../linux/sockaddr.ts";
import type { GuestMemory } from "../../memory.ts";

// __wasi_address_family_t
/** Any family. */
export const ADDRESS_FAMILY_UNSPEC = 0;
/** IPv4. */
export const ADDRESS_FAMILY_INET4 = 1;
/** IPv6. */
export const ADDRESS_FAMILY_INET6 = 2;
/** Local sockets. */
export const ADDRESS_FAMILY_UNIX = 3;

/** Size of `__wasi_address_t`: a pointer to the buffer, and its length. */
const ADDRESS_SIZE = 8;

const INET4_LENGTH = 4;
const INET6_LENGTH = 16;

/** Length of a buffer that begins with the family, as the functions' second version has it. */
const TAGGED_LENGTH = 128;

/** Bytes of the family before the address. */
const FAMILY_SIZE = 2;

/** Where a guest's buffer for an address is; null if it is not wholly inside, or no buffer. */
function bufferAt(memory: GuestMemory, at: number): Uint8Array | null {
  if (memory.bytes(at, ADDRESS_SIZE) === null) return null;
  return memory.bytes(memory.load32(at), memory.load32(at + 4));
}

function familyOf(buffer: Uint8Array): number {
  return (buffer[0] ?? 0) | ((buffer[1] ?? 0) << 8);
}

function unixAddress(name: Uint8Array): UnixAddress {
  const end = name.indexOf(0);
  const path = end < 0 ? name : name.subarray(0, end);
  return path.length === 0 ? new UnixAddress("unnamed") : new UnixAddress("pathname", path);
}

/** linux/un.h: the longest path. */
const UNIX_PATH_MAX = 108;

/**
 * Reads an address.
 *
 * @param memory The guest's memory.
 * @param at Where the `__wasi_address_t` is. Its buffer has the 4 or 16 bytes of an IP address, or
 * 128 that begin with the family.
 * @param port The port.
 * @returns sockaddr bytes, a copy; or −EFAULT, −EINVAL for another length or no port, −EAFNOSUPPORT
 * for another family.
 */
export function decodeAddress(
  memory: GuestMemory,
  at: number,
  port: number,
): Uint8Array<ArrayBuffer> | number {
  const buffer = bufferAt(memory, at);
  if (buffer === null) return -Errno.EFAULT;
  if (port > 0xffff) return -Errno.EINVAL;
  const bytes = buffer.slice(0, TAGGED_LENGTH);
  const inet = (address: Uint8Array): Uint8Array<ArrayBuffer> =>
    encodeSockaddr(new SocketAddress(new IpAddress(address), port));
  switch (buffer.length) {
    case INET4_LENGTH:
    case INET6_LENGTH:
      return inet(bytes);
    case TAGGED_LENGTH:
      break;
    default:
      return -Errno.EINVAL;
  }
  const rest = bytes.subarray(FAMILY_SIZE);
  switch (familyOf(bytes)) {
    case ADDRESS_FAMILY_INET4:
      return inet(rest.subarray(0, INET4_LENGTH));
    case ADDRESS_FAMILY_INET6:
      return inet(rest.subarray(0, INET6_LENGTH));
    case ADDRESS_FAMILY_UNIX: {
      const isTooLong = !rest.subarray(0, UNIX_PATH_MAX + 1).includes(0);
      return isTooLong ? -Errno.EINVAL : encodeSockaddr(unixAddress(rest));
    }
    default:
      return -Errno.EAFNOSUPPORT;
  }
}

/** Whether there is a buffer that {@linkcode encodeAddress} could write to: 0, −EFAULT or −EINVAL. */
export function checkAddress(memory: GuestMemory, at: number): number {
  const buffer = bufferAt(memory, at);
  if (buffer === null) return -Errno.EFAULT;
  const { length } = buffer;
  return length === INET4_LENGTH || length === INET6_LENGTH || length === TAGGED_LENGTH
    ? 0
    : -Errno.EINVAL;
}

/**
 * Writes an address to a buffer that {@linkcode checkAddress} has found good. A longer one than the
 * address keeps its rest.
 *
 * @param memory The guest's memory.
 * @param at Where the `__wasi_address_t` is.
 * @param name The address; none leaves the buffer as it is.
 * @returns The port, 0 for an address without one; −EINVAL for an address that does not fit, and
 * −EAFNOSUPPORT for one of another family.
 */
export function encodeAddress(memory: GuestMemory, at: number, name: SockaddrStorage): number {
  const buffer = bufferAt(memory, at);
  if (buffer === null) return -Errno.EFAULT;
  if (name.length === 0) return 0;
  const { address } = name;
  if (address === null) return -Errno.EAFNOSUPPORT;
  const isTagged = buffer.length === TAGGED_LENGTH;
  if (address instanceof UnixAddress) {
    if (!isTagged) return -Errno.EAFNOSUPPORT;
    buffer.fill(0);
    buffer[0] = ADDRESS_FAMILY_UNIX;
    if (address.kind === "pathname") buffer.set(address.name, FAMILY_SIZE);
    return 0;
  }
  const { bytes, family } = address.ip;
  if (bytes.length > buffer.length) return -Errno.EINVAL;
  if (isTagged) {
    buffer.fill(0);
    buffer[0] = family === 4 ? ADDRESS_FAMILY_INET4 : ADDRESS_FAMILY_INET6;
  }
  buffer.set(bytes, isTagged ? FAMILY_SIZE : 0);
  return address.port;
}
