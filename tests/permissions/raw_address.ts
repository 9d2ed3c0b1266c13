/**
 * Sockaddr bytes that no careful program would pass.
 *
 * @module
 */
import { parseSocketAddress } from "../../lib/ip.ts";
import { encodeSockaddr } from "../../lib/linux/sockaddr.ts";
import { assert } from "@std/assert";

/** How the bytes differ from those of the address. */
export interface RawOptions {
  /** The first two bytes. */
  readonly family?: number;
  /** Bytes in all: cut, or filled up with 255. */
  readonly length?: number;
}

/**
 * An address as guest_call.ts takes it.
 *
 * @param text `127.0.0.1:80`, `[::1]:80`.
 * @param options What is wrong with it.
 * @returns `hex:` and the bytes.
 */
export function raw(text: string, options: RawOptions = {}): string {
  const address = parseSocketAddress(text);
  assert(address !== null, text);
  const right = encodeSockaddr(address);
  const bytes = new Uint8Array(options.length ?? right.length).fill(255);
  bytes.set(right.subarray(0, bytes.length));
  if (options.family !== undefined) {
    bytes.set([options.family & 255, options.family >> 8].slice(0, bytes.length));
  }
  return `hex:${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
