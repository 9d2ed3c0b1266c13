/**
 * The addresses that a host name, or the text of an address, stands for.
 *
 * @module
 */
import { type IpAddress, parseIpAddress, SocketAddress } from "../../ip.ts";
import { decodeSockaddr } from "../../linux/sockaddr.ts";
import { AF_INET, AF_INET6, AF_UNSPEC } from "../../linux/socket.ts";
import type { WasiErrorCode } from "../wasi/socket_errors.ts";
import type { WasiContext } from "../wasi_p2/context.ts";
import { lookupCode, parseHost } from "../wasi_p2/sockets/ip_name_lookup.ts";
import type { NetworkPolicy } from "./network_policy.ts";

/** What is looked up, and how. */
export interface HostLookup {
  /** What the guest's resources share. */
  readonly context: WasiContext;
  /** The network in which the name is known. */
  readonly network: NetworkPolicy;
  /** Only addresses of this family; null for both. */
  readonly family: 4 | 6 | null;
  /** When to give up, in milliseconds of `performance.now()`. */
  readonly deadline: number;
  /** Ends the call with a code. */
  readonly fail: (code: WasiErrorCode) => never;
}

/**
 * Looks a host up.
 *
 * @param host A name, or the text of an IP address, which may be in brackets if it is one of IPv6.
 * @param lookup What is looked up, and how.
 * @returns The addresses, one at least.
 * @throws {string} `invalid-argument` if it is no host, or an address of the other family; else what
 * {@linkcode lookupCode} says.
 */
export function hostAddresses(host: string, lookup: HostLookup): IpAddress[] {
  const { context, network, family, deadline, fail } = lookup;
  const literal = parseIpAddress(/^\[(.*:.*)\]$/s.exec(host)?.[1] ?? host);
  if (literal !== null) {
    if (family !== null && literal.family !== family) fail("invalid-argument");
    return [literal];
  }
  const name = parseHost(host);
  if (name === null) return fail("invalid-argument");
  const refused = network.checkName(name);
  if (refused < 0) return fail(lookupCode(refused));
  const found: Uint8Array<ArrayBuffer>[] = [];
  const domain = family === null ? AF_UNSPEC : family === 4 ? AF_INET : AF_INET6;
  const timeout = deadline === Infinity ? -1 : Math.max(0, deadline - performance.now());
  const result = context.system.resolve(name, domain, found, timeout);
  if (result < 0) return fail(lookupCode(result));
  network.learn(name, found);
  const addresses = found.flatMap((sockaddr) => {
    const address = decodeSockaddr(sockaddr);
    return address instanceof SocketAddress ? [address.ip] : [];
  });
  return addresses.length > 0 ? addresses : fail("name-unresolvable");
}
