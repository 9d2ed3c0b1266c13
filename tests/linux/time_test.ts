import { assertEquals, assertFalse } from "@std/assert";
import * as time from "../../lib/linux/time.ts";
import {
  decodeTimespec,
  decodeTimeval,
  encodeTimespec,
  encodeTimeval,
} from "../../lib/linux/time.ts";
import { numbersOf } from "./numbers.ts";
import { Random } from "./random.ts";

Deno.test("time.ts has the numbers of time.h, and the sizes of timeval and timespec", () => {
  assertEquals(numbersOf(time), {
    CLOCK_REALTIME: 0,
    CLOCK_MONOTONIC: 1,
    CLOCK_PROCESS_CPUTIME_ID: 2,
    CLOCK_THREAD_CPUTIME_ID: 3,
    CLOCK_MONOTONIC_RAW: 4,
    CLOCK_REALTIME_COARSE: 5,
    CLOCK_MONOTONIC_COARSE: 6,
    CLOCK_BOOTTIME: 7,
    CLOCK_TAI: 11,
    TIMER_ABSTIME: 1,
    TIMEVAL_SIZE: 16,
    TIMESPEC_SIZE: 16,
  });
});

// 4294967298 and -3
// deno-fmt-ignore
const BYTES = new Uint8Array([
  2, 0, 0, 0, 1, 0, 0, 0,
  0xfd, 255, 255, 255, 255, 255, 255, 255,
]);

Deno.test("decodeTimeval() and decodeTimespec() read signed 64-bit numbers", () => {
  assertEquals(decodeTimeval(BYTES), { seconds: 4294967298, microseconds: -3 });
  assertEquals(decodeTimespec(BYTES), { seconds: 4294967298, nanoseconds: -3 });
});

Deno.test("encodeTimeval() and encodeTimespec() write 16 bytes and none beyond", () => {
  const timeval = new Uint8Array(17).fill(0xa5);
  const timespec = new Uint8Array(17).fill(0xa5);
  assertEquals(encodeTimeval({ seconds: 4294967298, microseconds: -3 }, timeval), true);
  assertEquals(encodeTimespec({ seconds: 4294967298, nanoseconds: -3 }, timespec), true);
  assertEquals([...timeval], [...BYTES, 0xa5]);
  assertEquals([...timespec], [...BYTES, 0xa5]);
});

Deno.test("encodeTimeval() writes the integer part, saturated", () => {
  const bytes = new Uint8Array(16);
  const cases: [number, bigint][] = [
    [1.9, 1n],
    [-1.9, -1n],
    [-0.5, 0n],
    [2 ** 53, 2n ** 53n],
    [2 ** 63, 2n ** 63n - 1n],
    [Infinity, 2n ** 63n - 1n],
    [-(2 ** 63), -(2n ** 63n)],
    [-Infinity, -(2n ** 63n)],
    [-1.5 * 2 ** 63, -(2n ** 63n)],
    [NaN, 0n],
    [-4294967296, -4294967296n],
  ];
  for (const [seconds, expected] of cases) {
    encodeTimeval({ seconds, microseconds: 0 }, bytes);
    assertEquals(new DataView(bytes.buffer).getBigInt64(0, true), expected);
  }
});

Deno.test("decodeTimeval() rounds what a number cannot hold", () => {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigInt64(0, 2n ** 63n - 1n, true);
  new DataView(bytes.buffer).setBigInt64(8, -(2n ** 63n), true);
  assertEquals(decodeTimeval(bytes), { seconds: 2 ** 63, microseconds: -(2 ** 63) });
});

Deno.test("the codecs of time.ts refuse fewer than 16 bytes", () => {
  const bytes = new Uint8Array(15).fill(0xa5);
  assertEquals(decodeTimeval(bytes), null);
  assertEquals(decodeTimespec(bytes), null);
  assertFalse(encodeTimeval({ seconds: 1, microseconds: 1 }, bytes));
  assertFalse(encodeTimespec({ seconds: 1, nanoseconds: 1 }, bytes));
  assertEquals(bytes, new Uint8Array(15).fill(0xa5));
});

Deno.test("decodeTimespec() leads back to what encodeTimespec() wrote", () => {
  const random = new Random(3);
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 1000; i++) {
    const value = { seconds: random.signed(), nanoseconds: random.signed() };
    encodeTimespec(value, bytes);
    assertEquals(new DataView(bytes.buffer).getBigInt64(0, true), BigInt(value.seconds));
    assertEquals(decodeTimespec(bytes), value);
  }
});
