import { assertEquals } from "@std/assert";
import { formatHttpDate, parseHttpDate } from "../../../lib/apps/http/http_date.ts";

const TIME = Date.UTC(1994, 10, 6, 8, 49, 37);
const NOW = Date.UTC(2026, 0, 1);

Deno.test("formatHttpDate() writes IMF-fixdate", () => {
  assertEquals(formatHttpDate(TIME), "Sun, 06 Nov 1994 08:49:37 GMT");
  assertEquals(formatHttpDate(TIME + 999), "Sun, 06 Nov 1994 08:49:37 GMT");
  assertEquals(formatHttpDate(0), "Thu, 01 Jan 1970 00:00:00 GMT");
});

Deno.test("parseHttpDate() reads the three formats of RFC 9110", () => {
  for (
    const text of [
      "Sun, 06 Nov 1994 08:49:37 GMT",
      "Sunday, 06-Nov-94 08:49:37 GMT",
      "Sun Nov  6 08:49:37 1994",
    ]
  ) assertEquals(parseHttpDate(text, NOW), TIME, text);
  assertEquals(
    parseHttpDate("Thu, 29 Feb 2024 23:59:59 GMT", NOW),
    Date.UTC(2024, 1, 29, 23, 59, 59),
  );
  assertEquals(
    parseHttpDate("Sat, 31 Dec 2016 23:59:60 GMT", NOW),
    Date.UTC(2016, 11, 31, 23, 59, 59),
  );
});

Deno.test("parseHttpDate() puts years of two digits at most 50 years ahead", () => {
  assertEquals(parseHttpDate("Monday, 06-Jan-76 00:00:00 GMT", NOW), Date.UTC(2076, 0, 6));
  assertEquals(parseHttpDate("Thursday, 06-Jan-77 00:00:00 GMT", NOW), Date.UTC(1977, 0, 6));
});

Deno.test("parseHttpDate() reads what formatHttpDate() writes", () => {
  for (let time = -62_167_219_200_000; time < 253_402_300_800_000; time += 86_399_000 * 3001) {
    assertEquals(parseHttpDate(formatHttpDate(time)), time);
  }
});

Deno.test("parseHttpDate() takes nothing else", () => {
  const texts = [
    "",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun, 06 nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 06 Nov 1994 24:49:37 GMT",
    "Sun, 06 Nov 1994 08:60:37 GMT",
    "Sun, 06 Nov 1994 08:49:61 GMT",
    "Sun, 31 Nov 1994 08:49:37 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT",
    "Thu, 29 Feb 2023 00:00:00 GMT",
    "Sun, 06 Nov 94 08:49:37 GMT",
    " Sun, 06 Nov 1994 08:49:37 GMT",
    "1994-11-06T08:49:37Z",
    "784111777",
  ];
  for (const text of texts) assertEquals(parseHttpDate(text, NOW), null, text);
});
