import { assertEquals } from "@std/assert";
import { AddressCache } from "../../../lib/kernel/policy/address_cache.ts";
import { ADDRESS_USES } from "../../../lib/kernel/policy/address_use.ts";
import { sockaddrOf } from "../sockaddr_text.ts";

Deno.test("get() tells uses, addresses and ports apart", () => {
  const cache = new AddressCache<string>();
  const texts = [
    "0.0.0.0:0",
    "0.0.0.0:65535",
    "0.0.0.1:0",
    "127.0.0.1:80",
    "255.255.255.255:65535",
    "[::]:0",
    "[::1]:80",
    "[::ffff:127.0.0.1]:80",
    "[8000::]:80",
    "[::8000]:80",
    "[1:2:3:4:5:6:7:8]:9",
    "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535",
  ];
  for (const use of ADDRESS_USES) {
    for (const text of texts) {
      const bytes = sockaddrOf(text);
      assertEquals(cache.get(use, bytes, bytes.length), undefined);
      cache.set(use, bytes, bytes.length, `${use} ${text}`);
    }
  }
  for (const use of ADDRESS_USES) {
    for (const text of texts) {
      const bytes = sockaddrOf(text);
      assertEquals(cache.get(use, bytes, bytes.length), `${use} ${text}`);
    }
  }
  cache.clear();
  const bytes = sockaddrOf("127.0.0.1:80");
  assertEquals(cache.get("connect", bytes, bytes.length), undefined);
});

Deno.test("get() knows nothing of other families and of addresses that are too short", () => {
  const cache = new AddressCache<boolean>();
  for (
    const [text, length] of [["127.0.0.1:80", 15], ["[::1]:80", 23], ["unix:@x", 4]] as const
  ) {
    const bytes = sockaddrOf(text);
    cache.set("connect", bytes, length, true);
    assertEquals(cache.get("connect", bytes, length), undefined);
    assertEquals(cache.get("connect", bytes, 128), undefined);
  }
});

Deno.test("set() remembers a bounded number of addresses", () => {
  const cache = new AddressCache<number>();
  const bytes = sockaddrOf("10.0.0.0:0");
  let known = 0;
  for (let i = 0; i < 10_000; i++) {
    bytes.set([i >> 8, i & 255], 2);
    cache.set("connect", bytes, bytes.length, i);
  }
  for (let i = 0; i < 10_000; i++) {
    bytes.set([i >> 8, i & 255], 2);
    if (cache.get("connect", bytes, bytes.length) === i) known++;
  }
  assertEquals(known, 10_000 % 4096);
});
