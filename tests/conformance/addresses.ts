/**
 * Operands and results of the scenario language that are socket addresses.
 *
 * @module
 */
import { parseIpAddress, SocketAddress } from "../../lib/ip.ts";
import {
  decodeSockaddr,
  encodeSockaddr,
  SOCKADDR_IN_SIZE,
  SOCKADDR_STORAGE_SIZE,
  SOCKADDR_UN_SIZE,
  SockaddrStorage,
  UnixAddress,
} from "../../lib/linux/sockaddr.ts";
import { AF_UNIX, AF_UNSPEC } from "../../lib/linux/socket.ts";
import type { System } from "../../lib/kernel/system.ts";
import type { Descriptor, DescriptorNames, PortNames } from "./names.ts";
import { ScenarioError } from "./scenario.ts";
import { parseHex, parseNumber } from "./values.ts";

/** An address operand before its length is applied. */
export interface AddressOperand {
  /** What the pointer points to: a whole `struct sockaddr_storage`, nothing, or no memory. */
  readonly pointer: Uint8Array<ArrayBuffer> | "null" | "bad";
  /** The address's own length in bytes. */
  readonly length: number;
}

/** What an address operand may refer to. */
export interface AddressContext {
  /** Asked for the addresses of descriptors. */
  readonly system: System;
  /** The names that the scenario gave. */
  readonly descriptors: DescriptorNames;
}

/**
 * Reads an address operand.
 *
 * @param text The operand: `127.0.0.1:0`, `[::1]:@name`, `@name`, `peer@name`, `unix:PATH`,
 * `abs:NAME`, `unspec`, `raw:HEX`, `null`, `bad`.
 * @param context What names refer to.
 * @throws {ScenarioError} If it is none of these, or the address or port it names is not known.
 */
export function parseAddress(text: string, context: AddressContext): AddressOperand {
  if (text === "null") return { pointer: "null", length: 0 };
  if (text === "bad") return { pointer: "bad", length: SOCKADDR_IN_SIZE };
  if (text === "unspec") return stored(new Uint8Array(SOCKADDR_IN_SIZE));
  if (text.startsWith("raw:")) return stored(parseHex(text.slice("raw:".length)));
  if (text.startsWith("unix:")) return stored(encodeUnix("pathname", text.slice("unix:".length)));
  if (text.startsWith("abs:")) return stored(encodeUnix("abstract", text.slice("abs:".length)));
  if (text.startsWith("@")) return stored(localAddress(text.slice(1), context));
  if (text.startsWith("peer@")) return stored(peerAddress(text.slice("peer@".length), context));
  return stored(encodeInternet(text, context));
}

/**
 * Returns an address as {@linkcode System} takes it.
 *
 * @param operand The address.
 * @param length The length that the scenario passes; the address's own by default.
 * @returns The bytes. Linux refuses negative lengths and those over 128 before it reads the address;
 * 129 bytes stand for all of these.
 */
export function addressBytes(
  { pointer, length: ownLength }: AddressOperand,
  length = ownLength,
): Uint8Array<ArrayBuffer> | null {
  if (length === 0) return new Uint8Array(0);
  if (length < 0 || length > SOCKADDR_STORAGE_SIZE) {
    return new Uint8Array(SOCKADDR_STORAGE_SIZE + 1);
  }
  return typeof pointer === "string" ? null : pointer.slice(0, length);
}

/**
 * Returns how an address is printed.
 *
 * @param address The address, as a call filled it in.
 * @param type Type of the socket that the call was made on, for the names of ports.
 * @param ports The names of ports.
 */
export function formatAddress(address: SockaddrStorage, type: number, ports: PortNames): string {
  if (address.length === 0) return "none";
  if (address.length < 2) return "short";
  const { family } = address;
  // Only the length of AF_UNIX addresses matters: the others are padded with zeros.
  const decoded = family === AF_UNIX ? address.address : decodeSockaddr(address.bytes);
  if (decoded instanceof UnixAddress) return formatUnix(decoded);
  if (decoded instanceof SocketAddress) {
    const { ip, port } = decoded;
    return `${ip.family === 4 ? ip : `[${ip}]`}:${ports.format(type, port)}`;
  }
  return family === AF_UNSPEC ? "unspec" : `family${family}`;
}

