/**
 * Waiting for many descriptors at once.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import {
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLL_EVENT_SIZE,
} from "../../linux/epoll.ts";
import type { PollFd } from "../../linux/poll.ts";

/** Something that waits for a descriptor; `events` is what for, `revents` what has come of it. */
export interface Waiter extends PollFd {
  /** Where it is kept while it is watched; −1 otherwise. Not for others to set. */
  place: number;
  /** Is called when something is ready. */
  ready(): void;
}

/** Watches descriptors. */
export interface Readiness {
  /** Watches a waiter, or watches it for other events than before. */
  watch(waiter: Waiter): void;
  /** Watches a waiter no more; does nothing if it is not watched. */
  forget(waiter: Waiter): void;
  /** As {@linkcode Readiness.forget}, for one whose descriptor is closed next. */
  forgetClosing(waiter: Waiter): void;
  /**
   * Waits, then calls what is ready.
   *
   * @param timeout Milliseconds, whole.
   * @returns How many were ready, or a negated errno.
   */
  wait(timeout: number, awake: () => void): number;
  /** Closes what it holds. */
  close(): void;
}

/** By poll(2), which every stack has: each call looks at all. */
export class PollReadiness implements Readiness {
  readonly #system: System;
  readonly #waiters: Waiter[] = [];

  /** Watches descriptors of `system`. */
  constructor(system: System) {
    this.#system = system;
  }

  watch(waiter: Waiter): void {
    if (waiter.place < 0) waiter.place = this.#waiters.push(waiter) - 1;
  }

  forget(waiter: Waiter): void {
    const { place } = waiter;
    if (place < 0) return;
    const last = this.#waiters.pop() as Waiter;
    waiter.place = -1;
    if (last === waiter) return;
    this.#waiters[place] = last;
    last.place = place;
  }

  forgetClosing(waiter: Waiter): void {
    this.forget(waiter);
  }

  wait(timeout: number, awake: () => void): number {
    const count = this.#system.poll(this.#waiters, timeout);
    awake();
    if (count <= 0) return count;
    let left = count;
    // Backwards: what is forgotten is replaced by the last, which has had its turn.
    for (let place = this.#waiters.length - 1; place >= 0 && left > 0; place--) {
      const waiter = this.#waiters[place];
      if (waiter === undefined || waiter.revents === 0) continue;
      left--;
      waiter.revents = 0;
      waiter.ready();
    }
    return count;
  }

  close(): void {}
}

/** Events that one call of epoll_wait(2) reports. */
const MAX_EVENTS = 256;

/** By epoll(7), which costs no more for those that have nothing to say. */
export class EpollReadiness implements Readiness {
  readonly #system: System;
  readonly #epoll: number;
  /** Waiters by descriptor. */
  readonly #waiters: (Waiter | undefined)[] = [];
  readonly #events = new Uint8Array(MAX_EVENTS * EPOLL_EVENT_SIZE);
  readonly #view = new DataView(this.#events.buffer);

  /** Takes over an epoll instance of `system`. */
  constructor(system: System, epoll: number) {
    this.#system = system;
    this.#epoll = epoll;
  }

  watch(waiter: Waiter): void {
    // Cannot fail but for want of memory; a time-out ends what is never ready.
    this.tryWatch(waiter);
  }

  /** As {@linkcode EpollReadiness.watch}: 0, or a negated errno. */
  tryWatch(waiter: Waiter): number {
    const { fd, events } = waiter;
    const operation = waiter.place < 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    const event = { events, data: BigInt(fd) };
    const result = this.#system.epollCtl(this.#epoll, operation, fd, event);
    if (result < 0) return result;
    while (this.#waiters.length < fd) this.#waiters.push(undefined);
    this.#waiters[fd] = waiter;
    waiter.place = fd;
    return 0;
  }

  forget(waiter: Waiter): void {
    if (waiter.place < 0) return;
    this.#system.epollCtl(this.#epoll, EPOLL_CTL_DEL, waiter.fd, null);
    this.forgetClosing(waiter);
  }

  forgetClosing(waiter: Waiter): void {
    // epoll(7): what is closed is no longer in the set.
    if (waiter.place >= 0) this.#waiters[waiter.place] = undefined;
    waiter.place = -1;
  }

  wait(timeout: number, awake: () => void): number {
    const count = this.#system.epollPwait(this.#epoll, this.#events, MAX_EVENTS, timeout);
    awake();
    for (let index = 0; index < count; index++) {
      const offset = index * EPOLL_EVENT_SIZE;
      const waiter = this.#waiters[this.#view.getUint32(offset + 8, true)];
      if (waiter === undefined) continue;
      waiter.revents = 0;
      waiter.ready();
    }
    return count;
  }

  close(): void {
    this.#system.close(this.#epoll);
  }
}

/**
 * Watches a waiter: by epoll where the system has that, for sockets of this kind, else by poll.
 *
 * @param waiter The first to be watched.
 */
export function openReadiness(system: System, waiter: Waiter): Readiness {
  const epoll = system.epollCreate1(EPOLL_CLOEXEC);
  if (epoll >= 0) {
    const readiness = new EpollReadiness(system, epoll);
    if (readiness.tryWatch(waiter) === 0) return readiness;
    readiness.close();
  }
  const readiness = new PollReadiness(system);
  readiness.watch(waiter);
  return readiness;
}
