/**
 * An address that a guest passes: copied first, then checked, and the copy is what the stack gets.
 *
 * @module
 */
import { Errno } from "../linux/errno.ts";
import { AF_INET, AF_INET6, AF_UNIX, AF_UNSPEC } from "../linux/socket.ts";
import {
  SOCKADDR_IN_SIZE,
  SOCKADDR_STORAGE_SIZE,
  SOCKADDR_UN_SIZE,
  SockaddrStorage,
} from "../linux/sockaddr.ts";
import type { Bytes, OpenFile } from "../stack/open_file.ts";
import { isUnspecified, routedDestination } from "./policy/destination.ts";
import type { AddressUse, Policy } from "./policy/policy.ts";

/** Shortest IPv6 address that Linux takes: one without a zone index. */
const SIN6_LEN_RFC2133 = 24;

/** Where the path begins in an address of AF_UNIX. */
const SUN_PATH = 2;
const SLASH = 0x2f;

/**
 * The memory into which one call's address is copied. Another thread of the guest may change its own
 * bytes between a check and the call: it cannot change these.
 */
export class GuestAddress {
  /** The copy; zeros after its length. */
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(SOCKADDR_STORAGE_SIZE);
  /** Bytes of the address. */
  length = 0;
  readonly #own: SockaddrStorage = new SockaddrStorage();

  /**
   * Copies an address.
   *
   * @returns 0; −EFAULT for null; −EINVAL for more than 128 bytes.
   */
  copy(address: Bytes | null): number {
    if (address === null) return -Errno.EFAULT;
    const length = address.byteLength;
    if (length > SOCKADDR_STORAGE_SIZE) return -Errno.EINVAL;
    // A view whose memory has been detached has no bytes, and setting from it would throw.
    if (length > 0) this.bytes.set(address);
    this.bytes.fill(0, length);
    this.length = length;
    return 0;
  }

  /**
   * Makes the relative path of a socket file start from a guest's current folder: Linux would start
   * from the host's.
   *
   * @param directory The folder; null where it is the host's.
   * @returns 0; −ENAMETOOLONG where the whole path has no room in an address.
   */
  anchor(directory: string | null): number {
    if (directory === null || this.family !== AF_UNIX) return 0;
    const { bytes, length } = this;
    const first = length > SUN_PATH ? bytes[SUN_PATH] : 0;
    if (first === 0 || first === SLASH || length > SOCKADDR_UN_SIZE) return 0;
    const end = bytes.indexOf(0, SUN_PATH);
    const name = bytes.slice(SUN_PATH, Math.min(length, end));
    const folder = new TextEncoder().encode(directory.endsWith("/") ? directory : `${directory}/`);
    const whole = SUN_PATH + folder.length + name.length;
    if (whole > SOCKADDR_UN_SIZE) return -Errno.ENAMETOOLONG;
    bytes.set(folder, SUN_PATH);
    bytes.set(name, SUN_PATH + folder.length);
    bytes.fill(0, whole);
    this.length = Math.min(whole + 1, SOCKADDR_UN_SIZE);
    return 0;
  }

  /** The family in the copy; AF_UNSPEC where it is too short to have one. */
  get family(): number {
    return this.length < 2
      ? AF_UNSPEC
      : (this.bytes[0] as number) | ((this.bytes[1] as number) << 8);
  }

  /**
   * Asks the policy about the copy, where the socket can use it at all: what Linux refuses by its
   * family or length is left to Linux, so that its errno comes back. A destination that Linux would
   * replace by another address is replaced here, so that what was checked is what is reached.
   *
   * @returns 0, or −EACCES.
   */
  check(policy: Policy, use: AddressUse, file: OpenFile): number {
    const family = this.#effectiveFamily(use, file);
    if (family === AF_UNSPEC) return 0;
    if (family === AF_UNIX) return policy.checkAddress(use, this.bytes, this.length);
    // bind and UDP's sendto take an address without a family for an IPv4 one.
    const given = this.bytes[0] as number;
    this.bytes[0] = family;
    const refused = policy.checkAddress(use, this.bytes, this.length);
    this.bytes[0] = given;
    if (refused < 0 || policy.isOpen || use === "bind") return refused;
    return isUnspecified(this.bytes, this.length) ? this.#route(policy, use, file) : 0;
  }

  /** The family that Linux reads the address as, AF_UNSPEC where it refuses it or means no peer. */
  #effectiveFamily(use: AddressUse, file: OpenFile): number {
    const { family, length } = this;
    switch (family) {
      case AF_UNSPEC:
        // connect takes it as the wish to have no peer.
        if (use === "connect" || length < SOCKADDR_IN_SIZE) return AF_UNSPEC;
        return file.domain === AF_INET || file.domain === 0 ? AF_INET : AF_UNSPEC;
      case AF_INET:
        return file.domain !== AF_UNIX && length >= SOCKADDR_IN_SIZE ? AF_INET : AF_UNSPEC;
      case AF_INET6:
        return (file.domain === AF_INET6 || file.domain === 0) && length >= SIN6_LEN_RFC2133
          ? AF_INET6
          : AF_UNSPEC;
      case AF_UNIX:
        return file.domain === AF_UNIX || file.domain === 0 ? AF_UNIX : AF_UNSPEC;
      default:
        return AF_UNSPEC;
    }
  }

  #route(policy: Policy, use: AddressUse, file: OpenFile): number {
    const own = this.#own;
    if (file.getsockname(own) < 0) own.clear();
    const routed = routedDestination(this.bytes, this.length, own.bytes, own.length);
    if (routed === null) return 0;
    this.copy(routed);
    return policy.checkAddress(use, this.bytes, this.length);
  }
}
