import { assertEquals } from "@std/assert";
import { type IpAddress, parseIpAddress, SocketAddress } from "../../../lib/ip.ts";
import { parseInterfaceAddress } from "../../../lib/stack/user/interface_address.ts";
import {
  type EngineContext,
  normalize,
  sourceFor,
} from "../../../lib/stack/user/engine/context.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { explainTunFailure } from "../../../lib/stack/user/tun_failure.ts";
import { parseHosts } from "../../../lib/stack/user/engine/hosts.ts";

function ip(text: string): IpAddress {
  const address = parseIpAddress(text);
  if (address === null) throw new Error(text);
  return address;
}

Deno.test("sourceFor() gives the address from which a destination is reached (MUST-44)", () => {
  const addresses = ["10.9.0.2", "10.9.1.2", "fd00::2", "127.0.0.1", "::1"].map(ip);
  const context = { addresses } as unknown as EngineContext;
  const source = (text: string) => sourceFor(context, ip(text))?.toString();
  assertEquals(source("192.0.2.1"), "10.9.0.2");
  assertEquals(source("10.9.1.2"), "10.9.1.2");
  assertEquals(source("127.0.0.1"), "127.0.0.1");
  assertEquals(source("2001:db8::1"), "fd00::2");
  assertEquals(source("::1"), "::1");
  const v4Only = { addresses: [ip("10.9.0.2")] } as unknown as EngineContext;
  assertEquals(sourceFor(v4Only, ip("2001:db8::1")), null);
});

Deno.test("normalize() takes an unspecified destination for this host", () => {
  const text = (address: string) => `${normalize(new SocketAddress(ip(address), 80))}`;
  assertEquals(text("0.0.0.0"), "127.0.0.1:80");
  assertEquals(text("::"), "[::1]:80");
  assertEquals(text("::ffff:10.0.0.1"), "10.0.0.1:80");
});

Deno.test("parseInterfaceAddress() takes an address with its network alone", () => {
  assertEquals(`${parseInterfaceAddress("10.9.0.2/24")?.ip}`, "10.9.0.2");
  assertEquals(parseInterfaceAddress("fd00::2/64")?.prefixLength, 64);
  for (const text of ["10.9.0.2", "10.9.0.2/33", "10.9.0.2/024", "10.9.0.2/", "x/24", "/24"]) {
    assertEquals(parseInterfaceAddress(text), null, text);
  }
});

Deno.test("parseHosts() reads hosts(5)", () => {
  const hosts = parseHosts(
    "# comment\n192.0.2.1  Example.test alias # more\nfd00::1 alias\nbad x\n",
  );
  assertEquals(hosts.get("example.test")?.map(String), ["192.0.2.1"]);
  assertEquals(hosts.get("alias")?.map(String), ["192.0.2.1", "fd00::1"]);
  assertEquals(hosts.get("localhost")?.map(String), ["127.0.0.1", "::1"]);
  assertEquals(hosts.has("x"), false);
});

Deno.test("explainTunFailure() tells a file that may not be opened from a missing capability", () => {
  assertEquals(
    explainTunFailure("tun0", Errno.EACCES),
    "Cannot open the TUN device tun0: this user may not open /dev/net/tun, so run as root, or have " +
      "root say: chmod 666 /dev/net/tun",
  );
  assertEquals(explainTunFailure("tun0", Errno.EPERM).includes("CAP_NET_ADMIN"), true);
});
