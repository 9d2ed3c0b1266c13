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
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
} from "../../../linux/mman.ts";
import { type CallContext, hex } from "../call_context.ts";
import { PAGE_SIZE } from "../guest_heap.ts";

// Advice that asks for nothing that could be done here: asm-generic/mman-common.h.
const MADV_DONTNEED = 4;
const MADV_FREE = 8;
const MADV_DONTFORK = 10;
const MADV_DOFORK = 11;
const MADV_PAGEOUT = 21;
const ADVICE: ReadonlySet<number> = new Set([
  ...[0, 1, 2, 3, MADV_DONTNEED, MADV_FREE, MADV_DONTFORK, MADV_DOFORK],
  // From MADV_MERGEABLE to MADV_PAGEOUT, but for those of forks.
  ...[12, 13, 14, 15, 16, 17, 20, MADV_PAGEOUT],
]);

/** linux/mman.h */
const MREMAP_MAYMOVE = 1;

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
  const { heap } = c.process;
  const replaces = (flags & MAP_FIXED_NOREPLACE) === 0;
  return isFixed ? heap.mapAt(address, sizeOf(length), replaces) : heap.map(sizeOf(length));
}

/** Whether a range of memory is there. */
function isInside(c: CallContext, address: number, length: number): boolean {
  return c.memory.bytes(address, length) !== null;
}

/** mprotect(2): the memory stays readable and writable. */
export function mprotect(
  c: CallContext,
  address: number,
  length: number,
  protection: number,
): number {
  const isInvalid = address % PAGE_SIZE !== 0 ||
    (protection & ~(PROT_READ | PROT_WRITE | PROT_EXEC)) !== 0;
  const result = isInvalid ? -Errno.EINVAL : isInside(c, address, length) ? 0 : -Errno.ENOMEM;
  return c.answer("mprotect", result, hex(address), String(length), String(protection | 0));
}

/** madvise(2): MADV_DONTNEED makes zeros of what mmap gave, other advice does nothing. */
export function madvise(c: CallContext, address: number, length: number, advice: number): number {
  const result = !ADVICE.has(advice | 0) || address % PAGE_SIZE !== 0
    ? -Errno.EINVAL
    : !isInside(c, address, length)
    ? -Errno.ENOMEM
    : length > 0 && (advice | 0) === MADV_DONTNEED && !c.process.heap.clear(address, length)
    ? -Errno.EINVAL
    : 0;
  return c.answer("madvise", result, hex(address), String(length), String(advice | 0));
}

/** mremap(2) of what mmap gave. */
export function mremap(
  c: CallContext,
  address: number,
  length: number,
  newLength: number,
  flags: number,
): number {
  const isInvalid = address % PAGE_SIZE !== 0 || length <= 0 || newLength === 0 ||
    (flags & ~MREMAP_MAYMOVE) !== 0;
  const mayMove = (flags & MREMAP_MAYMOVE) !== 0;
  const result = isInvalid
    ? -Errno.EINVAL
    : c.process.heap.remap(address, length, sizeOf(newLength), mayMove);
  const args = [hex(address), String(length), String(newLength), hex(flags >>> 0)];
  return c.answer("mremap", result, ...args);
}

/** munmap(2). */
export function munmap(c: CallContext, address: number, length: number): number {
  const isInvalid = address % PAGE_SIZE !== 0 || length === 0 || length < 0;
  const result = isInvalid ? -Errno.EINVAL : c.process.heap.unmap(address, length);
  return c.answer("munmap", result, hex(address), String(length));
}
