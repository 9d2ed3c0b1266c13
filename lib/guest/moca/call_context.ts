/**
 * What the host calls of one machine share.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import { Errno } from "../../linux/errno.ts";
import { FIONBIO } from "../../linux/ioctl.ts";
import { DescriptorTable, type OpenDescriptor } from "./descriptor_table.ts";
import { type ErrnoNumbers, scriptErrno } from "./errno.ts";
import { deadlineAfter, earlier, pollTimeout, type Steps } from "./wait.ts";

/** What a machine's host calls are made with. */
export interface CallContextOptions {
  /** The system that carries the calls out. */
  readonly system: System;
  /** Whose error numbers the script sees. */
  readonly errno: ErrnoNumbers;
  /** Takes what the script writes to descriptor 1 or 2. */
  readonly output: (fd: number, bytes: Uint8Array<ArrayBuffer>) => void;
  /** Whether a call may make this thread wait in the system, for ever if need be. */
  readonly mayBlock: () => boolean;
  /** Bytes that one read may return, at most. */
  readonly maxRead: number;
  /** Asked before each call; throws if the script must go no further. */
  readonly check: () => void;
  /** When it must not, on `performance.now()`'s clock; null for never. */
  readonly deadline: number | null;
}

/** The system, the descriptors, and how calls on them wait. */
export class CallContext {
  /** The system. */
  readonly system: System;
  /** The script's descriptors. */
  readonly descriptors: DescriptorTable = new DescriptorTable();
  /** Takes what the script writes to descriptor 1 or 2. */
  readonly output: (fd: number, bytes: Uint8Array<ArrayBuffer>) => void;
  /** Bytes that one read may return, at most. */
  readonly maxRead: number;
  /** Asked before each call; throws if the script must go no further. */
  readonly check: () => void;
  readonly #errno: ErrnoNumbers;
  readonly #mayBlock: () => boolean;
  readonly #deadline: number | null;

  /** Makes a context with no descriptors open. */
  constructor(options: CallContextOptions) {
    const { system, errno, output, mayBlock, maxRead, check, deadline } = options;
    this.#deadline = deadline;
    this.check = check;
    this.system = system;
    this.output = output;
    this.maxRead = maxRead;
    this.#errno = errno;
    this.#mayBlock = mayBlock;
  }

  /** What the script gets for a call's result: the number, or its own number for the errno. */
  result(value: number, call: string): bigint {
    return BigInt(value >= 0 ? value : scriptErrno(this.#errno, value, call));
  }

  /** Whether a call on a socket without a time-out of its own may wait in the system. */
  blocks(timeout: number | null): boolean {
    return timeout === null && this.#mayBlock();
  }

  /**
   * Looks a name up for as long as the script, or the descriptor's time-out, allows.
   *
   * @returns As `System.resolve`; −ETIMEDOUT once the time-out has expired.
   */
  resolve(
    name: string,
    family: number,
    addresses: Uint8Array<ArrayBuffer>[],
    timeout: number | null,
  ): number {
    const deadline = earlier(deadlineAfter(timeout), this.#deadline);
    const count = this.system.resolve(name, family, addresses, pollTimeout(deadline));
    this.check();
    return count;
  }

  /**
   * Attempts a call until it has not to wait any more.
   *
   * @param entry The descriptor.
   * @param events What it waits for.
   * @param call The attempt; −EAGAIN if it would have to wait.
   * @returns The result; −ETIMEDOUT once the descriptor's time-out has expired.
   */
  *attempt(entry: OpenDescriptor, events: number, call: () => number): Steps<number> {
    const deadline = deadlineAfter(entry.timeout);
    for (;;) {
      const result = call();
      if (result === -Errno.EINTR) continue;
      if (result !== -Errno.EAGAIN) return result;
      const ready = yield { fds: [{ fd: entry.fd, events, revents: 0 }], deadline };
      if (ready === 0) return -Errno.ETIMEDOUT;
      if (ready < 0 && ready !== -Errno.EINTR) return ready;
    }
  }

  /**
   * Waits for a descriptor whose calls cannot be told to return at once.
   *
   * @returns 0 when it is ready or need not be waited for, else a negated errno.
   */
  *ready(entry: OpenDescriptor, events: number): Steps<number> {
    if (!entry.waits || this.blocks(entry.timeout)) return 0;
    const deadline = deadlineAfter(entry.timeout);
    const ready = yield { fds: [{ fd: entry.fd, events, revents: 0 }], deadline };
    return ready === 0 ? -Errno.ETIMEDOUT : Math.min(ready, 0);
  }

  /** Makes calls on a descriptor return at once, where this thread must not wait in them. */
  unblock(entry: OpenDescriptor): void {
    if (entry.nonblocking || this.blocks(entry.timeout)) return;
    entry.nonblocking = this.system.ioctl(entry.fd, FIONBIO, Int32Array.of(1)) >= 0;
  }

  /** Closes everything that the script left open. */
  close(): void {
    for (const entry of this.descriptors.clear()) {
      if (entry.kind !== "pending" && entry.kind !== "stdin") this.system.close(entry.fd);
    }
  }
}
