import { assertEquals, assertThrows } from "@std/assert";
import { type BodyFraming, bodyFraming, decodeBody } from "../../../lib/apps/http/body.ts";
import { HttpError } from "../../../lib/apps/http/error.ts";
import type { Method } from "../../../lib/apps/http/request_head.ts";
import { HeadLimits } from "../../../lib/apps/http/response_head.ts";
import { join, readerOf } from "./byte_source.ts";

function framing(fields: Record<string, string>, status = 200, method: Method = "GET") {
  return bodyFraming(
    { minorVersion: 1, status, reason: "", headers: new Headers(fields) },
    method,
  );
}

function decode(text: string, how: BodyFraming, piece?: number, size?: number): string {
  return new TextDecoder("latin1").decode(join(decodeBody(readerOf(text, piece, size), how)));
}

const CHUNKED: BodyFraming = { kind: "chunked" };

Deno.test("bodyFraming() follows RFC 9112, section 6.3", () => {
  assertEquals(framing({}), { kind: "close" });
  assertEquals(framing({ "content-length": "5" }), { kind: "length", length: 5 });
  assertEquals(framing({ "transfer-encoding": "chunked" }), CHUNKED);
  assertEquals(framing({ "transfer-encoding": "Chunked" }), CHUNKED);
  assertEquals(framing({ "transfer-encoding": "chunked", "content-length": "5" }), CHUNKED);
  const none: BodyFraming = { kind: "length", length: 0 };
  assertEquals(framing({ "content-length": "5" }, 200, "HEAD"), none);
  assertEquals(framing({ "transfer-encoding": "chunked" }, 200, "HEAD"), none);
  for (const status of [204, 304]) {
    assertEquals(framing({ "content-length": "5" }, status), none);
    assertEquals(framing({ "transfer-encoding": "chunked" }, status), none);
    assertEquals(framing({}, status), none);
  }
});

Deno.test("bodyFraming() takes a Content-Length that is repeated, not one that differs", () => {
  assertEquals(framing({ "content-length": "5, 5" }), { kind: "length", length: 5 });
  const refused = [
    "5, 6",
    "",
    " ",
    "-1",
    "+5",
    "5.0",
    "0x5",
    "5 5",
    "five",
    "9007199254740992",
    ",",
  ];
  for (const text of refused) {
    assertThrows(() => framing({ "content-length": text }), HttpError, "Content-Length", text);
  }
  assertEquals(framing({ "content-length": "9007199254740991" }), {
    kind: "length",
    length: Number.MAX_SAFE_INTEGER,
  });
});

Deno.test("bodyFraming() refuses transfer codings that were not asked for", () => {
  for (const coding of ["gzip", "gzip, chunked", "chunked, chunked", "identity", ""]) {
    assertThrows(
      () => framing({ "transfer-encoding": coding }),
      HttpError,
      "transfer coding",
      coding,
    );
  }
});

Deno.test("decodeBody() gives as many bytes as Content-Length says", () => {
  for (const piece of [1, 2, 100]) {
    assertEquals(decode("hello, more", { kind: "length", length: 5 }, piece, 3), "hello");
  }
  assertEquals(decode("more", { kind: "length", length: 0 }), "");
  assertThrows(
    () => decode("hell", { kind: "length", length: 5 }),
    HttpError,
    "after 4 of 5 bytes",
  );
});

Deno.test("decodeBody() reads to the end of the connection", () => {
  assertEquals(decode("hello", { kind: "close" }, 2, 3), "hello");
  assertEquals(decode("", { kind: "close" }), "");
});

Deno.test("decodeBody() decodes chunks, however the bytes arrive", () => {
  const text = '5\r\nhello\r\n00A ; name=value\r\n, world!\r\n\r\n1;a="b;c"\n.\n0\r\nX: y\r\n\r\n';
  for (const piece of [1, 2, 3, 7, 100]) {
    for (const size of [1, 2, 3, 100]) {
      assertEquals(decode(text, CHUNKED, piece, size), "hello, world!\r\n.", `${piece}, ${size}`);
    }
  }
  assertEquals(decode("0\r\n\r\n", CHUNKED), "");
  assertEquals(decode("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", CHUNKED).length, 20);
});

Deno.test("decodeBody() refuses malformed chunks", () => {
  const sizes = ["", " 1", "-1", "+1", "0x1", "1g", "1 x", "g", "20000000000000", ";x", "1\0"];
  for (const size of sizes) {
    assertThrows(() => decode(`${size}\r\nx\r\n0\r\n\r\n`, CHUNKED), HttpError, "chunk size", size);
  }
  for (const chunk of ["1\r\nxy\r\n", "1\r\nxy\n", "2\r\nxy", "1\r\nx\ry", "1\r\nx\r\r\n"]) {
    assertThrows(() => decode(`${chunk}0\r\n\r\n`, CHUNKED), HttpError, "does not end", chunk);
  }
  assertEquals(decode("1\nx\n0\n\n", CHUNKED), "x");
  assertThrows(() => decode(`1;${"x".repeat(5000)}\r\ny\r\n0\r\n\r\n`, CHUNKED), HttpError, "long");
});

Deno.test("decodeBody() fails if the connection ends before the last chunk and its trailers", () => {
  const whole = "5\r\nhello\r\n0\r\nX: y\r\n\r\n";
  for (let length = 0; length < whole.length; length++) {
    assertThrows(
      () => decode(whole.slice(0, length), CHUNKED),
      HttpError,
      "",
      whole.slice(0, length),
    );
  }
  assertEquals(decode(whole, CHUNKED), "hello");
});

Deno.test("decodeBody() bounds trailers", () => {
  const trailers = "a: b\r\n".repeat(HeadLimits.fields + 1);
  assertThrows(() => decode(`0\r\n${trailers}\r\n`, CHUNKED), HttpError, "more than");
});

Deno.test("decodeBody() gives what has arrived before it fails", () => {
  const got: string[] = [];
  assertThrows(() => {
    for (const piece of decodeBody(readerOf("5\r\nhello\r\nbad"), CHUNKED)) {
      got.push(new TextDecoder().decode(piece));
    }
  }, HttpError);
  assertEquals(got, ["hello"]);
});
