/**
 * Stepping through tokens.
 *
 * @module
 */
import { failAt } from "../error.ts";
import type { Token } from "./token.ts";

/** Blocks, parentheses and `else if` inside one another, at most. */
const MAX_NESTING = 200;

/**
 * A kind of token as messages show it.
 *
 * @param kind The kind.
 * @returns Its name.
 */
export function kindName(kind: string): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1);
}

/** A place among the tokens of a source, and how deeply nested it is. */
export abstract class TokenCursor {
  /** The current token. */
  protected token: Token;
  readonly #tokens: readonly Token[];
  #index = 0;
  #nesting: number;

  /**
   * @param tokens Tokens ending in `Eof`.
   * @param nesting Levels already entered, for the source inside an interpolated string.
   */
  constructor(tokens: readonly Token[], nesting = 0) {
    const [first] = tokens;
    if (first === undefined) {
      throw new RangeError("Cannot parse: there are no tokens");
    }
    this.token = first;
    this.#tokens = tokens;
    this.#nesting = nesting;
  }

  /** Levels that have been entered. */
  protected get nesting(): number {
    return this.#nesting;
  }

  /** A token further on; `Eof` beyond the end. */
  protected peek(ahead: number): Token {
    const tokens = this.#tokens;
    return tokens[Math.min(this.#index + ahead, tokens.length - 1)] ?? this.token;
  }

  /** Whether the current token is of a kind. */
  protected is(kind: string): boolean {
    return this.token.kind === kind;
  }

  /** Returns the current token and steps past it. */
  protected take(): Token {
    const token = this.token;
    this.#index++;
    this.token = this.#tokens[this.#index] ?? token;
    return token;
  }

  /** Steps past the current token if it is of a kind. */
  protected accept(kind: string): boolean {
    if (!this.is(kind)) {
      return false;
    }
    this.take();
    return true;
  }

  /** Steps past a token that must be of a kind. */
  protected expect(kind: string): Token {
    if (!this.is(kind)) {
      failAt(`expected ${kindName(kind)}, found ${this.describe()}`, this.token.at);
    }
    return this.take();
  }

  /** Reads an identifier. */
  protected identifier(): Token {
    if (!this.is("Ident")) {
      failAt(`expected identifier, found ${this.describe()}`, this.token.at);
    }
    return this.take();
  }

  /** The current token as messages show it. */
  protected describe(): string {
    return kindName(this.token.kind);
  }

  /** Goes one level deeper. */
  protected enter(): void {
    if (++this.#nesting > MAX_NESTING) {
      failAt(`nesting too deep: more than ${MAX_NESTING} levels`, this.token.at);
    }
  }

  /** Comes back from a level. */
  protected leave(): void {
    this.#nesting--;
  }
}
