/**
 * The stack over Deno's network API.
 *
 * @module
 */
import type { Stack } from "../stack.ts";
import { DenoStack } from "./deno_stack.ts";

/**
 * Opens the stack over Deno's network API: true blocking sockets with only `--allow-net`.
 *
 * The sockets live in a worker; the calling thread waits for it. The stack ends the worker when it
 * is closed; if the program forgets that, it can end all the same.
 *
 * @returns The stack; whoever takes it closes it.
 * @example
 * ```ts
 * import { openStack } from "@vmsock/vmsock/kernel";
 *
 * const stack = openStack("deno");
 * console.log(stack.limitations.length > 0); // true: what it cannot do is said there
 * stack.close();
 * ```
 */
export function openDenoStack(): Stack {
  return new DenoStack();
}
