/**
 * System calls that move bytes between a guest's memory and a descriptor.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import { F_GETFL, O_ACCMODE, O_RDONLY, O_WRONLY } from "../../../linux/fcntl.ts";
import { type CallContext, hex, transferCount } from "../call_context.ts";
import { buffersOf, loadVector, TASK_SIZE } from "./vector.ts";

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
    ? refuseVector(c, "readv", { fd, address, count, errno: buffers, mode: O_WRONLY })
    : c.system.readv(fd | 0, buffers);
}

/** writev(2). */
export function writev(c: CallContext, fd: number, address: number, count: number): number {
  const buffers = loadVector(c, address, count);
  return typeof buffers === "number"
    ? refuseVector(c, "writev", { fd, address, count, errno: buffers, mode: O_RDONLY })
    : c.system.writev(fd | 0, buffers);
}

/** A list of buffers that is wrong. */
interface WrongVector {
  readonly fd: number;
  readonly address: number;
  readonly count: number;
  readonly errno: number;
  /** The access mode that lacks what the call is about. */
  readonly mode: number;
}

/** Ends a call whose list is wrong; a descriptor of that mode is EBADF before that. */
function refuseVector(
  c: CallContext,
  name: string,
  { fd, address, count, errno, mode }: WrongVector,
): number {
  const flags = c.system.fcntl(fd | 0, F_GETFL, 0);
  const result = flags >= 0 && (flags & O_ACCMODE) === mode ? -Errno.EBADF : errno;
  return c.refuse(name, fd, result, hex(address), String(count));
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
