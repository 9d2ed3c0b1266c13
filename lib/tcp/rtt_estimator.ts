/**
 * The retransmission time-out: RFC 6298. Times are milliseconds.
 *
 * @module
 */

const INITIAL_TIMEOUT = 1000;
const AFTER_LOST_SYN = 3000;
const MAXIMUM_TIMEOUT = 120_000;
/** The clock counts in fractions of a millisecond, but whoever wakes us does not. */
const GRANULARITY = 1;

/** Estimates the round-trip time of one connection. */
export class RttEstimator {
  readonly #minimum: number;
  #smoothed: number | null = null;
  #variation = 0;
  #timeout = INITIAL_TIMEOUT;

  /**
   * Makes an estimator that knows nothing yet.
   *
   * @param minimum Least time-out; RFC 6298 says 1,000 (2.4).
   */
  constructor(minimum: number) {
    this.#minimum = minimum;
  }

  /** Milliseconds to wait for an acknowledgment. */
  get timeout(): number {
    return this.#timeout;
  }

  /** The smoothed round-trip time, null before the first sample. */
  get smoothed(): number | null {
    return this.#smoothed;
  }

  /**
   * Takes a measurement, which ends any back-off. The caller leaves out segments that were
   * retransmitted (Karn's algorithm) unless timestamps tell which copy was acknowledged.
   *
   * @param time From a segment to its acknowledgment.
   */
  sample(time: number): void {
    if (this.#smoothed === null) {
      this.#smoothed = time;
      this.#variation = time / 2;
    } else {
      this.#variation = 0.75 * this.#variation + 0.25 * Math.abs(this.#smoothed - time);
      this.#smoothed = 0.875 * this.#smoothed + 0.125 * time;
    }
    const timeout = this.#smoothed + Math.max(GRANULARITY, 4 * this.#variation);
    this.#timeout = Math.min(Math.max(timeout, this.#minimum), MAXIMUM_TIMEOUT);
  }

  /** Doubles the time-out after it has expired (5.5). */
  backOff(): void {
    this.#timeout = Math.min(this.#timeout * 2, MAXIMUM_TIMEOUT);
  }

  /** Begins data transfer after a handshake whose SYN had to be sent again (5.7). */
  startAfterLostSyn(): void {
    if (this.#smoothed === null) this.#timeout = AFTER_LOST_SYN;
  }
}
