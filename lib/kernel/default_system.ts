/**
 * The system of programs that name none: one kernel for each thread.
 *
 * @module
 */
import { Kernel } from "./kernel.ts";
import type { System } from "./system.ts";
import { openStack } from "../stack/open.ts";

/** Which system is used. */
export interface SystemOptions {
  /** The system; default: this thread's own, opened on first use. */
  readonly system?: System;
}

let current: Kernel | null = null;

/**
 * Returns this thread's system: a `Kernel` over the stack that `openStack("auto")` picks, opened by
 * the first call. It does not keep the process alive.
 *
 * @returns The same system until {@linkcode closeDefaultSystem} is called.
 * @example
 * ```ts
 * import { closeDefaultSystem, defaultSystem, TcpListener } from "@vmsock/vmsock/net";
 * import { assert } from "@std/assert";
 *
 * using listener = TcpListener.bind("127.0.0.1:0");
 * assert(listener.system === defaultSystem());
 * closeDefaultSystem();
 * ```
 */
export function defaultSystem(): System {
  return current ??= new Kernel(openStack("auto"));
}

/**
 * Closes this thread's system with every socket in it; their further use is an error (EBADF). The
 * next socket made without a system opens another one. Does nothing where none is open.
 *
 * @example
 * ```ts
 * import { closeDefaultSystem, TcpListener } from "@vmsock/vmsock/net";
 * import { assertThrows } from "@std/assert";
 *
 * const listener = TcpListener.bind("127.0.0.1:0");
 * closeDefaultSystem();
 * assertThrows(() => listener.accept(), Error, "EBADF");
 * ```
 */
export function closeDefaultSystem(): void {
  current?.exit();
  current = null;
}
