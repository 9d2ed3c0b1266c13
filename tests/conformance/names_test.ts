import { assertEquals, assertThrows } from "@std/assert";
import { DescriptorNames, NO_SOCKET, PortNames } from "./names.ts";
import { ScenarioError } from "./scenario.ts";

Deno.test("DescriptorNames resolves names, numbers and AT_FDCWD", () => {
  const names = new DescriptorNames();
  names.set("a", 5, { domain: 2, type: 1 });
  assertEquals(names.resolve("a").fd, 5);
  assertEquals(names.resolve("a").domain, 2);
  assertEquals(names.resolve("-1").fd, -1);
  assertEquals(names.resolve("0x10").fd, 16);
  assertEquals(names.resolve("999").name, "");
  assertEquals(names.resolve("AT_FDCWD").fd, -100);
});

Deno.test("DescriptorNames lets a name refer to a new descriptor, open again", () => {
  const names = new DescriptorNames();
  names.set("a", 5, NO_SOCKET).closed = true;
  names.set("a", 6, NO_SOCKET);
  assertEquals(names.named("a").fd, 6);
  assertEquals(names.named("a").closed, false);
});

Deno.test("DescriptorNames throws for names that were never given", () => {
  assertThrows(
    () => new DescriptorNames().resolve("a"),
    ScenarioError,
    "unknown descriptor name a",
  );
});

Deno.test("PortNames prints a port as its first owner of the same type, then of any", () => {
  const ports = new PortNames();
  ports.learn(1, 40000, "stream");
  ports.learn(1, 40000, "later");
  ports.learn(2, 40000, "datagram");
  ports.learn(2, 40001, "other");
  assertEquals(ports.format(1, 40000), "@stream");
  assertEquals(ports.format(2, 40000), "@datagram");
  assertEquals(ports.format(1, 40001), "@other");
});

Deno.test("PortNames prints 0, low ports and unknown ports without a name", () => {
  const ports = new PortNames();
  ports.learn(1, 0, "nobody");
  assertEquals(ports.format(1, 0), "0");
  assertEquals(ports.format(1, 80), "80");
  assertEquals(ports.format(1, 1023), "1023");
  assertEquals(ports.format(1, 1024), "?");
});
