import { assert, assertEquals } from "@std/assert";
import { HttpdLimits } from "../../../lib/apps/httpd/limits.ts";
import { INCOMPLETE, Method, Request } from "../../../lib/apps/httpd/request.ts";
import { parseRequest } from "../../../lib/apps/httpd/request_parser.ts";
import { bytesOf, textOf } from "./httpd_server.ts";

/** What is left of a request once it is parsed: its result, and the request. */
function parse(text: string): { result: number; request: Request } {
  const request = new Request();
  const bytes = bytesOf(text);
  return { result: parseRequest(request, bytes, 0, bytes.length), request };
}

function part({ bytes }: Request, start: number, end: number): string {
  return textOf(bytes.subarray(start, end));
}

/** The status that text is refused with. */
function refusal(text: string): number {
  return -parse(text).result;
}

Deno.test("parseRequest() finds method, path, query and version", () => {
  for (const [method, code] of [["GET", Method.get], ["HEAD", Method.head]] as const) {
    for (const minor of [0, 1]) {
      const text = `${method} /a/b?c=d?e HTTP/1.${minor}\r\nHost: h\r\n\r\n`;
      const { result, request } = parse(text);
      assertEquals(result, text.length);
      assertEquals(request.method, code);
      assertEquals(request.minorVersion, minor);
      assertEquals(part(request, request.pathStart, request.pathEnd), "/a/b");
      assertEquals(request.query, "?c=d?e");
      assertEquals(request.line, `${method} /a/b?c=d?e HTTP/1.${minor}`);
    }
  }
});

Deno.test("parseRequest() tells other methods of the standard from unknown ones", () => {
  for (const name of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"]) {
    assertEquals(parse(`${name} / HTTP/1.1\r\nHost: h\r\n\r\n`).request.method, Method.known);
  }
  for (const name of ["BREW", "get", "GETS", "PROPFIND", "A".repeat(5000), "!#$%&'*+-.^_`|~9"]) {
    const { result, request } = parse(`${name} / HTTP/1.1\r\nHost: h\r\n\r\n`);
    assert(result > 0);
    assertEquals(request.method, Method.unknown);
  }
});

Deno.test("parseRequest() returns INCOMPLETE for every beginning of a request", () => {
  const text = "GET /a HTTP/1.1\r\nHost: h\r\nRange: bytes=0-1\r\nX:\r\n\r\n";
  for (let length = 0; length < text.length; length++) {
    assertEquals(parse(text.slice(0, length)).result, INCOMPLETE, text.slice(0, length));
  }
  assertEquals(parse(text).result, text.length);
});

Deno.test("parseRequest() stops where the head ends, and starts where it is told", () => {
  const bytes = bytesOf("xxGET / HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.0\r\n\r\nyy");
  const request = new Request();
  const second = parseRequest(request, bytes, 2, bytes.length - 2);
  assertEquals(textOf(bytes.subarray(second, second + 6)), "GET /b");
  assertEquals(parseRequest(request, bytes, second, bytes.length - 2), bytes.length - 2);
  assertEquals(part(request, request.pathStart, request.pathEnd), "/b");
});

