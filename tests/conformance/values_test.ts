import { assertEquals, assertThrows } from "@std/assert";
import { parseWords, ScenarioError, type Word } from "./scenario.ts";
import {
  bufferList,
  isNumber,
  OPTION_ROOM,
  parseBuffer,
  parseData,
  parseHex,
  parseInt32,
  parseLong,
  parseNumber,
  parseOptionValue,
} from "./values.ts";

function word(text: string): Word {
  const [first] = parseWords(text);
  if (first === undefined) throw new Error("no word");
  return first;
}

function optionBytes(text: string): number[] {
  const { base, length } = parseOptionValue(word(text));
  return [...base?.subarray(0, length) ?? []];
}

Deno.test("parseLong() reads decimal, hexadecimal, octal and signs", () => {
  const cases: Record<string, bigint> = {
    "0": 0n,
    "-1": -1n,
    "+7": 7n,
    "0x1F": 31n,
    "0755": 493n,
    "00": 0n,
    "": 0n,
    "9223372036854775807": 2n ** 63n - 1n,
    "99999999999999999999": 2n ** 63n - 1n,
    "-99999999999999999999": -(2n ** 63n),
  };
  for (const [text, value] of Object.entries(cases)) assertEquals(parseLong(text), value, text);
});

Deno.test("parseLong() joins numbers and constants", () => {
  assertEquals(parseLong("O_CREAT|O_RDWR"), 0o102n);
  assertEquals(parseLong("SOCK_STREAM|0x800"), 0x801n);
  assertEquals(parseLong("O_SYNC|O_DSYNC"), 0o4010000n);
  assertEquals(parseLong("AT_FDCWD"), -100n);
});

Deno.test("parseLong() throws for what is neither a number nor a constant", () => {
  for (const text of ["SOCK_FOO", "08", "0x", "1x", "toString", "O_RDONLY|x"]) {
    assertThrows(() => parseLong(text), ScenarioError, "unknown constant");
  }
});

Deno.test("parseLong() knows the constants of all headers that scenarios name", () => {
  const cases: Record<string, bigint> = {
    AF_MAX: 46n,
    IPV6_V6ONLY: 26n,
    IP_BIND_ADDRESS_NO_PORT: 24n,
    TCP_NOTSENT_LOWAT: 25n,
    UDP_SEGMENT: 103n,
    POLLRDHUP: 8192n,
    O_TMPFILE: 4259840n,
    F_GETPIPE_SZ: 1032n,
    SEEK_HOLE: 4n,
    TIOCOUTQ: 21521n,
    SIOCINQ: 21531n,
    W_OK: 2n,
    S_IFREG: 0o100000n,
    RLIMIT_NOFILE: 7n,
  };
  for (const [text, value] of Object.entries(cases)) assertEquals(parseLong(text), value, text);
});

Deno.test("parseInt32() cuts to an int, parseNumber() does not", () => {
  assertEquals(parseInt32("0xffffffff"), -1);
  assertEquals(parseInt32("0x100000001"), 1);
  assertEquals(parseNumber("0xffffffff"), 0xffffffff);
});

Deno.test("isNumber() tells numbers from names", () => {
  assertEquals(["-1", "0x1f", "007", "999"].every(isNumber), true);
  assertEquals(["a", "", "1a", "0x", "a1", "-"].some(isNumber), false);
});

Deno.test("parseData() reads strings, patterns, zeros and pointers that fault", () => {
  assertEquals(parseData(word('"null:3"')).base, new TextEncoder().encode("null:3"));
  assertEquals(
    parseData(word("fill:28")).base,
    new TextEncoder().encode("abcdefghijklmnopqrstuvwxyzab"),
  );
  assertEquals(parseData(word("zero:2")), { base: new Uint8Array(2), length: 2 });
  assertEquals(parseData(word("null:3")), { base: null, length: 3 });
  assertEquals(parseData(word("bad:0x10")), { base: null, length: 16 });
  assertEquals(parseData(word("bad:-1")), { base: null, length: 2 ** 64 });
});

Deno.test("parseData() throws for what is no data", () => {
  for (const text of ["abc", "10", "full:3", "fill:x", "fill:-1"]) {
    assertThrows(() => parseData(word(text)), ScenarioError);
  }
});

Deno.test("parseBuffer() reads sizes and pointers that fault", () => {
  assertEquals(parseBuffer("3"), { base: new Uint8Array(3), length: 3 });
  assertEquals(parseBuffer("null:3"), { base: null, length: 3 });
  assertEquals(parseBuffer("bad:3"), { base: null, length: 3 });
  assertThrows(() => parseBuffer("fill:3"), ScenarioError);
  assertThrows(() => parseBuffer("-1"), ScenarioError);
});

Deno.test("bufferList() pads and cuts to the count, and stands in for counts that Linux refuses", () => {
  const one = { base: new Uint8Array(1), length: 1 };
  assertEquals(bufferList([one, one]).length, 2);
  assertEquals(bufferList([one, one], 1), [one]);
  assertEquals(bufferList([one], 3)[2], { base: new Uint8Array(0), length: 0 });
  assertEquals(bufferList([one], 1024).length, 1024);
  assertEquals(bufferList([one], 100000).length, 1025);
  assertEquals(bufferList([one], -1).length, 1025);
});

Deno.test("parseOptionValue() reads ints, strings and bytes", () => {
  assertEquals(optionBytes("-2"), [0xfe, 0xff, 0xff, 0xff]);
  assertEquals(optionBytes("SO_LINGER"), [13, 0, 0, 0]);
  assertEquals(optionBytes('"lo\\0"'), [0x6c, 0x6f, 0]);
  assertEquals(optionBytes("hex:0102fF0"), [1, 2, 255]);
});

Deno.test("parseOptionValue() reads struct timeval and struct linger", () => {
  assertEquals(optionBytes("1200ms"), [1, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x0d, 3, 0, 0, 0, 0, 0]);
  assertEquals(optionBytes("tv:-1,2"), [...new Array(8).fill(0xff), 2, 0, 0, 0, 0, 0, 0, 0]);
  assertEquals(optionBytes("linger:1,258"), [1, 0, 0, 0, 2, 1, 0, 0]);
});

Deno.test("parseOptionValue() leaves room for other lengths, and none where the pointer faults", () => {
  assertEquals(parseOptionValue(word("1")).base?.length, OPTION_ROOM);
  assertEquals(parseOptionValue(word("null")), { base: null, length: 4 });
  assertEquals(parseOptionValue(word("bad")), { base: null, length: 4 });
  assertThrows(() => parseOptionValue(word("linger:1")), ScenarioError);
});

Deno.test("parseHex() throws for other digits", () => {
  assertEquals([...parseHex("00fF1")], [0, 255]);
  assertThrows(() => parseHex("0g"), ScenarioError);
});
