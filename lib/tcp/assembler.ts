/**
 * Which parts of a stream have arrived ahead of the next octet.
 *
 * @module
 */

/** A run of octets, counted from the next one that is expected. */
export interface Span {
  /** The first octet. */
  readonly start: number;
  /** The octet after the last. */
  readonly end: number;
}

/** How many runs are remembered. A peer that sends every other octet gets no further. */
const MAXIMUM_SPANS = 128;

/** Keeps track of out-of-order data; the one that grew last comes first, as SACK wants it. */
export class Assembler {
  #spans: Span[] = [];

  /** The runs, the latest first. */
  get spans(): readonly Span[] {
    return this.#spans;
  }

  /** Whether nothing is out of order. */
  get isEmpty(): boolean {
    return this.#spans.length === 0;
  }

  /**
   * Notes that octets have arrived.
   *
   * @param start The first octet, counted from the next one that is expected.
   * @param end The octet after the last.
   * @returns False if there are too many runs already; the octets have to be dropped.
   */
  insert(start: number, end: number): boolean {
    let merged = { start, end };
    const apart: Span[] = [];
    for (const span of this.#spans) {
      if (span.end < merged.start || span.start > merged.end) apart.push(span);
      else {
        merged = {
          start: Math.min(span.start, merged.start),
          end: Math.max(span.end, merged.end),
        };
      }
    }
    if (apart.length >= MAXIMUM_SPANS) return false;
    this.#spans = [merged, ...apart];
    return true;
  }

  /**
   * Moves the point from which octets are counted, after in-order data has arrived.
   *
   * @param count How many octets arrived.
   * @returns How many more follow at once, because they had come before; they are forgotten here, and
   * the point has moved past them.
   */
  advance(count: number): number {
    let joined = count;
    for (const span of this.#spans) {
      if (span.start <= joined && span.end > joined) joined = span.end;
    }
    // Runs never touch each other, so one pass finds the only one that can follow.
    this.#spans = this.#spans
      .filter((span) => span.end > joined)
      .map(({ start, end }) => ({ start: start - joined, end: end - joined }));
    return joined - count;
  }

  /** Forgets everything. */
  clear(): void {
    this.#spans = [];
  }
}
