/**
 * Socket addresses as Linux lays them out: `struct sockaddr_in` (`ip(7)`), `sockaddr_in6` (`ipv6(7)`)
 * and `sockaddr_un` (`unix(7)`). The only place where ports change byte order.
 *
 * @module
 */
import { IpAddress, SocketAddress } from "../ip.ts";
import { viewOf } from "./int64.ts";
import { AF_INET, AF_INET6, AF_UNIX, AF_UNSPEC } from "./socket.ts";

/** Size of `struct sockaddr_in` in bytes. */
export const SOCKADDR_IN_SIZE = 16;

/** Size of `struct sockaddr_in6` in bytes. */
export const SOCKADDR_IN6_SIZE = 28;

/** Size of `struct sockaddr_un` in bytes. */
export const SOCKADDR_UN_SIZE = 110;

/** Size of `struct sockaddr_storage` in bytes: any address fits. */
export const SOCKADDR_STORAGE_SIZE = 128;

/** Size of `sun_path` in bytes: the longest path, with its NUL or (on Linux) without. */
export const UNIX_PATH_MAX = 108;

// Linux still takes a sockaddr_in6 without the scope id (SIN6_LEN_RFC2133 in net/ipv6.h).
const SOCKADDR_IN6_SIZE_RFC2133 = 24;

const LONGEST_NAME = { pathname: UNIX_PATH_MAX, abstract: UNIX_PATH_MAX - 1, unnamed: 0 };

/**
 * A local address of `unix(7)`, immutable: a path name, a name in the abstract name space, or
 * unnamed. Names are bytes; Linux demands no encoding.
 */
export class UnixAddress {
  /** Which of the three it is. */
  readonly kind: "pathname" | "abstract" | "unnamed";
  /**
   * The path without its NUL; the abstract name without the NUL before it, all of its bytes
   * significant; empty if unnamed. Not to be written to.
   */
  readonly name: Uint8Array<ArrayBuffer>;

  /**
   * Makes an address.
   *
   * @param kind Which of the three it is.
   * @param name Path or abstract name, UTF-8 if given as a string; copied.
   * @throws {RangeError} If it does not fit into `sun_path` (108 bytes of path, 107 of an abstract
   * name), if a path is empty or contains a NUL, or if an unnamed address has a name.
   */
  constructor(kind: "pathname" | "abstract" | "unnamed", name: string | Uint8Array = "") {
    const bytes = typeof name === "string" ? new TextEncoder().encode(name) : Uint8Array.from(name);
    const longest = LONGEST_NAME[kind];
    if (bytes.length > longest) {
      throw new RangeError(`Cannot make a Unix address of ${bytes.length} bytes (${kind})`);
    }
    if (kind === "pathname" && (bytes.length === 0 || bytes.includes(0))) {
      throw new RangeError("Cannot make a Unix address of an empty path or one with a NUL");
    }
    this.kind = kind;
    this.name = bytes;
  }

  /** The name as text; null if it is not valid UTF-8. */
  get text(): string | null {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.name);
    } catch {
      return null;
    }
  }

  /**
   * Returns whether two addresses are the same, byte for byte. Two unnamed ones are.
   *
   * @param other The address to compare with.
   */
  equals(other: UnixAddress): boolean {
    return this.kind === other.kind && this.name.length === other.name.length &&
      this.name.every((byte, i) => byte === other.name[i]);
  }

  /**
   * Returns text for people: the path, `@` and the abstract name, or nothing if unnamed. Invalid
   * UTF-8 is replaced, so the text does not always lead back to the address.
   */
  toString(): string {
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.name);
    return this.kind === "abstract" ? `@${text}` : text;
  }
}

/**
 * Returns the address family of sockaddr bytes.
 *
 * @param bytes The sockaddr.
 * @param length Count of bytes that are the address; all by default.
 * @returns The family, `AF_UNSPEC` if there are fewer than two bytes.
 */
