/**
 * Host names as the akuma API resolves them.
 *
 * @module
 */
import { defaultSystem, type SystemOptions } from "../../../kernel/default_system.ts";
import { SocketAddress } from "../../../ip.ts";
import { Errno } from "../../../linux/errno.ts";
import { decodeSockaddr } from "../../../linux/sockaddr.ts";
import { AF_INET } from "../../../linux/socket.ts";

/**
 * Resolves a host name to an IPv4 address: the first that the resolver has, /etc/hosts included. The
 * text of an IPv4 address gives itself.
 *
 * @param hostname The name, without a port.
 * @param options The system.
 * @returns The four bytes in network order; or −ENOENT where there is none, −EINVAL for an empty
 * name, −EACCES where it may not be looked up, −EAGAIN for a failure that may pass.
 * @example
 * ```ts
 * import { Errno, resolveHost } from "@vmsock/vmsock/linux";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(resolveHost("localhost"), Uint8Array.of(127, 0, 0, 1));
 * assertEquals(resolveHost(""), -Errno.EINVAL);
 * ```
 */
export function resolveHost(
  hostname: string,
  options?: SystemOptions,
): Uint8Array<ArrayBuffer> | number {
  if (hostname === "") return -Errno.EINVAL;
  const found: Uint8Array<ArrayBuffer>[] = [];
  const result = (options?.system ?? defaultSystem()).resolve(hostname, AF_INET, found);
  if (result < 0) return result;
  const [first] = found;
  const address = first === undefined ? null : decodeSockaddr(first);
  return address instanceof SocketAddress ? address.ip.bytes : -Errno.ENOENT;
}
