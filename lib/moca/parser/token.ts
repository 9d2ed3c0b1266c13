/**
 * Tokens of the moca language.
 *
 * @module
 */
import type { Position } from "../error.ts";

/** A piece of an interpolated string: text, or the source of an expression and its place. */
export type InterpolationPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "source"; readonly source: string; readonly at: Position };

/** Characters of the longest {@linkcode PUNCTUATION}. */
export const LONGEST_PUNCTUATION = 3;

/** Punctuation and operators with the names that messages use. */
export const PUNCTUATION: ReadonlyMap<string, string> = new Map([
  ["..=", "DotDotEq"],
  ["->", "Arrow"],
  ["=>", "FatArrow"],
  ["::", "ColonColon"],
  ["..", "DotDot"],
  ["==", "EqEq"],
  ["!=", "NotEq"],
  ["<=", "Le"],
  [">=", "Ge"],
  ["&&", "AndAnd"],
  ["||", "OrOr"],
  ["<<", "Shl"],
  [">>", "Shr"],
  ["+", "Plus"],
  ["-", "Minus"],
  ["*", "Star"],
  ["/", "Slash"],
  ["%", "Percent"],
  ["<", "Lt"],
  [">", "Gt"],
  ["&", "And"],
  ["|", "Or"],
  ["^", "Caret"],
  ["!", "Bang"],
  ["=", "Eq"],
  [".", "Dot"],
  ["?", "Question"],
  ["@", "At"],
  [":", "Colon"],
  ["(", "LParen"],
  [")", "RParen"],
  ["{", "LBrace"],
  ["}", "RBrace"],
  ["[", "LBracket"],
  ["]", "RBracket"],
  [",", "Comma"],
  [";", "Semi"],
]);

/** Words that are not identifiers unless written between backticks. */
export const KEYWORDS: ReadonlySet<string> = new Set([
  "let",
  "var",
  "fun",
  "if",
  "else",
  "while",
  "for",
  "in",
  "break",
  "continue",
  "return",
  "true",
  "false",
  "nil",
  "try",
  "catch",
  "throw",
  "import",
  "struct",
  "impl",
  "interface",
  "asm",
  "type",
  "new",
  "const",
  "match",
  "as",
]);

/**
 * A token. `kind` is a name of {@linkcode PUNCTUATION}, a keyword, or one of `Ident`, `Int`, `Float`,
 * `Str`, `Interp`, `Eof`.
 */
export interface Token {
  /** What it is. */
  readonly kind: string;
  /** Identifier or string contents (as JavaScript text); otherwise the source text. */
  readonly text: string;
  /** Where it starts. */
  readonly at: Position;
  /** Value of an `Int`. */
  readonly int?: bigint;
  /** Value of a `Float`. */
  readonly float?: number;
  /** Parts of an `Interp`. */
  readonly parts?: readonly InterpolationPart[];
}
