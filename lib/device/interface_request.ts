/**
 * `struct ifreq` and the requests of netdevice(7) that bring a network interface up.
 *
 * @module
 */
import { AF_INET, AF_INET6, SOCK_CLOEXEC, SOCK_DGRAM } from "../linux/socket.ts";
import { encodeSockaddr } from "../linux/sockaddr.ts";
import { IpAddress, SocketAddress } from "../ip.ts";
import { Errno } from "../linux/errno.ts";
import type { Libc } from "../stack/libc/libc.ts";

/** Room for a name, its NUL included: linux/if.h. */
export const IFNAMSIZ = 16;

const IFREQ_SIZE = 40;
const SIOCGIFFLAGS = 0x8913;
const SIOCSIFFLAGS = 0x8914;
const SIOCSIFADDR = 0x8916;
const SIOCSIFNETMASK = 0x891c;
const SIOCGIFMTU = 0x8921;
const SIOCGIFINDEX = 0x8933;
/** `struct in6_ifreq`: an address, its prefix length, an interface's index. */
const IN6_IFREQ_SIZE = 24;
const IFF_UP = 0x1;

/** One `struct ifreq`. */
export class InterfaceRequest {
  /** The 40 octets. */
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(IFREQ_SIZE);
  readonly #fields = new DataView(this.bytes.buffer);

  /**
   * Makes a request about an interface.
   *
   * @param name Its name; {@link isInterfaceName} has approved of it.
   */
  constructor(name: string) {
    new TextEncoder().encodeInto(name, this.bytes.subarray(0, IFNAMSIZ - 1));
  }

  /** `ifr_name`; Linux fills in a number for `%d`. */
  get name(): string {
    const end = this.bytes.indexOf(0);
    return new TextDecoder().decode(this.bytes.subarray(0, Math.min(end, IFNAMSIZ)));
  }

  /** `ifr_flags`. */
  get flags(): number {
    return this.#fields.getUint16(IFNAMSIZ, true);
  }

  set flags(value: number) {
    this.#fields.setUint16(IFNAMSIZ, value, true);
  }

  /** `ifr_mtu`. */
  get mtu(): number {
    return this.#fields.getInt32(IFNAMSIZ, true);
  }

  /** `ifr_addr`, an IPv4 address. */
  set address(value: IpAddress) {
    this.bytes.set(encodeSockaddr(new SocketAddress(value, 0)), IFNAMSIZ);
  }
}

/**
 * Returns whether a text can be an interface's name: dev_valid_name of Linux.
 *
 * @param name The text.
 */
export function isInterfaceName(name: string): boolean {
  return /^[^\s/:\0]{1,15}$/.test(name) && name !== "." && name !== ".." &&
    new TextEncoder().encode(name).length < IFNAMSIZ;
}

/** Carries out a request on a socket made for it. */
function request(libc: Libc, ifreq: InterfaceRequest, ...requests: number[]): number {
  const socket = libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return socket;
  let result = 0;
  for (const number of requests) {
    if (result >= 0) result = libc.ioctl(socket, number, ifreq.bytes);
  }
  libc.close(socket);
  return result;
}

/**
 * Asks for an interface's MTU.
 *
 * @param libc The C library.
 * @param name The interface's name.
 * @returns Octets; −ENODEV if there is no such interface.
 */
export function interfaceMtu(libc: Libc, name: string): number {
  const ifreq = new InterfaceRequest(name);
  const result = request(libc, ifreq, SIOCGIFMTU);
  return result < 0 ? result : ifreq.mtu;
}

/** Gives an interface an IPv6 address beside those that it has. */
function addIpv6Address(libc: Libc, name: string, ip: IpAddress, prefixLength: number): number {
  const ifreq = new InterfaceRequest(name);
  const found = request(libc, ifreq, SIOCGIFINDEX);
  if (found < 0) return found;
  const bytes = new Uint8Array(IN6_IFREQ_SIZE);
  bytes.set(ip.bytes);
  const fields = new DataView(bytes.buffer);
  fields.setUint32(16, prefixLength, true);
  // The index lies where the MTU does.
  fields.setInt32(20, ifreq.mtu, true);
  const socket = libc.socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return socket;
  const result = libc.ioctl(socket, SIOCSIFADDR, bytes);
  libc.close(socket);
  return result === -Errno.EEXIST ? 0 : result;
}

/**
 * Brings an interface up, with an address of the host's if one is given.
 *
 * @param libc The C library.
 * @param name The interface's name.
 * @param address The host's address on it, and how many bits its network has; null to leave it.
 * @returns 0; −EPERM without CAP_NET_ADMIN, −EAFNOSUPPORT for IPv6 where Linux has none.
 */
export function bringUp(
  libc: Libc,
  name: string,
  address: { readonly ip: IpAddress; readonly prefixLength: number } | null,
): number {
  if (address?.ip.family === 6) {
    const added = addIpv6Address(libc, name, address.ip, address.prefixLength);
    if (added < 0) return added;
  } else if (address !== null) {
    const ifreq = new InterfaceRequest(name);
    ifreq.address = address.ip;
    const mask = (0xffff_ffff << (32 - address.prefixLength)) >>> 0;
    const bytes = [24, 16, 8, 0].map((shift) =>
      address.prefixLength === 0 ? 0 : (mask >>> shift) & 255
    );
    const setAddress = request(libc, ifreq, SIOCSIFADDR);
    if (setAddress < 0) return setAddress;
    ifreq.address = new IpAddress(new Uint8Array(bytes));
    const setMask = request(libc, ifreq, SIOCSIFNETMASK);
    if (setMask < 0) return setMask;
  }
  const flags = new InterfaceRequest(name);
  const read = request(libc, flags, SIOCGIFFLAGS);
  if (read < 0) return read;
  flags.flags |= IFF_UP;
  return request(libc, flags, SIOCSIFFLAGS);
}
