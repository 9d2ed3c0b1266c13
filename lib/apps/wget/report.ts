/**
 * What `vmsock wget` says while it works, on standard error.
 *
 * @module
 */
import { print } from "../output.ts";
import { covering, type Progress, progressBar, ProgressSteps } from "./progress.ts";

/** Time between two drawings of the bar, in milliseconds. */
const REDRAW_INTERVAL = 100;

/** Columns of a terminal that does not tell. */
const DEFAULT_COLUMNS = 80;

/** Prints lines and progress, or nothing at all. */
export class Report {
  readonly #quiet: boolean;
  readonly #isTerminal: boolean;
  #steps: ProgressSteps | null = null;
  #before = 0;
  #size: number | null = null;
  #started = 0;
  #drawn = -Infinity;
  #width = 0;

  /** Makes a report; a quiet one prints nothing. */
  constructor(quiet: boolean) {
    this.#quiet = quiet;
    this.#isTerminal = !quiet && Deno.stderr.isTerminal();
  }

  /** Prints a line; control characters in it are replaced. */
  line(text: string): void {
    if (!this.#quiet) print("stderr", `${text.replace(/\p{Cc}/gu, "?")}\n`);
  }

  /** Begins to tell how far a download is, with `saved` of `size` bytes there already. */
  start(saved: number, size: number | null): void {
    this.#before = saved;
    this.#size = size;
    this.#started = performance.now();
    this.#drawn = -Infinity;
    this.#steps = this.#isTerminal ? null : new ProgressSteps(saved, size);
  }

  /** Tells that `saved` bytes are there now. */
  advance(saved: number): void {
    if (this.#quiet) return;
    if (this.#steps !== null) {
      const line = this.#steps.line(saved);
      if (line !== null) this.line(line);
      return;
    }
    const now = performance.now();
    if (now - this.#drawn < REDRAW_INTERVAL) return;
    this.#drawn = now;
    this.#draw(saved);
  }

  /** Ends it: the bar is drawn a last time. Returns the time since the start in milliseconds. */
  finish(saved: number): number {
    if (this.#isTerminal && this.#started > 0) {
      this.#draw(saved);
      print("stderr", "\n");
      this.#width = 0;
    }
    this.#steps = null;
    return performance.now() - this.#started;
  }

  #draw(saved: number): void {
    const progress: Progress = {
      before: this.#before,
      saved,
      size: this.#size,
      elapsed: performance.now() - this.#started,
    };
    const width = columns();
    const bar = progressBar(progress, width);
    print("stderr", `\r${covering(bar, this.#width, width)}`);
    this.#width = bar.length;
  }
}

function columns(): number {
  try {
    // 0 where the terminal has not been told its size.
    return Deno.consoleSize().columns || DEFAULT_COLUMNS;
  } catch {
    return DEFAULT_COLUMNS;
  }
}
