/**
 * poll(2) over sockets of this stack, whose errors Linux does not see, and over files that are Linux's.
 *
 * @module
 */
import { POLLERR, POLLHUP, POLLIN, POLLRDNORM } from "../../linux/poll.ts";
import type { OpenFile } from "../open_file.ts";
import type { Stack } from "../stack.ts";
import { UserSocket } from "./user_socket.ts";
import { UserUdpSocket } from "./user_udp_socket.ts";

/** Events that poll(2) tells of whether they are asked for or not. */
const ALWAYS_POLLED = POLLERR | POLLHUP;
const READABLE = POLLIN | POLLRDNORM;

/** The arguments of `Stack.poll`. */
export interface PollCall {
  /** The files; null is left out. */
  readonly files: readonly (OpenFile | null)[];
  /** What is asked of each. */
  readonly events: Int16Array;
  /** Receives what is ready. */
  readonly revents: Int16Array;
  /** How many there are. */
  readonly count: number;
}

function pendingEvents({ files, events }: PollCall, index: number): number {
  const file = files[index];
  const more = file instanceof UserSocket ? file.pendingEvents : 0;
  return more & ((events[index] ?? 0) | ALWAYS_POLLED);
}

function isPending(call: PollCall): boolean {
  for (let index = 0; index < call.count; index++) {
    if (pendingEvents(call, index) !== 0) return true;
  }
  return false;
}

/** An error of a datagram socket comes as an empty record, which wakes nobody who does not read. */
function eventsForLinux({ files, events, count }: PollCall): Int16Array {
  let copy: Int16Array | null = null;
  for (let index = 0; index < count; index++) {
    const file = files[index];
    if (!(file instanceof UserUdpSocket) || file.hasDatagram) continue;
    copy ??= events.slice(0, count);
    copy[index] = (copy[index] ?? 0) | POLLIN;
  }
  return copy ?? events;
}

/** What is on its way to those who wait to read is to be there. One engine serves all of them. */
function settleReaders({ files, events, count }: PollCall): void {
  for (let index = 0; index < count; index++) {
    const file = files[index];
    if (!(file instanceof UserSocket) || ((events[index] ?? 0) & READABLE) === 0) continue;
    return file.settle();
  }
}

/** Makes of what Linux has said what is so; returns how many files have anything ready. */
function settle(call: PollCall): number {
  const { files, events, revents, count } = call;
  let ready = 0;
  for (let index = 0; index < count; index++) {
    const file = files[index];
    let found = revents[index] ?? 0;
    if (file instanceof UserUdpSocket && (found & READABLE) !== 0) {
      const isAsked = ((events[index] ?? 0) & READABLE) !== 0;
      if (!isAsked || !file.hasDatagram) found &= ~READABLE;
    }
    found |= pendingEvents(call, index);
    revents[index] = found;
    if (found !== 0) ready += 1;
  }
  return ready;
}

/**
 * Waits until a file is ready.
 *
 * @param linux What waits for descriptors of Linux's.
 * @param call The files, and what is asked of them.
 * @param timeout Milliseconds; negative or Infinity for no limit.
 * @returns How many files have anything ready, or a negated errno.
 */
export function pollUserSockets(
  linux: Pick<Stack, "poll">,
  call: PollCall,
  timeout: number,
): number {
  const { files, revents, count } = call;
  const isLimited = timeout >= 0 && timeout !== Infinity;
  const deadline = isLimited ? performance.now() + timeout : Infinity;
  if (timeout === 0) settleReaders(call);
  for (;;) {
    const left = isLimited ? Math.max(0, deadline - performance.now()) : timeout;
    const wait = isPending(call) ? 0 : left;
    const woken = linux.poll(files, eventsForLinux(call), revents, count, wait);
    if (woken < 0) return woken;
    const ready = settle(call);
    // What has woken us was perhaps an error that another call has taken, or data nobody asked for.
    if (ready > 0 || wait === 0 || (isLimited && performance.now() >= deadline)) return ready;
  }
}
