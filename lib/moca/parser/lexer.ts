/**
 * Source text to tokens.
 *
 * @module
 */
import { failAt, type Position } from "../error.ts";
import {
  type InterpolationPart,
  KEYWORDS,
  LONGEST_PUNCTUATION,
  PUNCTUATION,
  type Token,
} from "./token.ts";

const MAX_INT = 9223372036854775807n;

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isWordStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
}

function isWord(code: number): boolean {
  return isWordStart(code) || isDigit(code);
}

function isNewline(code: number): boolean {
  return code === 10;
}

/** Whether a string's text ends here or needs a closer look. */
function isSpecial(code: number): boolean {
  return code === 34 || code === 92 || code === 10;
}

function isSpecialInInterpolation(code: number): boolean {
  return isSpecial(code) || code === 123 || code === 125;
}

class Lexer {
  readonly #source: string;
  readonly #file: string;
  #offset = 0;
  #line: number;
  #column: number;

  constructor(source: string, start: Position) {
    this.#source = source;
    this.#file = start.file;
    this.#line = start.line;
    this.#column = start.column;
  }

  tokens(): Token[] {
    const tokens: Token[] = [];
    for (;;) {
      this.#skipBlank();
      const token = this.#next();
      tokens.push(token);
      if (token.kind === "Eof") {
        return tokens;
      }
    }
  }

  #here(): Position {
    return { file: this.#file, line: this.#line, column: this.#column };
  }