/**
 * Asks for a descriptor's local address and remembers it, and its port.
 *
 * @param descriptor Whose address; nothing is asked where it is no socket or its name was closed.
 * @param system Who is asked.
 * @param ports The names of ports.
 */
export function learnAddress(descriptor: Descriptor, system: System, ports: PortNames): void {
  if (descriptor.domain < 0 || descriptor.closed) return;
  const address = askLocalAddress(descriptor, system);
  if (address === null) return;
  descriptor.lastAddress = address;
  ports.learn(descriptor.type, portOf(address), descriptor.name);
}

function stored(address: Uint8Array): AddressOperand {
  const pointer = new Uint8Array(SOCKADDR_STORAGE_SIZE);
  const kept = address.subarray(0, SOCKADDR_STORAGE_SIZE);
  pointer.set(kept);
  return { pointer, length: kept.length };
}

function encodeUnix(kind: "pathname" | "abstract", name: string): Uint8Array {
  const bytes = new TextEncoder().encode(name);
  // One byte of sun_path is the NUL after a path or before an abstract name.
  if (bytes.length > SOCKADDR_UN_SIZE - 3) throw new ScenarioError("unix path too long");
  if (kind === "pathname" && name === "") return encodeSockaddr(new UnixAddress("unnamed"));
  return encodeSockaddr(new UnixAddress(kind, bytes));
}

function encodeInternet(text: string, context: AddressContext): Uint8Array {
  const match = /^(?:\[([^\]]*)\]|([^[].*)):([^:]*)$/.exec(text);
  if (match === null) throw new ScenarioError(`bad address ${text}`);
  const [, v6, v4 = "", port = ""] = match;
  const ip = parseIpAddress(v6 ?? v4);
  if (ip === null || ip.family !== (v6 === undefined ? 4 : 6)) {
    throw new ScenarioError(`bad IP address ${v6 ?? v4}`);
  }
  return encodeSockaddr(new SocketAddress(ip, parsePort(port, context) & 0xffff));
}

function parsePort(text: string, context: AddressContext): number {
  if (!text.startsWith("@")) return parseNumber(text);
  const port = portOf(knownAddress(context.descriptors.named(text.slice(1)), context.system));
  if (port === 0) throw new ScenarioError(`port of ${text.slice(1)} is not known`);
  return port;
}

function localAddress(name: string, { system, descriptors }: AddressContext): Uint8Array {
  const address = knownAddress(descriptors.named(name), system);
  if (address.length === 0) throw new ScenarioError(`address of ${name} is not known`);
  return address;
}

function peerAddress(word: string, { system, descriptors }: AddressContext): Uint8Array {
  const address = new SockaddrStorage();
  if (system.getpeername(descriptors.resolve(word).fd, address) < 0) {
    throw new ScenarioError(`peer of ${word} is not known`);
  }
  return address.toBytes();
}

function knownAddress(descriptor: Descriptor, system: System): Uint8Array {
  return (descriptor.closed ? null : askLocalAddress(descriptor, system)) ??
    descriptor.lastAddress;
}

function askLocalAddress({ fd }: Descriptor, system: System): Uint8Array<ArrayBuffer> | null {
  const address = new SockaddrStorage();
  return system.getsockname(fd, address) < 0 ? null : address.toBytes();
}

function portOf(address: Uint8Array): number {
  const decoded = decodeSockaddr(address);
  return decoded instanceof SocketAddress ? decoded.port : 0;
}

function formatUnix({ kind, name }: UnixAddress): string {
  if (kind === "unnamed") return "unix:";
  // The oracle prints C strings: an abstract name ends at its first NUL there.
  const text = new TextDecoder().decode(name);
  if (kind === "pathname") return `unix:${text}`;
  return /^[0-9a-f]{5}$/i.test(text) ? "abs:<auto>" : `abs:${text.split("\0", 1)[0]}`;
}
