/**
 * COMPATIBILITY.md's tables, made from the tables that the code itself uses.
 *
 *     deno run -A tests/readme/tables.ts    writes them there
 */
import { fileLimitations, pathLimitations } from "../../lib/kernel/files/file_limitations.ts";
import { errnoName } from "../../lib/linux/errno.ts";
import { IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP, IPPROTO_UDP } from "../../lib/linux/in.ts";
import { SOL_SOCKET } from "../../lib/linux/socket.ts";
import { SOCKET_OPTIONS } from "../../lib/linux/socket_options.ts";
import type { Limitation } from "../../lib/stack/stack.ts";
import { LIMITATIONS } from "../../lib/stack/deno/limitations.ts";

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

/** Each table by the name that its place in the document carries. */
const TABLES: Readonly<Record<string, () => string>> = {
  "deno limitations": () => limitations([...LIMITATIONS, ...fileLimitations]),
  "path limitations": () => limitations(pathLimitations),
  "socket options": socketOptions,
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
