import { assertEquals, assertThrows } from "@std/assert";
import type { System } from "../../lib/kernel/system.ts";
import { Errno } from "../../lib/linux/errno.ts";
import { SockaddrStorage } from "../../lib/linux/sockaddr.ts";
import { addressBytes, formatAddress, learnAddress, parseAddress } from "./addresses.ts";
import { DescriptorNames, PortNames } from "./names.ts";
import { ScenarioError } from "./scenario.ts";
import { parseHex } from "./values.ts";

// 127.0.0.1:8080 and [::1]:8080, as in struct sockaddr_in and sockaddr_in6.
const V4 = "02001f907f000001" + "00".repeat(8);
const V6 = "0a001f9000000000" + "00".repeat(15) + "01" + "00000000";

// A system in which every descriptor has the local address V4 and the peer V6.
function fixture(): { system: System; descriptors: DescriptorNames } {
  const fill = (hex: string) => (fd: number, name: SockaddrStorage): number => {
    if (fd === 999) return -Errno.EBADF;
    name.set(parseHex(hex));
    return 0;
  };
  const system = { getsockname: fill(V4), getpeername: fill(V6) } as Partial<System> as System;
  const descriptors = new DescriptorNames();
  descriptors.set("a", 3, { domain: 2, type: 1 });
  return { system, descriptors };
}

function hexOf(text: string, length?: number): string | null {
  return toHex(addressBytes(parseAddress(text, fixture()), length));
}

function toHex(bytes: Uint8Array | null): string | null {
  if (bytes === null) return null;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function print(hex: string, ports = new PortNames()): string {
  const address = new SockaddrStorage();
  address.set(parseHex(hex));
  return formatAddress(address, 1, ports);
}

Deno.test("parseAddress() reads IP addresses with a port", () => {
  assertEquals(hexOf("127.0.0.1:8080"), V4);
  assertEquals(hexOf("[::1]:8080"), V6);
  assertEquals(hexOf("127.0.0.1:0x1f90"), V4);
});

Deno.test("parseAddress() reads the addresses and ports of descriptors", () => {
  assertEquals(hexOf("@a"), V4);
  assertEquals(hexOf("peer@a"), V6);
  assertEquals(hexOf("[::1]:@a"), V6);
});

Deno.test("parseAddress() takes the last address of a closed descriptor", () => {
  const context = fixture();
  const descriptor = context.descriptors.named("a");
  descriptor.closed = true;
  assertThrows(() => parseAddress("@a", context), ScenarioError, "address of a is not known");
  assertThrows(() => parseAddress("[::1]:@a", context), ScenarioError, "port of a is not known");
  descriptor.lastAddress = parseHex(V6);
  assertEquals(toHex(addressBytes(parseAddress("@a", context))), V6);
  assertEquals(toHex(addressBytes(parseAddress("[::1]:@a", context))), V6);
});

Deno.test("parseAddress() reads AF_UNIX addresses", () => {
  assertEquals(hexOf("unix:"), "0100");
  assertEquals(hexOf("unix:ab"), "0100616200");
  assertEquals(hexOf("abs:ab"), "0100006162");
  assertEquals(hexOf("abs:"), "010000");
  assertEquals(hexOf(`unix:${"x".repeat(107)}`)?.length, 220);
  assertThrows(() => hexOf(`unix:${"x".repeat(108)}`), ScenarioError, "unix path too long");
});

Deno.test("parseAddress() reads unspec and raw bytes", () => {
  assertEquals(hexOf("unspec"), "00".repeat(16));
  assertEquals(hexOf("raw:2f00ff"), "2f00ff");
});

Deno.test("parseAddress() throws for what is no address", () => {
  for (
    const text of ["127.0.0.1", "[::1]", "::1:80", "1.2.3:80", "[1.2.3.4]:80", ":80", "raw:zz"]
  ) {
    assertThrows(() => hexOf(text), ScenarioError);
  }
  assertThrows(() => hexOf("@nobody"), ScenarioError, "unknown descriptor name nobody");
});

Deno.test("addressBytes() applies another length", () => {
  assertEquals(hexOf("127.0.0.1:8080", 3), "02001f");
  assertEquals(hexOf("127.0.0.1:8080", 20), `${V4}00000000`);
  assertEquals(hexOf("127.0.0.1:8080", 0), "");
  assertEquals(hexOf("127.0.0.1:8080", 129)?.length, 258);
  assertEquals(hexOf("127.0.0.1:8080", 100000)?.length, 258);
  assertEquals(hexOf("127.0.0.1:8080", -1)?.length, 258);
});

Deno.test("addressBytes() returns null for a pointer that faults, unless nothing is read", () => {
  assertEquals(hexOf("bad"), null);
  assertEquals(hexOf("bad", 0), "");
  assertEquals(hexOf("null"), "");
  assertEquals(hexOf("null", 16), null);
  assertEquals(hexOf("null", 129)?.length, 258);
});

Deno.test("formatAddress() prints IP addresses with the names of ports", () => {
  const ports = new PortNames();
  ports.learn(1, 8080, "a");
  assertEquals(print(V4, ports), "127.0.0.1:@a");
  assertEquals(print(V6, ports), "[::1]:@a");
  assertEquals(print(V6), "[::1]:?");
  assertEquals(print("0a00005000000000fe80" + "00".repeat(13) + "0102000000"), "[fe80::1%2]:80");
});

Deno.test("formatAddress() prints AF_UNIX addresses", () => {
  assertEquals(print("0100"), "unix:");
  assertEquals(print("0100616200"), "unix:ab");
  assertEquals(print("0100006162"), "abs:ab");
  assertEquals(print("0100003030306566"), "abs:<auto>");
  assertEquals(print("0100003030306567"), "abs:000eg");
});

Deno.test("formatAddress() prints what is not an address", () => {
  assertEquals(print(""), "none");
  assertEquals(print("02"), "short");
  assertEquals(print("0000"), "unspec");
  assertEquals(print("1100ff"), "family17");
});

Deno.test("learnAddress() remembers address and port of open sockets", () => {
  const { system, descriptors } = fixture();
  const ports = new PortNames();
  const descriptor = descriptors.named("a");
  descriptor.closed = true;
  learnAddress(descriptor, system, ports);
  learnAddress(descriptors.set("file", 4, { domain: -1, type: 0 }), system, ports);
  learnAddress(descriptors.set("unknown", 999, { domain: 2, type: 1 }), system, ports);
  assertEquals(ports.format(1, 8080), "?");
  descriptor.closed = false;
  learnAddress(descriptor, system, ports);
  assertEquals(ports.format(1, 8080), "@a");
  assertEquals(toHex(descriptor.lastAddress), V4);
});
