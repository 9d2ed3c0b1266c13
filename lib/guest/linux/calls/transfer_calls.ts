/**
 * System calls that move bytes between a guest's memory and a descriptor.
 *
 * @module
 */
import type { Iovec } from "../../../linux/uio.ts";
import { type CallContext, transferCount } from "../call_context.ts";

/** Beyond any address that a process of Linux has: a buffer that ends there faults before the call. */
const TASK_SIZE = 2 ** 47;

/**
 * The buffers for a transfer that leaves the guest's memory on the way: what is inside, then nothing.
 * Linux finds out at the same byte, and decides what becomes of those before it.
 */
function faulting(c: CallContext, address: number, count: number): readonly Iovec[] {
  const room = Math.min(c.memory.available(address), count);
  return [
    { base: c.memory.bytes(address, room), length: room },
    { base: null, length: count - room },
  ];
}

/** Whether read(2) and write(2) refuse the buffer without a look at what is in it. */
function isImpossible(c: CallContext, address: number, length: number): boolean {
  return !(length >= 0 && length < TASK_SIZE) || c.memory.available(address) === 0;
}

/** read(2). */
export function read(c: CallContext, fd: number, address: number, length: number): number {
  const bytes = c.memory.bytes(address, length);
  if (bytes !== null) return c.system.read(fd | 0, bytes, length);
  const count = transferCount(length);
  return isImpossible(c, address, length)
    ? c.system.read(fd | 0, null, count)
    : c.system.readv(fd | 0, faulting(c, address, count));
}

/** write(2). */
export function write(c: CallContext, fd: number, address: number, length: number): number {
  const bytes = c.memory.bytes(address, length);
  if (bytes !== null) return c.system.write(fd | 0, bytes, length);
  const count = transferCount(length);
  return isImpossible(c, address, length)
    ? c.system.write(fd | 0, null, count)
    : c.system.writev(fd | 0, faulting(c, address, count));
}
