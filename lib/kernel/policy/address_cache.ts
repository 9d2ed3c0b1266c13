/**
 * Answers about addresses, remembered.
 *
 * @module
 */
import { AF_INET, AF_INET6 } from "../../linux/socket.ts";
import { SOCKADDR_IN_SIZE } from "../../linux/sockaddr.ts";
import { ADDRESS_USES, type AddressUse } from "./address_use.ts";

/** Addresses that are remembered. A guest that uses more makes all of them be checked again. */
const MAX_ADDRESSES = 4096;

// Linux takes an AF_INET6 address from this length on, without its scope id.
const SOCKADDR_IN6_MIN = 24;

/** A bounded map from uses of addresses to what was found out about them. */
export class AddressCache<Value> {
  readonly #ipv4 = new Map<number, Value>();
  readonly #ipv6 = new Map<string, Value>();

  /** What is known; undefined if nothing is. */
  get(use: AddressUse, address: Uint8Array, length: number): Value | undefined {
    const key = keyOf(use, address, length);
    if (typeof key === "number") return this.#ipv4.get(key);
    return key === null ? undefined : this.#ipv6.get(key);
  }

  /** Remembers something; not for addresses that are neither IPv4 nor IPv6. */
  set(use: AddressUse, address: Uint8Array, length: number, value: Value): void {
    const key = keyOf(use, address, length);
    if (key === null) return;
    if (this.#ipv4.size + this.#ipv6.size >= MAX_ADDRESSES) this.clear();
    if (typeof key === "number") this.#ipv4.set(key, value);
    else this.#ipv6.set(key, value);
  }

  /** Forgets all. */
  clear(): void {
    this.#ipv4.clear();
    this.#ipv6.clear();
  }
}

/**
 * Use, address and port: a number below 2⁵¹ for IPv4, a text for IPv6. Null for what is neither or too
 * short. What else the bytes hold (flow, scope, padding) makes no difference to a check.
 */
function keyOf(use: AddressUse, address: Uint8Array, length: number): number | string | null {
  const size = Math.min(length, address.length);
  const family = size < 2 ? 0 : word(address, 0, true);
  const index = ADDRESS_USES.indexOf(use);
  const port = word(address, 2);
  if (family === AF_INET && size >= SOCKADDR_IN_SIZE) {
    const ip = word(address, 4) * 0x10000 + word(address, 6);
    return (index * 0x100000000 + ip) * 0x10000 + port;
  }
  if (family !== AF_INET6 || size < SOCKADDR_IN6_MIN) return null;
  return String.fromCharCode(
    index,
    port,
    word(address, 8),
    word(address, 10),
    word(address, 12),
    word(address, 14),
    word(address, 16),
    word(address, 18),
    word(address, 20),
    word(address, 22),
  );
}

/** 16 bits of the address, big-endian unless said otherwise. */
function word(bytes: Uint8Array, offset: number, littleEndian = false): number {
  const first = bytes[offset] ?? 0;
  const second = bytes[offset + 1] ?? 0;
  return littleEndian ? first | (second << 8) : (first << 8) | second;
}
