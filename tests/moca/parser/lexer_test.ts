import { assertEquals, assertThrows } from "@std/assert";
import { MocaCompileError } from "../../../lib/moca/error.ts";
import { tokenize } from "../../../lib/moca/parser/lexer.ts";

const START = { file: "t.mc", line: 1, column: 1 };

function kinds(source: string): string {
  return tokenize(source, START).map((t) => t.kind).join(" ");
}

Deno.test("tokenize() takes the longest operator", () => {
  assertEquals(
    kinds("..= .. . -> => == = >> > ::"),
    "DotDotEq DotDot Dot Arrow FatArrow EqEq Eq Shr Gt ColonColon Eof",
  );
});

Deno.test("tokenize() reads a dot as part of a number only before a digit", () => {
  assertEquals(
    kinds("1.5 1.x 1..2 1e5 1e 2E-3"),
    "Float Int Dot Ident Int DotDot Int Float Int Ident Float Eof",
  );
});

Deno.test("tokenize() counts lines from 1 and columns in characters", () => {
  const tokens = tokenize('a\n  "日本" b\r\n c', START);
  assertEquals(tokens.map((t) => `${t.at.line}:${t.at.column}`), [
    "1:1",
    "2:3",
    "2:8",
    "3:2",
    "3:3",
  ]);
});

Deno.test("tokenize() counts a character beyond the basic plane once", () => {
  const tokens = tokenize('"😀" x', START);
  assertEquals(tokens[1]?.at.column, 5);
});

Deno.test("tokenize() gives integers exactly", () => {
  assertEquals(tokenize("9223372036854775807", START)[0]?.int, 9223372036854775807n);
});

for (
  const [source, message] of [
    ["9223372036854775808", "invalid number '9223372036854775808'"],
    ["~", "unexpected character '~'"],
    ["'a'", "unexpected character '''"],
    ["\ufeffx", "unexpected character '\\u{feff}'"],
    ['"a', "unterminated string"],
    ['"a\nb"', "unterminated string"],
    ['"\\0"', "invalid escape sequence '\\0'"],
    ['"\\', "unterminated string"],
    ['$"{"', "unterminated string"],
    ['$"{ }"', "empty expression"],
    ['$"{a\n}"', "newline in string interpolation"],
    ["``", "empty identifier"],
    ["`a", "unterminated identifier"],
    ["`a b`", "unterminated identifier"],
  ] as const
) {
  Deno.test(`tokenize() refuses ${JSON.stringify(source)}`, () => {
    assertThrows(() => tokenize(source, START), MocaCompileError, message);
  });
}
