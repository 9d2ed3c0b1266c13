/**
 * A program's arguments in its memory.
 *
 * @module
 */
import { layOutInitialStack } from "../../../guest/linux/initial_stack.ts";
import type { GuestMemory } from "../../../guest/memory.ts";
import { CommandError } from "../../command.ts";
import type { GuestSetup } from "../guest_kind.ts";
import { type LinuxModule, POINTER_SIZE } from "./linux_module.ts";

export { POINTER_SIZE };

/**
 * Lays the arguments and the environment out.
 *
 * @returns Where; 0 if there is no room for them and the program does not ask for them.
 * @throws {CommandError} If it does.
 */
export function layOutArguments(
  { path, entry, asksForArguments }: LinuxModule,
  memory: GuestMemory,
  setup: GuestSetup,
): number {
  const stack = layOutInitialStack(memory, setup);
  if (stack >= 0) return stack;
  if (entry === "main" || asksForArguments) {
    throw new CommandError(
      `${path} has a memory that cannot grow: its arguments take a page beyond its initial size`,
    );
  }
  return 0;
}
