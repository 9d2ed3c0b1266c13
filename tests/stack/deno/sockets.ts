/** Helpers for tests of the deno stack: sockets without a kernel above them. */
import { assert, assertEquals } from "@std/assert";
import { parseSocketAddress } from "../../../lib/ip.ts";
import { encodeSockaddr, SockaddrStorage } from "../../../lib/linux/sockaddr.ts";

export { SockaddrStorage };
import { AF_INET, SOCK_DGRAM, SOCK_STREAM } from "../../../lib/linux/socket.ts";
import { openDenoStack } from "../../../lib/stack/deno/mod.ts";
import type { OpenFile } from "../../../lib/stack/open_file.ts";
import type { Stack } from "../../../lib/stack/stack.ts";

/** Runs a test with a stack of its own. */
export function withStack(test: (stack: Stack) => void): () => void {
  return () => {
    const stack = openDenoStack();
    try {
      test(stack);
    } finally {
      stack.close();
    }
  };
}

/** Sockaddr bytes of `127.0.0.1:80`. */
export function sockaddr(text: string): Uint8Array<ArrayBuffer> {
  const address = parseSocketAddress(text);
  assert(address !== null, text);
  return encodeSockaddr(address);
}

/** A new socket. */
export function socket(stack: Stack, type: number = SOCK_STREAM, domain = AF_INET): OpenFile {
  const file = stack.socket(domain, type, 0);
  assert(typeof file !== "number", `socket: ${file}`);
  return file;
}

/** The local address as sockaddr bytes. */
export function nameOf(file: OpenFile): Uint8Array<ArrayBuffer> {
  const name = new SockaddrStorage();
  assertEquals(file.getsockname(name), 0);
  return name.toBytes();
}

/** bind(2). */
export function bind(file: OpenFile, address: string): number {
  const bytes = sockaddr(address);
  return file.bind(bytes, bytes.length);
}

/** connect(2). */
export function connect(file: OpenFile, address: Uint8Array<ArrayBuffer>): number {
  return file.connect(address, address.length, null);
}

/** A socket that listens on a free port of the loopback address. */
export function listener(stack: Stack, backlog = 5): OpenFile {
  const file = socket(stack);
  assertEquals(bind(file, "127.0.0.1:0"), 0);
  assertEquals(file.listen(backlog), 0);
  return file;
}

/** Two ends of a connection: the one that connected, the one that accepted. */
export function connection(stack: Stack): [OpenFile, OpenFile] {
  const server = listener(stack);
  const client = socket(stack);
  assertEquals(connect(client, nameOf(server)), 0);
  const accepted = server.accept(null, 0);
  assert(typeof accepted !== "number");
  server.close();
  return [client, accepted];
}

/** A bound datagram socket. */
export function datagrams(stack: Stack, address = "127.0.0.1:0"): OpenFile {
  const file = socket(stack, SOCK_DGRAM);
  assertEquals(bind(file, address), 0);
  return file;
}

/** A 32-bit number as an option's bytes. */
export function int(...values: number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Int32Array.from(values).buffer);
}

/** setsockopt(2) with numbers. */
export function setOption(
  file: OpenFile,
  level: number,
  name: number,
  ...values: number[]
): number {
  const bytes = int(...values);
  return file.setsockopt(level, name, bytes, bytes.length);
}

/** getsockopt(2) of an int: its value, or the negated errno. */
export function getOption(file: OpenFile, level: number, name: number): number {
  const value = new Uint8Array(4);
  const result = file.getsockopt(level, name, value, Int32Array.of(4));
  return result < 0 ? result : new DataView(value.buffer).getInt32(0, true);
}

/** Sends text whole. */
export function send(file: OpenFile, text: string, flags = 0): number {
  const bytes = new TextEncoder().encode(text);
  return file.send(bytes, bytes.length, flags);
}

/** Receives up to 100 bytes as text, or the negated errno. */
export function receive(file: OpenFile, flags = 0, length = 100): string | number {
  const buffer = new Uint8Array(length);
  const result = file.recv(buffer, length, flags);
  return result < 0 ? result : new TextDecoder().decode(buffer.subarray(0, result));
}

/** Open descriptors of this process. */
export function descriptorCount(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}
