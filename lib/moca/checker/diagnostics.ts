/**
 * The messages of one compilation.
 *
 * @module
 */
import { type Diagnostic, MocaCompileError, type Position } from "../error.ts";

/** Messages reported, at most. */
const MAX_DIAGNOSTICS = 100;

/** Collects messages, each once: the resolver and the checker may find the same. */
export class Diagnostics {
  readonly #found = new Map<string, Diagnostic>();

  /**
   * Reports an error.
   *
   * @param message What is wrong.
   * @param at Where it is wrong.
   * @param notes Lines printed below the position.
   */
  error(message: string, at: Position, notes: readonly string[] = []): void {
    const key = `${at.file}:${at.line}:${at.column}:${message}`;
    if (!this.#found.has(key)) {
      this.#found.set(key, { message, at, notes });
    }
  }

  /**
   * Ends compilation if anything has been reported.
   *
   * @throws {MocaCompileError} With the first messages.
   */
  failIfAny(): void {
    if (this.#found.size > 0) {
      throw new MocaCompileError([...this.#found.values()].slice(0, MAX_DIAGNOSTICS));
    }
  }
}
