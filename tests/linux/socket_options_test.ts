import { assertEquals } from "@std/assert";
import { IP_ADD_MEMBERSHIP, IPPROTO_IP } from "../../lib/linux/in.ts";
import { SO_BINDTODEVICE, SO_REUSEADDR, SOL_SOCKET } from "../../lib/linux/socket.ts";
import {
  isSocketOptionLevel,
  SOCKET_OPTIONS,
  socketOption,
} from "../../lib/linux/socket_options.ts";

Deno.test("socketOption() finds every row of the table by its level and name", () => {
  for (const option of SOCKET_OPTIONS) {
    assertEquals(socketOption(option.level, option.name), option);
    assertEquals(isSocketOptionLevel(option.level), true);
  }
});

Deno.test("SOCKET_OPTIONS has one row for each level and name", () => {
  const keys = SOCKET_OPTIONS.map(({ level, name }) => `${level} ${name}`);
  assertEquals(new Set(keys).size, keys.length);
  const labels = SOCKET_OPTIONS.map(({ label }) => label);
  assertEquals(new Set(labels).size, labels.length);
});

Deno.test("socketOption() finds what the table has and nothing else at a level", () => {
  for (const level of new Set(SOCKET_OPTIONS.map((option) => option.level))) {
    const names = SOCKET_OPTIONS.filter((option) => option.level === level).map(({ name }) => name);
    const found = Array.from({ length: 0x10100 }, (_, name) => name)
      .filter((name) => socketOption(level, name) !== undefined);
    assertEquals(found, names.sort((a, b) => a - b));
  }
});

Deno.test("socketOption() finds nothing for an option that is not in the table", () => {
  assertEquals(socketOption(SOL_SOCKET, SO_BINDTODEVICE), undefined);
  assertEquals(socketOption(SOL_SOCKET + 1, SO_REUSEADDR), undefined);
  assertEquals(isSocketOptionLevel(SOL_SOCKET + 1), false);
});

Deno.test("socketOption() finds nothing for numbers that only add up to an option's key", () => {
  // 0x10000 names at each level: what one number lacks the other one brings.
  for (const { level, name } of SOCKET_OPTIONS) {
    for (const step of [1, 5, -1, -5]) {
      assertEquals(socketOption(level + step / 0x10000, name - step), undefined);
      assertEquals(socketOption(level + step, name - step * 0x10000), undefined);
    }
  }
  assertEquals(socketOption(IPPROTO_IP + 1 / 0x10000, IP_ADD_MEMBERSHIP), undefined);
});

Deno.test("socketOption() finds nothing for what is no option number", () => {
  const numbers = [NaN, Infinity, -Infinity, -1, 0.5, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 53];
  for (const number of numbers) {
    assertEquals(socketOption(number, SO_REUSEADDR), undefined);
    assertEquals(socketOption(SOL_SOCKET, number), undefined);
    assertEquals(socketOption(number, number), undefined);
  }
});
