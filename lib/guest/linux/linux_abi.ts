/**
 * Numbered system calls over a guest's memory.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import { Errno } from "../../linux/errno.ts";
import { GuestMemory, type MemorySource } from "../memory.ts";
import { CallContext, hex } from "./call_context.ts";
import { type GuestClock, HOST_CLOCK } from "./guest_clock.ts";
import { GuestHeap } from "./guest_heap.ts";
import { GuestProcess } from "./guest_process.ts";
import { numberOf, type Register } from "./register.ts";
import type { SyscallHandler } from "./syscall_row.ts";
import { type Dialect, SYSCALLS } from "./syscall_table.ts";

/** How a guest calls. */
export interface LinuxAbiOptions {
  /**
   * Whose numbers and conventions: `aarch64`, Linux's own; `akuma`, with read 1, write 2 and openat
   * with a path length. Default `aarch64`.
   */
  readonly dialect?: Dialect;
  /**
   * Bytes of a pointer and of a `size_t` in the guest's structures: `struct iovec` and `msghdr`, the
   * signal mask of pselect6. Default 8; a `GuestMemory` has its own.
   */
  readonly pointerSize?: 4 | 8;
  /**
   * The lowest address at which there is memory; default 0. Linux itself keeps the first page free,
   * so that null pointers fault. A `GuestMemory` has its own.
   */
  readonly start?: number;
  /** What getpid(2) tells; default 1. */
  readonly pid?: number;
  /** What gettid(2) tells; default: as getpid(2), for the first thread of a process. */
  readonly tid?: number;
  /** Memory that the guest asks for at run time, where threads share it; default: this thread's own. */
  readonly heap?: GuestHeap;
  /** What time it is; default: the host's. */
  readonly clock?: GuestClock;
}

/** How many different unknown numbers are counted apart. */
const MOST_UNKNOWN = 256;

/** By number, as an array without holes: quicker than a map, and than an array with holes. */
const HANDLERS: Readonly<Record<Dialect, readonly (SyscallHandler | undefined)[]>> = {
  aarch64: handlersOf("aarch64"),
  akuma: handlersOf("akuma"),
};

function handlersOf(dialect: Dialect): (SyscallHandler | undefined)[] {
  const rows = SYSCALLS[dialect];
  const size = 1 + Math.max(...rows.map(({ number }) => number));
  const handlers: (SyscallHandler | undefined)[] = new Array(size).fill(undefined);
  for (const { number, handler } of rows) handlers[number] = handler;
  return handlers;
}

/**
 * System calls by number, with arguments in registers and pointers into a guest's memory: for
 * emulators, and for any guest that calls as Linux programs do.
 *
 * No call throws, whatever the guest passes. Structures have Linux's layout on aarch64, whatever the
 * host is.
 *
 * @example
 * ```ts
 * import { AF_INET, LinuxAbi, SOCK_STREAM, SYS } from "@vmsock/vmsock/linux";
 * import { Kernel, openStack } from "@vmsock/vmsock/kernel";
 * import { assertEquals } from "@std/assert";
 *
 * using kernel = new Kernel(openStack("auto"));
 * const memory = new ArrayBuffer(65_536);
 * const abi = new LinuxAbi(kernel, memory);
 *
 * // socket(AF_INET, SOCK_STREAM, 0), as a guest's registers x8, x0, x1 and x2 say it.
 * const fd = abi.syscall(SYS.socket, AF_INET, SOCK_STREAM, 0);
 * assertEquals(fd, 3);
 * assertEquals(abi.syscall(SYS.write, 99, 0, 0), -9); // −EBADF
 * ```
 */
export class LinuxAbi {
  /** The guest's memory. */
  readonly memory: GuestMemory;
  readonly #context: CallContext;
  readonly #handlers: readonly (SyscallHandler | undefined)[];
  readonly #unknown: Map<number, number> = new Map();

  /**
   * Makes calls of `system` out of numbered ones.
   *
   * @param system What carries them out; whoever owns it still has to close it.
   * @param memory The guest's memory.
   * @param options How the guest calls.
   */
  constructor(system: System, memory: GuestMemory | MemorySource, options: LinuxAbiOptions = {}) {
    const { dialect = "aarch64", pointerSize = 8, start = 0, pid = 1, clock = HOST_CLOCK } =
      options;
    this.memory = memory instanceof GuestMemory
      ? memory
      : new GuestMemory(memory, { pointerSize, start });
    const { tid = pid, heap = new GuestHeap(this.memory) } = options;
    const process = new GuestProcess(pid, tid, heap);
    this.#context = new CallContext(system, this.memory, process, clock);
    this.#handlers = HANDLERS[dialect];
  }

  /** What the guest exited with, 0 to 255; null while it runs. It must not go on once it has. */
  get exitStatus(): number | null {
    return this.#context.process.exitStatus;
  }

  /**
   * Whether the guest has called exit_group(2): its other threads have to end, too. With exit(2) a
   * thread ends alone, the process with its last one.
   */
  get hasEnded(): boolean {
    return this.#context.process.hasEnded;
  }

  /** How often each number was called that is in no table; of 256 different ones at most. */
  get unknownCalls(): ReadonlyMap<number, number> {
    return this.#unknown;
  }

  /**
   * Makes a system call. Its thread waits where the call has to.
   *
   * @param number The call's number; as Linux does, of more than 32 bits the low ones are taken.
   * @param a0 First argument. A number is a signed 64-bit one, its fraction is dropped; a BigInt
   * may have either sign. BigInts cost more: about 10 ns each.
   * @param a1 Second argument.
   * @param a2 Third argument.
   * @param a3 Fourth argument.
   * @param a4 Fifth argument.
   * @param a5 Sixth argument.
   * @returns What belongs into the guest's result register: a number ≥ 0, or a negated errno; −ENOSYS
   * for an unknown number.
   */
  syscall(
    number: Register,
    a0: Register = 0,
    a1: Register = 0,
    a2: Register = 0,
    a3: Register = 0,
    a4: Register = 0,
    a5: Register = 0,
  ): number {
    const index = numberOf(number) | 0;
    const n0 = numberOf(a0);
    const n1 = numberOf(a1);
    const n2 = numberOf(a2);
    const n3 = numberOf(a3);
    const n4 = numberOf(a4);
    const n5 = numberOf(a5);
    const handler = index >= 0 && index < this.#handlers.length ? this.#handlers[index] : undefined;
    if (handler === undefined) return this.#refuse(index, [n0, n1, n2, n3, n4, n5]);
    return handler(this.#context, n0, n1, n2, n3, n4, n5);
  }

  #refuse(number: number, registers: readonly number[]): number {
    const counted = this.#unknown.get(number);
    if (counted !== undefined || this.#unknown.size < MOST_UNKNOWN) {
      this.#unknown.set(number, (counted ?? 0) + 1);
    }
    const name = `syscall_0x${(number >>> 0).toString(16)}`;
    const args = registers.map((value) => value === 0 ? "0" : hex(value));
    return this.#context.answer(name, -Errno.ENOSYS, ...args);
  }
}
