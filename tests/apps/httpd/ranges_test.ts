import { assertEquals } from "@std/assert";
import { HttpdLimits } from "../../../lib/apps/httpd/limits.ts";
import { parseRanges } from "../../../lib/apps/httpd/ranges.ts";

/** Ranges as `start-end` with the end left out of them; null where the field is ignored. */
function ranges(value: string, size: number): string | null {
  return parseRanges(value, size)?.map(({ start, end }) => `${start}-${end}`).join(" ") ?? null;
}

Deno.test("parseRanges() reads the three forms of a range", () => {
  assertEquals(ranges("bytes=0-0", 10), "0-1");
  assertEquals(ranges("bytes=2-4", 10), "2-5");
  assertEquals(ranges("bytes=2-", 10), "2-10");
  assertEquals(ranges("bytes=-3", 10), "7-10");
  assertEquals(ranges("bytes=0-9", 10), "0-10");
  assertEquals(ranges("bytes=9-9", 10), "9-10");
  assertEquals(ranges("Bytes = 0-1", 10), "0-2");
});

Deno.test("parseRanges() cuts at the end of the file", () => {
  assertEquals(ranges("bytes=5-99", 10), "5-10");
  assertEquals(ranges("bytes=-99", 10), "0-10");
  assertEquals(ranges(`bytes=5-${"9".repeat(400)}`, 10), "5-10");
});

Deno.test("parseRanges() finds nothing outside of the file", () => {
  for (const value of ["bytes=10-", "bytes=10-20", "bytes=-0", `bytes=${"9".repeat(400)}-`]) {
    assertEquals(ranges(value, 10), "", value);
  }
  for (const value of ["bytes=0-", "bytes=0-0", "bytes=-0"]) {
    assertEquals(ranges(value, 0), "", value);
  }
});

Deno.test("parseRanges() has no name for the end of an empty file", () => {
  assertEquals(ranges("bytes=-5", 0), null);
});

Deno.test("parseRanges() takes several, in the order asked for", () => {
  assertEquals(ranges("bytes=0-0,-1", 10), "0-1 9-10");
  assertEquals(ranges("bytes= 8- , 2-3 ,,", 10), "8-10 2-4");
  assertEquals(ranges("bytes=0-1,20-30", 10), "0-2");
  assertEquals(ranges("bytes=0-3,2-5", 10), "0-4 2-6");
});

Deno.test("parseRanges() ignores what is malformed, of another unit, or too much", () => {
  const values = [
    "",
    "bytes",
    "bytes=",
    "bytes=,",
    "bytes=-",
    "bytes=a-b",
    "bytes=1",
    "bytes=2-1",
    "bytes=1-2-3",
    "bytes=0x1-2",
    "bytes= 1 - 2",
    "bytes=0-1;2-3",
    "bytes=0-1,x",
    "lines=0-1",
    "bytes:0-1",
    "bytes=0-1, bytes=2-3",
    "bytes=+1-2",
    "bytes=--1",
  ];
  for (const value of values) assertEquals(ranges(value, 10), null, value);
  assertEquals(ranges("bytes=0-,0-", 10), null);
  const many = (count: number) => `bytes=${Array(count).fill("0-0").join()}`;
  assertEquals(ranges(many(HttpdLimits.ranges), 100)?.split(" ").length, HttpdLimits.ranges);
  assertEquals(ranges(many(HttpdLimits.ranges + 1), 100), null);
});
