/**
 * Locks in shared memory, and the order in which they may be taken.
 *
 * @module
 */

/**
 * The locks by name, in the order in which a thread that holds one may take another: only later ones.
 * None is held while a call may wait for anybody but another lock.
 */
export const LOCK_ORDER = ["threads", "receive", "files", "epoll", "table", "learned"] as const;

/** The name of a lock. */
export type LockName = (typeof LOCK_ORDER)[number];

/** What is wrong with how this program takes its locks; nothing that a guest does can cause it. */
export class LockOrderError extends Error {
  /** The class's name, as `Error.prototype.name` is used. */
  override readonly name = "LockOrderError";
}

/** Checks the order of one thread's locks, where the embedder wants it checked. */
export class LockOrder {
  readonly #held: LockName[] = [];

  /**
   * A lock is about to be taken.
   *
   * @throws {LockOrderError} If one is held that comes later, or this one.
   */
  take(name: LockName): void {
    const last = this.#held.at(-1);
    if (last !== undefined && LOCK_ORDER.indexOf(last) >= LOCK_ORDER.indexOf(name)) {
      throw new LockOrderError(`Cannot take the lock ${name} while ${last} is held`);
    }
    this.#held.push(name);
  }

  /**
   * A lock is given back.
   *
   * @throws {LockOrderError} If it is not the one that was taken last.
   */
  release(name: LockName): void {
    const last = this.#held.pop();
    if (last !== name) {
      throw new LockOrderError(`Cannot release the lock ${name}: ${last ?? "none"} was taken last`);
    }
  }

  /** All locks were given back. */
  clear(): void {
    this.#held.length = 0;
  }

  /**
   * Something may wait now.
   *
   * @throws {LockOrderError} If a lock is held.
   */
  assertNone(): void {
    if (this.#held.length > 0) {
      throw new LockOrderError(`Cannot wait while the lock ${this.#held.join(", ")} is held`);
    }
  }
}

/** Bit of a lock's word that says that somebody waits for it. */
const CONTENDED = 1 << 30;

/** Milliseconds after which whoever waits looks whether the owner still runs. */
const PATIENCE = 100;

/** What a {@linkcode Lock} needs to know of the threads. */
export interface LockThread {
  /** This thread's own number, from 0. */
  readonly index: number;
  /** Whether the thread with a number still runs. */
  isAlive(index: number): boolean;
}

/** How a {@linkcode Lock} is made. */
export interface LockOptions {
  /** Its name. */
  readonly name: LockName;
  /** Where it is: a word that is 0 at first. */
  readonly words: Int32Array<SharedArrayBuffer>;
  /** Index of the word. */
  readonly index: number;
  /** The thread that uses this object. */
  readonly thread: LockThread;
  /** Checks the order; null where it is not checked. */
  readonly order: LockOrder | null;
  /** Puts in order what a thread has left that ended within; called with the lock held. */
  readonly repair?: () => void;
}

/**
 * A lock for a few steps that never wait. A thread that ends within, because somebody terminates its
 * worker, does not keep the others out for ever: they notice, and go on.
 *
 * Its word is 0, or one more than the number of the thread that has it, with a bit for others that
 * wait.
 */
export class Lock {
  readonly #options: LockOptions;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #index: number;
  readonly #own: number;

  /** A lock for one thread. */
  constructor(options: LockOptions) {
    this.#options = options;
    this.#words = options.words;
    this.#index = options.index;
    this.#own = options.thread.index + 1;
  }

  /** Waits until nobody else has the lock, and takes it. */
  acquire(): void {
    const { order, name } = this.#options;
    order?.take(name);
    if (Atomics.compareExchange(this.#words, this.#index, 0, this.#own) !== 0) this.#wait();
  }

  /** Gives it back. */
  release(): void {
    const { order, name } = this.#options;
    if ((Atomics.exchange(this.#words, this.#index, 0) & CONTENDED) !== 0) {
      Atomics.notify(this.#words, this.#index, 1);
    }
    order?.release(name);
  }

  /** Gives it back if this thread has it: a call was cut short, as where a guest's stack is full. */
  abandon(): void {
    const words = this.#words;
    if ((Atomics.load(words, this.#index) & ~CONTENDED) !== this.#own) return;
    this.#options.repair?.();
    Atomics.store(words, this.#index, 0);
    Atomics.notify(words, this.#index, 1);
  }

  #wait(): void {
    const words = this.#words;
    const index = this.#index;
    // Nobody knows whether others wait as well, so that whoever has waited wakes the next one.
    const own = this.#own | CONTENDED;
    for (;;) {
      let seen = Atomics.load(words, index);
      if (seen === 0) {
        if (Atomics.compareExchange(words, index, 0, own) === 0) return;
        continue;
      }
      if ((seen & CONTENDED) === 0) {
        if (Atomics.compareExchange(words, index, seen, seen | CONTENDED) !== seen) continue;
        seen |= CONTENDED;
      }
      const outcome = Atomics.wait(words, index, seen, PATIENCE);
      if (outcome !== "timed-out") continue;
      const owner = (seen & ~CONTENDED) - 1;
      if (this.#options.thread.isAlive(owner)) continue;
      if (Atomics.compareExchange(words, index, seen, own) !== seen) continue;
      this.#options.repair?.();
      return;
    }
  }
}
