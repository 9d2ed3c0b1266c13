/**
 * What the resources of one guest share: its system, and waiting.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import { Errno } from "../../linux/errno.ts";
import { POLLERR, type PollFd, POLLHUP, POLLNVAL } from "../../linux/poll.ts";

/** Bytes that a read takes at once, at most. */
export const MAX_READ = 1 << 20;

const FIRST_SCRATCH = 1 << 16;

/** Descriptors beyond which a poll is made with each of them once: RLIMIT_NOFILE counts entries. */
const MANY = 256;

/** How long the end of a guest waits for a peer that takes nothing more, in milliseconds. */
const DRAIN_PATIENCE = 5_000;

/** What poll(2) reports whether it was asked for or not. */
const ALWAYS_REPORTED = POLLERR | POLLHUP | POLLNVAL;

/** Something that has accepted bytes that the system has not taken yet. */
export interface PendingWriter {
  /** Its descriptor and POLLOUT. */
  readonly entry: PollFd;
  /** Hands over what the system takes without waiting. */
  flushPending(): void;
}

/** The system of one guest, memory that is used again, and what is still to be written. */
export class WasiContext {
  /** The guest's system. */
  readonly system: System;
  /** Who has bytes left; they are handed over whenever the guest waits. */
  readonly writers: Set<PendingWriter> = new Set();
  #scratch: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_SCRATCH);
  readonly #single: PollFd[] = [];

  /** The context of a guest of `system`. */
  constructor(system: System) {
    this.system = system;
  }

  /** Memory of at least `size` bytes, valid until the next call of this context. */
  scratch(size: number): Uint8Array<ArrayBuffer> {
    if (this.#scratch.length < size) this.#scratch = new Uint8Array(size);
    return this.#scratch;
  }

  /** Hands over what the system takes without waiting. */
  flushWriters(): void {
    if (this.writers.size === 0) return;
    for (const writer of this.writers) writer.flushPending();
  }

  /**
   * poll(2), during which what is still to be written goes out.
   *
   * @param entries What to wait for; their `revents` are set.
   * @param deadline Milliseconds of `performance.now()` at which to stop; Infinity for never, 0 to
   * look only.
   */
  poll(entries: readonly PollFd[], deadline: number): void {
    for (;;) {
      const wanted = this.#withWriters(entries);
      const timeout = deadline === Infinity
        ? -1
        : deadline === 0
        ? 0
        : Math.max(0, deadline - performance.now());
      const result = this.system.poll(wanted, timeout);
      if (result === -Errno.EINTR) continue;
      if (result < 0) throw new Error(`poll failed with errno ${-result}`);
      if (wanted.length > entries.length || this.writers.size > 0) this.flushWriters();
      if (result === 0 || entries.length === 0 || deadline === 0) return;
      if (wanted === entries || entries.some(({ revents }) => revents !== 0)) return;
    }
  }

  /** Waits until a descriptor has what its entry asks for. */
  wait(entry: PollFd): void {
    this.#single[0] = entry;
    this.poll(this.#single, Infinity);
  }

  /** Waits until the system has taken everything, or takes nothing for some seconds. */
  drain(): void {
    while (this.writers.size > 0) {
      const entries = [...this.writers].map(({ entry }) => entry);
      const result = this.system.poll(entries, DRAIN_PATIENCE);
      if (result === -Errno.EINTR) continue;
      if (result <= 0) return;
      this.flushWriters();
    }
  }

  #withWriters(entries: readonly PollFd[]): readonly PollFd[] {
    if (this.writers.size === 0 && entries.length <= MANY) return entries;
    const all = [...entries];
    for (const { entry } of this.writers) {
      if (!entries.includes(entry)) all.push(entry);
    }
    return all.length <= MANY ? all : mergeEntries(all);
  }
}

/** One entry for each descriptor, which sets the `revents` of all that are of it. */
function mergeEntries(entries: readonly PollFd[]): PollFd[] {
  const merged = new Map<number, PollFd>();
  for (const entry of entries) {
    const { fd, events } = entry;
    const known = merged.get(fd);
    if (known === undefined) merged.set(fd, new SharedEntry(entry));
    else {
      known.events |= events;
      (known as SharedEntry).add(entry);
    }
  }
  return [...merged.values()];
}

/** An entry for several that are of one descriptor. */
class SharedEntry implements PollFd {
  readonly fd: number;
  events: number;
  readonly #entries: PollFd[] = [];

  constructor(entry: PollFd) {
    this.fd = entry.fd;
    this.events = entry.events;
    this.#entries.push(entry);
  }

  add(entry: PollFd): void {
    this.#entries.push(entry);
  }

  get revents(): number {
    return this.#entries[0]?.revents ?? 0;
  }

  set revents(value: number) {
    for (const entry of this.#entries) entry.revents = value & (entry.events | ALWAYS_REPORTED);
  }
}
