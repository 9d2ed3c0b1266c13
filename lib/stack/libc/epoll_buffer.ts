/**
 * `struct epoll_event` for libc, in memory that is kept from call to call.
 *
 * @module
 */
import { EPOLL_EVENT_SIZE, type EpollEvent } from "../../linux/epoll.ts";
import type { Bytes } from "../open_file.ts";
import type { HostBytes, Libc } from "./libc.ts";

/** Most events that one call fetches; the others stay for the next one, as epoll_wait(2) has it. */
const MAX_EVENTS = 4096;

/** Longest time-out that epoll_wait(2) takes. */
const INT_MAX = 0x7fffffff;

/** Bytes of an event's data, at its end. */
const DATA_SIZE = 8;

/** Calls epoll_wait, whose events have other places on x86-64 than what `System` speaks. */
export class EpollBuffer {
  readonly #libc: Libc;
  /** Bytes of the host's `struct epoll_event`. */
  readonly #size: number;
  readonly #event: DataView<ArrayBuffer>;
  #bytes: Uint8Array<ArrayBuffer>;

  /** Makes the memory for events of `size` bytes. */
  constructor(libc: Libc, size: number) {
    this.#libc = libc;
    this.#size = size;
    this.#event = new DataView(new ArrayBuffer(EPOLL_EVENT_SIZE));
    this.#bytes = new Uint8Array(64 * size);
  }

  /** One event in the host's layout, valid until the next call. */
  event({ events, data }: EpollEvent): HostBytes {
    this.#event.setUint32(0, events, true);
    this.#event.setBigUint64(this.#size - DATA_SIZE, data, true);
    return this.#event;
  }

  /** epoll_wait(2), as `OpenFile.epollWait`. */
  wait(descriptor: number, events: Bytes | null, count: number, timeout: number): number {
    const room = Math.min(count, MAX_EVENTS);
    if (this.#bytes.length < room * this.#size) this.#bytes = new Uint8Array(room * this.#size);
    const target = events === null ? null : this.#bytes;
    let rest = timeout < 0 ? -1 : Math.ceil(timeout);
    let ready: number;
    do {
      const part = rest > INT_MAX ? INT_MAX : rest | 0;
      ready = this.#libc.epollWait(descriptor, target, room, part);
      rest = rest === -1 ? 0 : rest - part;
    } while (ready === 0 && rest > 0);
    if (events !== null) { for (let index = 0; index < ready; index++) this.#copy(events, index); }
    return ready;
  }

  /** Bytes one by one: a view of each event would cost more than the copy. */
  #copy(events: Bytes, index: number): void {
    const bytes = this.#bytes;
    const from = index * this.#size;
    const to = index * EPOLL_EVENT_SIZE;
    for (let byte = 0; byte < 4; byte++) {
      events[to + byte] = bytes[from + byte] as number;
      events[to + 4 + byte] = 0;
    }
    const data = from + this.#size - DATA_SIZE;
    for (let byte = 0; byte < DATA_SIZE; byte++) {
      events[to + 8 + byte] = bytes[data + byte] as number;
    }
  }
}
