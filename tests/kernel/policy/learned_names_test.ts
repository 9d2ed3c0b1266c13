import { assertEquals } from "@std/assert";
import { IpAddress, IPV4_LOOPBACK, IPV6_LOOPBACK } from "../../../lib/ip.ts";
import { LearnedNames } from "../../../lib/kernel/policy/learned_names.ts";

Deno.test("of() returns the names of an address, the newest first", () => {
  const names = new LearnedNames();
  names.add("a", IPV4_LOOPBACK);
  names.add("b", IPV4_LOOPBACK);
  names.add("c", IPV6_LOOPBACK);
  assertEquals(names.of(IPV4_LOOPBACK), ["b", "a"]);
  names.add("a", IPV4_LOOPBACK);
  assertEquals(names.of(IPV4_LOOPBACK), ["a", "b"]);
  assertEquals(names.of(IPV6_LOOPBACK), ["c"]);
  assertEquals(names.of(new IpAddress(new Uint8Array(4))), []);
});

Deno.test("add() keeps eight names of an address", () => {
  const names = new LearnedNames();
  for (let i = 0; i < 100; i++) names.add(`n${i}`, IPV4_LOOPBACK);
  const newest = Array.from({ length: 8 }, (_, i) => `n${99 - i}`);
  assertEquals(names.of(IPV4_LOOPBACK), newest);
});

Deno.test("add() forgets the address not heard of for the longest time", () => {
  const names = new LearnedNames();
  const address = (i: number) => new IpAddress(new Uint8Array([10, 0, i >> 8, i & 255]));
  for (let i = 0; i < 1024; i++) names.add("a", address(i));
  names.add("b", address(0));
  names.add("a", address(1024));
  assertEquals(names.of(address(0)), ["b", "a"]);
  assertEquals(names.of(address(1)), []);
  assertEquals(names.of(address(2)), ["a"]);
});
