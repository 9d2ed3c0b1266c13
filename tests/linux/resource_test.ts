import { assertEquals, assertFalse } from "@std/assert";
import * as resource from "../../lib/linux/resource.ts";
import { numbersOf } from "./numbers.ts";

Deno.test("resource.ts has the numbers of resource.h", () => {
  assertEquals(numbersOf(resource), {
    RLIMIT_CPU: 0,
    RLIMIT_FSIZE: 1,
    RLIMIT_DATA: 2,
    RLIMIT_STACK: 3,
    RLIMIT_CORE: 4,
    RLIMIT_RSS: 5,
    RLIMIT_NPROC: 6,
    RLIMIT_NOFILE: 7,
    RLIMIT_MEMLOCK: 8,
    RLIMIT_AS: 9,
    RLIMIT_LOCKS: 10,
    RLIMIT_SIGPENDING: 11,
    RLIMIT_MSGQUEUE: 12,
    RLIMIT_NICE: 13,
    RLIMIT_RTPRIO: 14,
    RLIMIT_RTTIME: 15,
    RLIM_NLIMITS: 16,
    RLIMIT_SIZE: 16,
    RLIM_INFINITY: Infinity,
  });
});

Deno.test("decodeRlimit() reads the fields, all bits set as no limit", () => {
  const bytes = new Uint8Array([0, 4, 0, 0, 0, 0, 0, 0, ...new Uint8Array(8).fill(255)]);
  assertEquals(resource.decodeRlimit(bytes), { current: 1024, maximum: Infinity });
});

Deno.test("encodeRlimit() writes no limit as all bits set", () => {
  const bytes = new Uint8Array(17).fill(0xa5);
  assertEquals(resource.encodeRlimit({ current: 2 ** 33 + 3, maximum: Infinity }, bytes), true);
  // deno-fmt-ignore
  assertEquals([...bytes], [
    3, 0, 0, 0, 2, 0, 0, 0,
    255, 255, 255, 255, 255, 255, 255, 255,
    0xa5,
  ]);
});

Deno.test("encodeRlimit() writes what no limit can be as the nearest that can", () => {
  const bytes = new Uint8Array(16).fill(0xa5);
  resource.encodeRlimit({ current: -1, maximum: NaN }, bytes);
  assertEquals(bytes, new Uint8Array(16));
  resource.encodeRlimit({ current: 2 ** 64, maximum: 1.9 }, bytes);
  assertEquals([...bytes], [255, 255, 255, 255, 255, 255, 255, 255, 1, 0, 0, 0, 0, 0, 0, 0]);
});

Deno.test("decodeRlimit() and encodeRlimit() refuse fewer than 16 bytes", () => {
  const bytes = new Uint8Array(15).fill(0xa5);
  assertEquals(resource.decodeRlimit(bytes), null);
  assertFalse(resource.encodeRlimit({ current: 1, maximum: 1 }, bytes));
  assertEquals(bytes, new Uint8Array(15).fill(0xa5));
});
