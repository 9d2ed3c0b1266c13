/**
 * IP addresses, socket addresses and address blocks: values, strict parsing, canonical text.
 *
 * Text is read as `inet_pton(3)` reads it (RFC 4291, section 2.2) and written as RFC 5952 asks.
 *
 * @module
 */

/**
 * An IPv4 or IPv6 address, immutable. Its bytes are in network order.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { IpAddress } from "@vmsock/vmsock/linux";
 *
 * const address = new IpAddress(new Uint8Array([127, 0, 0, 1]));
 * assertEquals(address.toString(), "127.0.0.1");
 * assertEquals(address.isLoopback, true);
 * ```
 */
export class IpAddress {
  /** Version of the protocol. */
  readonly family: 4 | 6;
  /** The 4 or 16 bytes of the address in network order; not to be written to. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** IPv6 zone index (RFC 4007), the number of an interface; 0 is the default zone. 0 for IPv4. */
  readonly scopeId: number;

  /**
   * Makes an address of bytes, which are copied.
   *
   * @param bytes 4 bytes for IPv4, 16 for IPv6, in network order.
   * @param scopeId IPv6 zone index, 0 to 2³² − 1; must be 0 for IPv4.
   * @throws {RangeError} If the count of bytes is neither 4 nor 16, or the zone index out of range.
   */
  constructor(bytes: Uint8Array, scopeId = 0) {
    if (bytes.length !== 4 && bytes.length !== 16) {
      throw new RangeError(`Cannot make an IP address of ${bytes.length} bytes`);
    }
    if (scopeId >>> 0 !== scopeId || (bytes.length === 4 && scopeId !== 0)) {
      throw new RangeError(`Cannot make an IP address with zone index ${scopeId}`);
    }
    this.family = bytes.length === 4 ? 4 : 6;
    this.bytes = Uint8Array.from(bytes);
    this.scopeId = scopeId;
  }

  /**
   * Whether packets to it stay in this host: 127.0.0.0/8 (RFC 1122) or ::1 (RFC 4291). An
   * IPv4-mapped address counts as the IPv4 address in it.
   */
  get isLoopback(): boolean {
    const { bytes } = this.unmapped();
    return bytes.length === 4 ? bytes[0] === 127 : bytes[15] === 1 && isZero(bytes, 0, 15);
  }

  /** Whether it is 0.0.0.0 or ::; an IPv4-mapped address counts as the IPv4 address in it. */
  get isUnspecified(): boolean {
    const { bytes } = this.unmapped();
    return isZero(bytes, 0, bytes.length);
  }

  /**
   * Whether it is a group's: 224.0.0.0/4 (RFC 5771) or ff00::/8 (RFC 4291). An IPv4-mapped address
   * counts as the IPv4 address in it.
   */
  get isMulticast(): boolean {
    const { bytes } = this.unmapped();
    const first = bytes[0] ?? 0;
    return bytes.length === 4 ? first >= 224 && first < 240 : first === 255;
  }

  /** Whether it is an IPv4 address in IPv6 form, ::ffff:0:0/96 (RFC 4291, section 2.5.5.2). */
  get isV4Mapped(): boolean {
    const { bytes } = this;
    return bytes.length === 16 && bytes[10] === 255 && bytes[11] === 255 && isZero(bytes, 0, 10);
  }

  /** Returns the IPv4 address inside an IPv4-mapped one, else the address itself. */
  unmapped(): IpAddress {
    return this.isV4Mapped ? new IpAddress(this.bytes.subarray(12)) : this;
  }

  /**
   * Returns whether two addresses are the same: family, bytes and zone index.
   *
   * @param other The address to compare with.
   */
  equals(other: IpAddress): boolean {
    return this.scopeId === other.scopeId && this.bytes.length === other.bytes.length &&
      this.bytes.every((byte, i) => byte === other.bytes[i]);
  }

  /**
   * Returns the canonical text: dotted decimal for IPv4; RFC 5952's form for IPv6, with the last 32
   * bits of an IPv4-mapped address in dotted decimal and a zone index other than 0 after `%`.
   */
  toString(): string {
    if (this.family === 4) return this.bytes.join(".");
    const zone = this.scopeId === 0 ? "" : `%${this.scopeId}`;
    if (this.isV4Mapped) return `::ffff:${this.bytes.subarray(12).join(".")}${zone}`;
    return formatGroups(this.bytes) + zone;
  }
}

/** 0.0.0.0: any local address when bound. */
export const IPV4_ANY: IpAddress = new IpAddress(new Uint8Array(4));

/** 127.0.0.1. */
export const IPV4_LOOPBACK: IpAddress = new IpAddress(new Uint8Array([127, 0, 0, 1]));

/** ::, any local address when bound. */
export const IPV6_ANY: IpAddress = new IpAddress(new Uint8Array(16));

/** ::1. */
export const IPV6_LOOPBACK: IpAddress = new IpAddress(
  new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
);

