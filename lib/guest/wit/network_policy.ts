/**
 * What a network lets its sockets reach, beside what the system's own policy says.
 *
 * @module
 */
import type { SocketAddress } from "../../ip.ts";
import { Errno } from "../../linux/errno.ts";
import type { SockaddrStorage } from "../../linux/sockaddr.ts";
import { type AddressUse, Policy, type PolicyOptions } from "../../kernel/policy/policy.ts";

/** A network's policy. Sockets of one belong to it; two networks of one policy are the same. */
export class NetworkPolicy {
  readonly #policy: Policy | null;

  /** A network that allows what the rules do; without them everything that the system allows. */
  constructor(rules?: PolicyOptions) {
    this.#policy = rules === undefined ? null : new Policy(rules);
  }

  /** Whether sockets of this network may use an address: 0, or −EACCES. */
  checkAddress(use: AddressUse, sockaddr: Uint8Array): number {
    return this.#policy === null ? 0 : this.#policy.checkAddress(use, sockaddr, sockaddr.length);
  }

  /** Whether they may hear of a peer. */
  admitsPeer(use: "accept" | "receive", { bytes, length }: SockaddrStorage): boolean {
    return this.#policy === null || this.#policy.admitsPeer(use, bytes, length);
  }

  /** Whether the network knows a name: 0, or −EACCES. */
  checkName(name: string): number {
    return this.#policy === null ? 0 : this.#policy.checkName(name);
  }

  /** Remembers what a name stands for. */
  learn(name: string, sockaddrs: readonly Uint8Array[]): void {
    this.#policy?.learn(name, sockaddrs);
  }
}

/** The networks of one guest. */
export interface NetworkOptions {
  /** Rules of the default network, and of the sockets of `socket`; default: what the system allows. */
  readonly network?: PolicyOptions;
  /** Rules of other networks, by the names that the guest asks for; default: there are none. */
  readonly networks?: Readonly<Record<string, PolicyOptions>>;
}

/** The networks that a guest can have, each made once. */
export class Networks {
  /** The default one. */
  readonly standard: NetworkPolicy;
  readonly #named: ReadonlyMap<string, NetworkPolicy>;

  /**
   * Makes the networks.
   *
   * @throws {SyntaxError} If the text of a rule is not one.
   * @throws {TypeError} If a part of a rule is invalid.
   */
  constructor({ network, networks = {} }: NetworkOptions) {
    this.standard = new NetworkPolicy(network);
    this.#named = new Map(
      Object.entries(networks).map(([name, rules]) => [name, new NetworkPolicy(rules)]),
    );
  }

  /** The network of a name, if there is one. */
  named(name: string): NetworkPolicy | undefined {
    return this.#named.get(name);
  }
}

/** Why no socket of a family may be bound to an address, as an errno; 0 if one may. */
export function faultOfLocal({ ip }: SocketAddress, family: 4 | 6): number {
  if (ip.family !== family || ip.isMulticast || ip.isV4Mapped) return -Errno.EINVAL;
  const { bytes } = ip;
  if (family === 4) return bytes.every((byte) => byte === 255) ? -Errno.EINVAL : 0;
  // The deprecated ::a.b.c.d; :: and ::1 are addresses of IPv6.
  const low = bytes.subarray(12);
  const embeds = bytes.subarray(0, 12).every((byte) => byte === 0) &&
    (low[0] !== 0 || low[1] !== 0 || low[2] !== 0 || (low[3] ?? 0) > 1);
  return embeds ? -Errno.EINVAL : 0;
}

/** Why no socket of a family may have a peer at an address, as an errno; 0 if one may. */
export function faultOfRemote(address: SocketAddress, family: 4 | 6): number {
  if (address.ip.isUnspecified || address.port === 0) return -Errno.EINVAL;
  return faultOfLocal(address, family);
}
