/**
 * Constants of `epoll(7)` and the layout of its events.
 *
 * @module
 */
import { viewOf } from "./int64.ts";

// Flags of epoll_create1(2) and operations of epoll_ctl(2): linux/eventpoll.h
/** Sets `FD_CLOEXEC` on the new descriptor. */
export const EPOLL_CLOEXEC = 0o2000000;
/** Registers a descriptor. */
export const EPOLL_CTL_ADD = 1;
/** Removes a registration. */
export const EPOLL_CTL_DEL = 2;
/** Changes a registration. */
export const EPOLL_CTL_MOD = 3;

// Events: linux/eventpoll.h; unsigned, as `uint32_t`
/** There is data to read, a connection to accept, or the end of the stream. */
export const EPOLLIN = 0x1;
/** There is an exceptional condition: out-of-band data. */
export const EPOLLPRI = 0x2;
/** Writing does not block. */
export const EPOLLOUT = 0x4;
/** An error is pending; always reported. */
export const EPOLLERR = 0x8;
/** Hung up; always reported. */
export const EPOLLHUP = 0x10;
/** Not used. */
export const EPOLLNVAL = 0x20;
/** Normal data can be read. */
export const EPOLLRDNORM = 0x40;
/** Priority data can be read. */
export const EPOLLRDBAND = 0x80;
/** Normal data can be written. */
export const EPOLLWRNORM = 0x100;
/** Priority data can be written. */
export const EPOLLWRBAND = 0x200;
/** Not used. */
export const EPOLLMSG = 0x400;
/** The peer has shut down its writing half. */
export const EPOLLRDHUP = 0x2000;
/** Wakes one of the epoll instances that wait for the file; with `EPOLL_CTL_ADD` only. */
export const EPOLLEXCLUSIVE = 0x10000000;
/** Keeps the system awake; without effect for those who may not. */
export const EPOLLWAKEUP = 0x20000000;
/** Reports once, until the registration is changed. */
export const EPOLLONESHOT = 0x40000000;
/** Reports changes, not states. */
export const EPOLLET = 0x80000000;

/** What `struct epoll_event` says. */
export interface EpollEvent {
  /** `EPOLL` bits, unsigned. */
  events: number;
  /** What the registration carries: 64 bits, unsigned, without a meaning to Linux. */
  data: bigint;
}

/** Size of aarch64's `struct epoll_event` in bytes, and of every other architecture's but x86-64's. */
export const EPOLL_EVENT_SIZE = 16;

/** Size of x86-64's `struct epoll_event` in bytes: it is packed there. */
export const EPOLL_EVENT_SIZE_X86_64 = 12;

/**
 * Reads one `struct epoll_event` of aarch64's layout, which `System.epollPwait` fills in.
 *
 * @param bytes An array of them.
 * @param index Which one.
 * @returns The event; null if it is not wholly inside the bytes.
 */
export function decodeEpollEvent(bytes: Uint8Array, index: number): EpollEvent | null {
  const offset = index * EPOLL_EVENT_SIZE;
  if (!(offset >= 0 && offset + EPOLL_EVENT_SIZE <= bytes.length)) return null;
  const view = viewOf(bytes);
  return { events: view.getUint32(offset, true), data: view.getBigUint64(offset + 8, true) };
}

/**
 * Writes one `struct epoll_event` of aarch64's layout.
 *
 * @param event The event; `data` beyond 64 bits is cut.
 * @param bytes An array of them.
 * @param index Which one.
 * @returns Whether it was wholly inside the bytes; nothing is written otherwise.
 */
export function encodeEpollEvent(event: EpollEvent, bytes: Uint8Array, index: number): boolean {
  const offset = index * EPOLL_EVENT_SIZE;
  if (!(offset >= 0 && offset + EPOLL_EVENT_SIZE <= bytes.length)) return false;
  const view = viewOf(bytes);
  view.setUint32(offset, event.events, true);
  view.setUint32(offset + 4, 0, true);
  view.setBigUint64(offset + 8, event.data, true);
  return true;
}
