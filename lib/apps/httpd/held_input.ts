/**
 * What of a connection's requests has arrived and waits for the rest, or for the response before.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import { Errno } from "../../linux/errno.ts";
import { LF } from "./characters.ts";
import { RECEIVE_SIZE } from "./limits.ts";

/** Bytes that are kept at first. */
const SMALLEST = 1024;

/** Bytes that are held, from their start; no memory while there are none. */
export class HeldInput {
  /** The memory; null while nothing is held. */
  bytes: Uint8Array<ArrayBuffer> | null = null;
  /** How many bytes are held. */
  length = 0;
  /** Whether they are known not to be a whole head. */
  #isIncomplete = false;

  /** Forgets them. */
  clear(): void {
    this.bytes = null;
    this.length = 0;
  }

  /**
   * Holds bytes, which may be among those that are held.
   *
   * @param isIncomplete Whether they are known not to be a whole head.
   */
  hold(
    bytes: Uint8Array<ArrayBuffer>,
    start: number,
    end: number,
    isIncomplete: boolean,
  ): void {
    const length = end - start;
    if (length === 0) return this.clear();
    if (this.bytes === bytes) bytes.copyWithin(0, start, end);
    else {
      const size = Math.min(Math.max(SMALLEST, 2 * length), RECEIVE_SIZE);
      this.bytes = new Uint8Array(size);
      this.bytes.set(bytes.subarray(start, end));
    }
    this.length = length;
    this.#isIncomplete = isIncomplete;
  }

  /**
   * Receives behind the bytes that are held.
   *
   * @returns How many bytes came, 0 at the end, or a negated errno; −EAGAIN also where what came
   * cannot have made a head whole.
   */
  receive(system: System, fd: number): number {
    const { length } = this;
    let place = this.bytes ?? new Uint8Array(SMALLEST);
    if (length === place.length) {
      place = new Uint8Array(Math.min(2 * length, RECEIVE_SIZE));
      if (this.bytes !== null) place.set(this.bytes);
    }
    this.bytes = place;
    const rest = place.subarray(length);
    const count = system.recv(fd, rest, rest.length, 0);
    if (count <= 0) return count;
    this.length += count;
    // Without the end of a line there is nothing new to be found, unless there is no more room.
    const isWorthIt = !this.#isIncomplete || this.length >= RECEIVE_SIZE ||
      rest.subarray(0, count).includes(LF);
    return isWorthIt ? count : -Errno.EAGAIN;
  }
}