/**
 * Parses the text of an IP address, as strictly as `inet_pton(3)`.
 *
 * IPv4 is four decimal numbers up to 255 without leading zeros. IPv6 is eight groups of one to four
 * hexadecimal digits, of which one run of one or more zero groups may be `::` and the last two may
 * be an IPv4 address; a numeric zone index may follow after `%` (RFC 4007, section 11).
 *
 * @param text The text; surrounding spaces, brackets and ports make it invalid.
 * @returns The address, or null if the text is not one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseIpAddress } from "@vmsock/vmsock/linux";
 *
 * assertEquals(parseIpAddress("2001:DB8:0:0::1")?.toString(), "2001:db8::1");
 * assertEquals(parseIpAddress("127.1"), null);
 * ```
 */
export function parseIpAddress(text: string): IpAddress | null {
  const v4 = parseV4(text);
  if (v4 !== null) return new IpAddress(v4);
  const percent = text.indexOf("%");
  const scopeId = percent < 0 ? 0 : parseDecimal(text.slice(percent + 1), 0xffffffff);
  const v6 = parseV6(percent < 0 ? text : text.slice(0, percent));
  return v6 === null || scopeId === null ? null : new IpAddress(v6, scopeId);
}

/**
 * An IP address with a port, immutable: what an Internet socket is bound or connected to.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { IPV6_LOOPBACK, SocketAddress } from "@vmsock/vmsock/linux";
 *
 * assertEquals(new SocketAddress(IPV6_LOOPBACK, 80).toString(), "[::1]:80");
 * ```
 */
export class SocketAddress {
  /** The IP address. */
  readonly ip: IpAddress;
  /** The port, 0 to 65535, as a plain number. */
  readonly port: number;
  /** IPv6 flow information: flow label in the low 20 bits, traffic class above. 0 for IPv4. */
  readonly flowInfo: number;

  /**
   * Makes a socket address.
   *
   * @param ip The IP address.
   * @param port The port, 0 to 65535.
   * @param flowInfo IPv6 flow information, 0 to 2³² − 1; must be 0 for IPv4.
   * @throws {RangeError} If port or flow information is out of range.
   */
  constructor(ip: IpAddress, port: number, flowInfo = 0) {
    if ((port & 0xffff) !== port) {
      throw new RangeError(`Cannot make a socket address with port ${port}`);
    }
    if (flowInfo >>> 0 !== flowInfo || (ip.family === 4 && flowInfo !== 0)) {
      throw new RangeError(`Cannot make a socket address with flow information ${flowInfo}`);
    }
    this.ip = ip;
    this.port = port;
    this.flowInfo = flowInfo;
  }

  /**
   * Returns whether two socket addresses are the same: address, port and flow information.
   *
   * @param other The socket address to compare with.
   */
  equals(other: SocketAddress): boolean {
    return this.port === other.port && this.flowInfo === other.flowInfo &&
      this.ip.equals(other.ip);
  }

  /** Returns the canonical text, `127.0.0.1:80` or `[::1]:80` (RFC 5952, section 6). */
  toString(): string {
    return this.ip.family === 4 ? `${this.ip}:${this.port}` : `[${this.ip}]:${this.port}`;
  }
}

/**
 * Parses an IP address with a port: `127.0.0.1:80`, `[::1]:80`, `[fe80::1%2]:80`.
 *
 * @param text The text. The port is decimal, 0 to 65535, without leading zeros; an IPv6 address
 * needs its brackets, an IPv4 address must have none; host names are not resolved.
 * @returns The socket address, or null if the text is not one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseSocketAddress } from "@vmsock/vmsock/linux";
 *
 * assertEquals(parseSocketAddress("[::1]:80")?.port, 80);
 * assertEquals(parseSocketAddress("::1:80"), null);
 * ```
 */
export function parseSocketAddress(text: string): SocketAddress | null {
  const colon = text.lastIndexOf(":");
  if (colon < 0) return null;
  const port = parseDecimal(text.slice(colon + 1), 65535);
  const host = text.slice(0, colon);
  const bracketed = host.startsWith("[") && host.endsWith("]");
  const ip = parseIpAddress(bracketed ? host.slice(1, -1) : host);
  if (port === null || ip === null || (ip.family === 6) !== bracketed) return null;
  return new SocketAddress(ip, port);
}

/**
 * A block of IP addresses that share a prefix (RFC 4632; RFC 4291, section 2.3), immutable.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { IPV4_LOOPBACK, parseCidr } from "@vmsock/vmsock/linux";
 *
 * assertEquals(parseCidr("127.0.0.0/8")?.contains(IPV4_LOOPBACK), true);
 * assertEquals(parseCidr("127.0.0.1/8"), null);
 * ```
 */
export class Cidr {
  /** First address of the block; the bits after the prefix are 0. */
  readonly network: IpAddress;
  /** Count of leading bits that all addresses of the block share. */
  readonly prefixLength: number;

