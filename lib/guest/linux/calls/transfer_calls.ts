/**
 * System calls that move bytes between a guest's memory and a descriptor.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import { type CallContext, hex, transferCount } from "../call_context.ts";
import { buffersOf, loadVector } from "./vector.ts";

/** Beyond any address of a process: a buffer that ends there faults before the call. */
const TASK_SIZE = 2 ** 47;

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
    : c.system.readv(fd | 0, buffersOf(c, address, count));
}

/** write(2). */
export function write(c: CallContext, fd: number, address: number, length: number): number {
  const bytes = c.memory.bytes(address, length);
  if (bytes !== null) return c.system.write(fd | 0, bytes, length);
  const count = transferCount(length);
  return isImpossible(c, address, length)
    ? c.system.write(fd | 0, null, count)
    : c.system.writev(fd | 0, buffersOf(c, address, count));
}

/** pread64(2). */
export function pread64(
  c: CallContext,
  fd: number,
  address: number,
  length: number,
  offset: number,
): number {
  const bytes = c.memory.bytes(address, length);
  if (bytes !== null) return c.system.pread(fd | 0, bytes, length, offset);
  if (isImpossible(c, address, length)) {
    return c.system.pread(fd | 0, null, transferCount(length), offset);
  }
  // What can be read by offset is copied page by page, up to the first byte that faults.
  const room = Math.min(c.memory.available(address), transferCount(length));
  return c.system.pread(fd | 0, c.memory.bytes(address, room), room, offset);
}

/** pwrite64(2). */
export function pwrite64(
  c: CallContext,
  fd: number,
  address: number,
  length: number,
  offset: number,
): number {
  const bytes = c.memory.bytes(address, length);
  if (bytes !== null) return c.system.pwrite(fd | 0, bytes, length, offset);
  if (isImpossible(c, address, length)) {
    return c.system.pwrite(fd | 0, null, transferCount(length), offset);
  }
  const room = Math.min(c.memory.available(address), transferCount(length));
  return c.system.pwrite(fd | 0, c.memory.bytes(address, room), room, offset);
}

/** readv(2). */
export function readv(c: CallContext, fd: number, address: number, count: number): number {
  const buffers = loadVector(c, address, count);
  return typeof buffers === "number"
    ? c.refuse("readv", fd, buffers, hex(address), String(count))
    : c.system.readv(fd | 0, buffers);
}

/** writev(2). */
export function writev(c: CallContext, fd: number, address: number, count: number): number {
  const buffers = loadVector(c, address, count);
  return typeof buffers === "number"
    ? c.refuse("writev", fd, buffers, hex(address), String(count))
    : c.system.writev(fd | 0, buffers);
}

/** sendfile(2). The offset is read before the descriptors are looked at. */
export function sendfile(
  c: CallContext,
  output: number,
  input: number,
  address: number,
  count: number,
): number {
  const { memory, system } = c;
  const length = transferCount(count);
  if (address === 0) return system.sendfile(output | 0, input | 0, null, length);
  const bytes = memory.bytes(address, 8);
  if (bytes === null) {
    const args = [output | 0, input | 0].map(String);
    return c.answer("sendfile", -Errno.EFAULT, ...args, hex(address), String(count));
  }
  const offset = { value: memory.loadInt64(address) };
  const result = system.sendfile(output | 0, input | 0, offset, length);
  memory.store64(address, offset.value);
  return result;
}
