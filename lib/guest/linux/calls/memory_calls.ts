/**
 * System calls that give a guest more memory.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_PRIVATE,
  MAP_SHARED,
  MAP_SHARED_VALIDATE,
  MAP_TYPE,
} from "../../../linux/mman.ts";
import { type CallContext, hex } from "../call_context.ts";
import { PAGE_SIZE } from "../guest_heap.ts";

/** A length as a `size_t`: what is negative is huge. */
function sizeOf(length: number): number {
  return length < 0 ? Infinity : length;
}

/** brk(2), the system call: where the break is afterwards. */
export function brk(c: CallContext, address: number): number {
  return c.answer("brk", c.process.heap.setBreak(address), hex(address));
}

/** mmap(2) of anonymous memory. */
export function mmap(
  c: CallContext,
  address: number,
  length: number,
  protection: number,
  flags: number,
  fd: number,
  offset: number,
): number {
  const args = [
    hex(address),
    String(length),
    String(protection | 0),
    hex(flags >>> 0),
    String(fd | 0),
    String(offset),
  ];
  return c.answer("mmap", map(c, { address, length, flags, fd, offset }), ...args);
}

interface Mapping {
  readonly address: number;
  readonly length: number;
  readonly flags: number;
  readonly fd: number;
  readonly offset: number;
}

function map(c: CallContext, { address, length, flags, fd, offset }: Mapping): number {
  if (offset % PAGE_SIZE !== 0) return -Errno.EINVAL;
  const isAnonymous = (flags & MAP_ANONYMOUS) !== 0;
  if (!isAnonymous && c.system.kind(fd | 0) < 0) return -Errno.EBADF;
  if (length === 0) return -Errno.EINVAL;
  const type = flags & MAP_TYPE;
  const isFixed = (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) !== 0;
  if (isFixed && address % PAGE_SIZE !== 0) return -Errno.EINVAL;
  const isTyped = type === MAP_SHARED || type === MAP_PRIVATE ||
    (type === MAP_SHARED_VALIDATE && !isAnonymous);
  if (!isTyped) return -Errno.EINVAL;
  if (!isAnonymous) return -Errno.ENODEV;
  // An address of the guest's own choice is not there to be had.
  return isFixed ? -Errno.ENOMEM : c.process.heap.map(sizeOf(length));
}

/** munmap(2). */
export function munmap(c: CallContext, address: number, length: number): number {
  const isInvalid = address % PAGE_SIZE !== 0 || length === 0 || length < 0;
  const result = isInvalid ? -Errno.EINVAL : c.process.heap.unmap(address, length);
  return c.answer("munmap", result, hex(address), String(length));
}
