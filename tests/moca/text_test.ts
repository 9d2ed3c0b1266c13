import { assertEquals } from "@std/assert";
import { bytesToUtf8, fromBytes, toBytes, utf8ToBytes } from "../../lib/moca/text.ts";

Deno.test("byte strings come back from UTF-8 and bytes unchanged", () => {
  assertEquals(utf8ToBytes("é"), "\u00c3\u00a9");
  assertEquals(bytesToUtf8("\u00c3\u00a9"), "é");
  assertEquals(bytesToUtf8("\u00ff"), "\ufffd");
  const all = Uint8Array.from({ length: 20000 }, (_, i) => i & 255);
  assertEquals(toBytes(fromBytes(all)), all);
});
