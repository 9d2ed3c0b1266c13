/**
 * The host calls' functions and constants, written in moca. A script may define any of these names
 * itself.
 *
 * @module
 */
import type { CompileOptions } from "../../moca/compile.ts";
import { HOST_CALL_ROWS, type HostCallRow } from "./call_table.ts";
import type { ErrnoNumbers } from "./errno.ts";
import { MOCA_ERRNOS } from "./errno.ts";

/** Constants that are the same whatever the error numbers. */
const CONSTANTS: readonly (readonly [name: string, value: number])[] = [
  ["O_RDONLY", 0],
  ["O_WRONLY", 1],
  ["O_CREAT", 64],
  ["O_TRUNC", 512],
  ["AF_INET", 2],
  ["AF_INET6", 10],
  ["SOCK_STREAM", 1],
  ["SHUT_RD", 0],
  ["SHUT_WR", 1],
  ["SHUT_RDWR", 2],
  ["POLLIN", 1],
  ["POLLOUT", 4],
  ["POLLERR", 8],
  ["POLLHUP", 16],
  ["POLLNVAL", 32],
];

// Two functions return it; a struct comes with the function that loads it.
const SOCKET_ADDRESS = `struct SocketAddress { result: int, host: string, port: int }
fun __socket_address(r: any) -> SocketAddress {
  return SocketAddress { result: r[0], host: r[1], port: r[2] };
}`;

/** The machine has these itself. */
const NATIVE_NAMES: ReadonlySet<string> = new Set(["time", "time_nanos"]);

const SCRIPT_TYPES = { integer: "int", string: "string", reference: "any" } as const;

function declare(name: string, { number, params, result, struct, wrap }: HostCallRow): string {
  // Between backticks a name may be a keyword, as `type` is.
  const declared = params.map((param) =>
    `\`${param.name}\`: ${param.type ?? SCRIPT_TYPES[param.kind]}`
  );
  const given = params.map((param) => `\`${param.name}\``);
  const call = `__hostcall(${[number, ...given].join(", ")})`;
  const body = wrap === undefined ? `return ${call};` : `let r: any = ${call}; ${wrap}`;
  const first = struct === undefined ? "" : `struct ${struct[0]} { ${struct[1]} }\n`;
  return `${first}fun ${name}(${declared.join(", ")}) -> ${result} { ${body} }`;
}

function constant(name: string, value: number): [string, string] {
  // There are no negative literals.
  return [name, `fun ${name}() -> int { return ${value < 0 ? `0 - ${-value}` : value}; }`];
}

/**
 * Makes the prelude of the host calls.
 *
 * @param numbers What `EBADF()`, `ECONNREFUSED()`, … give.
 * @returns Source by name, for {@linkcode CompileOptions}.
 */
export function hostPrelude(
  numbers: ErrnoNumbers = "moca",
): NonNullable<CompileOptions["prelude"]> {
  const entries: [string, string][] = [];
  for (const row of HOST_CALL_ROWS) {
    if (!NATIVE_NAMES.has(row.name)) entries.push([row.name, declare(row.name, row)]);
    if (row.number >= 100) continue;
    // Names of the original's earlier versions.
    for (const prefix of ["syscall_", "hostcall_"]) {
      entries.push([prefix + row.name, declare(prefix + row.name, row)]);
    }
  }
  const [write] = HOST_CALL_ROWS;
  if (write !== undefined) {
    const [fd, , count] = write.params;
    const params = [fd, { name: "buf", kind: "string" }, count] as HostCallRow["params"];
    entries.push(["write_str", declare("write_str", { ...write, params })]);
  }
  entries.push(["__socket_address", SOCKET_ADDRESS]);
  for (const [name, value] of CONSTANTS) entries.push(constant(name, value));
  for (const { name, moca, errnos } of MOCA_ERRNOS) {
    entries.push(constant(name, numbers === "moca" ? moca : -errnos[0]));
  }
  return Object.fromEntries(entries);
}
