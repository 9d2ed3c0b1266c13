/**
 * What the peer holds out of order: RFC 6675.
 *
 * @module
 */
import {
  sequenceAdd,
  sequenceDifference,
  sequenceLess,
  sequenceLessOrEqual,
  sequenceMax,
} from "../wire/sequence_number.ts";
import type { SackBlock } from "../wire/tcp_options.ts";

/** Duplicate acknowledgments, or runs above a hole, that mean a loss. */
export const DUPLICATE_THRESHOLD = 3;

/** A peer that acknowledges every other octet gets no further than this. */
const MAXIMUM_BLOCKS = 256;

/** The selectively acknowledged runs of what was sent, in order and apart from each other. */
export class Scoreboard {
  #blocks: SackBlock[] = [];

  /** Whether nothing is acknowledged selectively. */
  get isEmpty(): boolean {
    return this.#blocks.length === 0;
  }

  /** How many octets are acknowledged selectively. */
  get octets(): number {
    return this.#blocks.reduce((sum, { left, right }) => sum + sequenceDifference(right, left), 0);
  }

  /**
   * Takes the blocks of a segment. Those that are not between what is acknowledged and what was sent
   * (duplicates that the peer reports, RFC 2883, among them) are left out.
   *
   * @param blocks The blocks.
   * @param unacknowledged SND.UNA.
   * @param sent The highest sequence number sent, plus one.
   * @returns Whether anything new is among them.
   */
  update(blocks: readonly SackBlock[], unacknowledged: number, sent: number): boolean {
    const before = this.octets;
    for (const { left, right } of blocks) {
      const valid = sequenceLess(left, right) && sequenceLess(unacknowledged, left) &&
        sequenceLessOrEqual(right, sent);
      if (valid && this.#blocks.length < MAXIMUM_BLOCKS) this.#insert(left, right);
    }
    return this.octets > before;
  }

  /**
   * Forgets what a cumulative acknowledgment covers.
   *
   * @param unacknowledged The new SND.UNA.
   */
  acknowledge(unacknowledged: number): void {
    if (this.#blocks.length === 0) return;
    this.#blocks = this.#blocks
      .filter(({ right }) => sequenceLess(unacknowledged, right))
      .map(({ left, right }) => ({ left: sequenceMax(left, unacknowledged), right }));
  }

  /** Forgets everything: a peer may drop what it has not acknowledged cumulatively (RFC 2018, 8). */
  clear(): void {
    this.#blocks = [];
  }

  /**
   * Returns the end of the last run.
   *
   * @param otherwise What to return without any.
   */
  highest(otherwise: number): number {
    return this.#blocks.at(-1)?.right ?? otherwise;
  }

  /**
   * Returns the first hole at or behind a sequence number: octets below the last run that are not
   * acknowledged selectively.
   *
   * @param from The sequence number.
   * @returns Null if there is none.
   */
  nextHole(from: number): SackBlock | null {
    let left = from;
    for (const block of this.#blocks) {
      if (sequenceLess(left, block.left)) return { left, right: block.left };
      left = sequenceMax(left, block.right);
    }
    return null;
  }

  /**
   * IsLost of RFC 6675: whether enough was acknowledged above an octet.
   *
   * @param sequence The octet.
   * @param segmentSize The sender's maximum segment size.
   */
  isLost(sequence: number, segmentSize: number): boolean {
    let runs = 0;
    let octets = 0;
    for (const { left, right } of this.#blocks) {
      if (!sequenceLess(sequence, left)) continue;
      runs += 1;
      octets += sequenceDifference(right, left);
    }
    return runs >= DUPLICATE_THRESHOLD || octets > (DUPLICATE_THRESHOLD - 1) * segmentSize;
  }

  /**
   * SetPipe of RFC 6675: how many octets are on the way.
   *
   * @param unacknowledged SND.UNA.
   * @param sent The highest sequence number sent, plus one.
   * @param retransmitted HighRxt: up to where holes were sent again.
   * @param segmentSize The sender's maximum segment size.
   */
  pipe(unacknowledged: number, sent: number, retransmitted: number, segmentSize: number): number {
    let octets = 0;
    let left = unacknowledged;
    for (const block of [...this.#blocks, { left: sent, right: sent }]) {
      const size = sequenceDifference(block.left, left);
      if (size > 0) {
        if (!this.isLost(left, segmentSize)) octets += size;
        const again = sequenceDifference(retransmitted, left);
        octets += Math.max(0, Math.min(size, again));
      }
      left = sequenceMax(left, block.right);
    }
    return octets;
  }

  #insert(left: number, right: number): void {
    let merged = { left, right };
    const apart: SackBlock[] = [];
    for (const block of this.#blocks) {
      if (sequenceLess(block.right, left) || sequenceLess(right, block.left)) apart.push(block);
      else {
        const end = sequenceMax(merged.right, block.right);
        const start = sequenceLess(block.left, merged.left) ? block.left : merged.left;
        merged = { left: start, right: end };
      }
    }
    apart.push(merged);
    const origin = sequenceAdd(left, -0x4000_0000);
    apart.sort((a, b) => sequenceDifference(a.left, origin) - sequenceDifference(b.left, origin));
    this.#blocks = apart;
  }
}
