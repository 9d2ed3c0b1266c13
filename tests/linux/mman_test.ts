import { assertEquals } from "@std/assert";
import * as mman from "../../lib/linux/mman.ts";
import { numbersOf } from "./numbers.ts";

Deno.test("mman.ts has the numbers of mman.h", () => {
  assertEquals(numbersOf(mman), {
    MAP_SHARED: 1,
    MAP_PRIVATE: 2,
    MAP_SHARED_VALIDATE: 3,
    MAP_TYPE: 15,
    MAP_FIXED: 16,
    MAP_ANONYMOUS: 32,
    MAP_FIXED_NOREPLACE: 1048576,
    PROT_NONE: 0,
    PROT_READ: 1,
    PROT_WRITE: 2,
    PROT_EXEC: 4,
  });
});
