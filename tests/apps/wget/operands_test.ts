import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../lib/apps/command.ts";
import { readOperands } from "../../../lib/apps/wget/operands.ts";

Deno.test("readOperands() tells URLs from the output file", () => {
  const rows: readonly (readonly [string[], string | undefined, string[], string | null])[] = [
    [["http://a/"], undefined, ["http://a/"], null],
    [["http://a/", "out"], undefined, ["http://a/"], "out"],
    [["http://a/", "-"], undefined, ["http://a/"], "-"],
    [["http://a/", "b.example/x"], undefined, ["http://a/"], "b.example/x"],
    [["http://a/", "http:x"], undefined, ["http://a/"], "http:x"],
    [["a.example/x"], undefined, ["http://a.example/x"], null],
    [["localhost:8080/x", "out"], undefined, ["http://localhost:8080/x"], "out"],
    [["http://a/", "HTTPS://b/"], undefined, ["http://a/", "HTTPS://b/"], null],
    [["http://a/", "ftp://b/"], undefined, ["http://a/", "ftp://b/"], null],
    [["http://a/"], "out", ["http://a/"], "out"],
    [["a", "http://b/", "http://c/"], "out", ["http://a", "http://b/", "http://c/"], "out"],
  ];
  for (const [operands, option, urls, output] of rows) {
    assertEquals(readOperands(operands, option), { urls, output }, operands.join(" "));
  }
});

Deno.test("readOperands() refuses what may be meant in two ways", () => {
  const rows: readonly (readonly [string[], string | undefined, string])[] = [
    [[], undefined, "wget needs a URL: vmsock wget http://example.com/"],
    [[""], undefined, "wget needs a URL"],
    [["http://a/", ""], undefined, "the output file has no name"],
    [["http://a/", "b"], "out", "there are two output files: out and b"],
    [
      ["http://a/", "http://b/", "c"],
      undefined,
      '"c" may be a URL or a file: write http://c, or -O c',
    ],
    [["http://a/", "b", "http://c/"], undefined, '"b" may be a URL or a file'],
  ];
  for (const [operands, option, message] of rows) {
    assertThrows(() => readOperands(operands, option), UsageError, message);
  }
});
