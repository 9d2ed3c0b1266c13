/**
 * Calls that may have to wait, written once: an attempt that never waits, plus what it waits for. Who
 * runs them decides how: this thread waits in the call, or another of the script's threads goes on.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import { Errno } from "../../linux/errno.ts";
import type { PollFd } from "../../linux/poll.ts";

/** What a call waits for. */
export interface Wait {
  /** The descriptors, of the system; whoever waits sets their `revents`. */
  readonly fds: readonly PollFd[];
  /** When to give up, on `performance.now()`'s clock; null for never. */
  readonly deadline: number | null;
}

/**
 * A call in steps. It yields what it waits for and is told what poll(2) gave: how many descriptors are
 * ready, 0 after the deadline, or a negated errno.
 */
export type Steps<T> = Generator<Wait, T, number>;

/** A time that a call may take, as a deadline; null for no bound. */
export function deadlineAfter(milliseconds: number | null): number | null {
  return milliseconds === null ? null : performance.now() + milliseconds;
}

/** The earlier of two deadlines. */
export function earlier(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}

/** Milliseconds until a deadline, as poll(2) takes them. */
export function pollTimeout(deadline: number | null): number {
  return deadline === null ? -1 : Math.max(0, deadline - performance.now());
}

/** poll(2) until a deadline, begun anew after signals. */
export function pollUntil(
  system: System,
  fds: readonly PollFd[],
  deadline: number | null,
): number {
  for (;;) {
    const ready = system.poll(fds, pollTimeout(deadline));
    if (ready !== -Errno.EINTR) return ready;
  }
}
