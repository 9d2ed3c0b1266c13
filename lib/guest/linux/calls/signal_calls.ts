/**
 * System calls about signals. No signal ever reaches a guest but one that it sends itself, and that
 * ends it or is ignored: what a guest asks for is remembered, and told again.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import { type CallContext, hex } from "../call_context.ts";

// asm-generic/signal.h
const SIGKILL = 9;
const SIGCHLD = 17;
const SIGCONT = 18;
const SIGSTOP = 19;
const SIGTSTP = 20;
const SIGTTIN = 21;
const SIGTTOU = 22;
const SIGURG = 23;
const SIGWINCH = 28;
const NSIG = 64;
const SIG_DFL = 0;
const SIG_IGN = 1;
const SIG_BLOCK = 0;
const SIG_UNBLOCK = 1;
const SIG_SETMASK = 2;
const SIGSET_SIZE = 8;
const SS_ONSTACK = 1;
const SS_DISABLE = 2;
const MINSIGSTKSZ = 5120;

/** Signals that do nothing by default, or what cannot be done here: stop. */
const HARMLESS: ReadonlySet<number> = new Set([
  SIGCHLD,
  SIGCONT,
  SIGSTOP,
  SIGTSTP,
  SIGTTIN,
  SIGTTOU,
  SIGURG,
  SIGWINCH,
]);

/** Signals that cannot be blocked. */
const UNBLOCKABLE = bitOf(SIGKILL) | bitOf(SIGSTOP);

function bitOf(signal: number): bigint {
  return 1n << BigInt(signal - 1);
}

/** Bytes of `struct sigaction` as the system call has it: handler, flags, restorer, mask. */
function actionSize(c: CallContext): number {
  return 3 * c.memory.pointerSize + SIGSET_SIZE;
}

/** rt_sigaction(2). */
export function rtSigaction(
  c: CallContext,
  signal: number,
  action: number,
  oldAction: number,
  setSize: number,
): number {
  const { memory, process } = c;
  const { actions } = process.signals;
  const number = signal | 0;
  const answer = (result: number): number =>
    c.answer("rt_sigaction", result, String(number), hex(action), hex(oldAction), String(setSize));
  if (setSize !== SIGSET_SIZE) return answer(-Errno.EINVAL);
  const size = actionSize(c);
  const wanted = action === 0 ? null : new Uint8Array(size);
  if (wanted !== null && memory.copyIn(action, wanted) < 0) return answer(-Errno.EFAULT);
  const isFixed = number === SIGKILL || number === SIGSTOP;
  if (number < 1 || number > NSIG || (wanted !== null && isFixed)) return answer(-Errno.EINVAL);
  const old = actions.get(number) ?? new Uint8Array(size);
  if (wanted !== null) actions.set(number, wanted);
  return answer(oldAction === 0 ? 0 : memory.copyOut(oldAction, old));
}

/** rt_sigprocmask(2). */
export function rtSigprocmask(
  c: CallContext,
  how: number,
  set: number,
  oldSet: number,
  setSize: number,
): number {
  const { memory, process: { signals } } = c;
  const answer = (result: number): number =>
    c.answer("rt_sigprocmask", result, String(how | 0), hex(set), hex(oldSet), String(setSize));
  if (setSize !== SIGSET_SIZE) return answer(-Errno.EINVAL);
  const old = signals.blocked;
  if (set !== 0) {
    const given = memory.loadBigUint64(set);
    if (given === null) return answer(-Errno.EFAULT);
    const wanted = given & ~UNBLOCKABLE;
    if ((how | 0) === SIG_BLOCK) signals.blocked = old | wanted;
    else if ((how | 0) === SIG_UNBLOCK) signals.blocked = old & ~wanted;
    else if ((how | 0) === SIG_SETMASK) signals.blocked = wanted;
    else return answer(-Errno.EINVAL);
  }
  return answer(oldSet === 0 ? 0 : memory.store64(oldSet, old));
}

