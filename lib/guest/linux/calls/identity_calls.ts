/**
 * System calls by which a program learns who it is and what it runs on.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import { type CallContext, hex } from "../call_context.ts";

/** User and group that a guest is told: not root, and nobody in particular. */
const ID = 1000;

/** The parent of every guest. */
const PARENT = 0;

// linux/prctl.h
const PR_SET_NAME = 15;
const PR_GET_NAME = 16;

/** Bytes of a set of processors: 64 of them. */
const CPU_SET_SIZE = 8;

/** getuid(2) and geteuid(2), getgid(2) and getegid(2). */
export function getuid(c: CallContext): number {
  return c.answer("getuid", ID);
}

/** geteuid(2). */
export function geteuid(c: CallContext): number {
  return c.answer("geteuid", ID);
}

/** getgid(2). */
export function getgid(c: CallContext): number {
  return c.answer("getgid", ID);
}

/** getegid(2). */
export function getegid(c: CallContext): number {
  return c.answer("getegid", ID);
}

/** getgroups(2): there are no supplementary ones. */
export function getgroups(c: CallContext, size: number, address: number): number {
  const result = (size | 0) < 0 ? -Errno.EINVAL : 0;
  return c.answer("getgroups", result, String(size | 0), hex(address));
}

/** getppid(2). */
export function getppid(c: CallContext): number {
  return c.answer("getppid", PARENT);
}

function ownGroup(c: CallContext, name: string, pid: number): number {
  const isOwn = (pid | 0) === 0 || (pid | 0) === c.process.pid;
  return c.answer(name, isOwn ? c.process.pid : -Errno.ESRCH, String(pid | 0));
}

/** getpgid(2): a guest leads its group. */
export function getpgid(c: CallContext, pid: number): number {
  return ownGroup(c, "getpgid", pid);
}

/** getsid(2): a guest leads its session. */
export function getsid(c: CallContext, pid: number): number {
  return ownGroup(c, "getsid", pid);
}

/** setsid(2), which a leader may not. */
export function setsid(c: CallContext): number {
  return c.answer("setsid", -Errno.EPERM);
}

/** set_tid_address(2): nothing is done at the thread's end. */
export function setTidAddress(c: CallContext, address: number): number {
  return c.answer("set_tid_address", c.process.tid, hex(address));
}

/** set_robust_list(2): nothing is done at the thread's end. */
export function setRobustList(c: CallContext, address: number, length: number): number {
  const result = length === 3 * c.memory.pointerSize ? 0 : -Errno.EINVAL;
  return c.answer("set_robust_list", result, hex(address), String(length));
}

/** prctl(2): the thread's name. */
export function prctl(c: CallContext, option: number, address: number): number {
  const { memory, process: { name } } = c;
  const answer = (result: number): number =>
    c.answer("prctl", result, String(option | 0), hex(address));
  if ((option | 0) === PR_GET_NAME) return answer(memory.copyOut(address, name));
  if ((option | 0) !== PR_SET_NAME) return answer(-Errno.EINVAL);
  const length = memory.stringLength(address, name.length);
  if (length === -Errno.EFAULT) return answer(length);
  name.fill(0);
  memory.copyIn(address, name.subarray(0, length < 0 ? name.length - 1 : length));
  return answer(0);
}

/** sched_getaffinity(2): a thread has one processor. */
export function schedGetaffinity(
  c: CallContext,
  pid: number,
  length: number,
  address: number,
): number {
  const { memory, process } = c;
  const size = length >>> 0;
  const isOwn = [0, process.pid, process.tid].includes(pid | 0);
  const isSized = size >= CPU_SET_SIZE && size % memory.pointerSize === 0;
  const result = !isSized
    ? -Errno.EINVAL
    : !isOwn
    ? -Errno.ESRCH
    : memory.store64(address, 1) < 0
    ? -Errno.EFAULT
    : CPU_SET_SIZE;
  return c.answer("sched_getaffinity", result, String(pid | 0), String(size), hex(address));
}

/** sysinfo(2): the memory is the guest's own, all of it in use. */
export function sysinfo(c: CallContext, address: number): number {
  const { memory, clock } = c;
  const { pointerSize } = memory;
  // Ten words, how many processes, two words, the bytes of a unit; with words of 4 bytes padding.
  const size = pointerSize === 8 ? 112 : 64;
  const bytes = memory.bytes(address, size);
  if (bytes === null) return c.answer("sysinfo", -Errno.EFAULT, hex(address));
  bytes.fill(0);
  memory.storePointer(address, Number(clock.monotonic() / 1_000_000_000n));
  memory.storePointer(address + 4 * pointerSize, memory.size);
  memory.store16(address + 10 * pointerSize, 1);
  memory.store32(address + (pointerSize === 8 ? 104 : 52), 1);
  return c.answer("sysinfo", 0, hex(address));
}
