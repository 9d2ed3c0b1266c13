/**
 * futex(2): waiting for a word of memory.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import { type CallContext, hex } from "../call_context.ts";
import { loadTimeout } from "./time_calls.ts";

// linux/futex.h
const FUTEX_WAIT = 0;
const FUTEX_WAKE = 1;
const FUTEX_WAIT_BITSET = 9;
const FUTEX_WAKE_BITSET = 10;
const FUTEX_PRIVATE_FLAG = 128;
const FUTEX_CLOCK_REALTIME = 256;
const FLAGS = FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME;

/** Milliseconds from now to a time-out of the guest's; Infinity for none, or a negated errno. */
function timeLeft(c: CallContext, address: number, operation: number): number {
  if (address === 0) return Infinity;
  const timeout = loadTimeout(c, address);
  if (timeout < 0 || (operation & ~FLAGS) === FUTEX_WAIT) return timeout;
  const isRealtime = (operation & FUTEX_CLOCK_REALTIME) !== 0;
  const now = isRealtime ? c.clock.realtime() : c.clock.monotonic();
  return Math.max(0, timeout - Number(now) / 1e6);
}

/** The word at an address that is inside and a multiple of 4. */
function wordAt(c: CallContext, address: number): Int32Array | null {
  const bytes = c.memory.bytes(address, 4);
  return bytes === null ? null : new Int32Array(bytes.buffer, bytes.byteOffset, 1);
}

function wait(c: CallContext, word: Int32Array, value: number, timeout: number): number {
  if (Atomics.load(word, 0) !== value) return -Errno.EAGAIN;
  if (!c.memory.isShared) {
    // Nobody else can change it.
    const result = c.system.poll([], timeout === Infinity ? -1 : timeout);
    return result < 0 ? result : -Errno.ETIMEDOUT;
  }
  switch (Atomics.wait(word, 0, value, timeout)) {
    case "ok":
      return 0;
    case "not-equal":
      return -Errno.EAGAIN;
    default:
      return -Errno.ETIMEDOUT;
  }
}

/** What the call gives. */
function resultOf(
  c: CallContext,
  address: number,
  operation: number,
  value: number,
  timeoutAddress: number,
  bits: number,
): number {
  const command = operation & ~FLAGS;
  const waits = command === FUTEX_WAIT || command === FUTEX_WAIT_BITSET;
  const wakes = command === FUTEX_WAKE || command === FUTEX_WAKE_BITSET;
  const isRealtime = (operation & FUTEX_CLOCK_REALTIME) !== 0;
  if (isRealtime && command !== FUTEX_WAIT_BITSET) return -Errno.ENOSYS;
  const timeout = waits ? timeLeft(c, timeoutAddress, operation) : 0;
  if (timeout < 0) return timeout;
  if (!waits && !wakes) return -Errno.ENOSYS;
  const hasBits = command === FUTEX_WAIT_BITSET || command === FUTEX_WAKE_BITSET;
  if (hasBits && bits === 0) return -Errno.EINVAL;
  if (address % 4 !== 0) return -Errno.EINVAL;
  const word = wordAt(c, address);
  if (word === null) {
    const isPrivate = (operation & FUTEX_PRIVATE_FLAG) !== 0;
    return wakes && isPrivate ? 0 : -Errno.EFAULT;
  }
  if (waits) return wait(c, word, value, timeout);
  return c.memory.isShared ? Atomics.notify(word, 0, Math.max(1, value)) : 0;
}

/** futex(2). Whoever waits for some bits is woken for any. */
export function futex(
  c: CallContext,
  address: number,
  operation: number,
  value: number,
  timeoutAddress: number,
  _address2: number,
  bits: number,
): number {
  const result = resultOf(c, address, operation | 0, value | 0, timeoutAddress, bits | 0);
  const args = [hex(address), String(operation | 0), String(value | 0), hex(timeoutAddress)];
  return c.answer("futex", result, ...args);
}
