import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { fromRegister, numberOf } from "../../../lib/guest/linux/register.ts";
import { wasmSyscall } from "../../../lib/guest/linux/wasm_syscall.ts";
import { assemble } from "../wat.ts";

/** Registers of 64 bits, and the numbers that they become. */
const REGISTERS: readonly (readonly [register: bigint, number: number])[] = [
  [0n, 0],
  [1n, 1],
  [-1n, -1],
  [2n ** 31n, 2 ** 31],
  [-(2n ** 31n), -(2 ** 31)],
  [2n ** 32n + 5n, 2 ** 32 + 5],
  [2n ** 53n - 1n, 2 ** 53 - 1],
  [-(2n ** 53n), -(2 ** 53)],
  // Beyond what a number holds, the low 32 bits stay.
  [2n ** 53n, 2 ** 53 - 2 ** 32],
  [2n ** 53n + 7n, 2 ** 53 - 2 ** 32 + 7],
  [2n ** 63n - 1n, 2 ** 53 - 1],
  [-(2n ** 63n), -(2 ** 53)],
  [-(2n ** 63n) + 9n, -(2 ** 53) + 9],
  [-(2n ** 53n) - 1n, -(2 ** 53) + 2 ** 32 - 1],
  [0x7fff_ffff_0000_0003n, 2 ** 53 - 2 ** 32 + 3],
];

Deno.test("fromRegister() keeps what a number holds, and the low 32 bits of all", () => {
  for (const [register, number] of REGISTERS) {
    assertEquals(fromRegister(register), number, String(register));
    assertEquals(fromRegister(BigInt.asUintN(64, register)), number, `unsigned ${register}`);
    assertEquals(fromRegister(register) | 0, Number(BigInt.asIntN(32, register)));
  }
  assertEquals(fromRegister(2n ** 64n + 3n), 3, "bits above the 64th are dropped");
});

Deno.test("numberOf() makes integers of any numbers", () => {
  const rows: readonly (readonly [register: number | bigint, number: number])[] = [
    [7, 7],
    [-7n, -7],
    [2 ** 40, 2 ** 40],
    [1.9, 1],
    [-1.9, -1],
    [NaN, 0],
    [Infinity, 2 ** 53 - 1],
    [-Infinity, -(2 ** 53 - 1)],
    [2 ** 53 + 2, 2 ** 53 - 2 ** 32 + 2],
    [-(2 ** 53), -(2 ** 53)],
    [2 ** 64, 0],
    [1e300, 0],
  ];
  for (const [register, number] of rows) assertEquals(numberOf(register), number, String(register));
});

Deno.test("wasmSyscall() hands registers on as fromRegister() does", () => {
  const seen: number[][] = [];
  const syscall = wasmSyscall((...args) => {
    seen.push(args);
    return -args.length;
  });
  for (const [register, number] of REGISTERS) {
    assertEquals(syscall(1n, register, 2n, 3n, 4n, 5n, register), -7n);
    assertEquals(seen.pop(), [1, number, 2, 3, 4, 5, number]);
  }
  for (const result of [0, 5, -38, 2 ** 32 + 1, 2 ** 53 - 1, -(2 ** 53)]) {
    const other = wasmSyscall(() => result);
    assertEquals(other(0n, 0n, 0n, 0n, 0n, 0n, 0n), BigInt(result));
  }
});

Deno.test("wasmSyscall() lets what its call throws through", () => {
  const syscall = wasmSyscall(() => {
    throw new RangeError("gone");
  });
  assertThrows(() => syscall(0n, 0n, 0n, 0n, 0n, 0n, 0n), RangeError, "gone");
});

Deno.test("wasmSyscall() traps where its call returns NaN", () => {
  const syscall = wasmSyscall(() => NaN);
  assertThrows(() => syscall(0n, 0n, 0n, 0n, 0n, 0n, 0n), WebAssembly.RuntimeError);
});

Deno.test("the module of wasmSyscall() is what its text says", async () => {
  const url = new URL("../../../lib/guest/linux/wasm_syscall.ts", import.meta.url);
  const source = await Deno.readTextFile(url);
  const [, text = ""] = /```wat\n([\s\S]*?)```/.exec(source.replace(/^ \* ?/gm, "")) ?? [];
  assertMatch(text, /^\(module/);
  const [, constant = ""] = /const ADAPTER =\n([\s\S]*?);/.exec(source) ?? [];
  const written = [...constant.matchAll(/"([^"]*)"/g)].map(([, part]) => part).join("");
  assertEquals(btoa(String.fromCharCode(...await assemble(text))), written);
});
