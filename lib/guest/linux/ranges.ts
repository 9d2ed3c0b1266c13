/**
 * Ranges of addresses, in lists that are in order and without overlaps.
 *
 * @module
 */

/** A range of addresses. */
export interface Range {
  /** The first one. */
  start: number;
  /** The one after the last. */
  end: number;
}

/** Index of the first range that ends behind an address. */
function firstBehind(ranges: readonly Range[], address: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle] as Range).end > address) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Takes a range out of a list; returns what of it was in there, in order. */
export function cutRange(ranges: Range[], { start, end }: Range): Range[] {
  const first = firstBehind(ranges, start);
  const removed: Range[] = [];
  const kept: Range[] = [];
  let next = first;
  for (; next < ranges.length; next++) {
    const range = ranges[next] as Range;
    if (range.start >= end) break;
    if (range.start < start) kept.push({ start: range.start, end: start });
    if (range.end > end) kept.push({ start: end, end: range.end });
    removed.push({ start: Math.max(start, range.start), end: Math.min(end, range.end) });
  }
  if (removed.length > 0) ranges.splice(first, next - first, ...kept);
  return removed;
}

/** Puts a range into a list of which it is no part, joined with its neighbours. */
export function joinRange(ranges: Range[], { start, end }: Range): void {
  const index = firstBehind(ranges, start);
  const before = ranges[index - 1];
  const next = ranges[index];
  const joinsNext = next !== undefined && next.start === end;
  if (before !== undefined && before.end === start) {
    before.end = joinsNext ? next.end : end;
    if (joinsNext) ranges.splice(index, 1);
  } else if (joinsNext) next.start = start;
  else ranges.splice(index, 0, { start, end });
}

/** How many addresses of a range are in a list. */
export function overlapWith(ranges: readonly Range[], { start, end }: Range): number {
  let sum = 0;
  for (let index = firstBehind(ranges, start); index < ranges.length; index++) {
    const range = ranges[index] as Range;
    if (range.start >= end) break;
    sum += Math.min(end, range.end) - Math.max(start, range.start);
  }
  return sum;
}
