import { assert, assertEquals, assertFalse } from "@std/assert";
import { parseIpAddress } from "../../../lib/ip.ts";
import {
  decodeIpAddress,
  isUnspecified,
  reachedAddresses,
  routedDestination,
} from "../../../lib/kernel/policy/destination.ts";
import { decodeSockaddr } from "../../../lib/linux/sockaddr.ts";
import { sockaddrOf } from "../sockaddr_text.ts";

function routed(destination: string, local: string): string | null {
  const to = sockaddrOf(destination);
  const from = sockaddrOf(local);
  const result = routedDestination(to, to.length, from, from.length);
  return result === null ? null : String(decodeSockaddr(result));
}

function reached(text: string, isDestination: boolean): string[] {
  const ip = parseIpAddress(text);
  assert(ip !== null);
  return reachedAddresses(ip, isDestination).map(String);
}

Deno.test("isUnspecified() knows 0.0.0.0, :: and the IPv4-mapped form", () => {
  const isIt = (text: string) => isUnspecified(sockaddrOf(text), sockaddrOf(text).length);
  assert(isIt("0.0.0.0:80"));
  assert(isIt("[::]:80"));
  assert(isIt("[::%3]:80"));
  assert(isIt("[::ffff:0.0.0.0]:80"));
  assertFalse(isIt("0.0.0.1:0"));
  assertFalse(isIt("[::1]:0"));
  assertFalse(isIt("unix:@"));
  const bytes = sockaddrOf("0.0.0.0:80");
  assertFalse(isUnspecified(bytes, 15));
  bytes[0] = 0;
  assert(isUnspecified(bytes, 16));
});

// Measured: where getpeername(2) says a UDP socket, or TCP one, is connected to.
Deno.test("routedDestination() is loopback, or the IPv4 address that the socket is bound to", () => {
  assertEquals(routed("0.0.0.0:80", "0.0.0.0:0"), "127.0.0.1:80");
  assertEquals(routed("0.0.0.0:80", "127.0.0.9:5"), "127.0.0.9:80");
  assertEquals(routed("0.0.0.0:80", "[::ffff:127.0.0.9]:5"), "127.0.0.9:80");
  assertEquals(routed("[::]:80", "[::]:0"), "[::1]:80");
  assertEquals(routed("[::]:80", "[fe80::1]:5"), "[::1]:80");
  assertEquals(routed("[::]:80", "[::ffff:127.0.0.9]:5"), "[::ffff:127.0.0.1]:80");
  assertEquals(routed("[::ffff:0.0.0.0]:80", "[::]:0"), "[::ffff:127.0.0.1]:80");
  assertEquals(routed("[::ffff:0.0.0.0]:80", "[::ffff:127.0.0.9]:5"), "[::ffff:127.0.0.9]:80");
});

Deno.test("routedDestination() is null for any other address", () => {
  assertEquals(routed("127.0.0.1:80", "0.0.0.0:0"), null);
  assertEquals(routed("[::1]:80", "0.0.0.0:0"), null);
  assertEquals(routed("unix:@x", "0.0.0.0:0"), null);
});

Deno.test("routedDestination() gives an address without a family the family of IPv4", () => {
  const to = sockaddrOf("0.0.0.0:80");
  to[0] = 0;
  const from = sockaddrOf("0.0.0.0:0");
  const result = routedDestination(to, to.length, from, from.length);
  assert(result !== null);
  assertEquals(String(decodeSockaddr(result)), "127.0.0.1:80");
});

Deno.test("decodeIpAddress() does not write to the address", () => {
  const bytes = sockaddrOf("127.0.0.1:80");
  bytes[0] = 0;
  const before = bytes.slice();
  assertEquals(String(decodeIpAddress(bytes, bytes.length)), "127.0.0.1:80");
  assertEquals(bytes, before);
});

Deno.test("reachedAddresses() unmaps, drops the zone, and adds loopback for destinations", () => {
  assertEquals(reached("::ffff:10.0.0.1", true), ["10.0.0.1"]);
  assertEquals(reached("fe80::1%2", true), ["fe80::1"]);
  assertEquals(reached("0.0.0.0", true), ["0.0.0.0", "127.0.0.1"]);
  assertEquals(reached("::ffff:0.0.0.0", true), ["0.0.0.0", "127.0.0.1"]);
  assertEquals(reached("::%2", true), ["::", "::1", "127.0.0.1"]);
  assertEquals(reached("0.0.0.0", false), ["0.0.0.0"]);
  assertEquals(reached("::", false), ["::"]);
});
