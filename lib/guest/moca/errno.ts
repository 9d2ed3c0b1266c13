/**
 * Error numbers as moca scripts see them: negative integers, moca's own or Linux's.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";

/** Which error numbers a script sees: moca's own, or Linux's negated. */
export type ErrnoNumbers = "moca" | "linux";

/** An error that has a number in moca. */
export type MocaErrnoName =
  | "EBADF"
  | "ENOENT"
  | "EACCES"
  | "ECONNREFUSED"
  | "ETIMEDOUT"
  | "EAFNOSUPPORT"
  | "ESOCKTNOSUPPORT"
  | "EADDRINUSE";

/** One row: an error, its number in moca, and the Linux errnos that become it. */
export interface MocaErrnoRow {
  /** Its name; a function of this name gives scripts the number. */
  readonly name: MocaErrnoName;
  /** Its number in moca. */
  readonly moca: number;
  /** Linux's errnos that become it, positive; the first is the one of the same name. */
  readonly errnos: readonly [number, ...number[]];
}

/** The table. There is no other error in moca: what is not listed becomes one of these. */
export const MOCA_ERRNOS: readonly MocaErrnoRow[] = [
  { name: "EBADF", moca: -1, errnos: [Errno.EBADF] },
  { name: "ENOENT", moca: -2, errnos: [Errno.ENOENT] },
  { name: "EACCES", moca: -3, errnos: [Errno.EACCES, Errno.EPERM] },
  { name: "ECONNREFUSED", moca: -4, errnos: [Errno.ECONNREFUSED] },
  { name: "ETIMEDOUT", moca: -5, errnos: [Errno.ETIMEDOUT] },
  { name: "EAFNOSUPPORT", moca: -6, errnos: [Errno.EAFNOSUPPORT] },
  { name: "ESOCKTNOSUPPORT", moca: -7, errnos: [Errno.ESOCKTNOSUPPORT, Errno.EPROTONOSUPPORT] },
  { name: "EADDRINUSE", moca: -8, errnos: [Errno.EADDRINUSE] },
];

/** A call that has its own answer to what is not listed, or to what is. */
interface CallRule {
  /** What everything that is not listed becomes. */
  readonly other: MocaErrnoName;
  /** Errors that the call does not tell apart. */
  readonly hidden: readonly MocaErrnoName[];
}

const DEFAULT_RULE: CallRule = { other: "EBADF", hidden: [] };

const CALL_RULES: ReadonlyMap<string, CallRule> = new Map([
  // A name without an address is as good as refused.
  ["connect", { other: "ECONNREFUSED", hidden: ["ENOENT"] }],
  ["bind", { other: "EBADF", hidden: ["ENOENT"] }],
]);

function mocaNumber(name: MocaErrnoName): number {
  return MOCA_ERRNOS.find((row) => row.name === name)?.moca ?? -1;
}

/**
 * Turns a failed call's errno into what the script gets.
 *
 * @param numbers Whose numbers the script sees.
 * @param errno The errno as a system call returns it: negative.
 * @param call Name of the host call that failed: some have their own answer to what moca does not
 * list (`connect`: ECONNREFUSED; the others: EBADF).
 * @returns A negative number.
 */
export function scriptErrno(numbers: ErrnoNumbers, errno: number, call: string): number {
  if (numbers === "linux") return errno;
  const { other, hidden } = CALL_RULES.get(call) ?? DEFAULT_RULE;
  const row = MOCA_ERRNOS.find(({ errnos }) => errnos.includes(-errno));
  return row === undefined || hidden.includes(row.name) ? mocaNumber(other) : row.moca;
}
