/**
 * Ranges of bytes, RFC 9110 section 14.
 *
 * @module
 */
import { HttpdLimits } from "./limits.ts";

/** Bytes of a file from `start` up to, without, `end`. */
export interface ByteRange {
  /** The first byte. */
  readonly start: number;
  /** One more than the last. */
  readonly end: number;
}

const UNIT = /^bytes[ \t]*=/i;
const SPEC = /^(?:([0-9]+)-([0-9]*)|-([0-9]+))$/;

/** One range of a list: null if it lies outside, undefined if it is malformed. */
function parseSpec(text: string, size: number): ByteRange | null | undefined {
  const match = SPEC.exec(text);
  if (match === null) return undefined;
  const [, first, last = "", suffix] = match;
  if (suffix !== undefined) {
    const count = Math.min(Number(suffix), size);
    return count === 0 ? null : { start: size - count, end: size };
  }
  const start = Number(first);
  const end = last === "" ? size : Number(last) + 1;
  if (end <= start && last !== "") return undefined;
  return start < size ? { start, end: Math.min(end, size) } : null;
}

/**
 * Parses a Range field.
 *
 * @param value The field's value.
 * @param size Bytes of the file.
 * @returns The ranges in the order asked for, those outside left out: none at all is 416. Null where
 * the field is to be ignored and the whole file sent: another unit, malformed, too many ranges, or
 * more bytes than the file has.
 */
export function parseRanges(value: string, size: number): readonly ByteRange[] | null {
  const unit = UNIT.exec(value);
  if (unit === null) return null;
  const specs = value.slice(unit[0].length).split(",").map((text) => text.trim())
    .filter((text) => text !== "");
  if (specs.length === 0 || specs.length > HttpdLimits.ranges) return null;
  const ranges: ByteRange[] = [];
  let total = 0;
  for (const spec of specs) {
    const range = parseSpec(spec, size);
    if (range === undefined) return null;
    if (range === null) continue;
    ranges.push(range);
    total += range.end - range.start;
  }
  // An empty file has no range that Content-Range could name.
  if (ranges.length === 0 && size === 0 && specs.every((spec) => /^-0*[1-9]/.test(spec))) {
    return null;
  }
  return total > size ? null : ranges;
}
