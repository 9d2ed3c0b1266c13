import { assertEquals } from "@std/assert";
import { BodySkipper } from "../../../lib/apps/httpd/body_skipper.ts";
import { HttpdLimits } from "../../../lib/apps/httpd/limits.ts";
import { bytesOf } from "./httpd_server.ts";

/** Skips a body that arrives in pieces: where it ends, −1 if it does not, or a negated status. */
function skip(length: number | null, text: string, size: number): number {
  const skipper = new BodySkipper(length);
  const bytes = bytesOf(text);
  let at = 0;
  while (at < bytes.length && !skipper.done) {
    const end = Math.min(at + size, bytes.length);
    const next = skipper.skip(bytes, at, end);
    if (next < 0) return next;
    at = next;
  }
  return skipper.done ? at : -1;
}

/** The result, which must not depend on the size of the pieces. */
function skipAnyhow(length: number | null, text: string): number {
  const whole = skip(length, text, text.length);
  for (const size of [1, 2, 3, 7]) assertEquals(skip(length, text, size), whole, text);
  return whole;
}

Deno.test("BodySkipper ends after as many bytes as were announced", () => {
  assertEquals(skipAnyhow(3, "abcGET /"), 3);
  assertEquals(skipAnyhow(8, "abcdefg"), -1);
  assertEquals(new BodySkipper(0).done, true);
});

const CHUNKED: readonly string[] = [
  "0\r\n\r\n",
  "5\r\nhello\r\n0\r\n\r\n",
  "a\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n",
  'A;name=value;other="quoted ; text"\r\n0123456789\r\n0;x\r\n\r\n',
  "005\r\nhello\r\n000\r\n\r\n",
  "5\r\n\r\n0\r\n\r\n0\r\n\r\n",
  "0\r\nTrailer: value\r\nOther: x\r\n\r\n",
];

Deno.test("BodySkipper ends after the last chunk and its trailers", () => {
  for (const text of CHUNKED) {
    assertEquals(skipAnyhow(null, text), text.length, text);
    assertEquals(skipAnyhow(null, `${text}GET / HTTP/1.1\r\n`), text.length, text);
    for (let length = 0; length < text.length; length++) {
      assertEquals(skip(null, text.slice(0, length), 100), -1);
    }
  }
});

const MALFORMED: readonly string[] = [
  "\r\n",
  ";x\r\n",
  "x\r\n",
  "-1\r\n",
  "+1\r\n",
  "0x1\r\n",
  " 1\r\n",
  "1 \r\nx\r\n",
  "1\nx\r\n",
  "1\r\nxy\r\n",
  "1\r\nx\n",
  "1\r\nx\rx",
  "1;a\nx\r\n",
  "1;a\0\r\nx",
  "1\rx",
  "0\r\n\n",
  "0\r\n\rx",
  "0\r\n folded: x\r\n\r\n",
  "0\r\nTrailer: \0\r\n\r\n",
  "0\r\nTrailer: x\n\r\n",
  "0000000000000000\r\n",
];

Deno.test("BodySkipper refuses what is no chunked body", () => {
  for (const text of MALFORMED) assertEquals(skipAnyhow(null, text), -400, JSON.stringify(text));
});

Deno.test("BodySkipper bounds the data, the lines and the trailers", () => {
  const { body, chunkLines } = HttpdLimits;
  const chunk = (size: number) => `${size.toString(16)}\r\n${"x".repeat(size)}\r\n`;
  const end = "0\r\n\r\n";
  assertEquals(skip(null, chunk(body) + end, 1000), (chunk(body) + end).length);
  assertEquals(skip(null, chunk(body - 1) + chunk(1) + end, 1000) > 0, true);
  assertEquals(skip(null, chunk(body - 1) + chunk(2) + end, 1000), -413);
  assertEquals(skip(null, `${(body + 1).toString(16)}\r\n`, 1000), -413);
  assertEquals(skip(null, "fffffffffffffff\r\n", 1000), -413);
  assertEquals(skip(null, `1;${"x".repeat(chunkLines)}\r\nx\r\n${end}`, 1000) > 0, true);
  assertEquals(skip(null, `1;${"x".repeat(chunkLines + 1)}\r\n`, 1000), -400);
  assertEquals(skip(null, `0\r\n${"X: y\r\n".repeat(chunkLines)}`, 1000), -431);
});
