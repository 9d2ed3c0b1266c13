/**
 * Registers tests for the stacks that there are.
 *
 * @module
 */
import { whyMissing } from "../kernel/guest.ts";
import { unlessSkipped } from "../skipped.ts";
import { Servers } from "./servers.ts";

/** A stack's name. */
export type TestedStack = "libc" | "deno";

/** Why the tests' own servers cannot run here; null if they can. */
const missing = whyMissing("libc");

/** Registers a test with servers of its own, for one stack; `reason` says why it cannot run here. */
export function testOn(
  stack: TestedStack,
  name: string,
  body: (servers: Servers, stack: TestedStack) => Promise<void>,
  reason: string | null = null,
): void {
  Deno.test({
    ...unlessSkipped(`[${stack}] ${name}`, missing, reason),
    fn: async () => {
      using servers = new Servers();
      await body(servers, stack);
    },
  });
}

/** Registers a test with servers of its own, for each stack; `reason` says why it cannot run here. */
export function testOnEach(
  name: string,
  body: (servers: Servers, stack: TestedStack) => Promise<void>,
  reason: string | null = null,
): void {
  testOn("libc", name, body, reason);
  testOn("deno", name, body, reason);
}
