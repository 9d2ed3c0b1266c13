/**
 * An address that a guest passes: copied first, then checked, and the copy is what the stack gets.
 *
 * @module
 */
import { Errno } from "../linux/errno.ts";
import { AF_INET, AF_INET6, AF_UNIX, AF_UNSPEC } from "../linux/socket.ts";
import { SOCKADDR_STORAGE_SIZE } from "../linux/sockaddr.ts";
import type { Bytes, OpenFile } from "../stack/open_file.ts";
import type { AddressUse, Policy } from "./policy.ts";

/**
 * The memory into which one call's address is copied. Another thread of the guest may change its own
 * bytes between a check and the call: it cannot change these.
 */
export class GuestAddress {
  /** The copy; zeros after its length. */
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(SOCKADDR_STORAGE_SIZE);
  /** Bytes of the address. */
  length = 0;

  /**
   * Copies an address.
   *
   * @returns 0; −EFAULT for null; −EINVAL for more than 128 bytes.
   */
  copy(address: Bytes | null): number {
    if (address === null) return -Errno.EFAULT;
    const length = address.byteLength;
    if (length > SOCKADDR_STORAGE_SIZE) return -Errno.EINVAL;
    this.bytes.set(address);
    this.bytes.fill(0, length);
    this.length = length;
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
   * family or length is left to Linux, so that its errno comes back.
   *
   * @returns 0, or −EACCES.
   */
  check(policy: Policy, use: AddressUse, file: OpenFile): number {
    const { family } = this;
    switch (file.domain) {
      case AF_INET:
        if (family === AF_INET) return policy.checkAddress(use, this.bytes, this.length);
        // bind and UDP's sendto take an address without a family for an IPv4 one; connect takes it
        // as the wish to have no peer.
        return family === AF_UNSPEC && use !== "connect" ? this.#checkAsIpv4(policy, use) : 0;
      case AF_INET6:
        return family === AF_INET6 || family === AF_INET
          ? policy.checkAddress(use, this.bytes, this.length)
          : 0;
      case AF_UNIX:
        return family === AF_UNIX ? policy.checkAddress(use, this.bytes, this.length) : 0;
      default:
        // A socket that came from elsewhere: whatever the address says must be allowed.
        return family === AF_UNSPEC && use !== "connect"
          ? this.#checkAsIpv4(policy, use)
          : policy.checkAddress(use, this.bytes, this.length);
    }
  }

  #checkAsIpv4(policy: Policy, use: AddressUse): number {
    this.bytes[0] = AF_INET;
    const refused = policy.checkAddress(use, this.bytes, this.length);
    this.bytes[0] = AF_UNSPEC;
    return refused;
  }
}
