/**
 * The table of system calls: what there is, in both dialects.
 *
 * @module
 */
import { SYS } from "../../linux/sysno_aarch64.ts";
import { exit, exitGroup } from "./calls/process_calls.ts";
import { read, write } from "./calls/transfer_calls.ts";
import type { SyscallHandler, SyscallRow } from "./syscall_row.ts";

/** Whose numbers and conventions a guest uses. */
export type Dialect = "aarch64" | "akuma";

function row(name: keyof typeof SYS, handler: SyscallHandler, missing?: string): SyscallRow {
  return { number: SYS[name], name, handler, missing: missing ?? null };
}

/** Linux's own calls with aarch64's numbers. */
const LINUX_CALLS: readonly SyscallRow[] = [
  row("read", read),
  row("write", write),
  row("exit", exit),
  row("exit_group", exitGroup),
];

/** The calls that the akuma dialect has at other numbers, or with other arguments. */
const AKUMA_CALLS: readonly SyscallRow[] = [
  { number: 1, name: "read", handler: read, missing: null },
  { number: 2, name: "write", handler: write, missing: null },
];

/** The rows of each dialect, by number. */
export const SYSCALLS: Readonly<Record<Dialect, readonly SyscallRow[]>> = {
  aarch64: LINUX_CALLS,
  akuma: merged(LINUX_CALLS, AKUMA_CALLS),
};

function merged(rows: readonly SyscallRow[], other: readonly SyscallRow[]): SyscallRow[] {
  const byNumber = new Map([...rows, ...other].map((row) => [row.number, row]));
  return [...byNumber.values()].sort((left, right) => left.number - right.number);
}
