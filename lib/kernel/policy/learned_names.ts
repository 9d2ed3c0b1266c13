/**
 * Which names an address came from.
 *
 * @module
 */
import { type IpAddress, parseIpAddress } from "../../ip.ts";

/** Addresses that are remembered; the one not heard of for the longest time goes first. */
const MAX_ADDRESSES = 1024;

/** Names of one address that are remembered. */
const MAX_NAMES = 8;

/** The names that resolved to each address, within bounds that no guest can stretch. */
export class LearnedNames {
  readonly #names = new Map<string, readonly string[]>();

  /**
   * Remembers that a name resolved to an address.
   *
   * @param name The name, normalized.
   * @param ip The address; IPv4-mapped ones unmapped.
   */
  add(name: string, ip: IpAddress): void {
    const key = ip.toString();
    const others = this.of(ip).filter((other) => other !== name);
    this.#names.delete(key);
    this.#names.set(key, [name, ...others].slice(0, MAX_NAMES));
    if (this.#names.size <= MAX_ADDRESSES) return;
    for (const oldest of this.#names.keys()) {
      this.#names.delete(oldest);
      break;
    }
  }

  /** Names with their addresses, in an order in which adding them leads to the same. */
  *[Symbol.iterator](): Generator<readonly [name: string, ip: IpAddress]> {
    for (const [address, names] of this.#names) {
      const ip = parseIpAddress(address);
      if (ip !== null) { for (const name of names.toReversed()) yield [name, ip]; }
    }
  }

  /**
   * The names of an address, the one that was resolved last first.
   *
   * @param ip The address; IPv4-mapped ones unmapped.
   */
  of(ip: IpAddress): readonly string[] {
    return this.#names.get(ip.toString()) ?? [];
  }
}
