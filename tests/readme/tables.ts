/**
 * COMPATIBILITY.md's tables, made from the tables that the code itself uses.
 *
 *     deno run -A tests/readme/tables.ts    writes them there
 */
import { scriptErrno } from "../../lib/guest/moca/errno.ts";
import {
  NETWORK_ERROR_NAMES,
  SOCKET_ERROR_NAMES,
  wasiErrorCode,
} from "../../lib/guest/wasi/socket_errors.ts";
import { WasiErrno, wasiErrno } from "../../lib/guest/wasi_p1/errno.ts";
import { fileErrorCode } from "../../lib/guest/wasi_p2/filesystem/error_code.ts";
import { lookupCode } from "../../lib/guest/wasi_p2/sockets/ip_name_lookup.ts";
import { fileLimitations, pathLimitations } from "../../lib/kernel/files/file_limitations.ts";
import { type Dialect, SYSCALLS } from "../../lib/guest/linux/syscall_table.ts";
import { Errno, errnoName } from "../../lib/linux/errno.ts";
import { IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP, IPPROTO_UDP } from "../../lib/linux/in.ts";
import { SOL_SOCKET } from "../../lib/linux/socket.ts";
import { SOCKET_OPTIONS } from "../../lib/linux/socket_options.ts";
import type { Limitation } from "../../lib/stack/stack.ts";
import { LIMITATIONS } from "../../lib/stack/deno/limitations.ts";
import { netErrorKind } from "../../lib/net/error.ts";
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

/** Calls of moca whose answer to an error differs. */
const MOCA_CALLS: readonly string[] = ["connect", "bind"];

/** A number of moca's, with those of calls that differ. */
function mocaNumbers(errno: number): string {
  const number = scriptErrno("moca", -errno, "");
  const others = MOCA_CALLS.flatMap((call) => {
    const other = scriptErrno("moca", -errno, call);
    return other === number ? [] : [`${call}: ${other}`];
  });
  return [`${number}`, ...others].join(", ");
}

function preview1Name(errno: number): string {
  const number = wasiErrno(-errno);
  const [name = ""] = Object.entries(WasiErrno).find(([, value]) => value === number) ?? [];
  return `${number} ${name}`;
}

/** What a number is for each front end. */
function errorCells(errno: number): string[] {
  const code = wasiErrorCode(errno);
  return [
    mocaNumbers(errno),
    preview1Name(errno),
    code,
    fileErrorCode(errno),
    NETWORK_ERROR_NAMES[code],
    SOCKET_ERROR_NAMES[code],
    netErrorKind(errno),
  ];
}

function errorNumbers(): string {
  // A number with two names stands there once.
  const numbers = [...new Set(Object.values(Errno))].sort((a, b) => a - b);
  // ENOTBLK has a meaning for nobody.
  const others = errorCells(Errno.ENOTBLK);
  const listed = numbers.filter((errno) => errorCells(errno).join() !== others.join());
  return [
    row(
      "Linux",
      "moca",
      "WASI 0.1",
      "WASI 0.2 sockets",
      "WASI 0.2 filesystem",
      "`wasi-network`",
      "`socket-error`",
      "`NetErrorKind`",
    ),
    row(...Array<string>(8).fill("---")),
    ...listed.map((errno) => row(`${errno} ${errnoName(errno)}`, ...errorCells(errno))),
    row("any other", ...others),
  ].join("\n");
}

/** What `System.resolve` fails with. */
const LOOKUP_ERRORS: readonly number[] = [
  Errno.ENOENT,
  Errno.EACCES,
  Errno.EAGAIN,
  Errno.ETIMEDOUT,
  Errno.EIO,
];

function lookupErrors(): string {
  return [
    row("`System.resolve`", "moca", "WASI 0.2 ip-name-lookup", "`wasi-network`", "`socket-error`"),
    row(...Array<string>(5).fill("---")),
    ...LOOKUP_ERRORS.map((errno) => {
      const code = lookupCode(-errno);
      return row(
        errnoName(errno),
        mocaNumbers(errno),
        code,
        NETWORK_ERROR_NAMES[code],
        SOCKET_ERROR_NAMES[code],
      );
    }),
  ].join("\n");
}

/** Each table by the name that its place in the document carries. */
const TABLES: Readonly<Record<string, () => string>> = {
  "deno limitations": () => limitations([...LIMITATIONS, ...fileLimitations]),
  "path limitations": () => limitations(pathLimitations),
  "socket options": socketOptions,
  "system calls": systemCalls,
  "error numbers": errorNumbers,
  "lookup errors": lookupErrors,
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
