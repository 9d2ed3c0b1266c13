import { assertEquals } from "@std/assert";
import * as eventfd from "../../lib/linux/eventfd.ts";
import { numbersOf } from "./numbers.ts";

Deno.test("eventfd.ts has the numbers of eventfd.h", () => {
  assertEquals(numbersOf(eventfd), { EFD_SEMAPHORE: 1, EFD_CLOEXEC: 524288, EFD_NONBLOCK: 2048 });
});
