/**
 * System calls that wait for several descriptors.
 *
 * @module
 */
import { EPOLL_CTL_DEL, EPOLL_EVENT_SIZE, EPOLL_EVENT_SIZE_X86_64 } from "../../../linux/epoll.ts";
import { Errno } from "../../../linux/errno.ts";
import { type PollFd, POLLFD_SIZE } from "../../../linux/poll.ts";
import { type Rlimit, RLIMIT_NOFILE } from "../../../linux/resource.ts";
import { type CallContext, hex } from "../call_context.ts";
import { loadTimeout, storeTimeout } from "./time_calls.ts";

/** Bytes of a `sigset_t`. */
const SIGSET_SIZE = 8;

/** Entries of a poll up to which the memory is read before the limit of descriptors is. */
const FEW = 64;

/** Most descriptors of a process, `fs.nr_open`: Linux cuts a longer set of select(2) to them. */
const NR_OPEN = 1_048_576;

/** More events than this are EINVAL, which is `System`'s to say. */
const MOST_EVENTS = Math.floor(0x7fffffff / EPOLL_EVENT_SIZE_X86_64);

/** Checks a signal mask that is looked at and not used: no signal ever reaches a guest. */
function checkSignalMask(c: CallContext, address: number, size: number): number {
  if (address === 0) return 0;
  if (size !== SIGSET_SIZE) return -Errno.EINVAL;
  return c.memory.bytes(address, SIGSET_SIZE) === null ? -Errno.EFAULT : 0;
}

/** RLIMIT_NOFILE, which bounds the entries of a poll. */
function descriptorLimit(c: CallContext): number {
  const limit: Rlimit = { current: 0, maximum: 0 };
  return c.system.prlimit(RLIMIT_NOFILE, null, limit) < 0 ? 0 : limit.current;
}

/** ppoll(2). */
export function ppoll(
  c: CallContext,
  address: number,
  count: number,
  timeoutAddress: number,
  mask: number,
  maskSize: number,
): number {
  const { memory, pollEntries } = c;
  const length = count >>> 0;
  const timeout = timeoutAddress === 0 ? -1 : loadTimeout(c, timeoutAddress);
  const bad = timeoutAddress !== 0 && timeout < 0 ? timeout : checkSignalMask(c, mask, maskSize);
  if (bad < 0) return refusePoll(c, address, length, bad);
  const isInside = memory.bytes(address, length * POLLFD_SIZE) !== null;
  if ((length > FEW || !isInside) && length > descriptorLimit(c)) {
    return refusePoll(c, address, length, -Errno.EINVAL);
  }
  if (!isInside) return refusePoll(c, address, length, -Errno.EFAULT);
  const entries = pollEntries.take(length);
  for (let index = 0; index < length; index++) {
    const at = address + index * POLLFD_SIZE;
    const entry = entries[index] as PollFd;
    entry.fd = memory.load32(at) | 0;
    entry.events = memory.load16(at + 4);
    entry.revents = 0;
  }
  const start = timeout > 0 ? performance.now() : 0;
  const result = c.system.poll(entries, timeout);
  if (result >= 0) {
    for (let index = 0; index < length; index++) {
      memory.store16(address + index * POLLFD_SIZE + 6, (entries[index] as PollFd).revents);
    }
  }
  pollEntries.give(entries);
  if (timeout > 0) storeTimeout(c, timeoutAddress, timeout - (performance.now() - start));
  return result;
}

function refusePoll(c: CallContext, address: number, count: number, errno: number): number {
  return c.answer("ppoll", errno, hex(address), String(count));
}

