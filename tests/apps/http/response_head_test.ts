import { assertEquals, assertThrows } from "@std/assert";
import { HttpError } from "../../../lib/apps/http/error.ts";
import { HeadLimits, readResponseHead } from "../../../lib/apps/http/response_head.ts";
import { readerOf } from "./byte_source.ts";

function parse(text: string) {
  const { minorVersion, status, reason, headers } = readResponseHead(readerOf(text));
  return { minorVersion, status, reason, headers: Object.fromEntries(headers) };
}

Deno.test("readResponseHead() reads status, reason and fields", () => {
  const text =
    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Empty:\r\nX: \t a  b \t\r\n\r\nbody";
  assertEquals(parse(text), {
    minorVersion: 1,
    status: 200,
    reason: "OK",
    headers: { "content-type": "text/html", "x-empty": "", x: "a  b" },
  });
});

Deno.test("readResponseHead() takes what servers send in practice", () => {
  assertEquals(parse("HTTP/1.1 204\r\n\r\n").reason, "");
  assertEquals(parse("HTTP/1.1 204 \r\n\r\n").reason, "");
  assertEquals(parse("HTTP/1.0 404 Not  Found\n\n"), {
    minorVersion: 0,
    status: 404,
    reason: "Not  Found",
    headers: {},
  });
  assertEquals(parse("HTTP/1.9 299 \xe9\r\n\r\n").reason, "\xe9");
});

Deno.test("readResponseHead() joins fields of one name and folded lines", () => {
  const { headers } = parse(
    "HTTP/1.1 200 OK\r\nA: 1\r\nb: x\r\na: 2\r\nC: 3\r\n  4\r\n\t5\r\n\r\n",
  );
  assertEquals(headers, { a: "1, 2", b: "x", c: "3 4 5" });
});

Deno.test("readResponseHead() skips interim responses", () => {
  const text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" +
    "HTTP/1.1 200 OK\r\nA: 1\r\n\r\n";
  assertEquals(parse(text).headers, { a: "1" });
  const many = "HTTP/1.1 100 Continue\r\n\r\n".repeat(HeadLimits.interim + 1);
  assertThrows(() => parse(`${many}HTTP/1.1 200 OK\r\n\r\n`), HttpError, "interim");
  assertThrows(() => parse("HTTP/1.1 101 Switching\r\n\r\n"), HttpError, "switched");
});

Deno.test("readResponseHead() leaves the body to be read", () => {
  const reader = readerOf("HTTP/1.1 200 OK\r\n\r\nbody");
  readResponseHead(reader);
  assertEquals(new TextDecoder().decode(reader.take(100)), "body");
});

Deno.test("readResponseHead() refuses what is not HTTP/1.x", () => {
  const refused = [
    "\r\nHTTP/1.1 200 OK\r\n\r\n",
    "HTTP/2.0 200 OK\r\n\r\n",
    "HTTP/1 200 OK\r\n\r\n",
    "HTTP/1.10 200 OK\r\n\r\n",
    "http/1.1 200 OK\r\n\r\n",
    "HTTP/1.1  200 OK\r\n\r\n",
    "HTTP/1.1 20 OK\r\n\r\n",
    "HTTP/1.1 2000 OK\r\n\r\n",
    "HTTP/1.1 099 OK\r\n\r\n",
    "HTTP/1.1 200OK\r\n\r\n",
    "HTTP/1.1 200 O\0K\r\n\r\n",
    "HTTP/1.1\r\n\r\n",
    "SSH-2.0-OpenSSH_9\r\n",
    "<html>\n",
  ];
  for (const text of refused) {
    assertThrows(() => parse(text), HttpError, "the response starts with");
  }
});

Deno.test("readResponseHead() refuses malformed fields", () => {
  const refused = [
    "no colon",
    ": no name",
    "Sp ace: x",
    "Space : x",
    "Contr\x01l: x",
    "Value: a\0b",
    "Value: a\rb",
    "Value: a\x7fb",
    "Ümlaut: x",
    " folded: first",
  ];
  for (const field of refused) {
    assertThrows(() => parse(`HTTP/1.1 200 OK\r\n${field}\r\n\r\n`), HttpError, "malformed");
  }
  assertThrows(() => parse("HTTP/1.1 200 OK\r\nA: 1\r\n b\0\r\n\r\n"), HttpError, "malformed");
});

Deno.test("readResponseHead() fails if the connection ends early", () => {
  assertThrows(() => parse(""), HttpError, "without a response");
  assertThrows(() => parse("HTTP/1.1 200 OK"), HttpError, "within a line");
  assertThrows(() => parse("HTTP/1.1 200 OK\r\n"), HttpError, "within the header fields");
  assertThrows(() => parse("HTTP/1.1 200 OK\r\nA: 1\r\n"), HttpError, "within the header fields");
});

Deno.test("readResponseHead() bounds what a server can make it hold", () => {
  const fields = (count: number) => "a: b\r\n".repeat(count);
  assertEquals(
    parse(`HTTP/1.1 200 OK\r\n${fields(HeadLimits.fields)}\r\n`).headers["a"]?.length,
    HeadLimits.fields * 3 - 2,
  );
  assertThrows(
    () => parse(`HTTP/1.1 200 OK\r\n${fields(HeadLimits.fields + 1)}\r\n`),
    HttpError,
    "more than 256 header fields",
  );
  const long = "x".repeat(HeadLimits.bytes);
  assertThrows(() => parse(`HTTP/1.1 200 ${long}\r\n\r\n`), HttpError, "too long");
  assertThrows(() => parse(`HTTP/1.1 200 OK\r\nA: ${long}\r\n\r\n`), HttpError, "too long");
  const folded = ` ${"x".repeat(1000)}\r\n`.repeat(66);
  assertThrows(() => parse(`HTTP/1.1 200 OK\r\nA: 1\r\n${folded}\r\n`), HttpError, "long");
});

Deno.test("readResponseHead() quotes what it refuses in one short line", () => {
  const text = `\x1b[31m\x9b31m\x7f${"x".repeat(999)}\r\n`;
  const error = assertThrows(() => parse(text), HttpError);
  assertEquals(/\p{Cc}/u.test(error.message), false);
  assertEquals(error.message.length < 120, true);
});
