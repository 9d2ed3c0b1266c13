/**
 * Sequence numbers: arithmetic modulo 2³², RFC 9293, section 3.4. A sequence number is a plain
 * number from 0 to 2³² − 1; comparisons hold for numbers less than 2³¹ apart.
 *
 * @module
 */

/**
 * Moves a sequence number.
 *
 * @param sequence The sequence number.
 * @param octets How far, possibly negative.
 */
export function sequenceAdd(sequence: number, octets: number): number {
  return (sequence + octets) >>> 0;
}

/**
 * Returns how far the first number is ahead of the second: −2³¹ to 2³¹ − 1.
 *
 * @param left A sequence number.
 * @param right A sequence number.
 */
export function sequenceDifference(left: number, right: number): number {
  return (left - right) | 0;
}

/**
 * Returns whether the first number comes before the second.
 *
 * @param left A sequence number.
 * @param right A sequence number.
 */
export function sequenceLess(left: number, right: number): boolean {
  return ((left - right) | 0) < 0;
}

/**
 * Returns whether the first number comes before the second or is the same.
 *
 * @param left A sequence number.
 * @param right A sequence number.
 */
export function sequenceLessOrEqual(left: number, right: number): boolean {
  return ((left - right) | 0) <= 0;
}

/**
 * Returns whether a number is in a window.
 *
 * @param sequence The sequence number.
 * @param start The first number of the window.
 * @param size How many numbers the window has, less than 2³¹.
 */
export function sequenceInWindow(sequence: number, start: number, size: number): boolean {
  return (sequence - start) >>> 0 < size;
}

/**
 * Returns the later of two numbers.
 *
 * @param left A sequence number.
 * @param right A sequence number.
 */
export function sequenceMax(left: number, right: number): number {
  return sequenceLess(left, right) ? right : left;
}
