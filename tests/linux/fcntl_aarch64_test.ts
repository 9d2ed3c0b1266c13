import { assertEquals } from "@std/assert";
import * as aarch64 from "../../lib/linux/fcntl_aarch64.ts";
import { openFlagsFromAarch64, openFlagsToAarch64 } from "../../lib/linux/fcntl_aarch64.ts";
import {
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECT,
  O_DIRECTORY,
  O_EXCL,
  O_LARGEFILE,
  O_NOATIME,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_RDWR,
  O_SYNC,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
} from "../../lib/linux/fcntl.ts";
import { numbersOf } from "./numbers.ts";

Deno.test("fcntl_aarch64.ts has the numbers of arm64's fcntl.h", () => {
  assertEquals(numbersOf(aarch64), {
    O_DIRECTORY_AARCH64: 16384,
    O_NOFOLLOW_AARCH64: 32768,
    O_DIRECT_AARCH64: 65536,
    O_LARGEFILE_AARCH64: 131072,
    O_TMPFILE_AARCH64: 4210688,
  });
});

const PAIRS: [number, number][] = [
  [0o40000, O_DIRECTORY],
  [0o100000, O_NOFOLLOW],
  [0o200000, O_DIRECT],
  [0o400000, O_LARGEFILE],
  [0o20040000, O_TMPFILE],
  [0o540000, O_DIRECTORY | O_NOFOLLOW | O_LARGEFILE],
];

Deno.test("openFlagsFromAarch64() moves the four flags that differ", () => {
  for (const [flags, expected] of PAIRS) assertEquals(openFlagsFromAarch64(flags), expected);
});

Deno.test("openFlagsToAarch64() moves the four flags that differ", () => {
  for (const [expected, flags] of PAIRS) assertEquals(openFlagsToAarch64(flags), expected);
});

Deno.test("openFlagsFromAarch64() passes every other flag through", () => {
  const same = O_RDWR | O_WRONLY | O_CREAT | O_EXCL | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC |
    O_NOATIME | O_CLOEXEC | O_PATH | 0x40000000;
  assertEquals(openFlagsFromAarch64(same), same);
  assertEquals(openFlagsFromAarch64(0), 0);
  assertEquals(openFlagsFromAarch64(-1), -1);
});
