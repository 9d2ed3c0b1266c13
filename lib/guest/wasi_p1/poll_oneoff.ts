/**
 * Preview 1's poll_oneoff: descriptors and clocks, in one wait of the system's.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { FIONREAD } from "../../linux/ioctl.ts";
import { POLLERR, type PollFd, POLLHUP, POLLIN, POLLNVAL, POLLOUT } from "../../linux/poll.ts";
import { monotonicTime, wallTime } from "../wasi/clocks.ts";
import type { Descriptor } from "./descriptor.ts";
import { WasiErrno, wasiErrno } from "./errno.ts";
import {
  CLOCKID_MONOTONIC,
  CLOCKID_REALTIME,
  CLOCKID_THREAD_CPUTIME_ID,
  EVENTRWFLAGS_FD_READWRITE_HANGUP,
  EVENTTYPE_CLOCK,
  EVENTTYPE_FD_READ,
  EVENTTYPE_FD_WRITE,
  SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME,
} from "./flags.ts";
import type { FunctionTable } from "./function_table.ts";
import { Rights } from "./rights.ts";
import type { WasiProcess } from "./wasi_process.ts";

/** Size of `subscription`: userdata, then at 8 its type and at 16 what belongs to that. */
const SUBSCRIPTION_SIZE = 48;

/** Size of `event`: userdata, then at 8 its error, at 10 its type, at 16 what belongs to that. */
const EVENT_SIZE = 32;

/** What ends a wait whatever was asked for. */
const POLL_ALWAYS = POLLERR | POLLHUP | POLLNVAL;

/** Milliseconds that one wait takes at most: what an int holds, as poll(2) takes it. */
const LONGEST_WAIT = 0x7fffffff;

let lastRound = 0;

/** One poll_oneoff. Reads the guest's list twice, before and after the wait, and keeps no copy. */
class PollRound {
  readonly #process: WasiProcess;
  readonly #input: number;
  readonly #count: number;
  readonly #number = ++lastRound;
  readonly #start = monotonicTime();
  readonly #pollFds: PollFd[] = [];
  readonly #available = new Int32Array(1);
  /** Moment of the monotonic clock at which the first time is reached; null for none. */
  #deadline: bigint | null = null;
  /** Whether a subscription is answered without a wait. */
  #immediate = false;

  constructor(process: WasiProcess, input: number, count: number) {
    this.#process = process;
    this.#input = input;
    this.#count = count;
  }

  /** Waits for the first event and writes all that there are then; their count, or an errno. */
  run(output: number): number {
    for (let index = 0; index < this.#count; index++) {
      const fault = this.#collect(this.#input + index * SUBSCRIPTION_SIZE);
      if (fault < 0) return fault;
    }
    for (;;) {
      const result = this.#process.system.poll(this.#pollFds, this.#timeout());
      if (result < 0 && result !== -Errno.EINTR) return result;
      const written = this.#report(output);
      if (written > 0) return written;
    }
  }

  /**
   * Takes a subscription in: 0, −EINVAL for one of no type, −EBADF for a descriptor that is not open,
   * which no event tells in other hosts.
   */
  #collect(at: number): number {
    const { memory } = this.#process;
    switch (memory.load8(at + 8)) {
      case EVENTTYPE_CLOCK: {
        if (this.#clockError(at) !== 0) this.#immediate = true;
        else {
          const moment = this.#momentOf(at);
          if (this.#deadline === null || moment < this.#deadline) this.#deadline = moment;
        }
        return 0;
      }
      case EVENTTYPE_FD_READ:
        return this.#watch(at, POLLIN);
      case EVENTTYPE_FD_WRITE:
        return this.#watch(at, POLLOUT);
      default:
        return -Errno.EINVAL;
    }
  }

  /** Adds a descriptor to those that are waited for, once, however often the guest names it. */
  #watch(at: number, events: number): number {
    const descriptor = this.#descriptorOf(at);
    if (descriptor === null) return -Errno.EBADF;
    if (typeof descriptor === "number") {
      this.#immediate = true;
      return 0;
    }
    const { pollFd } = descriptor;
    if (descriptor.pollRound !== this.#number) {
      descriptor.pollRound = this.#number;
      pollFd.events = 0;
      pollFd.revents = 0;
      this.#pollFds.push(pollFd);
    }
    pollFd.events |= events;
    return 0;
  }

