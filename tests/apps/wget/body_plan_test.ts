import { assertEquals, assertThrows } from "@std/assert";
import { bodyFraming } from "../../../lib/apps/http/body.ts";
import { HttpResponse } from "../../../lib/apps/http/client.ts";
import type { HttpConnection } from "../../../lib/apps/http/connection.ts";
import { HttpError } from "../../../lib/apps/http/error.ts";
import { parseHttpUrl } from "../../../lib/apps/http/http_url.ts";
import { readResponseHead } from "../../../lib/apps/http/response_head.ts";
import { type BodyPlan, planBody } from "../../../lib/apps/wget/body_plan.ts";
import { DownloadError, type ExitStatus } from "../../../lib/apps/wget/exit_status.ts";
import { readerOf } from "../http/byte_source.ts";

const NOWHERE: HttpConnection = {
  peer: "",
  read: () => 0,
  write: () => {},
  [Symbol.dispose]: () => {},
};

function plan(saved: number, status: string, ...fields: readonly string[]): BodyPlan {
  const reader = readerOf([`HTTP/1.1 ${status}`, ...fields, "", ""].join("\r\n"));
  const head = readResponseHead(reader);
  const framing = bodyFraming(head, "GET");
  const exchange = { connection: NOWHERE, reader, framing };
  return planBody(new HttpResponse(parseHttpUrl("http://a/"), head, exchange), saved);
}

Deno.test("planBody() saves what a successful response brings", () => {
  assertEquals(plan(0, "200 OK", "Content-Length: 5"), { complete: false, skip: 0, size: 5 });
  assertEquals(plan(0, "200 OK"), { complete: false, skip: 0, size: null });
  assertEquals(plan(0, "200 OK", "Content-Length: 0"), { complete: false, skip: 0, size: 0 });
  assertEquals(plan(0, "203 x", "Transfer-Encoding: chunked").size, null);
  assertEquals(plan(0, "204 No Content").size, 0);
});

Deno.test("planBody() appends the part that was asked for", () => {
  const range = (text: string, ...more: string[]) =>
    plan(3, "206 Partial Content", `Content-Range: ${text}`, ...more);
  assertEquals(range("bytes 3-9/10", "Content-Length: 7"), { complete: false, skip: 0, size: 10 });
  assertEquals(range("bytes 3-5/10", "Content-Length: 3").size, 10);
  assertEquals(range("bytes 3-9/*").size, 10);
  assertEquals(range("BYTES 3-9/10", "Transfer-Encoding: chunked").size, 10);
});

Deno.test("planBody() takes no part that it did not ask for", () => {
  const rows: readonly (readonly [number, string[], string])[] = [
    [0, ["Content-Range: bytes 0-9/10"], "a part without being asked"],
    [3, ["Content-Range: bytes 2-9/10"], "the bytes from 2 instead of those from 3"],
    [3, [], "missing or malformed"],
    [3, ["Content-Range: bytes 3-9/9"], "missing or malformed"],
    [3, ["Content-Range: bytes 3-2/9"], "missing or malformed"],
    [3, ["Content-Range: bytes */9"], "missing or malformed"],
    [3, ["Content-Range: bytes 3-9"], "missing or malformed"],
    [3, ["Content-Range: bytes 3-99999999999999999999/*"], "missing or malformed"],
    [3, ["Content-Range: items 3-9/10"], "missing or malformed"],
    [3, ["Content-Range: bytes 3-9/10, bytes 3-9/10"], "missing or malformed"],
    [3, ["Content-Range: bytes 3-9/10", "Content-Length: 6"], "contradicts"],
  ];
  for (const [saved, fields, message] of rows) {
    const error = assertThrows(() => plan(saved, "206 x", ...fields), HttpError, message);
    assertEquals(error.fault, "protocol");
  }
});

Deno.test("planBody() skips what it has where the server knows no ranges", () => {
  assertEquals(plan(3, "200 OK", "Content-Length: 5"), { complete: false, skip: 3, size: 5 });
  assertEquals(plan(3, "200 OK"), { complete: false, skip: 3, size: null });
  assertEquals(plan(5, "200 OK", "Content-Length: 5").complete, true);
});

Deno.test("planBody() takes 416 for the end of what it has", () => {
  assertEquals(plan(5, "416 x").complete, true);
  assertEquals(plan(5, "416 x", "Content-Range: bytes */5").complete, true);
  for (const saved of [0, 3]) {
    const error = assertThrows(
      () => plan(saved, "416 x", "Content-Range: bytes */5"),
      DownloadError,
      "the server answered 416 x",
    );
    assertEquals(error.status, 8);
  }
});

Deno.test("planBody() finds that more was saved than there is", () => {
  for (
    const [status, field] of [
      ["416 x", "Content-Range: bytes */4"],
      ["200 x", "Content-Length: 4"],
    ] as const
  ) {
    const error = assertThrows(() => plan(5, status, field), DownloadError, "more than the 4");
    assertEquals(error.status, 1);
  }
});

Deno.test("planBody() tells refusals apart", () => {
  const rows: readonly (readonly [string, ExitStatus, string])[] = [
    ["401 Unauthorized", 6, "a user name and a password (401 Unauthorized)"],
    ["403 Forbidden", 8, "the server answered 403 Forbidden"],
    ["407 x", 8, "the server answered 407 x"],
    ["500 \x80", 8, "the server answered 500 ?"],
    ["304 Not Modified", 8, "the server answered 304 Not Modified"],
    ["300 x", 8, "the server answered 300 x"],
    ["302 Found", 8, "the server answered 302 Found without saying where to go"],
    ["999 x", 8, "the server answered 999 x"],
  ];
  for (const [status, exit, message] of rows) {
    const error = assertThrows(() => plan(0, status), DownloadError);
    assertEquals([error.status, error.message.endsWith(message)], [exit, true], error.message);
  }
});
