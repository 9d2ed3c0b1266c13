import { assertEquals, assertThrows } from "@std/assert";
import { parseStatement, parseWords, ScenarioError } from "./scenario.ts";

function texts(line: string): string[] {
  return parseWords(line).map(({ text }) => text);
}

Deno.test("parseWords() separates words at blanks and leaves comments out", () => {
  assertEquals(texts("  send a\t\tfill:3  0 # and so on"), ["send", "a", "fill:3", "0"]);
  assertEquals(texts("# a comment"), []);
  assertEquals(texts("#: a | fact"), []);
  assertEquals(texts(" \t"), []);
});

Deno.test("parseWords() keeps # inside words and strings", () => {
  assertEquals(texts('open a#b "# c"'), ["open", "a#b", "# c"]);
});

Deno.test("parseWords() tells strings from words", () => {
  const [word, string] = parseWords('null "null"');
  assertEquals(word?.quoted, false);
  assertEquals(string?.quoted, true);
  assertEquals(string?.text, "null");
});

Deno.test("parseWords() resolves the escapes of strings", () => {
  const [word] = parseWords(String.raw`"\n\r\t\0\\\"\x41\xfF\q"`);
  assertEquals([...word?.bytes ?? []], [10, 13, 9, 0, 92, 34, 0x41, 0xff, 0x71]);
});

Deno.test("parseWords() writes other characters as UTF-8", () => {
  const [word] = parseWords('"é😀"');
  assertEquals([...word?.bytes ?? []], [0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80]);
  assertEquals(word?.text, "é😀");
});

Deno.test("parseWords() begins a word right after a string", () => {
  assertEquals(texts('"a""b"c'), ["a", "b", "c"]);
});

Deno.test("parseWords() throws for a string without an end and for a bad escape", () => {
  for (const line of ['write a "abc', 'write a "abc\\', 'write a "\\x4"', 'write a "\\xzz"']) {
    assertThrows(() => parseWords(line), ScenarioError);
  }
});

Deno.test("parseStatement() takes the results before =", () => {
  assertEquals(parseStatement("a,b = pipe", 7), {
    line: 7,
    results: ["a", "b"],
    operation: "pipe",
    words: [],
  });
});

Deno.test("parseStatement() has no results where = is a string or nothing follows it", () => {
  assertEquals(parseStatement('mkdir "=" 0755', 1)?.results, []);
  assertEquals(parseStatement("unlink =", 1)?.results, []);
  assertEquals(parseStatement("unlink =", 1)?.operation, "unlink");
});

Deno.test("parseStatement() returns null for blank lines and takes lines that end in CR LF", () => {
  assertEquals(parseStatement("", 1), null);
  assertEquals(parseStatement("\r", 1), null);
  assertEquals(parseStatement("close a\r", 1)?.words.map(({ text }) => text), ["a"]);
});

Deno.test("parseStatement() throws for a result that is no name", () => {
  assertThrows(() => parseStatement("9a = dup b", 1), ScenarioError, "bad name 9a");
});
