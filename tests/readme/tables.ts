/**
 * COMPATIBILITY.md's tables, made from the tables that the code itself uses.
 *
 *     deno run -A tests/readme/tables.ts    writes them there
 */
import { fileLimitations, pathLimitations } from "../../lib/kernel/files/file_limitations.ts";
import { type Dialect, SYSCALLS } from "../../lib/guest/linux/syscall_table.ts";
import { errnoName } from "../../lib/linux/errno.ts";
import { IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP, IPPROTO_UDP } from "../../lib/linux/in.ts";
import { SOL_SOCKET } from "../../lib/linux/socket.ts";
import { SOCKET_OPTIONS } from "../../lib/linux/socket_options.ts";
import type { Limitation } from "../../lib/stack/stack.ts";
import { LIMITATIONS } from "../../lib/stack/deno/limitations.ts";

import { LIMITATIONS as USER_LIMITATIONS } from "../../lib/stack/user/limitations.ts";
import { REQUIREMENTS } from "../tcp/requirements.ts";

const COMPATIBILITY = new URL("../../COMPATIBILITY.md", import.meta.url);

const LEVELS: readonly (readonly [number, string])[] = [
  [SOL_SOCKET, "SOL_SOCKET"],
  [IPPROTO_IP, "IPPROTO_IP"],
  [IPPROTO_IPV6, "IPPROTO_IPV6"],
  [IPPROTO_TCP, "IPPROTO_TCP"],
  [IPPROTO_UDP, "IPPROTO_UDP"],
];

function row(...cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function limitations(rows: readonly Limitation[]): string {
  return [
    row("call", "the guest gets", "what is missing below"),
    row("---", "---", "---"),
    ...rows.map(({ call, errno, missing }) =>
      row(`\`${call}\``, errno === 0 ? "a result, but" : errnoName(errno), missing)
    ),
  ].join("\n");
}

function socketOptions(): string {
  const access = (get: boolean, set: boolean): string =>
    get && set ? "" : get ? " (get)" : " (set)";
  return [
    row("level", "options"),
    row("---", "---"),
    ...LEVELS.map(([level, label]) =>
      row(
        label,
        SOCKET_OPTIONS.filter((option) => option.level === level)
          .map(({ label, get, set }) => `${label}${access(get, set)}`)
          .join(", "),
      )
    ),
  ].join("\n");
}

function requirements(): string {
  return [
    row("MUST", "asks for", "met in", "test"),
    row("---", "---", "---", "---"),
    ...REQUIREMENTS.map(({ must, asks, met, test }) => row(`${must}`, asks, met, test)),
  ].join("\n");
}

/** What the akuma dialect has that Linux has not, by the call's name. */
const AKUMA_CONVENTIONS: ReadonlyMap<string, string> = new Map([
  ["openat", "(directory, path, length, flags, mode)"],
]);

function systemCalls(): string {
  const numberIn = (dialect: Dialect, name: string): string => {
    const numbers = SYSCALLS[dialect].filter((row) => row.name === name).map(({ number }) =>
      number
    );
    return [...numbers, AKUMA_CONVENTIONS.get(dialect === "akuma" ? name : "")].filter((word) =>
      word !== undefined
    ).join(", ").replace(", (", " (");
  };
  return [
    row("call", "aarch64", "akuma", "support"),
    row("---", "---", "---", "---"),
    ...SYSCALLS.aarch64.map(({ name, missing }) =>
      row(
        `\`${name}\``,
        numberIn("aarch64", name),
        numberIn("akuma", name),
        missing === null ? "full" : `partial: ${missing}`,
      )
    ),
  ].join("\n");
}

/** Each table by the name that its place in the document carries. */
const TABLES: Readonly<Record<string, () => string>> = {
  "deno limitations": () => limitations([...LIMITATIONS, ...fileLimitations]),
  "path limitations": () => limitations(pathLimitations),
  "socket options": socketOptions,
  "system calls": systemCalls,
  "user limitations": () => limitations(USER_LIMITATIONS),
  "tcp requirements": requirements,
};

/** The document with its tables made anew. */
export function withTables(document: string): string {
  return document.replace(
    /(<!-- generated: ([a-z ]+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, start: string, name: string, end: string) => {
      const table = TABLES[name];
      if (table === undefined) throw new Error(`Cannot make the table "${name}": unknown`);
      return `${start}\n${table()}\n\n${end}`;
    },
  );
}

/** The document as it is. */
export function readCompatibility(): string {
  return Deno.readTextFileSync(COMPATIBILITY);
}

if (import.meta.main) {
  Deno.writeTextFileSync(COMPATIBILITY, withTables(readCompatibility()));
  new Deno.Command(Deno.execPath(), { args: ["fmt", "-q", COMPATIBILITY.pathname] }).outputSync();
}
