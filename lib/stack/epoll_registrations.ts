/**
 * Which of the host's descriptors stand for what guests have registered with epoll.
 *
 * Linux knows a registration by the number and the open file description together. Guest numbers are
 * not the host's, and two of them can share one host descriptor, so that each registration gets a
 * duplicate of its own on the host. A duplicate keeps the description alive: when the guest's last
 * number for it goes, so do its registrations, as Linux would have it.
 *
 * @module
 */

/** One registration. The three numbers that it goes by are those of descriptors that are open. */
export interface EpollRegistration {
  /** The host's descriptor of the epoll instance. */
  readonly epoll: number;
  /** The host's descriptor of what is registered. */
  readonly target: number;
  /** The guest's number for it at the time of the registration. */
  readonly number: number;
  /** The host's descriptor that is registered with the host. */
  readonly duplicate: number;
}

/**
 * All registrations of a process. Between {@linkcode EpollRegistrations.lock} and
 * {@linkcode EpollRegistrations.unlock} no other thread changes them.
 */
export interface EpollRegistrations {
  /** Begins a change: what is asked and what is done because of it belong together. */
  lock(): void;
  /** Ends a change. */
  unlock(): void;
  /** Returns the duplicate of a registration, −1 if there is none. */
  find(epoll: number, target: number, number: number): number;
  /** Adds a registration that is not there; returns whether there was room. */
  add(registration: EpollRegistration): boolean;
  /** Forgets a registration. */
  remove(epoll: number, target: number, number: number): void;
  /** Whether a descriptor may be part of any registration; asked without the lock. */
  concern(descriptor: number): boolean;
  /** Forgets all registrations that a descriptor is part of, as instance or as target. */
  take(descriptor: number): readonly EpollRegistration[];
}
