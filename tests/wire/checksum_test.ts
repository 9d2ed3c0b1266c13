import { assertEquals } from "@std/assert";
import { foldChecksum, sumPseudoHeader, sumWords } from "../../lib/wire/checksum.ts";

Deno.test("sumWords() gives the sum of RFC 1071's example", () => {
  const bytes = new Uint8Array([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]);
  assertEquals(sumWords(bytes), 0x2ddf0);
  assertEquals(foldChecksum(sumWords(bytes)), ~0xddf2 & 0xffff);
});

Deno.test("sumWords() counts an odd last octet as the high one", () => {
  assertEquals(sumWords(new Uint8Array([1, 2, 3])), 0x0102 + 0x0300);
});

Deno.test("sumWords() goes on from a sum", () => {
  const [left, right] = [new Uint8Array([1, 2]), new Uint8Array([3, 4])];
  assertEquals(sumWords(right, sumWords(left)), sumWords(new Uint8Array([1, 2, 3, 4])));
});

Deno.test("foldChecksum() carries as often as needed", () => {
  assertEquals(foldChecksum(0xffff), 0);
  assertEquals(foldChecksum(0x1fffe), 0);
  assertEquals(foldChecksum(0xffff_ffff), 0);
  assertEquals(foldChecksum(0xffff * 0x8000), 0);
  assertEquals(foldChecksum(0), 0xffff);
});

Deno.test("sumPseudoHeader() adds addresses, protocol and a length of more than 16 bits", () => {
  const source = new Uint8Array([10, 0, 0, 1]);
  const destination = new Uint8Array([10, 0, 0, 2]);
  assertEquals(
    sumPseudoHeader(source, destination, 6, 0x1_0003),
    0x0a00 + 1 + 0x0a00 + 2 + 6 + 1 + 3,
  );
});
