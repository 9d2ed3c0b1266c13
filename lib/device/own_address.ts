/**
 * Which addresses Linux has itself.
 *
 * @module
 */
import { type IpAddress, SocketAddress } from "../ip.ts";
import { encodeSockaddr } from "../linux/sockaddr.ts";
import { AF_INET, AF_INET6, SOCK_CLOEXEC, SOCK_DGRAM } from "../linux/socket.ts";
import type { Libc } from "../stack/libc/libc.ts";

/**
 * Returns whether Linux has an address itself. Behind a TUN device nothing can have it as well: what
 * comes from there with one of its own addresses Linux drops, and what goes there it answers.
 *
 * @param libc The C library.
 * @param ip The address.
 */
export function isHostAddress(libc: Libc, ip: IpAddress): boolean {
  const domain = ip.family === 4 ? AF_INET : AF_INET6;
  const descriptor = libc.socket(domain, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  const name = encodeSockaddr(new SocketAddress(ip, 0));
  const bound = libc.bind(descriptor, name, name.length);
  libc.close(descriptor);
  return bound >= 0;
}
