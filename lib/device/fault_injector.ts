/**
 * A device that treats packets badly, the same way in every run.
 *
 * @module
 */
import type { Device } from "./device.ts";

/** What happens to packets, on their way out and on their way in: shares from 0 to 1. */
export interface Faults {
  /** Share that is lost. */
  readonly loss?: number;
  /** Share that is sent twice. */
  readonly duplication?: number;
  /** Share that is held back until after the packet that follows. */
  readonly reordering?: number;
  /** Share in which one bit is flipped. */
  readonly corruption?: number;
}

/** Random numbers from a seed: mulberry32. */
function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Passes packets to and from a device, or not. */
export class FaultInjector implements Device {
  readonly #device: Device;
  readonly #faults: Faults;
  readonly #random: () => number;
  #held: Uint8Array<ArrayBuffer> | null = null;
  /** Packets that have arrived and are given later: copies, and what was overtaken. */
  readonly #late: Uint8Array<ArrayBuffer>[] = [];

  /**
   * Puts itself before a device.
   *
   * @param device The device; it is closed with this one.
   * @param faults What happens to packets.
   * @param seed Where the random numbers begin.
   */
  constructor(device: Device, faults: Faults, seed: number) {
    this.#device = device;
    this.#faults = faults;
    this.#random = seeded(seed);
  }

  /** Longest packet, in octets. */
  get mtu(): number {
    return this.#device.mtu;
  }

  /** The descriptor of the device behind it. */
  get descriptor(): number {
    return this.#device.descriptor;
  }

  /** See {@link Device.receive}; a packet that is lost here never was. */
  receive(buffer: Uint8Array<ArrayBuffer>): number {
    const { loss, duplication, reordering, corruption } = this.#faults;
    for (;;) {
      const length = this.#device.receive(buffer);
      if (length <= 0) return this.#receiveLate(buffer, length);
      if (this.#happens(loss)) continue;
      const packet = buffer.subarray(0, length);
      if (this.#happens(duplication)) this.#late.push(packet.slice());
      if (this.#happens(corruption)) buffer.set(this.#corrupt(packet));
      if (!this.#happens(reordering)) return length;
      this.#late.push(packet.slice());
    }
  }

  /** See {@link Device.transmit}; a packet that is lost here counts as sent. */
  transmit(packet: Uint8Array<ArrayBuffer>): number {
    const { loss, duplication, reordering, corruption } = this.#faults;
    if (this.#happens(loss)) return packet.length;
    const sent = this.#happens(corruption) ? this.#corrupt(packet) : packet;
    if (this.#held === null && this.#happens(reordering)) {
      this.#held = sent.slice();
      return packet.length;
    }
    const result = this.#device.transmit(sent);
    if (this.#happens(duplication)) this.#device.transmit(sent);
    if (this.#held !== null) {
      this.#device.transmit(this.#held);
      this.#held = null;
    }
    return result;
  }

  /** Closes the device behind it. */
  close(): void {
    this.#device.close();
  }

  /** What was kept back comes when nothing else does. */
  #receiveLate(buffer: Uint8Array<ArrayBuffer>, otherwise: number): number {
    const packet = this.#late.shift();
    if (packet === undefined) return otherwise;
    buffer.set(packet);
    return packet.length;
  }

  #happens(share = 0): boolean {
    return share > 0 && this.#random() < share;
  }

  #corrupt(packet: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const copy = packet.slice();
    const bit = Math.floor(this.#random() * copy.length * 8);
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return copy;
  }
}
