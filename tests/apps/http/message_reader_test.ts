import { assertEquals, assertThrows } from "@std/assert";
import { HttpError } from "../../../lib/apps/http/error.ts";
import { readerOf } from "./byte_source.ts";

Deno.test("MessageReader.line() ends lines at LF and CR LF, however the bytes arrive", () => {
  for (const piece of [1, 2, 3, 100]) {
    for (const size of [1, 2, 3, 100]) {
      const reader = readerOf("one\r\ntwo\n\r\n\nth\rree\r\r\n", piece, size);
      const lines = [1, 2, 3, 4, 5].map(() => reader.line(100));
      assertEquals(lines, ["one", "two", "", "", "th\rree\r"], `${piece}, ${size}`);
      assertEquals(reader.line(100), null);
    }
  }
});

Deno.test("MessageReader.line() keeps bytes beyond ASCII", () => {
  assertEquals(readerOf("\x80\xff\n").line(10), "\x80\xff");
});

Deno.test("MessageReader.line() refuses a line that is too long, before it has all of it", () => {
  assertEquals(readerOf("1234\n").line(5), "1234");
  assertThrows(() => readerOf("12345\n").line(5), HttpError, "too long");
  assertThrows(() => readerOf("x".repeat(1000), 1, 10).line(50), HttpError, "too long");
});

Deno.test("MessageReader.line() fails if the stream ends within a line", () => {
  assertThrows(() => readerOf("abc").line(10), HttpError, "within a line");
  assertThrows(() => readerOf("abc\r").line(10), HttpError, "within a line");
});

Deno.test("MessageReader.take() gives what is there, at most what was asked for", () => {
  const reader = readerOf("head\nbody and more", 8, 8);
  assertEquals(reader.line(10), "head");
  assertEquals(reader.take(2).length, 2);
  assertEquals(reader.take(100).length, 1);
  assertEquals(reader.take(100).length, 8);
  assertEquals(reader.take(100).length, 2);
  assertEquals(reader.take(100).length, 0);
  assertEquals(reader.take(100).length, 0);
});
