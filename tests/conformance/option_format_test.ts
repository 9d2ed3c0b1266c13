import { assertEquals } from "@std/assert";
import { parseLong } from "./values.ts";
import { defaultOptionLength, formatOption } from "./option_format.ts";
import { parseHex } from "./values.ts";

function print(level: string, name: string, hex: string, show?: string): string {
  return formatOption({
    level: Number(parseLong(level)),
    name: Number(parseLong(name)),
    value: parseHex(hex),
    show,
  });
}

Deno.test("formatOption() prints ints, SO_ERROR by name", () => {
  assertEquals(print("SOL_SOCKET", "SO_TYPE", "01000000"), "0 len=4 1");
  assertEquals(print("IPPROTO_IP", "IP_TTL", "ffffffff"), "0 len=4 -1");
  assertEquals(print("SOL_SOCKET", "SO_ERROR", "6f000000"), "0 len=4 ECONNREFUSED");
  assertEquals(print("SOL_SOCKET", "SO_ERROR", "00000000"), "0 len=4 0");
});

Deno.test("formatOption() prints other lengths in hexadecimal, 64 bytes at most", () => {
  assertEquals(print("SOL_SOCKET", "SO_TYPE", "0100"), "0 len=2 hex:0100");
  assertEquals(print("SOL_SOCKET", "SO_LINGER", "01000000"), "0 len=4 1");
  assertEquals(
    print("SOL_SOCKET", "SO_PEERNAME", "ab".repeat(70)),
    `0 len=70 hex:${"ab".repeat(64)}`,
  );
});

Deno.test("formatOption() prints times, linger, names and states", () => {
  assertEquals(
    print("SOL_SOCKET", "SO_RCVTIMEO", "020000000000000020a1070000000000"),
    "0 len=16 2500ms",
  );
  assertEquals(print("SOL_SOCKET", "SO_LINGER", "0100000007000000"), "0 len=8 on=1 linger=7");
  assertEquals(print("IPPROTO_TCP", "TCP_CONGESTION", "72656e6f0000"), '0 len=6 "reno"');
  assertEquals(print("IPPROTO_TCP", "TCP_INFO", "0a00000000"), "0 state=10");
});

Deno.test("formatOption() tells this process's credentials from others", () => {
  const value = new Uint8Array(12);
  const view = new DataView(value.buffer);
  const level = Number(parseLong("SOL_SOCKET"));
  const name = Number(parseLong("SO_PEERCRED"));
  const format = (): string => formatOption({ level, name, value, show: undefined });
  view.setUint32(4, Deno.uid() ?? 0, true);
  assertEquals(format(), "0 len=12 pid=0 uid=self");
  view.setInt32(0, Deno.pid, true);
  view.setUint32(4, 0xffffffff, true);
  assertEquals(format(), "0 len=12 pid=self uid=other");
  view.setInt32(0, Deno.pid + 1, true);
  assertEquals(format(), "0 len=12 pid=other uid=other");
});

Deno.test("formatOption() hides the value for show=none and its size for show=bool", () => {
  assertEquals(print("SOL_SOCKET", "SO_TYPE", "01000000", "none"), "0 len=4");
  assertEquals(print("IPPROTO_TCP", "TCP_INFO", "0a00000000", "none"), "0");
  assertEquals(print("SOL_SOCKET", "SO_KEEPALIVE", "20000000", "bool"), "0 len=4 nonzero");
  assertEquals(print("SOL_SOCKET", "SO_KEEPALIVE", "00000000", "bool"), "0 len=4 zero");
});

Deno.test("defaultOptionLength() is the size of the option's structure", () => {
  const cases: [string, string, number][] = [
    ["SOL_SOCKET", "SO_SNDTIMEO", 16],
    ["SOL_SOCKET", "SO_LINGER", 8],
    ["SOL_SOCKET", "SO_PEERCRED", 12],
    ["IPPROTO_TCP", "TCP_CONGESTION", 16],
    ["IPPROTO_TCP", "TCP_NODELAY", 4],
    ["IPPROTO_IP", "13", 4],
  ];
  for (const [level, name, length] of cases) {
    assertEquals(defaultOptionLength(Number(parseLong(level)), Number(parseLong(name))), length);
  }
});
