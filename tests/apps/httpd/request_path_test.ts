import { assertEquals } from "@std/assert";
import { decodePath, encodeName } from "../../../lib/apps/httpd/request_path.ts";
import { bytesOf } from "./httpd_server.ts";

function decode(text: string): string | number {
  const bytes = bytesOf(`<${text}>`);
  const path = decodePath(bytes, 1, bytes.length - 1);
  return typeof path === "number" ? path : `${path.names.join("|")}${path.isDirectory ? "/" : ""}`;
}

Deno.test("decodePath() splits a path into names", () => {
  assertEquals(decode("/"), "/");
  assertEquals(decode("/a"), "a");
  assertEquals(decode("/a/b.txt"), "a|b.txt");
  assertEquals(decode("/a/b/"), "a|b/");
  assertEquals(decode("//a///b//"), "a|b/");
  assertEquals(decode("/./a/./b/."), "a|b/");
  assertEquals(decode("/.hidden/a..b/...".replace("...", "..x")), ".hidden|a..b|..x");
  assertEquals(decode("/.../x"), "...|x");
});

Deno.test("decodePath() decodes percent-encoding once", () => {
  assertEquals(decode("/a%20b"), "a b");
  assertEquals(decode("/%61%2fb"), "a|b");
  assertEquals(decode("/a%2Fb%2F"), "a|b/");
  assertEquals(decode("/%e2%82%ac"), "€");
  assertEquals(decode("/\xe2\x82\xac"), "€");
  assertEquals(decode("/%25%3f%23"), "%?#");
  assertEquals(decode("/a+b"), "a+b");
  assertEquals(decode("/%252e%252e/x"), "%2e%2e|x");
  assertEquals(decode("/%ef%bb%bfx"), "\ufeffx");
});

Deno.test("decodePath() refuses every way to say ..", () => {
  const ways = [
    "/..",
    "/../",
    "/../x",
    "/a/../b",
    "/a/..",
    "/%2e%2e/x",
    "/%2E%2e/x",
    "/.%2e/x",
    "/%2e./x",
    "/a%2f..%2fb",
    "/..%2f..%2fetc%2fpasswd",
    "//../x",
    "/./../x",
    "/a/%2e%2e",
  ];
  for (const way of ways) assertEquals(decode(way), 403, way);
});

Deno.test("decodePath() refuses what cannot be a path", () => {
  const paths = [
    "/%",
    "/%4",
    "/%zz",
    "/%4z",
    "/a%00b",
    "/%00",
    "/\0",
    "/%ff",
    "/%c0%ae%c0%ae/x",
    "/%c0%af",
    "/%e0%80%ae",
    "/%ed%a0%80",
    "/\xff\xfe",
    "/%f8%80%80%80%ae",
  ];
  for (const path of paths) assertEquals(decode(path), 400, path);
});

Deno.test("encodeName() leaves nothing that a URL or HTML could read otherwise", () => {
  assertEquals(
    encodeName("a b&c<d>\"e'f?g#h%i/j\\k"),
    "a%20b%26c%3Cd%3E%22e%27f%3Fg%23h%25i%2Fj%5Ck",
  );
  assertEquals(encodeName("€!*()"), "%E2%82%AC%21%2A%28%29");
  assertEquals(encodeName("a-b_c.d~e"), "a-b_c.d~e");
});
