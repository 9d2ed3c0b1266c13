/**
 * System calls on descriptors of any kind.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import {
  decodeFlock,
  encodeFlock,
  F_GETFL,
  F_GETLK,
  F_SETFL,
  F_SETLK,
  FLOCK_SIZE,
} from "../../../linux/fcntl.ts";
import { openFlagsFromAarch64, openFlagsToAarch64 } from "../../../linux/fcntl_aarch64.ts";
import { FIOCLEX, FIONBIO, FIONCLEX, TIOCGWINSZ } from "../../../linux/ioctl.ts";
import { encodeStatAarch64, STAT_SIZE_AARCH64 } from "../../../linux/stat.ts";
import { type CallContext, hex, transferCount } from "../call_context.ts";
import { closeBoth } from "./socket_calls.ts";

/** close(2). */
export function close(c: CallContext, fd: number): number {
  return c.system.close(fd | 0);
}

/** close_range(2). */
export function closeRange(c: CallContext, first: number, last: number, flags: number): number {
  return c.system.closeRange(first >>> 0, last >>> 0, flags >>> 0);
}

/** dup(2). */
export function dup(c: CallContext, fd: number): number {
  return c.system.dup(fd | 0);
}

/** dup3(2). */
export function dup3(c: CallContext, fd: number, target: number, flags: number): number {
  return c.system.dup3(fd | 0, target | 0, flags | 0);
}

/** pipe2(2). */
export function pipe2(c: CallContext, address: number, flags: number): number {
  const { memory, pair, system } = c;
  const result = system.pipe2(pair, flags | 0);
  if (result < 0) return result;
  if (memory.bytes(address, 8) === null) {
    closeBoth(c);
    return c.answer("pipe2", -Errno.EFAULT, hex(address), String(flags | 0));
  }
  memory.store32(address, pair[0] as number);
  memory.store32(address + 4, pair[1] as number);
  return 0;
}

/** eventfd2(2). */
export function eventfd2(c: CallContext, initial: number, flags: number): number {
  return c.system.eventfd2(initial >>> 0, flags | 0);
}

/** fcntl(2). */
export function fcntl(c: CallContext, fd: number, command: number, argument: number): number {
  const { system } = c;
  switch (command | 0) {
    case F_GETFL: {
      const flags = system.fcntl(fd | 0, F_GETFL, 0);
      return flags < 0 ? flags : openFlagsToAarch64(flags);
    }
    case F_SETFL:
      return system.fcntl(fd | 0, F_SETFL, openFlagsFromAarch64(argument | 0));
    case F_GETLK:
    case F_SETLK:
      return lock(c, fd | 0, command | 0, argument);
    default:
      return system.fcntl(fd | 0, command | 0, argument | 0);
  }
}

function lock(c: CallContext, fd: number, command: number, address: number): number {
  const bytes = c.memory.bytes(address, FLOCK_SIZE);
  const lock = bytes === null ? null : decodeFlock(bytes);
  const result = c.system.fcntlLock(fd, command, lock);
  if (result === 0 && command === F_GETLK && lock !== null && bytes !== null) {
    encodeFlock(lock, bytes);
  }
  return result;
}

/** ioctl(2). */
export function ioctl(c: CallContext, fd: number, request: number, address: number): number {
  const { memory, system } = c;
  const number = request >>> 0;
  // These take no argument.
  if (number === FIOCLEX || number === FIONCLEX) return system.ioctl(fd | 0, number, c.cell);
  const cell = number === TIOCGWINSZ ? c.pair : c.cell;
  const inside = memory.bytes(address, cell.byteLength) !== null;
  if (inside) cell[0] = memory.load32(address);
  const result = system.ioctl(fd | 0, number, inside ? cell : null);
  if (result < 0 || number === FIONBIO || !inside) return result;
  for (let word = 0; word < cell.length; word++) {
    memory.store32(address + 4 * word, cell[word] as number);
  }
  return result;
}

/** lseek(2). */
export function lseek(c: CallContext, fd: number, offset: number, whence: number): number {
  return c.system.lseek(fd | 0, Math.max(offset, Number.MIN_SAFE_INTEGER), whence | 0);
}

/** ftruncate(2). */
export function ftruncate(c: CallContext, fd: number, length: number): number {
  return c.system.ftruncate(fd | 0, length);
}

/** fsync(2). */
export function fsync(c: CallContext, fd: number): number {
  return c.system.fsync(fd | 0);
}

/** fdatasync(2). */
export function fdatasync(c: CallContext, fd: number): number {
  return c.system.fdatasync(fd | 0);
}

/** fstat(2). */
export function fstat(c: CallContext, fd: number, address: number): number {
  const { memory, status, system } = c;
  const result = system.fstat(fd | 0, status);
  if (result < 0) return result;
  const bytes = memory.bytes(address, STAT_SIZE_AARCH64);
  if (bytes === null) return c.answer("fstat", -Errno.EFAULT, String(fd | 0), hex(address));
  encodeStatAarch64(status, bytes);
  return 0;
}

/** getdents64(2). */
export function getdents64(c: CallContext, fd: number, address: number, length: number): number {
  const size = length >>> 0;
  const bytes = c.memory.bytes(address, size);
  if (bytes !== null) return c.system.getdents(fd | 0, bytes, size);
  const room = Math.min(c.memory.available(address), transferCount(size));
  if (room === 0) return c.system.getdents(fd | 0, null, transferCount(size));
  const result = c.system.getdents(fd | 0, c.memory.bytes(address, room), room);
  // An entry that does not fit would have faulted.
  return result === -Errno.EINVAL ? -Errno.EFAULT : result;
}
