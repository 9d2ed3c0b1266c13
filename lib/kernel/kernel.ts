/**
 * The kernel: what one guest process sees.
 *
 * @module
 */
import type { Rlimit } from "../linux/resource.ts";
import type { Stack } from "../stack/stack.ts";
import { NR_OPEN } from "./descriptor_table.ts";
import { FdTable } from "./fd_table.ts";
import { FileSystem } from "./files/file_system.ts";
import { LocalFileState } from "./files/file_state.ts";
import type { StdioOptions } from "./files/stdio.ts";
import { KernelCalls } from "./kernel_calls.ts";
import { Policy } from "./policy/policy.ts";
import type { ProcessParts } from "./process.ts";
import { SocketLimiter, type SocketLimits } from "./socket_limits.ts";
import type { System } from "./system.ts";

/** RLIMIT_NOFILE of a new guest: soft 1024, hard 4096, as Linux's own default was for long. */
const DEFAULT_NOFILE: Readonly<Rlimit> = { current: 1024, maximum: 4096 };

/** How a guest process is set up. */
export interface KernelOptions {
  /** What the guest may reach, beyond what Deno's permissions say; default: all that they allow. */
  readonly policy?: Policy;
  /** RLIMIT_NOFILE: soft and hard limit of the guest's descriptors; default 1024 and 4096. */
  readonly nofile?: Readonly<Rlimit>;
  /** How many sockets the guest may have and how much they hold; default: as Linux itself has it. */
  readonly limits?: SocketLimits;
  /** What descriptors 0, 1 and 2 are; default: the process's own. */
  readonly stdio?: StdioOptions;
  /** Leaves the stack open when the kernel closes, for several guests on one stack. */
  readonly keepStack?: boolean;
}

function checkLimit({ current, maximum }: Readonly<Rlimit>): void {
  if (current <= maximum && maximum <= NR_OPEN) return;
  throw new RangeError(
    `Cannot limit descriptors to ${current} of ${maximum}: the soft limit must not exceed the ` +
      `hard one, nor that ${NR_OPEN}`,
  );
}

function partsOf(stack: Stack, options: KernelOptions): ProcessParts {
  const { policy, nofile = DEFAULT_NOFILE, limits, stdio = {} } = options;
  checkLimit(nofile);
  return {
    stack,
    policy: policy ?? new Policy(),
    nofile: { ...nofile },
    limiter: limits === undefined ? null : new SocketLimiter(limits),
    files: new FileSystem({ host: stack.host, stdio, state: new LocalFileState() }),
    makeTable: (end) => new FdTable(nofile.current, end),
  };
}

/**
 * The system calls of one guest process over one stack: its descriptors, limits, policy and files.
 *
 * It belongs to the thread that made it. Ending it (`exit`, or `using`) closes everything that the
 * guest left open, and the stack.
 *
 * @example
 * ```ts
 * import { Kernel, openStack } from "@vmsock/vmsock/kernel";
 * import { AF_INET, SOCK_STREAM } from "@vmsock/vmsock/linux";
 * import { assert } from "@std/assert";
 *
 * using kernel = new Kernel(openStack("auto"));
 * const fd = kernel.socket(AF_INET, SOCK_STREAM, 0);
 * assert(fd === 3);
 * kernel.close(fd);
 * ```
 */
export class Kernel extends KernelCalls implements System {
  readonly #keepStack: boolean;
  #ended = false;

  /**
   * Sets a process up.
   *
   * @param stack What moves the bytes; the kernel owns it from now on.
   * @param options How the process is set up.
   * @throws {RangeError} If a limit is not one.
   */
  constructor(stack: Stack, options: KernelOptions = {}) {
    super(partsOf(stack, options));
    this.#keepStack = options.keepStack ?? false;
    for (const fd of [0, 1, 2] as const) this.table.set(fd, this.files.stdio(fd), false);
  }

  override exit(_status = 0): void {
    if (this.#ended) return;
    this.#ended = true;
    this.table.limit = 0;
    for (let fd = 0; fd < this.table.size; fd++) this.close(fd);
    this.files.close();
    if (!this.#keepStack) this.stack.close();
  }
}
