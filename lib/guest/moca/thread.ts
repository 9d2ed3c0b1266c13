/**
 * One thread of a script: a machine, its descriptors, and what it waits for.
 *
 * @module
 */
import { MocaLimitError, MocaTrap, noThread } from "../../moca/error.ts";
import type { Value } from "../../moca/value.ts";
import type { Vm } from "../../moca/vm.ts";
import type { CallContext } from "./call_context.ts";
import type { Steps, Wait } from "./wait.ts";

/** A call that waits. */
export interface PendingCall {
  /** The rest of it. */
  readonly steps: Steps<Value>;
  /** What it waits for. */
  readonly wait: Wait;
}

/** What another thread gets of a thread's result: references stay behind. */
export function threadResult(value: Value): Value {
  return typeof value === "object" || typeof value === "string" ? null : value;
}

/** How a thread has ended. */
export interface ThreadEnd {
  /** What whoever joins it gets, undefined while it runs. */
  result: Value | undefined;
}

/** Ends kept of threads that nobody has joined. */
const MAX_UNJOINED = 10_000;

/** A thread among others in one thread of the host. */
export class ScriptThread {
  /** Its machine. */
  readonly vm: Vm;
  /** Its descriptors. */
  readonly context: CallContext;
  /** The call that it waits in, or null. */
  pending: PendingCall | null = null;
  /** How it ends: all that is kept of it afterwards. */
  readonly end: ThreadEnd = { result: undefined };
  /** The thread whose end it waits for, or null. */
  joining: ThreadEnd | null = null;
  readonly #children = new Map<bigint, ThreadEnd>();
  #nextHandle = 1n;

  /**
   * @param context Its descriptors.
   * @param makeVm Makes its machine.
   */
  constructor(context: CallContext, makeVm: (thread: ScriptThread) => Vm) {
    this.context = context;
    this.vm = makeVm(this);
  }

  /** Whether it waits. */
  get isBlocked(): boolean {
    return this.pending !== null || this.joining !== null;
  }

  /** Takes in a thread that it has spawned; returns the handle. */
  adopt(child: ScriptThread): bigint {
    if (this.#children.size >= MAX_UNJOINED) this.#forgetOldest();
    const handle = this.#nextHandle++;
    this.#children.set(handle, child.end);
    return handle;
  }

  /** Nobody may join it any more: there has to be some limit. */
  #forgetOldest(): void {
    for (const [handle, { result }] of this.#children) {
      if (result === undefined) continue;
      this.#children.delete(handle);
      return;
    }
  }

  /**
   * The end of the thread behind a handle, which thereby is joined.
   *
   * @throws {MocaTrap} If there is none, or it has been joined already.
   */
  child(handle: bigint): ThreadEnd {
    const child = this.#children.get(handle);
    if (child === undefined) throw noThread(handle, this.#nextHandle);
    this.#children.delete(handle);
    return child;
  }

  /** Goes on with the pending call; `ready` is what poll(2) gave for it. */
  advance({ steps }: PendingCall, ready: number): void {
    this.pending = null;
    try {
      const step = steps.next(ready);
      if (step.done) this.vm.resume(step.value);
      else this.pending = { steps, wait: step.value };
    } catch (error) {
      if (!(error instanceof MocaTrap || error instanceof MocaLimitError)) throw error;
      this.vm.reject(error);
    }
  }
}
