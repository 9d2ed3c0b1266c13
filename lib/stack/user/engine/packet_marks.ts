/**
 * What a socket's packets say beside who they are from and to.
 *
 * @module
 */
import { OwnOption } from "../control.ts";

/** Marks of one packet. */
export interface Marks {
  /** Differentiated services, or the traffic class of IPv6. */
  typeOfService: number;
  /** How many routers it may pass. */
  timeToLive: number;
}

/** Marks of a socket, which may speak IPv4 and IPv6. */
export class PacketMarks {
  readonly #marks: Readonly<Record<4 | 6, Marks>> = {
    4: { typeOfService: 0, timeToLive: 64 },
    6: { typeOfService: 0, timeToLive: 64 },
  };

  /** The marks of packets of one version of IP. */
  of(family: 4 | 6): Readonly<Marks> {
    return this.#marks[family];
  }

  /**
   * Sets one, if the option is about that.
   *
   * @param option One of `OwnOption`.
   * @param value Its value, in range.
   * @returns Whether it is.
   */
  set(option: number, value: number): boolean {
    switch (option) {
      case OwnOption.typeOfService:
        this.#marks[4].typeOfService = value;
        return true;
      case OwnOption.timeToLive:
        this.#marks[4].timeToLive = value;
        return true;
      case OwnOption.trafficClass:
        this.#marks[6].typeOfService = value;
        return true;
      case OwnOption.hopLimit:
        this.#marks[6].timeToLive = value;
        return true;
      default:
        return false;
    }
  }

  /** Takes over those of a listener. */
  inherit(listener: PacketMarks): void {
    Object.assign(this.#marks[4], listener.#marks[4]);
    Object.assign(this.#marks[6], listener.#marks[6]);
  }
}
