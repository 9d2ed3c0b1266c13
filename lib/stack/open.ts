/**
 * Chooses and opens a network stack.
 *
 * @module
 */
import { openDenoStack } from "./deno/mod.ts";
import { LibcUnavailableError } from "./libc/library.ts";
import { LibcStack } from "./libc/libc_stack.ts";
import type { EpollRegistrations } from "./epoll_registrations.ts";
import { LibcThreadStack } from "./libc/libc_thread_stack.ts";
import type { Stack } from "./stack.ts";
import type { ThreadStack } from "./thread_stack.ts";

export { LibcUnavailableError };

/** A stack by name, or `auto`. */
export type StackName = "libc" | "deno" | "auto";

/**
 * Opens a network stack.
 *
 * @param name `libc`: Linux's sockets by FFI, needs `--allow-ffi` on Linux. `deno`: Deno's network
 * API behind a worker, needs `--allow-net` only. `auto`: libc where it can be had, else deno.
 * @returns The stack; whoever takes it closes it (a `Kernel` does).
 * @throws {LibcUnavailableError} If `libc` was asked for and cannot be loaded: the message names the
 * flag to add, or what was tried.
 * @example
 * ```ts
 * import { openStack } from "@vmsock/vmsock/kernel";
 *
 * const stack = openStack("auto");
 * console.log(stack.name); // "libc" or "deno"
 * stack.close();
 * ```
 */
export function openStack(name: StackName = "auto"): Stack {
  if (name === "deno") return openDenoStack();
  if (name === "libc") return new LibcStack();
  try {
    return new LibcStack();
  } catch (error) {
    if (error instanceof LibcUnavailableError) return openDenoStack();
    throw error;
  }
}

/**
 * Opens the stack of one thread of a process: only libc's descriptors are good on every thread.
 *
 * @param shared What the threads of the process share of it.
 * @throws {LibcUnavailableError} If the C library cannot be loaded.
 */
export function openThreadStack(shared: {
  readonly registrations: EpollRegistrations;
  readonly isEnding: () => boolean;
}): ThreadStack {
  return new LibcThreadStack(shared);
}
