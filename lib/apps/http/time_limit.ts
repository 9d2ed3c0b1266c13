/**
 * How long an exchange may take.
 *
 * @module
 */

/** The longest that a wait may take. */
export interface Wait {
  /** From now, in milliseconds; 0 or less: no time is left. */
  readonly left: number;
  /** The whole length of the limit that it comes from, in milliseconds: what an error names. */
  readonly limit: number;
}

/** What bounds an exchange; nothing where all are absent. */
export interface TimeLimits {
  /** Longest time for all of it, in milliseconds from now. */
  readonly whole?: number | undefined;
  /**
   * Longest time in milliseconds for making the connection, for request and response head together,
   * and for each wait for a piece of the body.
   */
  readonly each?: number | undefined;
}

/**
 * Tells how long the next wait of an exchange may take. A phase bounds waits together, so that a peer
 * cannot draw them out by sending a byte now and then.
 */
export class TimeLimit {
  readonly #whole: number | undefined;
  readonly #end: number;
  readonly #each: number | undefined;
  #phaseEnd: number | null = null;

  /** Makes a limit; the time for everything begins now. */
  constructor({ whole, each }: TimeLimits = {}) {
    this.#whole = whole;
    this.#each = each;
    this.#end = whole === undefined ? Infinity : performance.now() + whole;
  }

  /** Begins a phase: the waits from here on may take `each` together. */
  beginPhase(): void {
    this.#phaseEnd = this.#each === undefined ? null : performance.now() + this.#each;
  }

  /** Ends the phase: from here on each wait may take `each` by itself. */
  endPhase(): void {
    this.#phaseEnd = null;
  }

  /** What bounds a wait that begins now; null where nothing does. */
  next(): Wait | null {
    const whole = this.#whole;
    const each = this.#each;
    if (whole === undefined && each === undefined) return null;
    const now = performance.now();
    const phaseLeft = this.#phaseEnd === null ? each ?? Infinity : this.#phaseEnd - now;
    const wholeLeft = this.#end - now;
    return wholeLeft < phaseLeft
      ? { left: wholeLeft, limit: whole ?? 0 }
      : { left: phaseLeft, limit: each ?? 0 };
  }
}
