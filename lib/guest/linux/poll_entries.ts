/**
 * The entries of polls, kept from call to call.
 *
 * @module
 */
import type { PollFd } from "../../linux/poll.ts";

/** More entries than this are not kept. */
const MOST_KEPT = 1024;

/** Lists of entries: making them anew for each call would cost more than the call. */
export class PollEntries {
  #kept: PollFd[] = [];
  readonly #spare: PollFd[] = [];

  /**
   * Takes a list out.
   *
   * @param count How many entries it has to have; whatever is in them.
   */
  take(count: number): PollFd[] {
    const entries = this.#kept;
    this.#kept = [];
    while (entries.length > count) this.#spare.push(entries.pop() as PollFd);
    while (entries.length < count) {
      entries.push(this.#spare.pop() ?? { fd: -1, events: 0, revents: 0 });
    }
    return entries;
  }

  /** Takes a list back. */
  give(entries: PollFd[]): void {
    if (entries.length <= MOST_KEPT) this.#kept = entries;
    this.#spare.length = Math.min(this.#spare.length, MOST_KEPT);
  }
}
