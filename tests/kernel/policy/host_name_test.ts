import { assertEquals } from "@std/assert";
import { normalizeHostName } from "../../../lib/kernel/policy/host_name.ts";

Deno.test("normalizeHostName() gives one form to names that Deno takes for the same", () => {
  assertEquals(normalizeHostName("localhost"), "localhost");
  assertEquals(normalizeHostName("WWW.Example.COM."), "www.example.com");
  assertEquals(normalizeHostName("a_b-1.xn--mnchen-3ya.de"), "a_b-1.xn--mnchen-3ya.de");
  assertEquals(normalizeHostName("127.1"), "127.1");
});

Deno.test("normalizeHostName() is null for what is not a name", () => {
  const others = ["", ".", "..", "a..b", ".a", "a b", "a:80", "[::1]", "::1", "10.0.0.0/8", "*.a"];
  others.push(
    "unix:/x",
    "münchen.de",
    "\u212aelvin",
    "a\0",
    "a\n",
    "a%41",
    "http://a",
    "a@b",
    "a..",
  );
  for (const text of others) assertEquals(normalizeHostName(text), null, text);
});

Deno.test("normalizeHostName() takes 253 characters and the dot after them", () => {
  const longest = `${"a.".repeat(126)}b`;
  assertEquals(longest.length, 253);
  assertEquals(normalizeHostName(`${longest}.`), longest);
  assertEquals(normalizeHostName(`${longest}b`), null);
});
