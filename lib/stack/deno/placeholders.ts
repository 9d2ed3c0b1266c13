/**
 * Addresses that stand for names which Deno does not resolve: where only `name:port` is granted, a
 * connection can be made by the name, but the name's address cannot be asked for.
 *
 * @module
 */
import { IpAddress, SocketAddress } from "../../ip.ts";
import { encodeSockaddr } from "../../linux/sockaddr.ts";

/** 198.18.0.0/15, set apart for benchmarks by RFC 2544: no host on the Internet has one. */
const BASE = (198 << 24 | 18 << 16) >>> 0;

/** The most names at a time; the oldest makes room. */
const MAX_NAMES = 4096;

/** The placeholders of one stack. */
export class Placeholders {
  readonly #byName: Map<string, number> = new Map();
  #next = 1;

  /**
   * The placeholder of a name, the same one every time as long as it is kept.
   *
   * @returns Sockaddr bytes with port 0.
   */
  addressFor(name: string): Uint8Array<ArrayBuffer> {
    let number = this.#byName.get(name);
    if (number === undefined) {
      number = this.#next;
      this.#next = this.#next === 0x1fffe ? 1 : this.#next + 1;
      const [oldest] = this.#byName.keys();
      if (this.#byName.size >= MAX_NAMES && oldest !== undefined) this.#byName.delete(oldest);
      this.#byName.set(name, number);
    }
    const address = (BASE | number) >>> 0;
    const bytes = Uint8Array.of(
      address >>> 24,
      (address >>> 16) & 255,
      (address >>> 8) & 255,
      address & 255,
    );
    return encodeSockaddr(new SocketAddress(new IpAddress(bytes), 0));
  }
}
