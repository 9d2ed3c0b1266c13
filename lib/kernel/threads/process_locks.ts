/**
 * The locks of a process that several threads share.
 *
 * @module
 */
import { Lock, LOCK_ORDER, type LockName, type LockOrder, type LockThread } from "./lock.ts";
import { Header, type ProcessMemory } from "./process_memory.ts";

/** How structures are put in order that a thread was changing when it ended. */
export interface Repairs {
  /** For what `table` guards. */
  readonly table: () => void;
  /** For what `epoll` guards. */
  readonly epoll: () => void;
}

/** The locks, for one of the threads. `LOCK_ORDER` says in which order they are taken. */
export class ProcessLocks {
  /** Which threads there are, while they join and leave. */
  readonly threads: Lock;
  /** The first datagram of a queue, between the look at its sender and its reception. */
  readonly receive: Lock;
  /** The current folder, and which files have record locks. */
  readonly files: Lock;
  /** Registrations with epoll. */
  readonly epoll: Lock;
  /** Slots, free records and limits. */
  readonly table: Lock;
  /** Names that addresses came from. */
  readonly learned: Lock;
  readonly #order: LockOrder | null;

  /** The locks in a process's memory. */
  constructor(
    { header }: ProcessMemory,
    thread: LockThread,
    order: LockOrder | null,
    repairs: Repairs,
  ) {
    this.#order = order;
    const make = (name: LockName, repair?: () => void): Lock =>
      new Lock({
        name,
        words: header,
        index: Header[name],
        thread,
        order,
        ...(repair === undefined ? {} : { repair }),
      });
    this.threads = make("threads");
    this.receive = make("receive");
    this.files = make("files");
    this.epoll = make("epoll", repairs.epoll);
    this.table = make("table", repairs.table);
    this.learned = make("learned");
  }

  /** Gives back what a call of this thread has left locked that was cut short. */
  abandon(): void {
    this.#order?.clear();
    for (const name of LOCK_ORDER) this[name].abandon();
  }

  /** Takes every lock for a moment but `threads`: none is a thread's then that had ended before. */
  sweep(): void {
    for (const lock of [this.receive, this.files, this.epoll, this.table, this.learned]) {
      lock.acquire();
      lock.release();
    }
  }
}