/** One of the sets of pselect6(2): a copy, since it is written only if the call succeeds. */
interface SelectSet {
  readonly address: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

function loadSet(c: CallContext, address: number, size: number): SelectSet | null | number {
  if (address === 0) return null;
  // Linux reads as much as its table of descriptors has bits, which may be less than was given.
  const room = Math.min(size, c.memory.available(address));
  if (room < size && room < 2 * c.memory.pointerSize) return -Errno.EFAULT;
  const bytes = new Uint8Array(room);
  c.memory.copyIn(address, bytes);
  return { address, bytes };
}

/** The signal mask of pselect6(2): a pointer to its address and its size. */
function checkMaskPointer(c: CallContext, address: number): number {
  const { memory } = c;
  if (address === 0) return 0;
  if (memory.bytes(address, 2 * memory.pointerSize) === null) return -Errno.EFAULT;
  const mask = memory.loadPointer(address);
  return checkSignalMask(c, mask, memory.loadPointer(address + memory.pointerSize));
}

/** pselect6(2). */
export function pselect6(
  c: CallContext,
  count: number,
  readAddress: number,
  writeAddress: number,
  exceptAddress: number,
  timeoutAddress: number,
  mask: number,
): number {
  const number = count | 0;
  const refuse = (errno: number): number =>
    c.answer(
      "pselect6",
      errno,
      ...[number].map(String),
      ...[readAddress, writeAddress, exceptAddress, timeoutAddress, mask].map(hex),
    );
  const { memory } = c;
  if (mask !== 0 && memory.bytes(mask, 2 * memory.pointerSize) === null) {
    return refuse(-Errno.EFAULT);
  }
  const timeout = timeoutAddress === 0 ? null : loadTimeout(c, timeoutAddress);
  if (timeout !== null && timeout < 0) return refuse(timeout);
  const badMask = checkMaskPointer(c, mask);
  if (badMask < 0) return refuse(badMask);
  if (number < 0) return refuse(-Errno.EINVAL);
  const size = Math.ceil(Math.min(number, NR_OPEN) / (8 * memory.pointerSize)) *
    memory.pointerSize;
  const [reads, writes, excepts] = [readAddress, writeAddress, exceptAddress]
    .map((address) => loadSet(c, address, size));
  if (typeof reads === "number" || typeof writes === "number" || typeof excepts === "number") {
    return refuse(-Errno.EFAULT);
  }
  const sets = [reads ?? null, writes ?? null, excepts ?? null] as const;
  const [readSet, writeSet, exceptSet] = sets.map((set) => set?.bytes ?? null);
  const start = performance.now();
  const result = c.system.select(
    number,
    readSet ?? null,
    writeSet ?? null,
    exceptSet ?? null,
    timeout,
  );
  if (result >= 0) {
    for (const set of sets) if (set !== null) memory.copyOut(set.address, set.bytes);
  }
  if (timeout !== null && timeout > 0) {
    storeTimeout(c, timeoutAddress, timeout - (performance.now() - start));
  }
  return result;
}

/** epoll_create1(2). */
export function epollCreate1(c: CallContext, flags: number): number {
  return c.system.epollCreate1(flags | 0);
}

/** epoll_ctl(2). Linux reads the event before it looks at the descriptors. */
export function epollCtl(
  c: CallContext,
  epfd: number,
  operation: number,
  fd: number,
  address: number,
): number {
  const { memory, system } = c;
  if ((operation | 0) === EPOLL_CTL_DEL) {
    return system.epollCtl(epfd | 0, EPOLL_CTL_DEL, fd | 0, null);
  }
  if (memory.bytes(address, EPOLL_EVENT_SIZE) === null) {
    const args = [epfd | 0, operation | 0, fd | 0].map(String);
    return c.answer("epoll_ctl", -Errno.EFAULT, ...args, hex(address));
  }
  const events = memory.load32(address);
  const data = memory.loadBigUint64(address + 8) ?? 0n;
  return system.epollCtl(epfd | 0, operation | 0, fd | 0, { events, data });
}

/** epoll_pwait(2). */
export function epollPwait(
  c: CallContext,
  epfd: number,
  address: number,
  count: number,
  timeout: number,
  mask: number,
  maskSize: number,
): number {
  const badMask = checkSignalMask(c, mask, maskSize);
  if (badMask < 0) return c.answer("epoll_pwait", badMask, String(epfd | 0), hex(address));
  return waitForEvents(c, epfd, address, count, timeout | 0);
}

/** epoll_pwait2(2). */
export function epollPwait2(
  c: CallContext,
  epfd: number,
  address: number,
  count: number,
  timeoutAddress: number,
  mask: number,
  maskSize: number,
): number {
  const timeout = timeoutAddress === 0 ? -1 : loadTimeout(c, timeoutAddress);
  const bad = timeoutAddress !== 0 && timeout < 0 ? timeout : checkSignalMask(c, mask, maskSize);
  if (bad < 0) return c.answer("epoll_pwait2", bad, String(epfd | 0), hex(address));
  return waitForEvents(c, epfd, address, count, timeout);
}

function waitForEvents(
  c: CallContext,
  epfd: number,
  address: number,
  count: number,
  timeout: number,
): number {
  const { memory, system } = c;
  const wanted = count | 0;
  const room = Math.floor(memory.available(address) / EPOLL_EVENT_SIZE);
  if (wanted <= 0 || wanted > MOST_EVENTS || room === 0) {
    return system.epollPwait(epfd | 0, null, wanted, timeout);
  }
  // Events that would fault stay where they are.
  const limit = Math.min(wanted, room);
  const events = memory.bytes(address, limit * EPOLL_EVENT_SIZE);
  return system.epollPwait(epfd | 0, events, limit, timeout);
}
