import { assertEquals } from "@std/assert";
import { isHostName, parseHostPort } from "../../lib/net/host_port.ts";

Deno.test("parseHostPort() takes names and addresses with a port", () => {
  const accepted: readonly (readonly [string, string, number])[] = [
    ["127.0.0.1:80", "127.0.0.1", 80],
    ["[::1]:0", "::1", 0],
    ["[2001:DB8::1]:65535", "2001:db8::1", 65535],
    ["[fe80::1%2]:53", "fe80::1%2", 53],
    ["localhost:8080", "localhost", 8080],
    ["example.com.:80", "example.com.", 80],
    ["my_host-1:80", "my_host-1", 80],
    ["1a.2b:80", "1a.2b", 80],
  ];
  for (const [text, host, port] of accepted) assertEquals(parseHostPort(text), { host, port });
});

Deno.test("parseHostPort() refuses everything else", () => {
  const refused = [
    "",
    ":",
    ":80",
    "localhost",
    "127.0.0.1",
    "::1:80",
    "[::1]",
    "[::1]80",
    "[localhost]:80",
    "[127.0.0.1]:80",
    "localhost:",
    "localhost:http",
    "localhost:080",
    "localhost:65536",
    "localhost:-1",
    "localhost:+80",
    "localhost:80 ",
    " localhost:80",
    "local host:80",
    "bücher.example:80",
    "a..b:80",
    ".a:80",
    `${"a.".repeat(127)}b:80`,
    "localhost:8:80",
    "127.0.0.1:80:81",
    "127..0.1:80",
    "127.0.0.:80",
    "+127.0.0.1:80",
    "a:b:80",
    "http://localhost:80",
    "user@localhost:80",
    "localhost/x:80",
    "nul\0:80",
    // What inet_aton(3) would take for an address.
    "127.1:80",
    "2130706433:80",
    "0x7f000001:80",
    "0x7f.0.0.1:80",
    "1.2.3.4.5:80",
    "256.0.0.1:80",
    "127.0.0.01:80",
    "host.0x:80",
    "127.0.0.1.:80",
  ];
  for (const text of refused) assertEquals(parseHostPort(text), null, text);
});

Deno.test("isHostName() refuses what a resolver would read as an address", () => {
  assertEquals(["a", "a.b", "1a", "1.a"].map(isHostName), [true, true, true, true]);
  assertEquals(["1", "a.1", "a.1.", "0x1", "a.0XfF", "..1"].map(isHostName), [
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
});
