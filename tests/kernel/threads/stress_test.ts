import { assert, assertEquals } from "@std/assert";
import { whyMissing } from "../guest.ts";
import { stress } from "./stress.ts";
import { stressTable } from "./table_stress.ts";

const missing = Deno.build.os === "linux" ? whyMissing("libc") : "needs Linux";
const note = missing === null ? "" : ` (skipped: ${missing})`;

Deno.test({
  name: `a table that threads share gives each call what its number means${note}`,
  ignore: missing !== null,
  fn: async () => {
    const { used, wrong } = await stressTable({ steps: 1_000_000, seed: 1, threads: 8 });
    assertEquals(wrong, []);
    assert(used > 0);
  },
});

Deno.test({
  name: `threads that make calls at random lose no descriptor and mistake none${note}`,
  ignore: missing !== null,
  fn: async () => {
    const { calls, errors, wrong } = await stress({ calls: 16_000, seed: 1, threads: 8 });
    assertEquals(wrong, []);
    assertEquals(calls, 16_000);
    // They have met: the table was full, and numbers were gone before a call came to them.
    for (const name of ["EMFILE", "EBADF"]) assert((errors[name] ?? 0) > 0, name);
  },
});
