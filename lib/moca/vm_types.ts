/**
 * What the machine needs from its host, and what it tells it.
 *
 * @module
 */
import type { StackLine } from "./error.ts";
import type { Value } from "./value.ts";
import type { Vm } from "./vm.ts";

/** Returned by a host call that cannot finish yet: the machine stops until it is resumed. */
export const PENDING: unique symbol = Symbol("pending");

/**
 * A host call. It gets the arguments of `__hostcall` after the number, and returns a value, or
 * {@linkcode PENDING} to stop the machine. It may throw a {@linkcode MocaTrap}, which the program
 * can catch, or a {@linkcode MocaLimitError}, which it cannot.
 */
export type HostCall = (args: readonly Value[]) => Value | typeof PENDING;

/** Tells of the JavaScript heap: bytes in use, garbage included, and how many there may be. */
export type HostHeap = () => { readonly used: number; readonly limit: number };

/** Threads of the host. Without them the machine runs a spawned function at once, to its end. */
export interface ThreadHost {
  /**
   * Starts a function in a thread of its own.
   *
   * @param fn Index of the function in the program.
   * @returns The handle.
   */
  spawn(fn: number): bigint;
  /**
   * Waits for a thread and gives its result; null if it failed.
   *
   * @param handle The handle.
   * @returns The result, or {@linkcode PENDING}.
   * @throws {MocaTrap} If the handle is not known or has been joined.
   */
  join(handle: bigint): Value | typeof PENDING;
}

/** What a machine is made with. */
export interface VmOptions {
  /** Host calls by number. */
  readonly hostCalls?: ReadonlyMap<number, HostCall>;
  /**
   * Takes output as a byte string (text.ts): `print` writes to descriptor 1, `eprint_str` to 2, and
   * `write_to` to whatever number the program gives it.
   */
  readonly output: (fd: number, bytes: string) => void;
  /** Wall clock in nanoseconds; without it the time is 0. */
  readonly time?: () => bigint;
  /** The script's name and arguments. */
  readonly args?: readonly string[];
  /** Bytes of memory the program may use. */
  readonly maxHeap?: number;
  /** Tells of the heap that everything is in. */
  readonly hostHeap?: HostHeap;
  /** What `shareHeap` of a machine in another thread gave, whose limit of memory is this one's, too. */
  readonly sharedHeap?: SharedArrayBuffer;
  /** A machine whose limit of memory this one shares, instead of `maxHeap` and `hostHeap`. */
  readonly sharesHeapWith?: Vm;
  /** Calls inside one another, at most. */
  readonly maxFrames?: number;
  /**
   * Asked every now and then (about once in a millisecond); a text stops the program with that
   * error, which no `catch` sees.
   */
  readonly interrupt?: () => string | null;
  /** Threads. */
  readonly threads?: ThreadHost;
  /** Index of the function to run; 0, the implicit main, unless told otherwise. */
  readonly entry?: number;
}

/** Where a machine stands. */
export type VmState =
  /** The program has ended. `result` is what the entry function returned. */
  | { readonly kind: "done"; readonly result: Value }
  /** It used up the slices it was given; run it again. */
  | { readonly kind: "paused" }
  /** A host call is pending; resume it with the result. `call` is −1 for a join. */
  | { readonly kind: "blocked"; readonly call: number; readonly args: readonly Value[] }
  /** An error that nothing caught. `message` is text, not bytes. */
  | { readonly kind: "failed"; readonly message: string; readonly stack: readonly StackLine[] };

/** Depth of calls unless told otherwise; recursion 10,000 deep must work whatever is around it. */
export const DEFAULT_MAX_FRAMES = 16_384;
