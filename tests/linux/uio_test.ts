import { assertEquals } from "@std/assert";
import * as uio from "../../lib/linux/uio.ts";
import { numbersOf } from "./numbers.ts";

Deno.test("uio.ts has the numbers of uio.h and fs.h", () => {
  assertEquals(numbersOf(uio), { UIO_MAXIOV: 1024, MAX_RW_COUNT: 2147479552 });
});
