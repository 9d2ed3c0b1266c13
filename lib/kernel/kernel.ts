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
import type { SharedProcess } from "./threads/process_memory.ts";
import { ProcessEndedError } from "./threads/joined_process.ts";
import { shareProcess } from "./threads/share_process.ts";
import { type AttachOptions, ThreadKernel } from "./threads/thread_kernel.ts";

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
  /**
   * Makes threads that share the process check that they take their locks in order and wait with none,
   * and throw `LockOrderError` where they do not. For tests of the kernel: no guest can cause it.
   */
  readonly checkLocks?: boolean;
}

function checkLimit({ current, maximum }: Readonly<Rlimit>): void {
  if (current <= maximum && maximum <= NR_OPEN) return;
  throw new RangeError(
    `Cannot limit descriptors to ${current} of ${maximum}: the soft limit must not exceed the ` +
      `hard one, nor that ${NR_OPEN}`,
  );
}

function partsOf(stack: Stack, options: KernelOptions, state: LocalFileState): ProcessParts {
  const { policy, nofile = DEFAULT_NOFILE, limits, stdio = {} } = options;
  checkLimit(nofile);
  return {
    stack,
    policy: policy ?? new Policy(),
    nofile: { ...nofile },
    limiter: limits === undefined ? null : new SocketLimiter(limits),
    files: new FileSystem({ host: stack.host, alarm: stack.alarm ?? null, stdio, state }),
    makeTable: (end) => new FdTable(nofile.current, end),
  };
}

/**
 * The system calls of one guest process over one stack: its descriptors, limits, policy and files.
 *
 * It belongs to the thread that made it. Ending it (`exit`, or `using`) closes everything that the
 * guest left open, and the stack.
 *
 * A guest's other threads are workers: {@linkcode Kernel.share} gives what is posted to them, and
 * {@linkcode Kernel.attach} makes of it the kernel of their thread, over the same process.
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
  /**
   * Sets a process up.
   *
   * @param stack What moves the bytes; the kernel owns it from now on.
   * @param options How the process is set up.
   * @throws {RangeError} If a limit is not one.
   */
  constructor(stack: Stack, options: KernelOptions = {}) {
    const { stdio = {}, keepStack = false, checkLocks = false } = options;
    const state = new LocalFileState();
    super(partsOf(stack, options, state));
    this.keepStack = keepStack;
    this.sharing = { state, stdio, checkLocks };
    for (const fd of [0, 1, 2] as const) this.table.set(fd, this.files.stdio(fd), false);
  }

  /**
   * Ends the process, with all of its threads: closes every descriptor and the stack. Ending again
   * does nothing; calls made afterwards find no descriptor open.
   *
   * @param status What it exits with, which {@linkcode processEnd} tells.
   */
  override exit(_status = 0): void {
    if (this.ended) return;
    this.ended = true;
    this.table.limit = 0;
    for (let fd = 0; fd < this.table.size; fd++) this.close(fd);
    this.files.close();
    this.lookup.close();
    if (!this.keepStack) this.stack.close();
  }

  /**
   * Ends this thread's part in the process: the same as {@linkcode Kernel.exit} where it has no other,
   * else the process goes on.
   */
  leave(): void {
    this.exit();
  }

  /**
   * Shares the process with other threads. From now on this kernel is that of one thread among
   * others, and ending it ends the process for all of them.
   *
   * A call that waits keeps what it uses while another thread closes or shuts it down, as on Linux.
   * Threads need the libc stack, whose descriptors are good on each of them. A process that ends closes
   * everything; calls that threads are in return −EINTR then, and further calls find nothing open.
   *
   * @returns What to post to a worker, any number of times.
   * @throws {ThreadsUnavailableError} Without the libc stack, or without `--allow-read` for the folder
   * of this library, which workers load it from.
   *
   * @example Wait for what a worker writes
   * ```ts
   * import { Kernel, openStack, processEnd } from "@vmsock/vmsock/kernel";
   * import { assertEquals } from "@std/assert";
   *
   * const program = `import { Kernel } from "@vmsock/vmsock/kernel";
   *   self.onmessage = ({ data: { shared, fd } }) => {
   *     using kernel = Kernel.attach(shared);
   *     kernel.write(fd, new TextEncoder().encode("hello"), 5);
   *   };`;
   * const url = `data:text/typescript,${encodeURIComponent(program)}`;
   * const worker = new Worker(url, { type: "module" });
   *
   * using kernel = new Kernel(openStack("libc"));
   * const ends = new Int32Array(2);
   * assertEquals(kernel.pipe2(ends, 0), 0);
   * const shared = kernel.share();
   * worker.postMessage({ shared, fd: ends[1] });
   *
   * // The read waits here, on this thread, for what the other one writes.
   * const received = new Uint8Array(5);
   * assertEquals(kernel.read(ends[0] ?? -1, received, 5), 5);
   * assertEquals(new TextDecoder().decode(received), "hello");
   * worker.terminate();
   * kernel.exit(3);
   * assertEquals(await processEnd(shared), 3);
   * ```
   */
  share(): SharedProcess {
    if (this.thread !== null) return this.thread.share();
    const { stack, table, policy, files, nofile, limiter, sharing, ended } = this;
    if (ended || sharing === null) {
      throw new ProcessEndedError("Cannot share: the process has ended");
    }
    const thread = shareProcess({ ...sharing, stack, table, policy, nofile, limiter });
    this.thread = thread;
    const end = (act: () => void): void => {
      if (this.ended) return;
      this.ended = true;
      act();
      files.close();
      if (!this.keepStack) stack.close();
    };
    // Own properties come before the prototype's: a kernel that is not shared asks no question.
    const calls = Object.fromEntries(
      methodsOf(thread).map((name) => [name, (Reflect.get(thread, name) as Method).bind(thread)]),
    );
    Object.assign(this, calls, {
      exit: (status = 0) => end(() => thread.exit(status)),
      leave: () => end(() => thread.leave()),
    });
    return thread.share();
  }

  /**
   * Joins a process on this thread.
   *
   * Disposing of the kernel (`using`) leaves the process, which ends with the last thread to leave;
   * `exit` ends it for all threads. One thread can have several kernels over a process; a worker that
   * is terminated without having left is noticed and cleaned up after.
   *
   * @param shared What {@linkcode Kernel.share} gave.
   * @param options How the process is joined.
   * @returns This thread's kernel.
   * @throws {LibcUnavailableError} If the C library cannot be loaded on this thread.
   * @throws {ProcessEndedError} If the process has ended.
   * @throws {TooManyThreadsError} If the process has as many threads as it can, 256.
   */
  static attach(shared: SharedProcess, options: AttachOptions = {}): Kernel {
    return new ThreadKernel(shared, options);
  }
}

type Method = (...args: unknown[]) => unknown;

/** Names of the methods of an object, those that it inherits included. */
function methodsOf(object: object): string[] {
  const names = new Set<string>();
  let level: object | null = Object.getPrototypeOf(object);
  while (level !== null && level !== Object.prototype) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (typeof value === "function" && name !== "constructor") names.add(name);
    }
    level = Object.getPrototypeOf(level);
  }
  return [...names];
}