Deno.test("parseRequest() forgets the request before", () => {
  const request = new Request();
  const first = bytesOf(
    "GET /?q HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 5\r\nExpect: 100-continue\r\n" +
      "If-Match: a\r\nIf-None-Match: b\r\nIf-Range: c\r\nRange: d\r\nIf-Modified-Since: e\r\n" +
      "If-Unmodified-Since: f\r\n\r\n",
  );
  assert(parseRequest(request, first, 0, first.length) > 0);
  assert(request.isConditional && request.hasBody && !request.keepsAlive);
  const second = bytesOf("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  assert(parseRequest(request, second, 0, second.length) > 0);
  const fresh = new Request();
  assert(parseRequest(fresh, second, 0, second.length) > 0);
  assertEquals(request, fresh);
});

Deno.test("parseRequest() ignores a few empty lines before a request", () => {
  assert(parse("\r\n\r\nGET / HTTP/1.0\r\n\r\n").result > 0);
  for (const beginning of ["\r", "\r\n", "\r\n\r", "\r\n\r\nG"]) {
    assertEquals(parse(beginning).result, INCOMPLETE);
  }
  assertEquals(refusal("\r\n".repeat(HttpdLimits.emptyLines + 1) + "GET / HTTP/1.0\r\n\r\n"), 400);
  assertEquals(refusal("\nGET / HTTP/1.0\r\n\r\n"), 400);
  assertEquals(refusal("\r\rGET / HTTP/1.0\r\n\r\n"), 400);
});

const BAD_LINES: readonly string[] = [
  "GET /\r\n",
  "GET / \r\n",
  "GET  / HTTP/1.1\r\n",
  "GET /  HTTP/1.1\r\n",
  "GET / HTTP/1.1 \r\n",
  " GET / HTTP/1.1\r\n",
  "GET\t/\tHTTP/1.1\r\n",
  "GET / HTTP/1.1\n",
  "GET / HTTP/1.1\r\r\n",
  "GET / http/1.1\r\n",
  "GET / HTTP/1,1\r\n",
  "GET / HTTP/11\r\n",
  "GET / HTTP/1.\r\n",
  "GET / HTTP/.1\r\n",
  "GET / HTTP/1.1x\r\n",
  "GET / HTTPS/1.1\r\n",
  "GET / XXXX/1.1\r\n",
  "GET index.html HTTP/1.1\r\n",
  "GET * HTTP/1.1\r\n",
  "GET /a b HTTP/1.1\r\n",
  "GET /a\tb HTTP/1.1\r\n",
  "GET /a\0b HTTP/1.1\r\n",
  "GET /a\x7fb HTTP/1.1\r\n",
  "GET /a\rb HTTP/1.1\r\n",
  "GET /a#b HTTP/1.1\r\n",
  "G@T / HTTP/1.1\r\n",
  "GE\0T / HTTP/1.1\r\n",
  "GET:/ / HTTP/1.1\r\n",
  " / HTTP/1.1\r\n",
  "\x16\x03\x01\x02\0\x01\0\r\n",
  "GET file:///etc/passwd HTTP/1.1\r\n",
  "GET https://h/ HTTP/1.1\r\n",
  "GET http:/h/ HTTP/1.1\r\n",
  "GET http:// HTTP/1.1\r\n",
  "GET http:///etc/passwd HTTP/1.1\r\n",
  "GET http://user@h/ HTTP/1.1\r\n",
  "GET http://h:x/ HTTP/1.1\r\n",
  "GET http://[::1/ HTTP/1.1\r\n",
  "GET http HTTP/1.1\r\n",
];

Deno.test("parseRequest() refuses what is no request line", () => {
  for (const line of BAD_LINES) {
    assertEquals(refusal(`${line}Host: h\r\n\r\n`), 400, JSON.stringify(line));
  }
});

Deno.test("parseRequest() takes absolute targets", () => {
  const paths: readonly (readonly [target: string, path: string, query: string])[] = [
    ["http://h/a?b", "/a", "?b"],
    ["HTTP://h:80/a", "/a", ""],
    ["http://[::1]:8080/a/b", "/a/b", ""],
    ["http://h", "", ""],
    ["http://h?b", "", "?b"],
    ["http://a%20b/c", "/c", ""],
  ];
  for (const [target, path, query] of paths) {
    const { result, request } = parse(`GET ${target} HTTP/1.1\r\nHost: other\r\n\r\n`);
    assert(result > 0, target);
    assertEquals(part(request, request.pathStart, request.pathEnd), path);
    assertEquals(request.query, query);
  }
});

Deno.test("parseRequest() refuses other versions of HTTP", () => {
  for (const version of ["HTTP/2.0", "HTTP/0.9", "HTTP/3.0"]) {
    assertEquals(refusal(`GET / ${version}\r\nHost: h\r\n\r\n`), 505);
  }
  assertEquals(refusal("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
  assertEquals(parse("GET / HTTP/1.7\r\nHost: h\r\n\r\n").request.minorVersion, 1);
});

const BAD_FIELDS: readonly string[] = [
  "Name : value",
  "Name\t: value",
  " Name: value",
  "X: a\r\n folded",
  "X: a\r\n\tfolded",
  ": value",
  "Name",
  "Na me: value",
  "Na\0me: value",
  "Näme: value",
  "Name: a\0b",
  "Name: a\rb",
  "Name: a\nb",
  "Name: a\x7fb",
  "Name: a\x1bb",
  "Host: other",
  "(comment): value",
];

Deno.test("parseRequest() refuses what is no field", () => {
  for (const field of BAD_FIELDS) {
    assertEquals(refusal(`GET / HTTP/1.1\r\nHost: h\r\n${field}\r\n\r\n`), 400, field);
    assertEquals(refusal(`GET / HTTP/1.1\r\n${field}\r\nHost: h\r\n\r\n`), 400, field);
  }
});

Deno.test("parseRequest() takes fields with any value that is allowed", () => {
  for (const field of ["X:", "X: ", "X:a", "X: \t a b\t ", "X: ä\xff", "x!#$%&'*+-.^_`|~1: y"]) {
    assert(parse(`GET / HTTP/1.1\r\nHost: h\r\n${field}\r\n\r\n`).result > 0, field);
  }
});

Deno.test("parseRequest() wants one Host from HTTP/1.1 on, and a valid one", () => {
  assertEquals(refusal("GET / HTTP/1.1\r\n\r\n"), 400);
  assert(parse("GET / HTTP/1.0\r\n\r\n").result > 0);
  assertEquals(refusal("GET / HTTP/1.0\r\nHost: a\r\nhost: a\r\n\r\n"), 400);
  for (
    const host of ["", "a", "a.b:80", "a:", "127.0.0.1:8080", "[::1]", "[::1]:80", "a%41", "_x-y"]
  ) {
    assert(parse(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`).result > 0, host);
  }
  for (
    const host of [
      "a b",
      "a/b",
      "a@b",
      "a:b",
      "a:80:80",
      "[::1",
      "::1",
      "[]",
      "[::1]x",
      "a%4",
      "a%zz",
      "a,b/",
      "ä",
    ]
  ) assertEquals(refusal(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`), 400, host);
});

Deno.test("parseRequest() tells whether the connection stays", () => {
  const cases: readonly (readonly [minor: number, fields: string, stays: boolean])[] = [
    [1, "", true],
    [1, "Connection: close\r\n", false],
    [1, "Connection: Keep-Alive, CLOSE\r\n", false],
    [1, "Connection: keep-alive\r\nConnection: close\r\n", false],
    [1, "Connection: closed\r\n", true],
    [0, "", false],
    [0, "CONNECTION: Keep-Alive\r\n", true],
    [0, "Connection: keep-alive, close\r\n", false],
  ];
  for (const [minor, fields, stays] of cases) {
    const { request } = parse(`GET / HTTP/1.${minor}\r\nHost: h\r\n${fields}\r\n`);
    assertEquals(request.keepsAlive, stays, fields);
  }
});

Deno.test("parseRequest() knows where a body ends, or refuses", () => {
  function framing(fields: string, minor = 1): number | string {
    const { result, request } = parse(`GET / HTTP/1.${minor}\r\nHost: h\r\n${fields}\r\n`);
    if (result < 0) return -result;
    return request.hasTransferEncoding ? "chunked" : request.contentLength;
  }
  assertEquals(framing(""), -1);
  assertEquals(framing("Content-Length: 0\r\n"), 0);
  assertEquals(framing("Content-Length: 007\r\n"), 7);
  assertEquals(framing("content-length:12 \r\n"), 12);
  assert(Number(framing(`Content-Length: ${"9".repeat(400)}\r\n`)) > HttpdLimits.body);
  for (const value of ["", "+1", "-1", "1 2", "1,1", "0x1", "1.0", "1e1", "ä"]) {
    assertEquals(framing(`Content-Length: ${value}\r\n`), 400, value);
  }
  assertEquals(framing("Content-Length: 1\r\nContent-Length: 1\r\n"), 400);
  assertEquals(framing("Transfer-Encoding: chunked\r\n"), "chunked");
  assertEquals(framing("Transfer-Encoding: CHUNKED \r\n"), "chunked");
  assertEquals(framing("Transfer-Encoding: chunked\r\n", 0), 400);
  assertEquals(framing("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"), 400);
  assertEquals(framing("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"), 400);
  for (
    const value of ["", "xchunked", "identity", "chunked, chunked", "chunked, gzip", "\x0bchunked"]
  ) {
    assertEquals(framing(`Transfer-Encoding: ${value}\r\n`), 400, value);
  }
  assertEquals(framing("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400);
  assertEquals(framing("Transfer-Encoding: gzip, chunked\r\n"), 501);
  assertEquals(framing("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"), 501);
});

Deno.test("parseRequest() keeps the fields that responses depend on, and joins repeated ones", () => {
  const { request } = parse(
    'GET / HTTP/1.1\r\nHost: h\r\nIF-NONE-MATCH: "a"\r\nIf-None-Match:  "b" \r\nRange: bytes=0-1\r\n' +
      'If-Range: "r"\r\nIf-Modified-Since: x\r\nIf-Unmodified-Since: y\r\nIf-Match: *\r\n\r\n',
  );
  assertEquals(request.ifNoneMatch, '"a", "b"');
  assertEquals(
    [
      request.range,
      request.ifRange,
      request.ifModifiedSince,
      request.ifUnmodifiedSince,
      request.ifMatch,
    ],
    ["bytes=0-1", '"r"', "x", "y", "*"],
  );
});

Deno.test("parseRequest() bounds the line, the head and the count of fields", () => {
  const line = (length: number) =>
    `GET /${"a".repeat(length - "GET / HTTP/1.1\r\n".length)} HTTP/1.1\r\n`;
  const { requestLine, head, fields } = HttpdLimits;
  assert(parse(`${line(requestLine)}Host: h\r\n\r\n`).result > 0);
  assertEquals(refusal(`${line(requestLine + 1)}Host: h\r\n\r\n`), 414);
  assertEquals(refusal("GET /" + "a".repeat(requestLine)), 414);
  assertEquals(refusal("G".repeat(requestLine + 1)), 414);

  const start = "GET / HTTP/1.1\r\nHost: h\r\nX: ";
  const whole = `${start}${"x".repeat(head - start.length - 4)}\r\n\r\n`;
  assertEquals(parse(whole).result, head);
  assertEquals(refusal(`${start}x${whole.slice(start.length)}`), 431);
  assertEquals(refusal(start + "x".repeat(head)), 431);

  const many = (count: number) =>
    `GET / HTTP/1.1\r\nHost: h\r\n${"X: y\r\n".repeat(count - 1)}\r\n`;
  assert(parse(many(fields)).result > 0);
  assertEquals(refusal(many(fields + 1)), 431);
});

Deno.test("parseRequest() never throws or reads on, whatever the bytes", () => {
  // A fixed seed: the same bytes each time.
  let state = 12345;
  const random = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
  const seeds = [
    "GET /a/b?c HTTP/1.1\r\nHost: h\r\nConnection: close\r\nRange: bytes=0-1\r\n\r\n",
    "POST http://h:80/x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
    "HEAD / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nIf-Match: *\r\n\r\n",
  ].map(bytesOf);
  const request = new Request();
  for (let round = 0; round < 20_000; round++) {
    const bytes = (seeds[random(seeds.length)] ?? new Uint8Array(0)).slice();
    for (let change = random(6); change >= 0; change--) {
      bytes[random(bytes.length)] = random(4) === 0 ? random(256) : 9 + random(60);
    }
    const end = random(bytes.length + 1);
    const result = parseRequest(request, bytes, 0, end);
    const isKnown = result >= -505 && (result <= end) &&
      (result >= 0 || [-400, -501, -505].includes(result));
    assert(isKnown, `${result}: ${JSON.stringify(textOf(bytes))}`);
  }
});
