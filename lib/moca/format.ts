/**
 * Values as text.
 *
 * @module
 */
import type { Bytecode } from "./bytecode.ts";
import { MocaMap } from "./map.ts";
import { Closure, DynBox, Sequence, StructValue, type Value } from "./value.ts";

/** How values are shown: as `print` does, as `inspect` does, or as errors do. */
export type TextStyle = "display" | "inspect" | "plain";

/**
 * A float as text: the shortest decimal that reads back as the same number, without exponent,
 * with a fraction.
 *
 * @param value The number.
 * @returns The text.
 */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) {
    return "NaN";
  }
  if (!Number.isFinite(value)) {
    return value < 0 ? "-inf" : "inf";
  }
  if (Object.is(value, -0)) {
    return "-0.0";
  }
  const text = String(value);
  const exponent = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (exponent === null) {
    return text.includes(".") ? text : `${text}.0`;
  }
  const [, sign = "", first = "", rest = "", power = "0"] = exponent;
  const digits = first + rest;
  const point = 1 + Number(power);
  if (point <= 0) {
    return `${sign}0.${"0".repeat(-point)}${digits}`;
  }
  return digits.length <= point
    ? `${sign}${digits}${"0".repeat(point - digits.length)}.0`
    : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** A method that must run before the text can go on. */
export interface TextCall {
  /** Index of the function. */
  readonly function: number;
  /** Its receiver. */
  readonly self: StructValue;
}

/** Bytes counted for a piece of text or a value that is still to be written. */
const PIECE_BYTES = 64;

/** Bytes counted for each piece of text besides its characters, which V8 joins only later. */
const STRING_BYTES = 32;

/** Pieces handled before the machine looks at the clock. */
const PIECES_PER_STEP = 1000;

/**
 * Makes the text of one value, step by step: a `to_string` of the program may run in between, and
 * values may contain themselves.
 */
export class TextBuilder {
  /** The text so far, in bytes. */
  text = "";
  /** Whether a method runs whose result is to be appended. */
  calling = false;
  readonly #program: Bytecode;
  readonly #style: TextStyle;
  readonly #reserve: (bytes: number) => void;
  /** What is still to be written, last first: text, or values. */
  readonly #work: { readonly text: string | null; readonly value: Value }[] = [];

  /**
   * @param program The program, for names.
   * @param style How values are shown.
   * @param value The value.
   * @param reserve Counts memory.
   */
  constructor(
    program: Bytecode,
    style: TextStyle,
    value: Value,
    reserve: (bytes: number) => void,
  ) {
    this.#program = program;
    this.#style = style;
    this.#reserve = reserve;
    this.#work.push({ text: null, value });
  }

  /**
   * Goes on.
   *
   * @returns `true` when the text is complete, `false` to be called again, or a call whose result
   * must be appended to `text` first.
   */
  step(): boolean | TextCall {
    for (let i = 0; i < PIECES_PER_STEP; i++) {
      const piece = this.#work.pop();
      if (piece === undefined) {
        return true;
      }
      if (piece.text !== null) {
        this.append(piece.text);
      } else {
        const call = this.#value(piece.value);
        if (call !== null) {
          return call;
        }
      }
    }
    return this.#work.length === 0;
  }

  /** Adds text. */
  append(text: string): void {
    this.#reserve(STRING_BYTES + text.length);
    this.text += text;
  }

  /** Gives the values that are still to be written to a walk; returns the bytes of the list itself. */
  walk(take: (value: Value) => void): number {
    for (const { value } of this.#work) {
      take(value);
    }
    return this.#work.length * PIECE_BYTES;
  }

  #push(text: string): void {
    this.#work.push({ text, value: null });
  }

  #value(value: Value): TextCall | null {
    if (typeof value === "string") {
      this.append(this.#style === "inspect" ? `"${value}"` : value);
    } else if (value instanceof StructValue) {
      return this.#struct(value);
    } else if (value instanceof Sequence) {
      this.#sequence(value);
    } else if (value instanceof MocaMap) {
      this.#map(value);
    } else if (value instanceof DynBox) {
      this.#work.push({ text: null, value: value.value });
    } else {
      this.append(simpleText(value));
    }
    return null;
  }

  #list(
    open: string,
    items: readonly (readonly [label: string, value: Value])[],
    close: string,
  ): void {
    this.#reserve((2 * items.length + 1) * PIECE_BYTES);
    this.#push(close);
    for (let i = items.length - 1; i >= 0; i--) {
      const [label, value] = items[i] ?? ["", null];
      this.#work.push({ text: null, value });
      this.#push(`${i > 0 ? ", " : ""}${label}`);
    }
    this.append(open);
  }

  #sequence(value: Sequence): void {
    const items: [string, Value][] = [];
    this.#reserve(value.length * 32);
    for (let i = 0; i < value.length; i++) {
      items.push(["", value.get(i)]);
    }
    this.#list("[", items, "]");
  }

  #map(value: MocaMap): void {
    const items: [string, Value][] = [];
    for (const [key, item] of value.entries()) {
      const label = typeof key === "string" && this.#style === "inspect" ? `"${key}"` : `${key}`;
      items.push([`${label}: `, item]);
    }
    this.#list("{", items, "}");
  }

  #struct(value: StructValue): TextCall | null {
    const layout = this.#program.layouts[value.layout];
    if (layout === undefined || this.#style === "plain") {
      this.#list("[", value.fields.map((field) => ["", field]), "]");
      return null;
    }
    if (layout.toString >= 0 && this.#style === "display") {
      return { function: layout.toString, self: value };
    }
    const name = this.#style === "inspect"
      ? this.#program.types[layout.type]?.name ?? layout.name
      : layout.name;
    if (value.fields.length === 0) {
      this.append(`${name} {}`);
    } else {
      const fields = value.fields.map((field, i): [string, Value] => [
        `${layout.fields[i]}: `,
        field,
      ]);
      this.#list(`${name} { `, fields, " }");
    }
    return null;
  }
}

function simpleText(value: Value): string {
  switch (typeof value) {
    case "number":
      return formatFloat(value);
    case "bigint":
    case "boolean":
      return String(value);
    default:
      return value === null ? "nil" : value instanceof Closure ? "<fun>" : "<ptr>";
  }
}
