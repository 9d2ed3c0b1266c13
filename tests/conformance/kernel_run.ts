/**
 * Runs scenarios on vmsock's kernel.
 *
 * @module
 */
import { Kernel } from "../../lib/kernel/kernel.ts";
import { openStack, type StackName } from "../../lib/stack/open.ts";
import { runScenario } from "./interpreter.ts";

/** How a scenario is run. */
export interface KernelRunOptions {
  /** The network stack below the kernel. */
  readonly stack: StackName;
  /** Receives the output; see `ScenarioOptions`. */
  readonly write: (text: string) => void;
}

// What scenarios expect; for what the host makes, the kernel has its own.
const UMASK = 0o022;

/**
 * Runs a scenario on a new kernel, in the current folder.
 *
 * @param text The scenario.
 * @param options How it is run.
 * @throws {ScenarioError} If there is a mistake in it.
 */
export function runOnStack(text: string, { stack, write }: KernelRunOptions): void {
  Deno.umask(UMASK);
  using kernel = new Kernel(openStack(stack));
  runScenario(text, { system: kernel, directory: Deno.cwd(), write });
}
