/**
 * How far a download is: a bar on a terminal, a line now and then elsewhere.
 *
 * @module
 */
import { formatDuration, formatSize, formatSpeed } from "./size.ts";

/** How far a download is. */
export interface Progress {
  /** Bytes of the document that were there at the beginning. */
  readonly before: number;
  /** Bytes of the document that are there now. */
  readonly saved: number;
  /** Bytes of the whole document; null where that is not known. */
  readonly size: number | null;
  /** How long it has taken so far, in milliseconds. */
  readonly elapsed: number;
}

/** Columns that a bar needs beside its figures, to be worth drawing. */
const NARROWEST_BAR = 10;

/**
 * The bar for a terminal.
 *
 * @param progress How far the download is.
 * @param columns The terminal's width.
 * @returns One line, at most one column less than there are, so that no terminal begins another.
 */
export function progressBar(progress: Progress, columns: number): string {
  const { before, saved, size, elapsed } = progress;
  const speed = formatSpeed(saved - before, elapsed);
  const room = Math.max(0, columns - 1);
  const figures = [formatSize(saved), speed];
  if (size === null) return asManyAsFit(figures, room);
  const fraction = size === 0 ? 1 : Math.min(1, saved / size);
  const percent = `${Math.floor(fraction * 100)}%`.padStart(4);
  const left = remaining(progress);
  if (left !== null) figures.push(left);
  const text = figures.join("  ");
  const width = room - percent.length - text.length - 5;
  if (width < NARROWEST_BAR) return asManyAsFit([percent, ...figures], room);
  const done = Math.floor(fraction * width);
  const bar = "=".repeat(Math.max(0, done - 1)) + (done === 0 ? "" : done === width ? "=" : ">");
  return `${percent} [${bar.padEnd(width)}]  ${text}`;
}

/** The first of some figures: part of one would be read as another. */
function asManyAsFit(figures: readonly string[], room: number): string {
  let text = "";
  for (const figure of figures) {
    const longer = text === "" ? figure : `${text}  ${figure}`;
    if (longer.length > room) break;
    text = longer;
  }
  return text;
}

/**
 * A bar with spaces behind it that blot out the one before, as far as the terminal is still that wide:
 * beyond, they would begin another line.
 *
 * @param bar The bar.
 * @param before How long the one before was.
 * @param columns The terminal's width.
 */
export function covering(bar: string, before: number, columns: number): string {
  return bar.padEnd(Math.min(before, columns - 1));
}

function remaining({ before, saved, size, elapsed }: Progress): string | null {
  const got = saved - before;
  if (size === null || got <= 0 || saved >= size) return null;
  return `${formatDuration(elapsed * (size - saved) / got)} left`;
}

/** Bytes after which a line is printed where the size is not known, at first. */
const FIRST_STEP = 1024 * 1024;

/** Decides when a line about the progress is due: at each tenth, or whenever the bytes doubled. */
export class ProgressSteps {
  readonly #size: number | null;
  #next: number;

  /** Starts with so many bytes of a document saved. */
  constructor(saved: number, size: number | null) {
    this.#size = size;
    this.#next = 0;
    this.#advance(saved);
  }

  /**
   * The line that is due, if one is.
   *
   * @param saved Bytes of the document that are there now.
   */
  line(saved: number): string | null {
    const size = this.#size;
    // That all was saved is told by another line.
    if (saved < this.#next || saved === size) return null;
    this.#advance(saved);
    const percent = size === null ? "" : `${Math.floor(saved * 100 / size)}%`.padStart(4) + "  ";
    return `${percent}${saved} bytes`;
  }

  #advance(saved: number): void {
    const size = this.#size;
    if (size === null) {
      this.#next = FIRST_STEP;
      while (this.#next <= saved) this.#next *= 2;
    } else {
      const tenth = Math.floor(saved * 10 / size) + 1;
      this.#next = tenth >= 10 || size === 0 ? Infinity : Math.ceil(size * tenth / 10);
    }
  }
}
