/**
 * Two devices in memory, each of which receives what the other transmits.
 *
 * @module
 */
import { Errno } from "../linux/errno.ts";
import type { Device } from "./device.ts";

/** Packets that wait in one direction before more are lost. */
const QUEUE_LENGTH = 1024;

/** One end of a pair. */
export class LoopbackDevice implements Device {
  /** Longest packet, in octets. */
  readonly mtu: number;
  /** There is nothing to wait on. */
  readonly descriptor = -1;
  readonly #incoming: Uint8Array<ArrayBuffer>[];
  readonly #outgoing: Uint8Array<ArrayBuffer>[];

  private constructor(
    mtu: number,
    incoming: Uint8Array<ArrayBuffer>[],
    outgoing: Uint8Array<ArrayBuffer>[],
  ) {
    this.mtu = mtu;
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  /**
   * Makes both ends.
   *
   * @param mtu Longest packet, in octets.
   */
  static pair(mtu: number): readonly [LoopbackDevice, LoopbackDevice] {
    const left: Uint8Array<ArrayBuffer>[] = [];
    const right: Uint8Array<ArrayBuffer>[] = [];
    return [new LoopbackDevice(mtu, left, right), new LoopbackDevice(mtu, right, left)];
  }

  /** See {@link Device.receive}. */
  receive(buffer: Uint8Array<ArrayBuffer>): number {
    const packet = this.#incoming.shift();
    if (packet === undefined) return -Errno.EAGAIN;
    const length = Math.min(packet.length, buffer.length);
    buffer.set(packet.subarray(0, length));
    return length;
  }

  /** See {@link Device.transmit}. */
  transmit(packet: Uint8Array<ArrayBuffer>): number {
    if (packet.length > this.mtu) return -Errno.EMSGSIZE;
    if (this.#outgoing.length >= QUEUE_LENGTH) return -Errno.EAGAIN;
    this.#outgoing.push(packet.slice());
    return packet.length;
  }

  /** Forgets what has arrived. */
  close(): void {
    this.#incoming.length = 0;
  }
}
