/**
 * The kernel: what one guest process sees.
 *
 * @module
 */
import { parseIpAddress, SocketAddress } from "../ip.ts";
import { Errno } from "../linux/errno.ts";
import { AF_INET, AF_INET6, AF_UNSPEC } from "../linux/socket.ts";
import { encodeSockaddr } from "../linux/sockaddr.ts";
import { PathCalls } from "./path_calls.ts";
import type { System } from "./system.ts";

/** Longest host name in text, RFC 1035 section 2.3.4, with a final dot. */
const MAX_NAME_LENGTH = 254;

/**
 * The system calls of one guest process over one stack: its descriptors, limits, policy and files.
 *
 * It belongs to the thread that made it. Ending it (`exit`, or `using`) closes everything that the
 * guest left open, and the stack.
 *
 * @example
 * ```ts
 * import { Kernel, openStack } from "@vmsock/vmsock/kernel";
 * import { AF_INET, SOCK_STREAM } from "@vmsock/vmsock/linux";
 * import { assert } from "@std/assert";
 *
 * using kernel = new Kernel(openStack("auto"));
 * const fd = kernel.socket(AF_INET, SOCK_STREAM, 0);
 * assert(fd === 3);
 * kernel.close(fd);
 * ```
 */
export class Kernel extends PathCalls implements System {
  /** See `System.resolve`. */
  resolve(name: string | null, family: number, addresses: Uint8Array<ArrayBuffer>[]): number {
    if (name === null) return -Errno.EFAULT;
    if (family !== AF_INET && family !== AF_INET6 && family !== AF_UNSPEC) {
      return -Errno.EAFNOSUPPORT;
    }
    const literal = parseIpAddress(name);
    if (literal !== null) {
      const wanted = literal.family === 4 ? AF_INET : AF_INET6;
      if (family !== AF_UNSPEC && family !== wanted) return -Errno.ENOENT;
      addresses.push(encodeSockaddr(new SocketAddress(literal, 0)));
      return 1;
    }
    if (name.length === 0 || name.length > MAX_NAME_LENGTH) return -Errno.ENOENT;
    const refused = this.policy.checkName(name);
    if (refused < 0) return refused;
    const found: Uint8Array<ArrayBuffer>[] = [];
    const count = this.stack.resolve(name, family, found);
    if (count > 0) {
      this.policy.learn(name, found);
      addresses.push(...found);
    }
    return count;
  }

  /** See `System.takeDenial`. */
  takeDenial(): string | null {
    return this.policy.takeDenial();
  }
}
