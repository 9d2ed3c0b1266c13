/**
 * Runs scenarios on vmsock's kernel.
 *
 * @module
 */
import { Kernel } from "../../lib/kernel/kernel.ts";
import { openStack } from "../../lib/stack/open.ts";
import type { Stack } from "../../lib/stack/stack.ts";
import { UserStack } from "../../lib/stack/user/user_stack.ts";
import type { GuestLayout } from "./guest_layout.ts";
import { GuestSystem } from "./guest_system.ts";
import { runScenario } from "./interpreter.ts";
import type { StackName } from "./run_options.ts";

/** How a scenario is run. */
export interface KernelRunOptions {
  /** The network stack below the kernel. */
  readonly stack: StackName;
  /** The guest memory through which the calls go; none by default. */
  readonly guest?: GuestLayout | null;
  /** Receives the output; see `ScenarioOptions`. */
  readonly write: (text: string) => void;
}

// What scenarios expect; for what the host makes, the kernel has its own.
const UMASK = 0o022;

function open(stack: StackName): Stack {
  return stack === "user"
    ? new UserStack({
      tun: `vmsock${Deno.pid}`,
      addresses: ["10.9.0.2/24", "fd09::2/64"],
      gateway: "10.9.0.1",
      nameserver: null,
    })
    : openStack(stack);
}

/**
 * Runs a scenario on a new kernel, in the current folder.
 *
 * @param text The scenario.
 * @param options How it is run.
 * @throws {ScenarioError} If there is a mistake in it.
 */
export function runOnStack(text: string, options: KernelRunOptions): void {
  const { stack, guest = null, write } = options;
  Deno.umask(UMASK);
  using kernel = new Kernel(open(stack));
  const program = guest === null ? null : new GuestSystem(kernel, guest);
  const system = program ?? kernel;
  runScenario(text, { system, raw: program?.raw ?? null, directory: Deno.cwd(), write });
}
