/**
 * Constants printed by their names: one of several values, or flags that are or-ed.
 *
 * @module
 */
import { hexadecimal } from "./format_number.ts";

/** Names of constants, in the order in which flags are printed. */
export interface NameTable {
  /** Name and value of each. */
  readonly entries: readonly (readonly [name: string, value: number])[];
  /** What stands in a comment after a number without a name: `AF_???`. */
  readonly unknown: string;
}

/** Constants of a module by their names. */
export function list<M extends object>(
  module: M,
  names: readonly (keyof M & string)[],
  unknown: string,
): NameTable {
  return { entries: names.map((name) => [name, Number(module[name])]), unknown };
}

/** The numeric constants of a module whose names match; in the order of their names. */
export function matching(module: object, pattern: RegExp, unknown: string): NameTable {
  const entries = Object.entries(module).flatMap(([name, value]) =>
    typeof value === "number" && pattern.test(name) ? [[name, value] as const] : []
  );
  return { entries, unknown };
}

/** The name of a value, or undefined. */
export function nameOf(table: NameTable, value: number): string | undefined {
  return table.entries.find((entry) => entry[1] === value)?.[0];
}

/** Formats a value: its name, or `0x63 /* AF_??? *\/`. */
export function formatValue(table: NameTable, value: number): string {
  return nameOf(table, value) ?? `${hexadecimal(value)} /* ${table.unknown} */`;
}

/** Formats flags: names joined with `|`, then what remains in hexadecimal; 0 if there is none. */
export function formatFlags(table: NameTable, value: number): string {
  const names: string[] = [];
  let rest = value | 0;
  for (const [name, bits] of table.entries) {
    if ((rest & bits) !== (bits | 0)) continue;
    names.push(name);
    rest &= ~bits;
  }
  if (rest === 0) return names.join("|") || "0";
  if (names.length === 0) return `${hexadecimal(rest)} /* ${table.unknown} */`;
  return `${names.join("|")}|${hexadecimal(rest)}`;
}

/** A verb for one of a table's values. */
export function oneOf(table: NameTable): (value: number) => string {
  return (value) => formatValue(table, value);
}

/** A verb for a table's flags. */
export function flagsOf(table: NameTable): (value: number) => string {
  return (value) => formatFlags(table, value);
}
