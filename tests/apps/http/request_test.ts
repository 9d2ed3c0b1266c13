import { assertEquals, assertThrows } from "@std/assert";
import { HttpError } from "../../../lib/apps/http/error.ts";
import { parseHttpUrl } from "../../../lib/apps/http/http_url.ts";
import { parseField, requestHead } from "../../../lib/apps/http/request_head.ts";
import { VERSION } from "../../../lib/apps/version.ts";

Deno.test("parseHttpUrl() tells where to connect and what to ask for", () => {
  const parsed = (text: string) => {
    const { href, address, host, target } = parseHttpUrl(text);
    return [href, address, host, target];
  };
  assertEquals(parsed("http://example.com"), [
    "http://example.com/",
    "example.com:80",
    "example.com",
    "/",
  ]);
  assertEquals(parsed("HTTP://Example.COM:8080/a b?c=d e#f"), [
    "http://example.com:8080/a%20b?c=d%20e",
    "example.com:8080",
    "example.com:8080",
    "/a%20b?c=d%20e",
  ]);
  assertEquals(parsed("http://[::1]:80/x/../y"), ["http://[::1]/y", "[::1]:80", "[::1]", "/y"]);
  // RFC 3986 section 3.4: an empty query is not the same as none.
  assertEquals(parsed("http://a/b?#c"), ["http://a/b?", "a:80", "a", "/b?"]);
  assertEquals(parsed("http://bücher.example/ü"), [
    "http://xn--bcher-kva.example/%C3%BC",
    "xn--bcher-kva.example:80",
    "xn--bcher-kva.example",
    "/%C3%BC",
  ]);
});

Deno.test("parseHttpUrl() resolves a redirect's relative target", () => {
  const base = parseHttpUrl("http://a:81/b/c?d");
  const resolved = (text: string) => parseHttpUrl(text, { base }).href;
  assertEquals(["e", "/e", "?e", "//f/e", "http://g/"].map(resolved), [
    "http://a:81/b/e",
    "http://a:81/e",
    "http://a:81/b/c?e",
    "http://f/e",
    "http://g/",
  ]);
});

Deno.test("parseHttpUrl() says what is wrong with a URL", () => {
  const reasons = [
    ["https://example.com/", "https:// is not supported"],
    ["example.com", "must start with http://"],
    ["localhost:8080/", "must start with http://"],
    ["/path", "must start with http://"],
    ["ftp://example.com/", "must start with http://"],
    ["file:///etc/passwd", "must start with http://"],
    ["http://", "not a valid"],
    ["http://a b/", "not a valid"],
    ["http://a:65536/", "there is no port 65536: the last is 65535"],
    ["http://a:99999?x", "there is no port 99999"],
    ["http://a:-1/", "not a valid"],
    ["http://user:password@a/", "user names and passwords"],
    ["http://user@a/", "user names and passwords"],
    ["", "not a valid"],
  ] as const;
  for (const [text, reason] of reasons) {
    assertThrows(() => parseHttpUrl(text), HttpError, reason, text);
  }
});

Deno.test("parseHttpUrl() takes https where it is allowed", () => {
  const schemes = ["http", "https"] as const;
  const { scheme, address, hostname, port, host, origin } = parseHttpUrl("https://[::1]/a", {
    schemes,
  });
  assertEquals([scheme, address, hostname, port, host, origin], [
    "https",
    "[::1]:443",
    "::1",
    443,
    "[::1]",
    "https://[::1]",
  ]);
  assertEquals(parseHttpUrl("https://a:80/", { schemes }).host, "a:80");
  assertThrows(() => parseHttpUrl("a/b", { schemes }), HttpError, "start with http:// or https://");
  assertThrows(() => parseHttpUrl("ftp://a/", { schemes }), HttpError, "http:// or https://");
});

Deno.test("parseHttpUrl() does not repeat what it was given", () => {
  for (const text of ["http://a b/", "http://a:99999/", "http://[::1", "nothing", "ftp://a/"]) {
    const { message, fault } = assertThrows(() => parseHttpUrl(text), HttpError);
    assertEquals([message.includes(text), fault], [false, "url"], message);
  }
});

function head(url: string, ...fields: (readonly [string, string])[]): string {
  return new TextDecoder("latin1").decode(requestHead("GET", parseHttpUrl(url), fields));
}

Deno.test("requestHead() asks for one response", () => {
  assertEquals(
    head("http://[::1]:8080/a?b"),
    "GET /a?b HTTP/1.1\r\nHost: [::1]:8080\r\nAccept: */*\r\n" +
      `User-Agent: vmsock/${VERSION}\r\nConnection: close\r\n\r\n`,
  );
});

Deno.test("requestHead() puts a caller's fields in the place of its own", () => {
  assertEquals(
    head("http://a/", ["x", "1"], ["x", "2"], ["host", "b"], ["USER-AGENT", "me"]),
    "GET / HTTP/1.1\r\nhost: b\r\nAccept: */*\r\nx: 1\r\nx: 2\r\nUSER-AGENT: me\r\n" +
      "Connection: close\r\n\r\n",
  );
});

Deno.test("requestHead() keeps Latin-1 as it is", () => {
  assertEquals(
    requestHead("HEAD", parseHttpUrl("http://a/"), [["x", "\xe9"]]).includes(0xe9),
    true,
  );
});

Deno.test("parseField() parses a field", () => {
  assertEquals(parseField("Accept: text/html"), ["Accept", "text/html"]);
  assertEquals(parseField("X-Empty:"), ["X-Empty", ""]);
  assertEquals(parseField("A:\t b:c "), ["A", "b:c"]);
});

Deno.test("parseField() lets nothing into the request but a field", () => {
  const refused = [
    "",
    "no colon",
    ": x",
    "a b: c",
    "a : b",
    "A: b\r\nC: d",
    "A: b\nC: d",
    "A: b\r",
    "A: \0",
    "A: €",
    "Ä: b",
  ];
  for (const text of refused) assertThrows(() => parseField(text), HttpError, "not a header field");
  for (const name of ["Connection", "content-length", "Transfer-Encoding", "Expect", "Upgrade"]) {
    assertThrows(() => parseField(`${name}: x`), HttpError, "cannot be set");
  }
});
