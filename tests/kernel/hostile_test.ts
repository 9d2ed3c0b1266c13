import { STACKS, whyMissing } from "./guest.ts";
import { attackKernel } from "./hostile.ts";
import { whyNoDescriptors } from "./open_descriptors.ts";

// A million calls: deno run -A tests/kernel/hostile.ts libc 1000000
const CALLS = 20_000;

for (const stack of STACKS) {
  const reason = whyMissing(stack) ?? whyNoDescriptors();
  Deno.test({
    name: `[${stack}] no number makes a call throw, wait, write elsewhere or leave a descriptor` +
      (reason === null ? "" : ` (skipped: ${reason})`),
    ignore: reason !== null,
    fn: () => attackKernel({ stack, calls: CALLS, seed: 20261120 }),
  });
}
