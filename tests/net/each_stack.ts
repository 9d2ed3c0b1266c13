/**
 * Runs a test over every stack.
 *
 * @module
 */
import { Kernel } from "../../lib/kernel/kernel.ts";
import { LibcUnavailableError } from "../../lib/stack/libc/library.ts";
import { openStack } from "../../lib/stack/open.ts";
import { unlessSkipped } from "../skipped.ts";

/** The stacks that sockets run over. */
export const STACKS = ["libc", "deno"] as const;

/** One of them. */
export type TestedStack = (typeof STACKS)[number];

function whyMissing(name: TestedStack): string | null {
  try {
    openStack(name).close();
    return null;
  } catch (error) {
    if (error instanceof LibcUnavailableError) return error.message;
    throw error;
  }
}

/**
 * Registers a test for each stack.
 *
 * @param name The test's name; the stack's stands before it.
 * @param body The test, with a kernel of its own that is closed after it.
 * @param reason Why it cannot run here; default: nothing.
 */
export function testEachStack(
  name: string,
  body: (system: Kernel, stack: TestedStack) => void | Promise<void>,
  reason: string | null = null,
): void {
  for (const stack of STACKS) {
    const missing = stack === "libc" ? whyMissing(stack) : null;
    Deno.test({
      ...unlessSkipped(`[${stack}] ${name}`, missing, reason),
      fn: async () => {
        using kernel = new Kernel(openStack(stack));
        await body(kernel, stack);
      },
    });
  }
}
