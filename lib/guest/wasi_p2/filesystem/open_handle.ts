/**
 * An open file that a descriptor and its streams share.
 *
 * @module
 */
import type { System } from "../../../kernel/system.ts";

/** A descriptor of the system, closed when nobody holds it any more. */
export class OpenHandle {
  /** The system. */
  readonly system: System;
  /** The descriptor. */
  readonly fd: number;
  #holders = 1;

  /** Takes over a descriptor, for one holder. */
  constructor(system: System, fd: number) {
    this.system = system;
    this.fd = fd;
  }

  /** One more holder. */
  hold(): this {
    this.#holders++;
    return this;
  }

  /** One holder less. */
  release(): void {
    if (--this.#holders === 0) this.system.close(this.fd);
  }
}
