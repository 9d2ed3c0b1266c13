/**
 * What a formatting verb is: how one argument of a call becomes text.
 *
 * @module
 */

/** A call that is being traced. */
export interface Call {
  /** The arguments as `System` takes them. */
  readonly args: readonly unknown[];
  /** Bytes of a string and entries of a list that are printed; the rest becomes `...`. */
  readonly stringLimit: number;
  /** What the call returned; to be read by what is printed after the call only. */
  result: number;
}

/** The text of an argument that the call fills in, to be asked for after the call. */
export type Later = () => string;

/**
 * Formats one argument, before the call.
 *
 * It returns the text, now or later, or null where nothing is to be printed. The text may hold
 * several arguments of the system call: a `SockaddrStorage` stands for an address and its length.
 */
export type Verb<T> = (value: T, call: Call) => string | Later | null;

/** A pointer to something that is not shown, as where a call failed before it filled its output. */
export const POINTER = "0x...";

/** A pointer that faults. */
export const NULL = "NULL";

/** One of a call's arguments as a number; 0 if it is none. */
export function numberAt(call: Call, index: number): number {
  const value = call.args[index];
  return typeof value === "number" ? value : 0;
}

/** Joins a list, cut to the call's limit. */
export function formatList<T>(
  items: readonly T[],
  call: Call,
  format: (item: T) => string,
): string {
  const texts = items.slice(0, call.stringLimit).map(format);
  if (items.length > call.stringLimit) texts.push("...");
  return `[${texts.join(", ")}]`;
}
