/**
 * The registrations with epoll of a process that has one thread.
 *
 * @module
 */
import type { EpollRegistration, EpollRegistrations } from "../epoll_registrations.ts";

/** The registrations of a process that has one thread. */
export class LocalEpollRegistrations implements EpollRegistrations {
  /** By the descriptor of the instance and by that of the target. */
  readonly #byDescriptor = new Map<number, Set<EpollRegistration>>();

  lock(): void {}

  unlock(): void {}

  find(epoll: number, target: number, number: number): number {
    return this.#find(epoll, target, number)?.duplicate ?? -1;
  }

  add(registration: EpollRegistration): boolean {
    for (const descriptor of [registration.epoll, registration.target]) {
      const known = this.#byDescriptor.get(descriptor);
      if (known === undefined) this.#byDescriptor.set(descriptor, new Set([registration]));
      else known.add(registration);
    }
    return true;
  }

  remove(epoll: number, target: number, number: number): void {
    const registration = this.#find(epoll, target, number);
    if (registration !== undefined) this.#forget(registration);
  }

  concern(descriptor: number): boolean {
    return this.#byDescriptor.has(descriptor);
  }

  take(descriptor: number): readonly EpollRegistration[] {
    const registrations = [...this.#byDescriptor.get(descriptor) ?? []];
    for (const registration of registrations) this.#forget(registration);
    return registrations;
  }

  #find(epoll: number, target: number, number: number): EpollRegistration | undefined {
    // Few instances know one target, and a single instance may know many.
    for (const registration of this.#byDescriptor.get(target) ?? []) {
      if (
        registration.epoll === epoll && registration.target === target &&
        registration.number === number
      ) return registration;
    }
    return undefined;
  }

  #forget(registration: EpollRegistration): void {
    for (const descriptor of [registration.epoll, registration.target]) {
      const known = this.#byDescriptor.get(descriptor);
      known?.delete(registration);
      if (known?.size === 0) this.#byDescriptor.delete(descriptor);
    }
  }
}
