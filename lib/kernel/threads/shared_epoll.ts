/**
 * What the threads of a process have registered with epoll.
 *
 * Each registration is in two chains, of those with the same target and of those with the same
 * instance (or with one that shares the chain), so that neither closing a socket nor closing an
 * instance looks at all of them. All of it changes under the lock `epoll`.
 *
 * @module
 */
import type { EpollRegistration, EpollRegistrations } from "../../stack/epoll_registrations.ts";
import type { Lock } from "./lock.ts";
import { Header, type ProcessMemory, Registration, REGISTRATION_CHAINS } from "./process_memory.ts";

/** One of the two chains that a registration is in. */
interface Chain {
  /** The word that decides on the chain. */
  readonly key: number;
  readonly next: number;
  readonly previous: number;
  /** Index of the first of its heads. */
  readonly heads: number;
}

const BY_TARGET: Chain = {
  key: Registration.target,
  next: Registration.nextOfTarget,
  previous: Registration.previousOfTarget,
  heads: 0,
};

const BY_EPOLL: Chain = {
  key: Registration.epoll,
  next: Registration.nextOfEpoll,
  previous: Registration.previousOfEpoll,
  heads: REGISTRATION_CHAINS,
};

function headOf(chain: Chain, descriptor: number): number {
  return chain.heads + descriptor % REGISTRATION_CHAINS;
}

/** The registrations, as one of the threads sees them. */
export class SharedEpollRegistrations implements EpollRegistrations {
  readonly #header: Int32Array<SharedArrayBuffer>;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #heads: Int32Array<SharedArrayBuffer>;
  readonly #count: number;
  readonly #lock: () => Lock;

  /** The registrations of a process; `lock` gives its lock `epoll`, once there is a call. */
  constructor(memory: ProcessMemory, lock: () => Lock) {
    this.#header = memory.header;
    this.#words = memory.registrations;
    this.#heads = memory.chains;
    this.#count = memory.registrationCount;
    this.#lock = lock;
  }

  /** Makes the registrations of new memory one chain of free ones. */
  static format({ header, registrations, registrationCount }: ProcessMemory): void {
    for (let index = 0; index < registrationCount; index++) {
      const next = index + 1 < registrationCount ? index + 2 : 0;
      registrations[index * Registration.words + Registration.nextOfTarget] = next;
    }
    header[Header.freeRegistration] = 1;
  }

  lock(): void {
    this.#lock().acquire();
  }

  unlock(): void {
    this.#lock().release();
  }

  find(epoll: number, target: number, number: number): number {
    const index = this.#find(epoll, target, number);
    return index < 0 ? -1 : this.#get(index, Registration.duplicate) - 1;
  }

  add({ epoll, target, number, duplicate }: EpollRegistration): boolean {
    const index = Atomics.load(this.#header, Header.freeRegistration) - 1;
    if (index < 0) return false;
    const next = this.#get(index, Registration.nextOfTarget);
    Atomics.store(this.#header, Header.freeRegistration, next);
    this.#set(index, Registration.epoll, epoll);
    this.#set(index, Registration.target, target);
    this.#set(index, Registration.number, number);
    this.#link(BY_TARGET, index);
    this.#link(BY_EPOLL, index);
    this.#set(index, Registration.duplicate, duplicate + 1);
    return true;
  }

  remove(epoll: number, target: number, number: number): void {
    const index = this.#find(epoll, target, number);
    if (index >= 0) this.#free(index);
  }

  concern(descriptor: number): boolean {
    return [BY_TARGET, BY_EPOLL].some((chain) =>
      Atomics.load(this.#heads, headOf(chain, descriptor)) !== 0
    );
  }

  take(descriptor: number): readonly EpollRegistration[] {
    const taken: EpollRegistration[] = [];
    for (const chain of [BY_TARGET, BY_EPOLL]) {
      let index = Atomics.load(this.#heads, headOf(chain, descriptor)) - 1;
      while (index >= 0) {
        const next = this.#get(index, chain.next) - 1;
        if (this.#get(index, chain.key) === descriptor) {
          taken.push(this.#read(index));
          this.#free(index);
        }
        index = next;
      }
    }
    return taken;
  }

  /** Builds the chains anew, after a thread that ended while it had the lock. */
  repair(): void {
    this.#heads.fill(0);
    let free = 0;
    for (let index = this.#count - 1; index >= 0; index--) {
      if (this.#get(index, Registration.duplicate) !== 0) {
        this.#link(BY_TARGET, index);
        this.#link(BY_EPOLL, index);
        continue;
      }
      this.#set(index, Registration.nextOfTarget, free);
      free = index + 1;
    }
    Atomics.store(this.#header, Header.freeRegistration, free);
  }

  #find(epoll: number, target: number, number: number): number {
    let index = Atomics.load(this.#heads, headOf(BY_TARGET, target)) - 1;
    while (index >= 0) {
      if (
        this.#get(index, Registration.target) === target &&
        this.#get(index, Registration.epoll) === epoll &&
        this.#get(index, Registration.number) === number
      ) return index;
      index = this.#get(index, Registration.nextOfTarget) - 1;
    }
    return -1;
  }

  #read(index: number): EpollRegistration {
    return {
      epoll: this.#get(index, Registration.epoll),
      target: this.#get(index, Registration.target),
      number: this.#get(index, Registration.number),
      duplicate: this.#get(index, Registration.duplicate) - 1,
    };
  }

  #link(chain: Chain, index: number): void {
    const head = headOf(chain, this.#get(index, chain.key));
    const next = Atomics.load(this.#heads, head);
    this.#set(index, chain.next, next);
    this.#set(index, chain.previous, 0);
    if (next !== 0) this.#set(next - 1, chain.previous, index + 1);
    Atomics.store(this.#heads, head, index + 1);
  }

  #unlink(chain: Chain, index: number): void {
    const next = this.#get(index, chain.next);
    const previous = this.#get(index, chain.previous);
    if (next !== 0) this.#set(next - 1, chain.previous, previous);
    if (previous !== 0) this.#set(previous - 1, chain.next, next);
    else Atomics.store(this.#heads, headOf(chain, this.#get(index, chain.key)), next);
  }

  #free(index: number): void {
    this.#set(index, Registration.duplicate, 0);
    this.#unlink(BY_TARGET, index);
    this.#unlink(BY_EPOLL, index);
    this.#set(
      index,
      Registration.nextOfTarget,
      Atomics.load(this.#header, Header.freeRegistration),
    );
    Atomics.store(this.#header, Header.freeRegistration, index + 1);
  }

  #get(index: number, word: number): number {
    return this.#words[index * Registration.words + word] as number;
  }

  #set(index: number, word: number, value: number): void {
    this.#words[index * Registration.words + word] = value;
  }
}