  #code(ahead = 0): number {
    const at = this.#offset + ahead;
    return at < this.#source.length ? this.#source.charCodeAt(at) : -1;
  }

  /** Steps over one UTF-16 unit; the second half of a surrogate pair is not a column. */
  #advance(): void {
    const code = this.#code();
    this.#offset++;
    if (code === 10) {
      this.#line++;
      this.#column = 1;
    } else if (code < 0xdc00 || code > 0xdfff) {
      this.#column++;
    }
  }

  #skipBlank(): void {
    for (;;) {
      const code = this.#code();
      if (code === 32 || code === 9 || code === 13) {
        this.#offset++;
        this.#column++;
      } else if (code === 10) {
        this.#advance();
      } else if (code === 47 && this.#code(1) === 47) {
        this.#textUntil(isNewline);
      } else {
        return;
      }
    }
  }

  #next(): Token {
    const at = this.#here();
    const code = this.#code();
    if (code === -1) {
      return { kind: "Eof", text: "", at };
    }
    if (isWordStart(code)) {
      const text = this.#takeWhile(isWord);
      return { kind: KEYWORDS.has(text) ? text : "Ident", text, at };
    }
    if (isDigit(code)) {
      return this.#number(at);
    }
    if (code === 34) {
      this.#advance();
      return { kind: "Str", text: this.#string(at), at };
    }
    if (code === 36 && this.#code(1) === 34) {
      this.#advance();
      this.#advance();
      return { kind: "Interp", text: "", at, parts: this.#interpolation(at) };
    }
    if (code === 96) {
      return this.#quotedWord(at);
    }
    for (let length = LONGEST_PUNCTUATION; length > 0; length--) {
      const text = this.#source.slice(this.#offset, this.#offset + length);
      const kind = PUNCTUATION.get(text);
      if (kind !== undefined) {
        this.#offset += text.length;
        this.#column += text.length;
        return { kind, text, at };
      }
    }
    const character = String.fromCodePoint(this.#source.codePointAt(this.#offset) ?? code);
    return failAt(`unexpected character '${printable(character)}'`, at);
  }

  /** Takes characters of ASCII, none of them a newline. */
  #takeWhile(accept: (code: number) => boolean): string {
    const source = this.#source;
    const start = this.#offset;
    let end = start;
    while (accept(source.charCodeAt(end))) {
      end++;
    }
    this.#offset = end;
    this.#column += end - start;
    return source.slice(start, end);
  }

  /** Takes any text up to a character, a newline at the latest. */
  #textUntil(stop: (code: number) => boolean): string {
    const source = this.#source;
    const start = this.#offset;
    let end = start;
    for (; end < source.length; end++) {
      const code = source.charCodeAt(end);
      if (stop(code)) {
        break;
      }
      if (code < 0xdc00 || code > 0xdfff) {
        this.#column++;
      }
    }
    this.#offset = end;
    return source.slice(start, end);
  }

  #number(at: Position): Token {
    const start = this.#offset;
    let isFloat = false;
    this.#takeWhile(isDigit);
    if (this.#code() === 46 && isDigit(this.#code(1))) {
      isFloat = true;
      this.#advance();
      this.#takeWhile(isDigit);
    }
    if ((this.#code() | 32) === 101) {
      const sign = this.#code(1) === 43 || this.#code(1) === 45 ? 1 : 0;
      if (isDigit(this.#code(1 + sign))) {
        isFloat = true;
        this.#advance();
        if (sign === 1) {
          this.#advance();
        }
        this.#takeWhile(isDigit);
      }
    }
    const text = this.#source.slice(start, this.#offset);
    if (isFloat) {
      return { kind: "Float", text, at, float: Number(text) };
    }
    // Long runs of digits are refused before BigInt is asked to read them.
    if (text.length > 19 && text.replace(/^0+/, "").length > 19) {
      failAt(`invalid number '${text}'`, at);
    }
    const int = BigInt(text);
    if (int > MAX_INT) {
      failAt(`invalid number '${text}'`, at);
    }
    return { kind: "Int", text, at, int };
  }

  #quotedWord(at: Position): Token {
    this.#advance();
    const text = this.#takeWhile(isWord);
    if (text === "") {
      failAt(
        this.#code() === 96 ? "empty identifier between backticks" : "unterminated identifier",
        at,
      );
    }
    if (this.#code() !== 96) {
      failAt("unterminated identifier", at);
    }
    this.#advance();
    return { kind: "Ident", text, at };
  }

  #escape(): string {
    const at = this.#here();
    this.#advance();
    const code = this.#code();
    if (code === -1) {
      failAt("unterminated string", at);
    }
    const character = String.fromCodePoint(this.#source.codePointAt(this.#offset) ?? code);
    const meaning = ESCAPES.get(character);
    if (meaning === undefined) {
      failAt(`invalid escape sequence '\\${printable(character)}'`, at);
    }
    this.#advance();
    return meaning;
  }

  #string(at: Position): string {
    let text = "";
    for (;;) {
      text += this.#textUntil(isSpecial);
      const code = this.#code();
      if (code === 34) {
        this.#advance();
        return text;
      }
      if (code !== 92) {
        failAt("unterminated string", at);
      }
      text += this.#escape();
    }
  }

  #interpolation(at: Position): InterpolationPart[] {
    const parts: InterpolationPart[] = [];
    let text = "";
    for (;;) {
      text += this.#textUntil(isSpecialInInterpolation);
      const code = this.#code();
      if (code === -1 || code === 10) {
        failAt("unterminated string", at);
      }
      if (code === 34) {
        this.#advance();
        parts.push({ kind: "text", text });
        return parts;
      }
      if (code === 92) {
        text += this.#escape();
      } else if (code === 123 && this.#code(1) !== 123) {
        this.#advance();
        parts.push({ kind: "text", text });
        text = "";
        parts.push(this.#embedded(at));
      } else {
        const doubled = this.#code(1) === code;
        text += this.#source.charAt(this.#offset);
        this.#advance();
        if (doubled) {
          this.#advance();
        }
      }
    }
  }

  #embedded(stringAt: Position): InterpolationPart {
    const at = this.#here();
    const start = this.#offset;
    let depth = 0;
    for (;;) {
      const code = this.#code();
      if (code === -1) {
        failAt("unterminated string", stringAt);
      }
      if (code === 10) {
        failAt("newline in string interpolation", this.#here());
      }
      if (code === 123) {
        depth++;
      } else if (code === 125) {
        if (depth === 0) {
          break;
        }
        depth--;
      }
      this.#advance();
    }
    const source = this.#source.slice(start, this.#offset);
    this.#advance();
    if (source.trim() === "") {
      failAt("empty expression in string interpolation", at);
    }
    return { kind: "source", source, at };
  }
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["\\", "\\"],
  ['"', '"'],
]);

function printable(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 32 || code === 127 || code === 0xfeff || (code >= 0xd800 && code <= 0xdfff)
    ? `\\u{${code.toString(16)}}`
    : character;
}

/**
 * Splits source text into tokens; the last one is `Eof`.
 *
 * @param source The text.
 * @param start The place of its first character, for messages.
 * @returns The tokens.
 * @throws {MocaCompileError} For a character, number, escape or string that is not valid.
 */
export function tokenize(source: string, start: Position): Token[] {
  return new Lexer(source, start).tokens();
}
