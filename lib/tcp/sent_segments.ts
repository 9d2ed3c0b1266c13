/**
 * What was sent and is not acknowledged, and what became of each segment: RFC 8985, section 5.2.
 *
 * @module
 */
import { sequenceDifference, sequenceLess, sequenceLessOrEqual } from "../wire/sequence_number.ts";
import type { SackBlock } from "../wire/tcp_options.ts";

/** A segment that was sent. */
export interface SentSegment {
  /** Its first sequence number. */
  readonly left: number;
  /** The one after its last. */
  readonly right: number;
  /** When it was last sent, in milliseconds. */
  readonly sentAt: number;
  /** Counts what is sent: which of two was sent later, however fast they followed each other. */
  readonly order: number;
  /** Whether it was sent more than once. */
  readonly again: boolean;
  /** Whether the peer holds it: it was acknowledged selectively. */
  delivered: boolean;
  /** Whether it is taken for lost and was not sent again since. */
  lost: boolean;
}

function size({ left, right }: SentSegment): number {
  return sequenceDifference(right, left);
}

/** The segments of one connection that are not acknowledged, in the order of sequence numbers. */
export class SentSegments {
  #segments: SentSegment[] = [];
  #deliveredCount = 0;
  #deliveredOctets = 0;
  #lostOctets = 0;
  #againCount = 0;
  #order = 0;

  /** How many segments the peer holds out of order. */
  get deliveredCount(): number {
    return this.#deliveredCount;
  }

  /** How many octets are not on the way: delivered, or lost and not sent again. */
  get settledOctets(): number {
    return this.#deliveredOctets + this.#lostOctets;
  }

  /** Whether all were sent once and in order, and nothing is known of any. */
  get isPlain(): boolean {
    return this.#deliveredCount === 0 && this.#lostOctets === 0 && this.#againCount === 0;
  }

  /** The last of them; undefined without. */
  get last(): SentSegment | undefined {
    return this.#segments.at(-1);
  }

  /** The first that is lost; undefined without. */
  get firstLost(): SentSegment | undefined {
    return this.#lostOctets === 0 ? undefined : this.#segments.find(({ lost }) => lost);
  }

  /** Those of which nothing is known. */
  *onTheWay(): Generator<SentSegment> {
    for (const segment of this.#segments) {
      if (!segment.delivered && !segment.lost) yield segment;
    }
  }

  /**
   * Notes a segment that is sent. What it repeats is on the way again.
   *
   * @param left Its first sequence number.
   * @param right The one after its last.
   * @param now Milliseconds.
   * @param again Whether any of it was sent before.
   */
  record(left: number, right: number, now: number, again: boolean): void {
    const order = this.#order++;
    const made = { left, right, sentAt: now, order, again, delivered: false, lost: false };
    const first = this.#indexAfter(left);
    const rest: SentSegment[] = [];
    let end = first;
    for (; end < this.#segments.length; end++) {
      const segment = this.#segments[end];
      if (segment === undefined || !sequenceLess(segment.left, right)) break;
      this.#count(segment, -1);
      if (sequenceLess(right, segment.right)) rest.push({ ...segment, left: right });
    }
    const before = this.#segments[first];
    const kept = end > first && before !== undefined && sequenceLess(before.left, left)
      ? [{ ...before, right: left }]
      : [];
    const pieces = [...kept, made, ...rest];
    this.#segments.splice(first, end - first, ...pieces);
    for (const piece of pieces) this.#count(piece, 1);
  }

  /**
   * Forgets what is acknowledged.
   *
   * @param acknowledgment SND.UNA.
   * @param onDelivered Told of each segment of which that is news.
   */
  acknowledge(acknowledgment: number, onDelivered: (segment: SentSegment) => void): void {
    for (;;) {
      const [first] = this.#segments;
      if (first === undefined || !sequenceLess(first.left, acknowledgment)) return;
      this.#count(first, -1);
      if (sequenceLessOrEqual(first.right, acknowledgment)) {
        this.#segments.shift();
        if (!first.delivered) onDelivered(first);
      } else {
        const left = { ...first, left: acknowledgment };
        this.#segments[0] = left;
        this.#count(left, 1);
      }
    }
  }

  /**
   * Takes the blocks of a selective acknowledgment. A segment of which only a part is covered counts as
   * not delivered, and what was never sent as nothing.
   *
   * @param blocks The blocks.
   * @param onDelivered Told of each segment of which that is news.
   */
  deliver(blocks: readonly SackBlock[], onDelivered: (segment: SentSegment) => void): void {
    const sent = this.last?.right;
    if (sent === undefined) return;
    for (const { left, right } of blocks) {
      if (!sequenceLess(left, right) || sequenceLess(sent, right)) continue;
      for (let index = this.#indexAfter(left); index < this.#segments.length; index++) {
        const segment = this.#segments[index];
        if (segment === undefined || sequenceLess(right, segment.right)) break;
        if (segment.delivered || sequenceLess(segment.left, left)) continue;
        this.#count(segment, -1);
        segment.delivered = true;
        segment.lost = false;
        this.#count(segment, 1);
        onDelivered(segment);
      }
    }
  }

  /**
   * Takes a segment for lost.
   *
   * @param segment One that is on the way.
   */
  lose(segment: SentSegment): void {
    this.#count(segment, -1);
    segment.lost = true;
    this.#count(segment, 1);
  }

  /** Takes all for lost: a peer may drop what it has only acknowledged selectively (RFC 2018, 8). */
  loseAll(): void {
    for (const segment of this.#segments) {
      this.#count(segment, -1);
      segment.delivered = false;
      segment.lost = true;
      this.#count(segment, 1);
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#segments = [];
    this.#deliveredCount =
      this.#deliveredOctets =
      this.#lostOctets =
      this.#againCount =
        0;
  }

  /** Index of the first segment that ends after a sequence number. */
  #indexAfter(sequence: number): number {
    let low = 0;
    let high = this.#segments.length;
    // What is sent for the first time comes last.
    const last = this.last;
    if (last === undefined || !sequenceLess(sequence, last.right)) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      const segment = this.#segments[middle];
      if (segment !== undefined && sequenceLess(sequence, segment.right)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #count(segment: SentSegment, sign: 1 | -1): void {
    if (segment.again) this.#againCount += sign;
    if (segment.delivered) {
      this.#deliveredCount += sign;
      this.#deliveredOctets += sign * size(segment);
    } else if (segment.lost) this.#lostOctets += sign * size(segment);
  }
}