  /** The descriptor of a subscription, or the errno of its event; null for one that is not open. */
  #descriptorOf(at: number): Descriptor | number | null {
    const { memory, descriptors } = this.#process;
    const descriptor = descriptors.get(memory.load32(at + 16));
    if (descriptor === undefined) return null;
    const refused = descriptor.refuses(Rights.POLL_FD_READWRITE);
    return refused === 0 ? descriptor : refused;
  }

  /** The errno of a clock's event, 0 for a clock that can be waited for. */
  #clockError(at: number): number {
    const { memory } = this.#process;
    const id = memory.load32(at + 16);
    const flags = memory.load16(at + 40);
    if ((flags & ~SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME) !== 0) return WasiErrno.EINVAL;
    if (id === CLOCKID_REALTIME || id === CLOCKID_MONOTONIC) return 0;
    // A guest that waits uses no CPU time.
    return id <= CLOCKID_THREAD_CPUTIME_ID ? WasiErrno.ENOTSUP : WasiErrno.EINVAL;
  }

  /** The moment of the monotonic clock that a clock's subscription waits for. */
  #momentOf(at: number): bigint {
    const { memory } = this.#process;
    const timeout = memory.loadBigUint64(at + 24) ?? 0n;
    if ((memory.load16(at + 40) & SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME) === 0) {
      return this.#start + timeout;
    }
    const isWall = memory.load32(at + 16) === CLOCKID_REALTIME;
    return isWall ? timeout - wallTime() + monotonicTime() : timeout;
  }

  #timeout(): number {
    if (this.#immediate) return 0;
    if (this.#deadline === null) return -1;
    const left = Number(this.#deadline - monotonicTime()) / 1e6;
    return Math.min(Math.max(left, 0), LONGEST_WAIT);
  }

  /** Writes the events that there are; returns how many. */
  #report(output: number): number {
    const { memory } = this.#process;
    const now = monotonicTime();
    let events = 0;
    for (let index = 0; index < this.#count; index++) {
      const at = this.#input + index * SUBSCRIPTION_SIZE;
      const event = output + events * EVENT_SIZE;
      // Read first: a guest may want the events where the subscriptions are.
      const userdata = memory.loadBigUint64(at) ?? 0n;
      const type = memory.load8(at + 8);
      const isEvent = type === EVENTTYPE_CLOCK
        ? this.#reportClock(at, event, now)
        : this.#reportDescriptor(at, event, type === EVENTTYPE_FD_WRITE ? POLLOUT : POLLIN);
      if (!isEvent) continue;
      memory.store64(event, userdata);
      memory.store8(event + 10, type);
      memory.store8(event + 11, 0);
      memory.store32(event + 12, 0);
      events++;
    }
    return events;
  }

  #reportClock(at: number, event: number, now: bigint): boolean {
    const error = this.#clockError(at);
    if (error === 0 && this.#momentOf(at) > now) return false;
    this.#write(event, error, 0, 0);
    return true;
  }

  #reportDescriptor(at: number, event: number, events: number): boolean {
    // A list that another thread has changed meanwhile may name one that is not open.
    const descriptor = this.#descriptorOf(at) ?? WasiErrno.EBADF;
    if (typeof descriptor === "number") {
      this.#write(event, descriptor, 0, 0);
      return true;
    }
    const { revents } = descriptor.pollFd;
    if ((revents & (events | POLL_ALWAYS)) === 0) return false;
    const error = (revents & POLLNVAL) === 0 ? 0 : WasiErrno.EBADF;
    const flags = (revents & POLLHUP) === 0 ? 0 : EVENTRWFLAGS_FD_READWRITE_HANGUP;
    const bytes = (revents & events) === 0 ? 0 : events === POLLIN ? this.#readable(descriptor) : 1;
    this.#write(event, error, bytes, flags);
    return true;
  }

  /** How many bytes there are to read; 1 for what can be read and not counted: a connection. */
  #readable({ fd }: Descriptor): number {
    const result = this.#process.system.ioctl(fd, FIONREAD, this.#available);
    return result < 0 ? 1 : this.#available[0] as number;
  }

  #write(event: number, error: number, bytes: number, flags: number): void {
    const { memory } = this.#process;
    memory.store16(event + 8, error);
    memory.store64(event + 16, bytes);
    memory.store64(event + 24, flags);
  }
}

function pollOneoff(
  process: WasiProcess,
  input: number,
  output: number,
  count: number,
  result: number,
): number {
  const { memory } = process;
  if (count === 0) return WasiErrno.EINVAL;
  if (memory.bytes(input, count * SUBSCRIPTION_SIZE) === null) return WasiErrno.EFAULT;
  if (memory.bytes(output, count * EVENT_SIZE) === null) return WasiErrno.EFAULT;
  if (memory.bytes(result, 4) === null) return WasiErrno.EFAULT;
  const events = new PollRound(process, input, count).run(output);
  if (events < 0) return wasiErrno(events);
  memory.store32(result, events);
  return 0;
}

/** The function that waits. */
export const POLL_FUNCTIONS: FunctionTable = {
  "poll_oneoff": [{ parameters: "iiii", call: pollOneoff }],
};
