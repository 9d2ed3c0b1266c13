/**
 * Limits on the sockets of one guest, for those that come from small systems.
 *
 * @module
 */
import { SO_RCVBUF, SO_SNDBUF, SOL_SOCKET } from "../linux/socket.ts";
import type { Bytes, OpenFile } from "../stack/open_file.ts";

/** What a guest's sockets are held to; what is not given has Linux's own limits. */
export interface SocketLimits {
  /** Sockets at once: one more is EMFILE for socket(2), ENOBUFS for accept(2). */
  readonly sockets?: number;
  /** Most bytes of SO_SNDBUF, which every socket starts with. */
  readonly sendBuffer?: number;
  /** Most bytes of SO_RCVBUF, which every socket starts with. */
  readonly receiveBuffer?: number;
}

/**
 * The limits of the kernel whose system calls the `akuma` dialect has.
 *
 * @example
 * ```ts
 * import { AKUMA_LIMITS, Kernel, openStack } from "@vmsock/vmsock/kernel";
 *
 * using kernel = new Kernel(openStack("auto"), { limits: AKUMA_LIMITS });
 * ```
 */
export const AKUMA_LIMITS: SocketLimits = { sockets: 32, sendBuffer: 4096, receiveBuffer: 4096 };

/** An `int`, as setsockopt(2) takes it. */
const INT_SIZE = 4;

/**
 * Counts the sockets of a guest and bounds their buffers. The count is a number in shared memory
 * that changes by atomic steps alone, so that threads need no lock.
 */
export class SocketLimiter {
  /** The limits. */
  readonly limits: SocketLimits;
  readonly #taken: Int32Array<SharedArrayBuffer>;

  /**
   * Makes a limiter.
   *
   * @param limits The limits.
   * @param taken One word: the count of sockets, shared by the threads of a guest.
   * @throws {RangeError} If a limit is not a whole number that is positive, the count of sockets
   * aside, which may be 0.
   */
  constructor(
    limits: SocketLimits,
    taken: Int32Array<SharedArrayBuffer> = new Int32Array(new SharedArrayBuffer(4)),
  ) {
    const { sockets = 0, sendBuffer = 1, receiveBuffer = 1 } = limits;
    const isValid = [sockets, sendBuffer, receiveBuffer].every((n) => (n | 0) === n && n >= 0);
    if (!isValid || sendBuffer === 0 || receiveBuffer === 0) {
      throw new RangeError(
        `Cannot limit sockets to ${sockets}, ${sendBuffer} and ${receiveBuffer} bytes: limits are ` +
          "whole numbers, and buffers have at least 1 byte",
      );
    }
    this.limits = limits;
    this.#taken = taken;
  }

  /** How many sockets have a slot. */
  get count(): number {
    return Atomics.load(this.#taken, 0);
  }

  /** Takes a slot for a socket; returns whether there was one. */
  take(): boolean {
    const { sockets = Infinity } = this.limits;
    for (;;) {
      const taken = Atomics.load(this.#taken, 0);
      if (taken >= sockets) return false;
      if (Atomics.compareExchange(this.#taken, 0, taken, taken + 1) === taken) return true;
    }
  }

  /** Gives a slot back that was taken and used for nothing. */
  giveBack(): void {
    Atomics.sub(this.#taken, 0, 1);
  }

  /** Gives a new socket the slot that was taken for it, and its buffers. */
  assign(socket: OpenFile): void {
    socket.hasSlot = true;
    const { sendBuffer, receiveBuffer } = this.limits;
    for (const [name, size] of [[SO_SNDBUF, sendBuffer], [SO_RCVBUF, receiveBuffer]] as const) {
      if (size !== undefined) socket.setsockopt(SOL_SOCKET, name, encodeInt(size), INT_SIZE);
    }
  }

  /** Gives the slot of a socket back that ends, if it has one. */
  end(socket: OpenFile): void {
    if (socket.hasSlot) this.giveBack();
  }

  /**
   * Bounds the value of a socket option, as Linux's own limits (net.core.rmem_max) do: in silence.
   *
   * @returns `value`, or another one of the same length that is allowed.
   */
  bound(level: number, name: number, value: Bytes | null, length: number): Bytes | null {
    const { sendBuffer, receiveBuffer } = this.limits;
    const most = name === SO_SNDBUF ? sendBuffer : name === SO_RCVBUF ? receiveBuffer : undefined;
    if (level !== SOL_SOCKET || most === undefined || value === null || length < INT_SIZE) {
      return value;
    }
    // A copy: another thread could change the original after the comparison.
    const copy = value.slice(0, length);
    const size = new DataView(copy.buffer).getInt32(0, true);
    if (size < 0 || size > most) copy.set(encodeInt(most));
    return copy;
  }
}

function encodeInt(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(INT_SIZE);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}
