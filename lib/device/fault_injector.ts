/**
 * A device that treats packets badly, the same way in every run.
 *
 * @module
 */
import type { Device } from "./device.ts";

/** What happens to packets on their way out: shares from 0 to 1. */
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

/** Passes packets on to a device, or not. What arrives is left alone: put one at either end. */
export class FaultInjector implements Device {
  readonly #device: Device;
  readonly #faults: Faults;
  readonly #random: () => number;
  #held: Uint8Array<ArrayBuffer> | null = null;

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

  /** See {@link Device.receive}. */
  receive(buffer: Uint8Array<ArrayBuffer>): number {
    return this.#device.receive(buffer);
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
