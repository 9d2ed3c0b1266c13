import { assert, assertEquals } from "@std/assert";
import { parseHttpUrl } from "../../../lib/apps/http/http_url.ts";
import { fileNameOf } from "../../../lib/apps/wget/file_name.ts";

function nameOf(rest: string): string {
  return fileNameOf(parseHttpUrl(`http://example.com${rest}`));
}

// What GNU Wget 1.21.3 made of these in a UTF-8 locale.
const NAMES: readonly (readonly [string, string])[] = [
  ["", "index.html"],
  ["/", "index.html"],
  ["/a", "a"],
  ["/a/", "index.html"],
  ["/a/b?x=1&y=2", "b?x=1&y=2"],
  ["/?q", "index.html?q"],
  ["/a?", "a?"],
  ["/?", "index.html?"],
  ["/a?#frag", "a?"],
  ["/a/?q", "index.html?q"],
  ["/a?x=/etc/passwd", "a?x=%2Fetc%2Fpasswd"],
  ["/a?x=../..", "a?x=..%2F.."],
  ["/..%2f..%2fetc", "..%2F..%2Fetc"],
  ["/%2e%2e/x", "x"],
  ["/a/..", "index.html"],
  ["/a%00b", "a%00b"],
  ["/a%0ab", "a%0Ab"],
  ["/a%7fb", "a%7Fb"],
  ["/a%C3%A9", "aé"],
  ["/é", "é"],
  ["/a%E2%82%ac", "a€"],
  ["/a%20b", "a b"],
  ["/a b", "a b"],
  ["/.hidden", ".hidden"],
  ["/...", "..."],
  ["/a%2Fb", "a%2Fb"],
  ["/a%5Cb", "a\\b"],
  ["/a?x=%2F", "a?x=%2F"],
  ["/a?x=%00", "a?x=%00"],
  ["/a?x=%41", "a?x=A"],
  ["/a%41%25%3F", "aA%?"],
  ["/a%3Fb?c", "a?b?c"],
  ["/a;p=1", "a;p=1"],
  ["/a#frag", "a"],
  ["/a?b#frag", "a?b"],
  ["/~x", "~x"],
  ["/-O", "-O"],
  ["/a:b", "a:b"],
  ['/a*"<>|', 'a*"<>|'],
  ["/a??b", "a??b"],
  ["/a+b", "a+b"],
  ["/a?é", "a?é"],
  ["/x//", "index.html"],
  ["/x//y", "y"],
];

Deno.test("fileNameOf() names files as GNU Wget does", () => {
  for (const [rest, name] of NAMES) assertEquals(nameOf(rest), name, rest);
});

Deno.test("fileNameOf() leaves encoded what is no UTF-8 or controls a terminal", () => {
  assertEquals(nameOf("/%ff%20"), "%FF%20");
  assertEquals(nameOf("/a%c2%85b%1b[2J"), "a%C2%85b%1B[2J");
});

Deno.test("fileNameOf() knows dot segments however they are written", () => {
  for (const rest of ["/%2e", "/%2E%2e", "/.%2e", "/a/%2e%2e", "/a/%2e%2e/"]) {
    assertEquals(nameOf(rest), "index.html", rest);
  }
});

Deno.test("fileNameOf() shortens names so that .1 still fits", () => {
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  assertEquals(nameOf(`/${"n".repeat(300)}`), "n".repeat(236));
  assertEquals(nameOf(`/${"n".repeat(235)}?${"q".repeat(99)}`), `${"n".repeat(235)}?`);
  assertEquals(nameOf(`/${"é".repeat(150)}`), "é".repeat(118));
  assertEquals(bytes(nameOf(`/a${"€".repeat(99)}`)), 235);
});

Deno.test("fileNameOf() gives one component of a path for whatever URL", () => {
  const parts = ["/", "..", ".", "%2e", "%2f", "%5c", "\\", "?", "#", "%00", "a", "%", "%c3", ";"];
  let state = 1;
  const next = (bound: number) => (state = (state * 48_271) % 2_147_483_647) % bound;
  for (let round = 0; round < 5000; round++) {
    const rest = Array.from({ length: next(9) }, () => parts[next(parts.length)]).join("");
    const name = nameOf(`/${rest}`);
    assert(!/[/\p{Cc}]/u.test(name) && !["", ".", ".."].includes(name), `${rest}: ${name}`);
  }
});