  /**
   * Makes a block.
   *
   * @param network First address of the block.
   * @param prefixLength Count of leading bits, 0 to 32 or 128.
   * @throws {RangeError} If the prefix length is out of range, a bit after the prefix is set, or the
   * network has a zone index.
   */
  constructor(network: IpAddress, prefixLength: number) {
    const bits = network.bytes.length * 8;
    if (!Number.isInteger(prefixLength) || prefixLength < 0 || prefixLength > bits) {
      throw new RangeError(`Cannot make an address block with a prefix of ${prefixLength} bits`);
    }
    if (network.scopeId !== 0 || !hasZeroTail(network.bytes, prefixLength)) {
      throw new RangeError(`Cannot make an address block: ${network} is not its first address`);
    }
    this.network = network;
    this.prefixLength = prefixLength;
  }

  /**
   * Returns whether an address is in the block. Zone indices do not matter. An IPv4-mapped address
   * is in an IPv4 block if the IPv4 address in it is, since packets to either reach the same host.
   *
   * @param ip The address.
   */
  contains(ip: IpAddress): boolean {
    const { bytes } = this.network.family === 4 ? ip.unmapped() : ip;
    const network = this.network.bytes;
    return bytes.length === network.length && sharesPrefix(bytes, network, this.prefixLength);
  }

  /** Returns the canonical text, `10.0.0.0/8` or `fe80::/10`. */
  toString(): string {
    return `${this.network}/${this.prefixLength}`;
  }
}

/**
 * Parses a block of addresses: `10.0.0.0/8`, `fe80::/10`.
 *
 * @param text The text: an address without zone index, `/`, a decimal prefix length without leading
 * zeros. A bit set after the prefix makes it invalid: `10.0.0.1/8` may be a slip for another block.
 * @returns The block, or null if the text is not one.
 */
export function parseCidr(text: string): Cidr | null {
  const slash = text.indexOf("/");
  if (slash < 0 || text.includes("%")) return null;
  const network = parseIpAddress(text.slice(0, slash));
  if (network === null) return null;
  const prefixLength = parseDecimal(text.slice(slash + 1), network.bytes.length * 8);
  if (prefixLength === null || !hasZeroTail(network.bytes, prefixLength)) return null;
  return new Cidr(network, prefixLength);
}

function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if (bytes[i] !== 0) return false;
  }
  return true;
}

function sharesPrefix(a: Uint8Array, b: Uint8Array, prefixLength: number): boolean {
  return a.every((byte, i) => {
    const compared = Math.min(8, Math.max(0, prefixLength - 8 * i));
    return (byte ^ (b[i] ?? 0)) >> (8 - compared) === 0;
  });
}

function hasZeroTail(bytes: Uint8Array, prefixLength: number): boolean {
  return bytes.every((byte, i) => {
    const kept = Math.min(8, Math.max(0, prefixLength - 8 * i));
    return (byte & (0xff >> kept)) === 0;
  });
}

function formatGroups(bytes: Uint8Array): string {
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2) {
    groups.push((((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)).toString(16));
  }
  // RFC 5952, section 4.2: the first of the longest runs of two or more zero groups is shortened.
  let start = 0;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === "0") end++;
    if (end - i > length) {
      start = i;
      length = end - i;
    }
  }
  if (length < 2) return groups.join(":");
  return `${groups.slice(0, start).join(":")}::${groups.slice(start + length).join(":")}`;
}

function parseDecimal(text: string, maximum: number): number | null {
  if (!/^(?:0|[1-9][0-9]{0,9})$/.test(text)) return null;
  const value = Number(text);
  return value <= maximum ? value : null;
}

function parseV4(text: string): Uint8Array | null {
  const parts = text.split(".", 5);
  if (parts.length !== 4) return null;
  const bytes = new Uint8Array(4);
  for (const [i, part] of parts.entries()) {
    const octet = parseDecimal(part, 255);
    if (octet === null) return null;
    bytes[i] = octet;
  }
  return bytes;
}

// The two bytes of each group, or the four of an IPv4 address in the last place.
function parseGroups(text: string, allowV4: boolean): number[] | null {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":", 9);
  for (const [i, group] of groups.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
      continue;
    }
    const v4 = allowV4 && i === groups.length - 1 ? parseV4(group) : null;
    if (v4 === null) return null;
    bytes.push(...v4);
  }
  return bytes;
}

function parseV6(text: string): Uint8Array | null {
  const gap = text.indexOf("::");
  if (gap < 0) {
    const bytes = parseGroups(text, true);
    return bytes?.length === 16 ? Uint8Array.from(bytes) : null;
  }
  const head = parseGroups(text.slice(0, gap), false);
  const tail = parseGroups(text.slice(gap + 2), true);
  // "::" stands for one group at least (RFC 4291, section 2.2).
  if (head === null || tail === null || head.length + tail.length > 14) return null;
  const bytes = new Uint8Array(16);
  bytes.set(head);
  bytes.set(tail, 16 - tail.length);
  return bytes;
}
