/**
 * Hosts and ports of scripts, as the system's addresses and back.
 *
 * @module
 */
import { parseIpAddress, SocketAddress } from "../../ip.ts";
import { Errno } from "../../linux/errno.ts";
import { decodeSockaddr, encodeSockaddr, type SockaddrStorage } from "../../linux/sockaddr.ts";
import { AF_INET, AF_INET6, AF_UNSPEC } from "../../linux/socket.ts";
import { bytesToUtf8 } from "../../moca/text.ts";
import type { CallContext } from "./call_context.ts";

/** An address of a host, and the family of its socket. */
export interface Candidate {
  /** The address as the system takes it. */
  readonly sockaddr: Uint8Array<ArrayBuffer>;
  /** AF_INET or AF_INET6. */
  readonly family: number;
}

function candidate(address: SocketAddress): Candidate {
  const family = address.ip.family === 4 ? AF_INET : AF_INET6;
  return { sockaddr: encodeSockaddr(address), family };
}

/**
 * The addresses of a host with a port.
 *
 * @param context Resolves names.
 * @param host A name or the text of an address, as bytes.
 * @param port The port; what is none is −EINVAL.
 * @param options AF_INET or AF_INET6, or AF_UNSPEC for both; how many milliseconds it may take.
 * @returns The addresses in the resolver's order, one at least, or a negated errno.
 */
export function candidates(
  context: CallContext,
  host: string,
  port: bigint,
  options: { readonly family: number; readonly timeout: number | null },
): Candidate[] | number {
  const { family, timeout } = options;
  if (port < 0n || port > 65535n) return -Errno.EINVAL;
  const name = bytesToUtf8(host);
  const literal = parseIpAddress(name);
  if (literal !== null) {
    const only = candidate(new SocketAddress(literal, Number(port)));
    return family === AF_UNSPEC || family === only.family ? [only] : -Errno.EAFNOSUPPORT;
  }
  const found: Uint8Array<ArrayBuffer>[] = [];
  const count = context.resolve(name, family, found, timeout);
  if (count < 0) return count;
  const list: Candidate[] = [];
  for (const sockaddr of found) {
    const address = decodeSockaddr(sockaddr);
    if (address instanceof SocketAddress) {
      list.push(candidate(new SocketAddress(address.ip, Number(port), address.flowInfo)));
    }
  }
  return list.length === 0 ? -Errno.ENOENT : list;
}

/** An address that the system filled in, as scripts see it: host and port. */
export function endpointOf(storage: SockaddrStorage): readonly [host: string, port: bigint] {
  const { address } = storage;
  return address instanceof SocketAddress
    ? [address.ip.toString(), BigInt(address.port)]
    : ["", 0n];
}

/** The texts of a host's addresses, or a negated errno. */
export function resolveTexts(context: CallContext, host: string): string[] | number {
  const found = candidates(context, host, 0n, { family: AF_UNSPEC, timeout: null });
  if (typeof found === "number") return found;
  return found.map(({ sockaddr }) => {
    const address = decodeSockaddr(sockaddr);
    return address instanceof SocketAddress ? address.ip.toString() : "";
  });
}
