/**
 * The lines of a trace: what stands before a call, and in which column its result.
 *
 * @module
 */

/** How the lines of a trace look; the defaults are strace's. */
export interface TraceOptions {
  /** Bytes of a string and entries of a list that are printed, strace's `-s`; default 32. */
  readonly stringLimit?: number;
  /** Column of the results, from 0, strace's `-a`; default 40. */
  readonly column?: number;
  /** Text before every line, such as `[pid 2] `; default none. */
  readonly prefix?: string;
  /**
   * Milliseconds since 1970, as `Date.now` gives them. With it every line starts with the time at
   * which it was begun, in seconds, as strace's `-ttt` prints it; default none.
   */
  readonly clock?: () => number;
  /**
   * Whether only whole lines are written, so that the traces of several threads can share an output:
   * a call that may wait takes two lines then, `recv(3,  <unfinished ...>` and
   * `<... recv resumed>"x", 1, 0) = 1`, and another is written when it is done; default false.
   */
  readonly wholeLines?: boolean;
}

/** The line of a call that has been begun. */
export interface Line {
  /** What the line says so far, to know the column. */
  readonly text: string;
  /** Whether that is written already. */
  readonly isWritten: boolean;
  /** The call's name, if the line ended there and another one has to resume the call. */
  readonly unfinished: string | null;
}

function timeStamp(milliseconds: number): string {
  const microseconds = Math.round(milliseconds * 1000);
  const seconds = Math.floor(microseconds / 1e6);
  return `${seconds}.${String(microseconds - seconds * 1e6).padStart(6, "0")} `;
}

/** Writes the lines of one trace. */
export class Lines {
  readonly #write: (text: string) => void;
  readonly #column: number;
  readonly #prefix: string;
  readonly #clock: (() => number) | undefined;
  readonly #wholeLines: boolean;
  #isWriting = false;

  /** Makes lines for `write`. */
  constructor(write: (text: string) => void, options: TraceOptions) {
    this.#write = write;
    this.#column = options.column ?? 40;
    this.#prefix = options.prefix ?? "";
    this.#clock = options.clock;
    this.#wholeLines = options.wholeLines ?? false;
  }

  /** Whether a write is going on, whose own calls must not be traced. */
  get isWriting(): boolean {
    return this.#isWriting;
  }

  /** Begins a line with what is known before a call; `waits` says whether the call may wait. */
  begin(name: string, args: string, waits: boolean): Line {
    const text = `${this.#leader()}${name}(${args}`;
    const isSplit = this.#wholeLines && waits;
    const isWritten = isSplit || !this.#wholeLines;
    if (isWritten) this.#put(isSplit ? `${text} <unfinished ...>\n` : text);
    return { text, isWritten, unfinished: isSplit ? name : null };
  }

  /** Ends a line with the arguments that are left and the result. */
  end(line: Line, args: string, result: string): void {
    const { unfinished } = line;
    const isWritten = line.isWritten && unfinished === null;
    const start = unfinished === null ? line.text : `${this.#leader()}<... ${unfinished} resumed>`;
    const text = `${start}${args}) `.padEnd(this.#column) + `= ${result}\n`;
    this.#put(isWritten ? text.slice(start.length) : text);
  }

  /** Writes the line of a call that was not made. */
  whole(name: string, args: string, result: string): void {
    this.end(
      { text: `${this.#leader()}${name}(`, isWritten: false, unfinished: null },
      args,
      result,
    );
  }

  #leader(): string {
    return this.#prefix + (this.#clock === undefined ? "" : timeStamp(this.#clock()));
  }

  #put(text: string): void {
    this.#isWriting = true;
    try {
      this.#write(text);
    } catch {
      // Where a trace cannot be written there is nobody to tell; the guest must not notice.
    } finally {
      this.#isWriting = false;
    }
  }
}
