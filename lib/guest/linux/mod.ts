/**
 * Linux as a guest sees it: its numbers, structures and addresses, and a guest's memory.
 *
 * Error numbers, constants under their C names, layouts of the structures that system calls take.
 * Numbers are those of x86-64, which aarch64 shares except where a name ends in `_AARCH64`. Structures
 * are little-endian, as on both.
 *
 * @example
 * ```ts
 * import { decodeSockaddr, encodeSockaddr, Errno, errnoMessage } from "@vmsock/vmsock/linux";
 * import { IPV6_LOOPBACK, SocketAddress } from "@vmsock/vmsock/linux";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeSockaddr(new SocketAddress(IPV6_LOOPBACK, 80));
 * assertEquals(bytes.length, 28);
 * assertEquals(decodeSockaddr(bytes)?.toString(), "[::1]:80");
 * assertEquals(errnoMessage(-Errno.ECONNREFUSED), "Connection refused");
 * ```
 *
 * @module
 */
export * from "../../linux/mod.ts";
export {
  type Address,
  GuestMemory,
  type GuestMemoryOptions,
  type MemorySource,
} from "../memory.ts";
