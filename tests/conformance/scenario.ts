/**
 * The scenario language: lines, statements and words.
 *
 * @module
 */

/** A mistake in a scenario, as opposed to a call that fails. */
export class ScenarioError extends Error {
  override name = "ScenarioError";
}

/** One word of a statement. */
export interface Word {
  /** The word as text; invalid UTF-8 from escapes is replaced. */
  readonly text: string;
  /** Its bytes, escapes resolved. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether it stood between double quotes. */
  readonly quoted: boolean;
}

/** One statement: a line with at least one word. */
export interface Statement {
  /** Number of its line, from 1. */
  readonly line: number;
  /** The names to the left of `=`, for what the operation makes; empty if there are none. */
  readonly results: readonly string[];
  /** The operation. */
  readonly operation: string;
  /** What follows it. */
  readonly words: readonly Word[];
}

const MOST_RESULTS = 4;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", "0": "\0" };

/**
 * Reads one line.
 *
 * @param text The line without its end.
 * @param line Its number, from 1.
 * @returns The statement; null if the line is blank or a comment.
 * @throws {ScenarioError} If a string has no end, an escape is not one, or a result has no name.
 */
export function parseStatement(text: string, line: number): Statement | null {
  const words = parseWords(text.endsWith("\r") ? text.slice(0, -1) : text);
  const [first, second, third] = words;
  if (first === undefined) return null;
  if (second === undefined || second.quoted || second.text !== "=" || third === undefined) {
    return { line, results: [], operation: first.text, words: words.slice(1) };
  }
  return {
    line,
    results: parseResults(first.text),
    operation: third.text,
    words: words.slice(3),
  };
}

/**
 * Splits a line into words, separated by blanks; `#` at the start of a word begins a comment.
 *
 * @param text The line without its end.
 * @throws {ScenarioError} If a string has no end or an escape is not one.
 */
export function parseWords(text: string): Word[] {
  const words: Word[] = [];
  let position = 0;
  while (true) {
    while (isBlank(text[position])) position++;
    const first = text[position];
    if (first === undefined || first === "#") return words;
    const start = position;
    if (first === '"') {
      const { bytes, end } = parseString(text, start + 1);
      words.push({ text: decoder.decode(bytes), bytes, quoted: true });
      position = end;
    } else {
      while (position < text.length && !isBlank(text[position])) position++;
      words.push(bareWord(text.slice(start, position)));
    }
  }
}

function bareWord(text: string): Word {
  return { text, bytes: encoder.encode(text), quoted: false };
}

function parseString(
  text: string,
  start: number,
): { bytes: Uint8Array<ArrayBuffer>; end: number } {
  const bytes: number[] = [];
  let position = start;
  while (text[position] !== '"') {
    const character = text.codePointAt(position);
    if (character === undefined) throw new ScenarioError("unterminated string");
    if (text.startsWith("\\x", position)) {
      bytes.push(parseHexEscape(text.slice(position + 2, position + 4)));
      position += 4;
    } else if (text[position] === "\\") {
      const escaped = String.fromCodePoint(text.codePointAt(position + 1) ?? 0);
      bytes.push(...encoder.encode(ESCAPES[escaped] ?? escaped));
      position += 1 + escaped.length;
    } else {
      const plain = String.fromCodePoint(character);
      bytes.push(...encoder.encode(plain));
      position += plain.length;
    }
  }
  return { bytes: Uint8Array.from(bytes), end: position + 1 };
}

function parseHexEscape(digits: string): number {
  if (!/^[0-9a-f]{2}$/i.test(digits)) throw new ScenarioError("bad \\x escape");
  return parseInt(digits, 16);
}

function parseResults(text: string): string[] {
  const names = text.split(",").filter((name) => name !== "").slice(0, MOST_RESULTS);
  for (const name of names) {
    if (!/^[a-z_]/i.test(name)) throw new ScenarioError(`bad name ${name}`);
  }
  return names;
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t";
}