export function sockaddrFamily(bytes: Uint8Array, length: number = bytes.length): number {
  if (!(length >= 2 && bytes.length >= 2)) return AF_UNSPEC;
  return (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
}

/**
 * Makes sockaddr bytes, as `bind(2)` and `connect(2)` take them.
 *
 * @param address What to encode. A path gets a NUL after it if there is room, an unnamed address is
 * the family alone.
 * @returns Exactly the bytes of the address, a new array.
 *
 * @example
 * ```ts
 * import { encodeSockaddr, IPV4_LOOPBACK, SocketAddress } from "@vmsock/vmsock/linux";
 * import { assertEquals } from "@std/assert";
 *
 * const address = new SocketAddress(IPV4_LOOPBACK, 8080);
 * assertEquals([...encodeSockaddr(address).subarray(0, 8)], [2, 0, 0x1f, 0x90, 127, 0, 0, 1]);
 * ```
 */
export function encodeSockaddr(address: SocketAddress | UnixAddress): Uint8Array<ArrayBuffer> {
  if (address instanceof UnixAddress) return encodeUnix(address);
  const { ip, port, flowInfo } = address;
  const bytes = new Uint8Array(ip.family === 4 ? SOCKADDR_IN_SIZE : SOCKADDR_IN6_SIZE);
  const view = viewOf(bytes);
  view.setUint16(0, ip.family === 4 ? AF_INET : AF_INET6, true);
  view.setUint16(2, port);
  if (ip.family === 4) {
    bytes.set(ip.bytes, 4);
    return bytes;
  }
  view.setUint32(4, flowInfo);
  bytes.set(ip.bytes, 8);
  view.setUint32(24, ip.scopeId, true);
  return bytes;
}

/**
 * Reads sockaddr bytes. Never throws, whatever the bytes.
 *
 * @param bytes The sockaddr; may be longer than the address.
 * @param length Count of bytes that are the address, as a call returned it; all by default, and no
 * more than there are.
 * @returns The address; null if the bytes are too few for their family (16 for AF_INET, 24 for
 * AF_INET6, of which 28 hold a scope id), too many for AF_UNIX (110, or 111 with a NUL after a path
 * of 108), or the family is another one.
 *
 * @example
 * ```ts
 * import { decodeSockaddr } from "@vmsock/vmsock/linux";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array([2, 0, 0x1f, 0x90, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
 * assertEquals(decodeSockaddr(bytes)?.toString(), "127.0.0.1:8080");
 * assertEquals(decodeSockaddr(bytes, 8), null);
 * ```
 */
export function decodeSockaddr(
  bytes: Uint8Array,
  length: number = bytes.length,
): SocketAddress | UnixAddress | null {
  const size = Math.min(length, bytes.length);
  switch (sockaddrFamily(bytes, size)) {
    case AF_INET:
      if (size < SOCKADDR_IN_SIZE) return null;
      return new SocketAddress(new IpAddress(bytes.subarray(4, 8)), viewOf(bytes).getUint16(2));
    case AF_INET6: {
      if (size < SOCKADDR_IN6_SIZE_RFC2133) return null;
      const view = viewOf(bytes);
      const scopeId = size < SOCKADDR_IN6_SIZE ? 0 : view.getUint32(24, true);
      const ip = new IpAddress(bytes.subarray(8, 24), scopeId);
      return new SocketAddress(ip, view.getUint16(2), view.getUint32(4));
    }
    case AF_UNIX:
      return decodeUnix(bytes.subarray(2, size));
    default:
      return null;
  }
}

/**
 * Room for any address and its length: what `accept(2)`, `recvfrom(2)` or `getsockname(2)` fill in.
 * Reusable.
 *
 * @example
 * ```ts
 * import { Kernel, openStack } from "@vmsock/vmsock/kernel";
 * import { AF_INET, SOCK_STREAM, SockaddrStorage } from "@vmsock/vmsock/linux";
 * import { assertEquals } from "@std/assert";
 *
 * using kernel = new Kernel(openStack("auto"));
 * const fd = kernel.socket(AF_INET, SOCK_STREAM, 0);
 * const name = new SockaddrStorage();
 * assertEquals(kernel.getsockname(fd, name), 0);
 * assertEquals(name.address?.toString(), "0.0.0.0:0");
 * ```
 */
export class SockaddrStorage {
  /** The 128 bytes of a `struct sockaddr_storage`, for libc to write into. */
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(SOCKADDR_STORAGE_SIZE);
  /** What libc's `socklen_t *` points at: the room before a call, the address's length after it. */
  readonly lengthCell: Uint32Array<ArrayBuffer> = new Uint32Array(1);

  /** Length of the address in bytes; 0 where there is none. */
  get length(): number {
    return this.lengthCell[0] ?? 0;
  }

  set length(value: number) {
    this.lengthCell[0] = value;
  }

  /** Family of the address, `AF_UNSPEC` where there is none. */
  get family(): number {
    return sockaddrFamily(this.bytes, this.length);
  }

  /** The address as a value; null as for {@linkcode decodeSockaddr}. */
  get address(): SocketAddress | UnixAddress | null {
    return decodeSockaddr(this.bytes, this.length);
  }

  /** Forgets the address: zeros the bytes and the length. */
  clear(): void {
    this.bytes.fill(0);
    this.lengthCell[0] = 0;
  }

  /**
   * Holds an address given as sockaddr bytes, zeros after it.
   *
   * @param sockaddr The bytes; those beyond 128 are left out.
   */
  set(sockaddr: Uint8Array): void {
    const kept = sockaddr.subarray(0, SOCKADDR_STORAGE_SIZE);
    this.bytes.fill(0, kept.length);
    this.bytes.set(kept);
    this.lengthCell[0] = kept.length;
  }

  /** Returns a copy of the address's own bytes. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }
}

function encodeUnix(address: UnixAddress): Uint8Array<ArrayBuffer> {
  const { kind, name } = address;
  const start = kind === "abstract" ? 3 : 2;
  const end = kind === "pathname" && name.length < UNIX_PATH_MAX ? 1 : 0;
  const bytes = new Uint8Array(start + name.length + end);
  viewOf(bytes).setUint16(0, AF_UNIX, true);
  bytes.set(name, start);
  return bytes;
}

function decodeUnix(path: Uint8Array): UnixAddress | null {
  if (path.length === 0) return new UnixAddress("unnamed");
  if (path[0] === 0) {
    return path.length > UNIX_PATH_MAX ? null : new UnixAddress("abstract", path.subarray(1));
  }
  const nul = path.indexOf(0);
  const name = nul < 0 ? path : path.subarray(0, nul);
  if (name.length > UNIX_PATH_MAX || path.length > UNIX_PATH_MAX + 1) return null;
  return new UnixAddress("pathname", name);
}
