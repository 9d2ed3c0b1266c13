/**
 * Connecting within a time limit.
 *
 * @module
 */
import { Errno } from "../linux/errno.ts";
import { FIONBIO } from "../linux/ioctl.ts";
import { POLLOUT } from "../linux/poll.ts";
import { SO_ERROR, SOL_SOCKET } from "../linux/socket.ts";
import type { System } from "../kernel/system.ts";

/** A connection that is being made. */
export interface PendingConnect {
  /** The socket. */
  readonly fd: number;
  /** When to give up, on `performance.now()`'s clock; null for never. */
  readonly deadline: number | null;
}

/**
 * Waits for a connection that connect(2) has begun.
 *
 * @returns 0, −ETIMEDOUT after the deadline, or the negated errno that the connection failed with.
 */
export function finishConnect(system: System, { fd, deadline }: PendingConnect): number {
  for (;;) {
    const wait = deadline === null ? -1 : Math.max(0, deadline - performance.now());
    const ready = system.poll([{ fd, events: POLLOUT, revents: 0 }], wait);
    if (ready === 0) return -Errno.ETIMEDOUT;
    if (ready > 0) break;
    if (ready !== -Errno.EINTR) return ready;
  }
  const error = new Int32Array(1);
  const bytes = new Uint8Array(error.buffer);
  const result = system.getsockopt(fd, SOL_SOCKET, SO_ERROR, bytes, Int32Array.of(4));
  return result < 0 ? result : -(error[0] ?? 0);
}

/**
 * Connects, giving up at the deadline.
 *
 * @returns As {@linkcode finishConnect}. The socket is in blocking mode again if it is connected.
 */
export function connectWithin(
  system: System,
  { fd, sockaddr, deadline }: PendingConnect & { readonly sockaddr: Uint8Array },
): number {
  const began = system.ioctl(fd, FIONBIO, Int32Array.of(1));
  if (began < 0) return began;
  const result = system.connect(fd, sockaddr);
  const connected = result === -Errno.EINPROGRESS
    ? finishConnect(system, { fd, deadline })
    : result;
  return connected < 0 ? connected : system.ioctl(fd, FIONBIO, Int32Array.of(0));
}
