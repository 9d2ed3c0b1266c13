/**
 * Congestion control: slow start and congestion avoidance (RFC 5681), the initial window (RFC 6928).
 * What recovery does with these windows is in `recovery.ts`.
 *
 * @module
 */

const INITIAL_SEGMENTS = 10;
const INITIAL_OCTETS = 14_600;

function initialWindow(segmentSize: number): number {
  return Math.min(INITIAL_SEGMENTS * segmentSize, Math.max(2 * segmentSize, INITIAL_OCTETS));
}

/** How much may be on the way, in octets. */
export class CongestionWindow {
  #window = 0;
  #threshold = Infinity;
  #segmentSize = 0;
  /** Octets acknowledged since the window last grew in congestion avoidance. */
  #acknowledged = 0;

  /** The congestion window, cwnd. */
  get window(): number {
    return this.#window;
  }

  /** The slow start threshold, ssthresh. */
  get threshold(): number {
    return this.#threshold;
  }

  /**
   * Begins data transfer.
   *
   * @param segmentSize The sender's maximum segment size, SMSS.
   * @param lostSyn Whether the SYN had to be sent again, which means a window of one segment.
   */
  start(segmentSize: number, lostSyn: boolean): void {
    this.#segmentSize = segmentSize;
    this.#window = lostSyn ? segmentSize : initialWindow(segmentSize);
  }

  /** Begins again after a silence so long that the window says nothing: RFC 5681, section 4.1. */
  restart(): void {
    this.#window = Math.min(this.#window, initialWindow(this.#segmentSize));
  }

  /**
   * Follows a segment size that a router on the way made smaller.
   *
   * @param segmentSize The new maximum segment size.
   */
  setSegmentSize(segmentSize: number): void {
    this.#segmentSize = segmentSize;
  }

  /**
   * Grows after an acknowledgment of new data outside recovery.
   *
   * @param octets How many it acknowledged.
   */
  grow(octets: number): void {
    if (this.#window < this.#threshold) {
      this.#window += Math.min(octets, this.#segmentSize);
      return;
    }
    this.#acknowledged += octets;
    if (this.#acknowledged < this.#window) return;
    this.#acknowledged -= this.#window;
    this.#window += this.#segmentSize;
  }

  /**
   * Halves the threshold after a loss: RFC 5681, equation 4.
   *
   * @param inFlight Octets that were on the way.
   */
  halve(inFlight: number): void {
    this.#threshold = Math.max(Math.floor(inFlight / 2), 2 * this.#segmentSize);
  }

  /**
   * Sets the window.
   *
   * @param octets The new window; at least one segment is kept.
   */
  set(octets: number): void {
    this.#window = Math.max(octets, this.#segmentSize);
    this.#acknowledged = 0;
  }

  /**
   * Changes the window.
   *
   * @param octets How much it grows, or shrinks if negative; at least one segment is kept.
   */
  adjust(octets: number): void {
    this.#window = Math.max(this.#window + octets, this.#segmentSize);
  }
}
