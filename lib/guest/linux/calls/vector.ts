/**
 * Buffers of a guest as `System` takes them, those included that leave its memory on the way.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import { type Iovec, MAX_RW_COUNT, UIO_MAXIOV } from "../../../linux/uio.ts";
import type { CallContext } from "../call_context.ts";

/** End of a process's addresses, TASK_SIZE_MAX: of 48 bits, also where pointers have 32. */
const TASK_SIZE = 2 ** 48;

/**
 * Whether a buffer is where no process can have memory: Linux's access_ok() says so before it looks
 * whether there is something to transfer.
 *
 * @param c The thread.
 * @param address Where the buffer begins.
 * @param length Its bytes.
 */
export function isBeyond(c: CallContext, address: number, length: number): boolean {
  const { pointerSize } = c.memory;
  const isExtended = pointerSize === 4 && address < 0 && address >= -(2 ** 31);
  const start = isExtended ? address + 2 ** 32 : address;
  return !(length >= 0 && start >= 0 && start + length <= TASK_SIZE);
}

/** Stands for a list that is too long, which `System` refuses in Linux's order. */
const TOO_MANY: readonly Iovec[] = Array.from(
  { length: UIO_MAXIOV + 1 },
  () => ({ base: null, length: 0 }),
);

/**
 * A buffer that may leave the guest's memory on the way: what is inside, then what faults. Linux
 * finds out at the same byte, and decides what becomes of those before it.
 *
 * @param c The thread.
 * @param address Where the buffer begins.
 * @param length Its bytes, at most MAX_RW_COUNT.
 * @param buffers Receives one buffer, or two.
 * @returns Whether all of it is inside.
 */
export function addBuffer(
  c: CallContext,
  address: number,
  length: number,
  buffers: Iovec[],
): boolean {
  const base = c.memory.bytes(address, length);
  if (base !== null) {
    buffers.push({ base, length });
    return true;
  }
  const room = Math.min(c.memory.available(address), length);
  if (room > 0) buffers.push({ base: c.memory.bytes(address, room), length: room });
  buffers.push({ base: null, length: length - room });
  return false;
}

/** A buffer of its own as {@linkcode addBuffer} makes it. */
export function buffersOf(c: CallContext, address: number, length: number): readonly Iovec[] {
  const buffers: Iovec[] = [];
  addBuffer(c, address, length, buffers);
  return buffers;
}

/** A `size_t` of the guest that is too big for a `ssize_t` of its. */
function isNegative(c: CallContext, length: number): boolean {
  return length >= (c.memory.pointerSize === 4 ? 2 ** 31 : 2 ** 63);
}

/**
 * Reads a list of `struct iovec`: a pointer and a `size_t` each.
 *
 * @param c The thread.
 * @param address Where it begins.
 * @param count How many there are.
 * @returns The buffers, MAX_RW_COUNT bytes at most, as Linux cuts them, and nothing behind the first
 * that faults, since no transfer gets there. A list with more than UIO_MAXIOV entries for a count
 * that is too high. −EFAULT if the list is not wholly inside, or a buffer where no memory can be;
 * −EINVAL for a length that is negative as a `ssize_t`, if no entry before it is outside.
 */
export function loadVector(
  c: CallContext,
  address: number,
  count: number,
): readonly Iovec[] | number {
  if (!(count >= 0 && count <= UIO_MAXIOV)) return TOO_MANY;
  const { memory } = c;
  const { pointerSize } = memory;
  const buffers: Iovec[] = [];
  let left = MAX_RW_COUNT;
  let isInside = true;
  let isImpossible = false;
  for (let index = 0; index < count; index++) {
    const at = address + index * 2 * pointerSize;
    if (memory.bytes(at, 2 * pointerSize) === null) return -Errno.EFAULT;
    const base = memory.loadPointer(at);
    const length = memory.loadPointer(at + pointerSize);
    if (isNegative(c, length)) return -Errno.EINVAL;
    // A buffer of its own is cut before it is looked at.
    isImpossible ||= isBeyond(c, base, count === 1 ? Math.min(length, left) : length);
    const size = Math.min(length, left);
    left -= size;
    if (isInside) {
      isInside = addBuffer(c, base, size, buffers);
    } else {
      const last = buffers[buffers.length - 1];
      if (last !== undefined) last.length += size;
    }
  }
  return isImpossible ? -Errno.EFAULT : buffers;
}
