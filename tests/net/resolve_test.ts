import { assert, assertEquals, assertThrows } from "@std/assert";
import { AF_INET, AF_INET6, AF_UNSPEC } from "../../lib/linux/socket.ts";
import { NetError } from "../../lib/net/error.ts";
import { lookupHost, resolve } from "../../lib/net/resolve.ts";
import { testEachStack } from "./each_stack.ts";
import { fakeSystem } from "./fake_system.ts";

testEachStack("resolve() finds what /etc/hosts has", (system) => {
  assertEquals(resolve("localhost", { system, family: 4 }).map(String), ["127.0.0.1"]);
  assert(resolve("localhost", { system }).every((ip) => ip.isLoopback));
});

testEachStack("resolve() gives an address itself", (system) => {
  assertEquals(resolve("192.0.2.1", { system }).map(String), ["192.0.2.1"]);
  assertEquals(resolve("2001:DB8::1", { system }).map(String), ["2001:db8::1"]);
});

testEachStack("resolve() finds no address of the other family", (system) => {
  const error = assertThrows(() => resolve("::1", { system, family: 4 }), NetError);
  assertEquals([error.kind, error.syscall], ["NotFound", "resolve"]);
});

testEachStack("resolve() fails for a name that does not exist", (system) => {
  // RFC 6761: names under .invalid never do. Without a name server the failure may pass.
  const error = assertThrows(() => resolve("nowhere.invalid", { system }), NetError);
  assert(["NotFound", "WouldBlock"].includes(error.kind), error.kind);
  assert(error.message.startsWith("Cannot resolve nowhere.invalid: "), error.message);
});

testEachStack("lookupHost() takes an address with and without a port", (system) => {
  const lookup = (text: string) => lookupHost(text, { system }).map(String);
  assertEquals(lookup("192.0.2.1:80"), ["192.0.2.1:80"]);
  assertEquals(lookup("192.0.2.1"), ["192.0.2.1:0"]);
  assertEquals(lookup("[::1]:80"), ["[::1]:80"]);
  assertEquals(lookup("::1"), ["[::1]:0"]);
});

testEachStack("lookupHost() gives each address of a name the port", (system) => {
  const addresses = lookupHost("localhost:8080", { system, family: 4 });
  assertEquals(addresses.map(String), ["127.0.0.1:8080"]);
  assertEquals(lookupHost("localhost", { system, family: 4 }).map(({ port }) => port), [0]);
});

Deno.test("resolve() asks for the family", () => {
  const families: number[] = [];
  const { system } = fakeSystem({
    resolve: (_name, family) => {
      families.push(family);
      return -2;
    },
  });
  for (const family of [undefined, 4, 6] as const) {
    const options = family === undefined ? { system } : { system, family };
    assertThrows(() => resolve("name", options), NetError);
  }
  assertEquals(families, [AF_UNSPEC, AF_INET, AF_INET6]);
});

Deno.test("resolve() asks nobody about what is no name", () => {
  const { system, calls } = fakeSystem({});
  for (const text of ["", "a b", "a:80", "127.1", "0x7f000001", "[::1]", "a..b"]) {
    const error = assertThrows(() => resolve(text, { system }), NetError);
    assertEquals([error.kind, error.errno], ["InvalidInput", 22], text);
  }
  assertEquals(calls, []);
});

Deno.test("lookupHost() asks nobody about malformed text", () => {
  const { system, calls } = fakeSystem({});
  for (const text of ["", "a:", "a:b", "a:65536", "::1:80:", "[::1]", "a:b:80"]) {
    assertEquals(assertThrows(() => lookupHost(text, { system }), NetError).kind, "InvalidInput");
  }
  assertEquals(calls, []);
});
