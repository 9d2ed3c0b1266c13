/**
 * Registers tests for the stacks that there are.
 *
 * @module
 */
import { whyMissing } from "../kernel/guest.ts";
import { Servers } from "./servers.ts";

/** A stack's name. */
export type TestedStack = "libc" | "deno";

/** Why the tests' own servers cannot run here; null if they can. */
const missing = whyMissing("libc");

/** Registers a test with servers of its own, for one stack. */
export function testOn(
  stack: TestedStack,
  name: string,
  body: (servers: Servers, stack: TestedStack) => Promise<void>,
): void {
  Deno.test({
    name: `[${stack}] ${name}${missing === null ? "" : ` (skipped: ${missing})`}`,
    ignore: missing !== null,
    fn: async () => {
      using servers = new Servers();
      await body(servers, stack);
    },
  });
}

/** Registers a test with servers of its own, for each stack. */
export function testOnEach(
  name: string,
  body: (servers: Servers, stack: TestedStack) => Promise<void>,
): void {
  testOn("libc", name, body);
  testOn("deno", name, body);
}
