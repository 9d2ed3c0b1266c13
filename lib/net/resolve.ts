/**
 * Host names.
 *
 * @module
 */
import { type IpAddress, parseIpAddress, SocketAddress } from "../ip.ts";
import { AF_INET, AF_INET6, AF_UNSPEC } from "../linux/socket.ts";
import { defaultSystem, type SystemOptions } from "../kernel/default_system.ts";
import { invalidInput } from "./failure.ts";
import { isHostName, parseHostPort, resolveName } from "./host_port.ts";

/** How a name is resolved. */
export interface ResolveOptions extends SystemOptions {
  /** Only addresses of this family; default: both. */
  readonly family?: 4 | 6;
}

function addressFamily(family: 4 | 6 | undefined): number {
  if (family === undefined) return AF_UNSPEC;
  return family === 4 ? AF_INET : AF_INET6;
}

/**
 * Resolves a host name to IP addresses, /etc/hosts included; the thread waits for the answer. The
 * text of an IP address gives itself.
 *
 * @param host The name, without a port.
 * @param options Family and system.
 * @returns The addresses in the resolver's order, one at least.
 * @throws {NetError} `InvalidInput` if the text is no name; `NotFound` if it has no address (of the
 * family); `PermissionDenied` if it may not be looked up; `WouldBlock` for a failure that may pass.
 * @example
 * ```ts
 * import { resolve } from "@vmsock/vmsock/net";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(resolve("localhost", { family: 4 }).map(String), ["127.0.0.1"]);
 * ```
 */
export function resolve(host: string, options: ResolveOptions = {}): IpAddress[] {
  if (parseIpAddress(host) === null && !isHostName(host)) {
    throw invalidInput("resolve", `Cannot resolve ${JSON.stringify(host)}: it is no host name`);
  }
  const system = options.system ?? defaultSystem();
  return resolveName(system, { host, port: 0 }, addressFamily(options.family))
    .map((address) => address.ip);
}

/**
 * Resolves `host:port`, or `host` for port 0, to socket addresses.
 *
 * @param text Name or IP address (IPv6 in brackets if a port follows), and a port.
 * @param options Family and system.
 * @returns The addresses in the resolver's order, one at least.
 * @throws {NetError} `InvalidInput` if the text is malformed, else as {@linkcode resolve}.
 * @example
 * ```ts
 * import { lookupHost } from "@vmsock/vmsock/net";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(lookupHost("[::1]:80").map(String), ["[::1]:80"]);
 * ```
 */
export function lookupHost(text: string, options: ResolveOptions = {}): SocketAddress[] {
  const bare = parseIpAddress(text) !== null || isHostName(text);
  const hostPort = bare ? { host: text, port: 0 } : parseHostPort(text);
  if (hostPort === null) {
    const quoted = JSON.stringify(text);
    throw invalidInput("resolve", `Cannot look up ${quoted}: it must be host:port`);
  }
  return resolve(hostPort.host, options)
    .map((ip) => new SocketAddress(ip, hostPort.port));
}
