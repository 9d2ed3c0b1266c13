/**
 * Ctrl-C and its relatives.
 *
 * @module
 */

/** Signals that ask a program to stop, and what they add to 128 for the exit status. */
const SIGNALS: readonly (readonly [Deno.Signal, number])[] = [["SIGINT", 2], ["SIGTERM", 15]];

/**
 * Notes a signal instead of ending at once. It is told by the event loop only, so that who blocks has
 * to let that run now and then: {@linkcode StopSignal.look}.
 */
export class StopSignal implements Disposable {
  readonly #listeners: (readonly [Deno.Signal, () => void])[] = [];
  #status: number | null = null;
  #tell: () => void = () => {};
  /** Is fulfilled by the first signal. */
  readonly arrived: Promise<void> = new Promise((resolve) => this.#tell = resolve);

  /** Listens. */
  constructor() {
    for (const [signal, number] of SIGNALS) {
      const listener = () => {
        // Who asks again means it.
        if (this.#status !== null) Deno.exit(this.#status);
        this.#status = 128 + number;
        this.#tell();
      };
      try {
        Deno.addSignalListener(signal, listener);
        this.#listeners.push([signal, listener]);
      } catch {
        // Windows has fewer; the others end the process as they always do.
      }
    }
  }

  /** The exit status after a signal; null before any. */
  get status(): number | null {
    return this.#status;
  }

  /**
   * Lets the event loop run, and returns {@linkcode StopSignal.status}. It takes about 2 ms: the event
   * loop looks for signals only before it sleeps, which turns that follow at once would keep it from.
   */
  async look(): Promise<number | null> {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return this.#status;
  }

  /** Listens no more. */
  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) Deno.removeSignalListener(signal, listener);
  }
}
