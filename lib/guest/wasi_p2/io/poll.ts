/**
 * wasi:io/poll.
 *
 * @module
 */
import type { PollFd } from "../../../linux/poll.ts";
import type { WasiContext } from "../context.ts";
import { trap } from "../fail.ts";
import { Resource } from "../resource.ts";

/** What a pollable waits for at the moment. */
export const Awaited = {
  /** Nothing: it is ready. */
  nothing: 0,
  /** Events of its `entry`. */
  descriptor: 1,
  /** Its `deadline`. */
  time: 2,
  /** What no descriptor tells of: it is looked at again and again. */
  unseen: 3,
} as const;

/** One of the values of {@linkcode Awaited}. */
export type Awaited = (typeof Awaited)[keyof typeof Awaited];

/** Milliseconds between two looks at what no descriptor tells of. */
const LOOK_INTERVAL = 5;

/** `pollable`: something that can be waited for. */
export abstract class Pollable extends Resource {
  /** What the guest's resources share. */
  protected readonly context: WasiContext;
  /** The descriptor and events, while it waits for those. */
  readonly entry: PollFd = { fd: -1, events: 0, revents: 0 };
  /** Milliseconds of `performance.now()`, while it waits for a time. */
  readonly deadline: number = Infinity;

  /** A pollable of `parent`. */
  constructor(context: WasiContext, parent: Resource | null) {
    super(parent);
    this.context = context;
  }

  /** What it waits for now; sets `entry` if that is a descriptor. */
  abstract look(): Awaited;

  /** Whether events that came make it ready. */
  settle(): boolean {
    return true;
  }

  /** `ready`. */
  ready(): boolean {
    return pollNow(this.context, [this])[0] === 0;
  }

  /** `block`. */
  block(): void {
    poll(this.context, [this]);
  }
}

/** Whether a pollable is ready, given what it waits for and that poll(2) was made. */
function isReady(pollable: Pollable, awaited: Awaited): boolean {
  switch (awaited) {
    case Awaited.nothing:
      return true;
    case Awaited.descriptor:
      return pollable.entry.revents !== 0 && pollable.settle();
    case Awaited.time:
      return performance.now() >= pollable.deadline;
    case Awaited.unseen:
      return pollable.look() === Awaited.nothing;
  }
}

/** Waits once, until `wait` allows it; returns the indices of those that are ready. */
function pollOnce(
  context: WasiContext,
  pollables: readonly Pollable[],
  mayWait: boolean,
): number[] {
  context.flushWriters();
  const awaited: Awaited[] = [];
  const entries: PollFd[] = [];
  let deadline = mayWait ? Infinity : 0;
  for (const pollable of pollables) {
    const what = pollable.look();
    awaited.push(what);
    if (what === Awaited.descriptor) {
      pollable.entry.revents = 0;
      entries.push(pollable.entry);
    } else if (what === Awaited.nothing) deadline = 0;
    else if (what === Awaited.unseen) {
      deadline = Math.min(deadline, performance.now() + LOOK_INTERVAL);
    } else if (deadline > pollable.deadline) {
      deadline = performance.now() >= pollable.deadline ? 0 : pollable.deadline;
    }
  }
  if (entries.length > 0 || deadline > 0) context.poll(entries, deadline);
  const ready: number[] = [];
  for (let index = 0; index < pollables.length; index++) {
    if (isReady(pollables[index] as Pollable, awaited[index] as Awaited)) ready.push(index);
  }
  return ready;
}

function pollNow(context: WasiContext, pollables: readonly Pollable[]): number[] {
  return pollOnce(context, pollables, false);
}

/**
 * `poll`: waits, in one system call, until one of the pollables at least is ready.
 *
 * @param context What the guest's resources share.
 * @param pollables What is waited for.
 * @returns The indices of those that are ready.
 * @throws {Trap} If there are none to wait for.
 */
export function poll(context: WasiContext, pollables: readonly Pollable[]): Uint32Array {
  if (pollables.length === 0) trap("poll was called with an empty list");
  for (;;) {
    const ready = pollOnce(context, pollables, true);
    if (ready.length > 0) return Uint32Array.from(ready);
  }
}

/** A pollable that is always ready. */
export class ReadyPollable extends Pollable {
  look(): Awaited {
    return Awaited.nothing;
  }
}

/** A pollable that is ready from a time on. */
export class TimePollable extends Pollable {
  override readonly deadline: number;

  /** Ready at `deadline`, in milliseconds of `performance.now()`. */
  constructor(context: WasiContext, deadline: number) {
    super(context, null);
    this.deadline = deadline;
  }

  look(): Awaited {
    return Awaited.time;
  }
}