/** sigaltstack(2). */
export function sigaltstack(c: CallContext, address: number, oldAddress: number): number {
  const { memory, process: { signals } } = c;
  const { pointerSize } = memory;
  const answer = (result: number): number =>
    c.answer("sigaltstack", result, hex(address), hex(oldAddress));
  const size = 3 * pointerSize;
  const old = signals.stack ?? new Uint8Array(size).fill(SS_DISABLE, pointerSize, pointerSize + 1);
  if (address !== 0) {
    const wanted = new Uint8Array(size);
    if (memory.copyIn(address, wanted) < 0) return answer(-Errno.EFAULT);
    const flags = memory.load32(address + pointerSize);
    const isDisabled = flags === SS_DISABLE;
    if (!isDisabled && flags !== 0 && flags !== SS_ONSTACK) return answer(-Errno.EINVAL);
    const isSmall = memory.loadPointer(address + 2 * pointerSize) < MINSIGSTKSZ;
    if (!isDisabled && isSmall) return answer(-Errno.ENOMEM);
    signals.stack = isDisabled ? null : wanted;
  }
  return answer(oldAddress === 0 ? 0 : memory.copyOut(oldAddress, old));
}

/** Does what a signal does to the process that sends it to itself. */
function raise(c: CallContext, signal: number): number {
  const { process } = c;
  const { actions, blocked } = process.signals;
  if (signal === 0) return 0;
  if ((blocked & bitOf(signal) & ~UNBLOCKABLE) !== 0n) return 0;
  const action = actions.get(signal);
  const isLong = c.memory.pointerSize === 8;
  const handler = action === undefined ? SIG_DFL : handlerOf(action, isLong);
  if (handler === SIG_IGN || (handler === SIG_DFL && HARMLESS.has(signal))) return 0;
  if (handler !== SIG_DFL) return -Errno.ENOSYS;
  process.hasEnded = true;
  process.exitStatus ??= 128 + signal;
  return 0;
}

function handlerOf(action: Uint8Array<ArrayBuffer>, isLong: boolean): number {
  const view = new DataView(action.buffer);
  const low = view.getUint32(0, true);
  return isLong ? low + 2 ** 32 * view.getUint32(4, true) : low;
}

/** Whether there is a signal of that number; 0 asks whether one could be sent. */
function isSignal(signal: number): boolean {
  return signal >= 0 && signal <= NSIG;
}

/** kill(2), of the own process. */
export function kill(c: CallContext, pid: number, signal: number): number {
  const { process } = c;
  const isOwn = [0, -1, process.pid, -process.pid].includes(pid | 0);
  const result = !isOwn
    ? -Errno.ESRCH
    : isSignal(signal | 0)
    ? raise(c, signal | 0)
    : -Errno.EINVAL;
  return c.answer("kill", result, String(pid | 0), String(signal | 0));
}

/** tkill(2), of the own thread. */
export function tkill(c: CallContext, tid: number, signal: number): number {
  return c.answer("tkill", raiseIn(c, tid | 0, signal | 0), String(tid | 0), String(signal | 0));
}

/** tgkill(2), of the own thread. */
export function tgkill(c: CallContext, pid: number, tid: number, signal: number): number {
  const isOther = (pid | 0) > 0 && (pid | 0) !== c.process.pid;
  const result = (pid | 0) <= 0
    ? -Errno.EINVAL
    : isOther
    ? -Errno.ESRCH
    : raiseIn(c, tid | 0, signal | 0);
  return c.answer("tgkill", result, ...[pid, tid, signal].map((value) => String(value | 0)));
}

function raiseIn(c: CallContext, tid: number, signal: number): number {
  if (tid <= 0 || !isSignal(signal)) return -Errno.EINVAL;
  return tid === c.process.tid ? raise(c, signal) : -Errno.ESRCH;
}
