/**
 * System calls about the process itself.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import {
  decodeRlimit,
  encodeRlimit,
  RLIM_NLIMITS,
  type Rlimit,
  RLIMIT_SIZE,
} from "../../../linux/resource.ts";
import { type CallContext, hex } from "../call_context.ts";

// Flags of getrandom(2): linux/random.h
const GRND_NONBLOCK = 1;
const GRND_RANDOM = 2;
const GRND_INSECURE = 4;

/** Most bytes that crypto.getRandomValues takes. */
const RANDOM_PIECE = 65_536;

const INT_MAX = 0x7fffffff;

/** Bytes of each string in `struct new_utsname`, with its NUL. */
const UTSNAME_LENGTH = 65;

/** sysname, nodename, release, version, machine and domainname. */
const UTSNAME: readonly string[] = [
  "Linux",
  "vmsock",
  "6.18.0",
  "#1 vmsock",
  "aarch64",
  "(none)",
];

function exitWith(c: CallContext, name: string, status: number): number {
  c.process.exitStatus ??= status & 0xff;
  return c.answer(name, 0, String(status | 0));
}

/** exit(2), the system call: ends the thread, and with its only one the process. */
export function exit(c: CallContext, status: number): number {
  return exitWith(c, "exit", status);
}

/** exit_group(2): ends the process. */
export function exitGroup(c: CallContext, status: number): number {
  c.process.hasEnded = true;
  return exitWith(c, "exit_group", status);
}

/** getpid(2). */
export function getpid(c: CallContext): number {
  return c.answer("getpid", c.process.pid);
}

/** gettid(2): the number of the process is that of its first thread. */
export function gettid(c: CallContext): number {
  return c.answer("gettid", c.process.tid);
}

/** sched_yield(2). */
export function schedYield(c: CallContext): number {
  return c.answer("sched_yield", 0);
}

/** uname(2). */
export function uname(c: CallContext, address: number): number {
  const bytes = c.memory.bytes(address, UTSNAME.length * UTSNAME_LENGTH);
  if (bytes === null) return c.answer("uname", -Errno.EFAULT, hex(address));
  bytes.fill(0);
  const encoder = new TextEncoder();
  UTSNAME.forEach((text, index) => bytes.set(encoder.encode(text), index * UTSNAME_LENGTH));
  return c.answer("uname", 0, hex(address));
}

/** getrandom(2). */
export function getrandom(c: CallContext, address: number, length: number, flags: number): number {
  const refuse = (errno: number): number =>
    c.answer("getrandom", errno, hex(address), String(length), hex(flags >>> 0));
  const isUnknown = (flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE)) !== 0;
  const both = GRND_RANDOM | GRND_INSECURE;
  if (isUnknown || (flags & both) === both) return refuse(-Errno.EINVAL);
  const wanted = length >= 0 ? Math.min(length, INT_MAX) : INT_MAX;
  const count = Math.min(wanted, c.memory.available(address));
  if (count === 0 && wanted > 0) return refuse(-Errno.EFAULT);
  // Random values cannot be written to shared memory, and not many at once.
  const piece = new Uint8Array(Math.min(count, RANDOM_PIECE));
  for (let done = 0; done < count; done += piece.length) {
    crypto.getRandomValues(piece);
    c.memory.copyOut(address + done, piece, Math.min(piece.length, count - done));
  }
  return c.answer("getrandom", count, hex(address), String(length), hex(flags >>> 0));
}

/** prlimit64(2), of this process. */
export function prlimit64(
  c: CallContext,
  pid: number,
  resource: number,
  newAddress: number,
  oldAddress: number,
): number {
  const { memory, process, system } = c;
  const refuse = (errno: number): number =>
    c.answer(
      "prlimit64",
      errno,
      String(pid | 0),
      String(resource >>> 0),
      hex(newAddress),
      hex(oldAddress),
    );
  const bytes = newAddress === 0 ? null : memory.bytes(newAddress, RLIMIT_SIZE);
  const newLimit = bytes === null ? null : decodeRlimit(bytes);
  if (newAddress !== 0 && newLimit === null) return refuse(-Errno.EFAULT);
  if ((pid | 0) !== 0 && (pid | 0) !== process.pid) return refuse(-Errno.ESRCH);
  if (resource >>> 0 >= RLIM_NLIMITS) return refuse(-Errno.EINVAL);
  const oldBytes = oldAddress === 0 ? null : memory.bytes(oldAddress, RLIMIT_SIZE);
  const oldLimit: Rlimit = { current: 0, maximum: 0 };
  if (oldAddress !== 0 && oldBytes === null) {
    // Nothing is set that could not be reported.
    const result = system.prlimit(resource >>> 0, null, oldLimit);
    return result < 0 ? result : refuse(-Errno.EFAULT);
  }
  const result = system.prlimit(resource >>> 0, newLimit, oldBytes === null ? null : oldLimit);
  if (result === 0 && oldBytes !== null) encodeRlimit(oldLimit, oldBytes);
  return result;
}
