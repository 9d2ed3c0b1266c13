/**
 * `host:port` in text, and the socket addresses it stands for.
 *
 * @module
 */
import { parseIpAddress, parseSocketAddress, SocketAddress } from "../ip.ts";
import { AF_INET, AF_INET6, AF_UNSPEC } from "../linux/socket.ts";
import { decodeSockaddr } from "../linux/sockaddr.ts";
import { Errno } from "../linux/errno.ts";
import { normalizeHostName } from "../kernel/policy/host_name.ts";
import type { System } from "../kernel/system.ts";
import { failure, failureReason, invalidInput } from "./failure.ts";

/**
 * Where a socket is bound or connected to: an address, or text, `127.0.0.1:80`, `[::1]:80` or
 * `example.com:80`.
 */
export type Address = string | SocketAddress;

/** A host name or IP address, and a port. */
export interface HostPort {
  /** The name, or the text of an IP address without brackets. */
  readonly host: string;
  /** The port. */
  readonly port: number;
}

// What getaddrinfo(3) says of a name, which strerror(3) of the errno would not.
const RESOLVE_REASONS: ReadonlyMap<number, string> = new Map([
  [-Errno.ENOENT, "No such host (ENOENT)"],
  [-Errno.EAGAIN, "Temporary failure in name resolution (EAGAIN)"],
]);

/**
 * Whether text can be a host's name: labels of ASCII letters, digits, `-` and `_`. The last one must
 * not be a number: inet_aton(3), which resolvers fall back to, would read `127.1` or `0x7f000001` as
 * an address (the URL standard draws the same line).
 */
export function isHostName(text: string): boolean {
  const last = normalizeHostName(text)?.split(".").at(-1);
  return last !== undefined && !/^(?:[0-9]+|0x[0-9a-f]*)$/.test(last);
}

/**
 * Parses `host:port`.
 *
 * @returns null unless the host is a name, an IPv4 address or an IPv6 address in brackets, and the
 * port a decimal number up to 65535 without leading zeros.
 */
export function parseHostPort(text: string): HostPort | null {
  const literal = parseSocketAddress(text);
  if (literal !== null) return { host: literal.ip.toString(), port: literal.port };
  const colon = text.lastIndexOf(":");
  if (colon < 0) return null;
  const host = text.slice(0, colon);
  const port = parseSocketAddress(`0.0.0.0${text.slice(colon)}`)?.port;
  return port === undefined || !isHostName(host) ? null : { host, port };
}

/**
 * Resolves a name.
 *
 * @returns Its addresses, one at least.
 * @throws {NetError} If it has none, or may not be looked up.
 */
export function resolveName(
  system: System,
  { host, port }: HostPort,
  family: number = AF_UNSPEC,
): SocketAddress[] {
  const sockaddrs: Uint8Array<ArrayBuffer>[] = [];
  const result = system.resolve(host, family, sockaddrs);
  const addresses: SocketAddress[] = [];
  for (const sockaddr of sockaddrs) {
    const address = decodeSockaddr(sockaddr);
    if (address instanceof SocketAddress) {
      addresses.push(new SocketAddress(address.ip, port, address.flowInfo));
    }
  }
  if (result >= 0 && addresses.length > 0) return addresses;
  const code = result < 0 ? result : -Errno.ENOENT;
  const reason = RESOLVE_REASONS.get(code) ?? failureReason(system, code);
  throw failure(system, { syscall: "resolve", result: code, action: `resolve ${host}`, reason });
}

/**
 * The addresses that a call may try, in order.
 *
 * @param action What they are wanted for, to stand after "Cannot": `connect to`.
 * @throws {NetError} If the text is malformed (`InvalidInput`) or the name cannot be resolved.
 */
export function socketAddresses(
  system: System,
  address: Address,
  action: { readonly syscall: string; readonly text: string },
): SocketAddress[] {
  if (typeof address !== "string") return [address];
  const hostPort = parseHostPort(address);
  if (hostPort === null) {
    const quoted = JSON.stringify(address);
    throw invalidInput(
      action.syscall,
      `Cannot ${action.text} ${quoted}: the address must be host:port, the port at most 65535, ` +
        "IPv6 addresses in brackets",
    );
  }
  const literal = parseIpAddress(hostPort.host);
  return literal === null
    ? resolveName(system, hostPort)
    : [new SocketAddress(literal, hostPort.port)];
}

/** AF_INET or AF_INET6, as the address is. */
export function familyOf(address: SocketAddress): number {
  return address.ip.family === 4 ? AF_INET : AF_INET6;
}
