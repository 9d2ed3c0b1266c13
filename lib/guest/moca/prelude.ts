/**
 * The host calls' functions and constants, written in moca. A script may define any of these names
 * itself.
 *
 * @module
 */
import type { Prelude } from "../../moca/prelude.ts";
import { HOST_CALL_ROWS, HOST_CALL_STRUCTS, type HostCallRow } from "./call_table.ts";
import type { ErrnoNumbers } from "./errno.ts";
import { MOCA_ERRNOS } from "./errno.ts";

/** Constants that are the same whatever the error numbers. */
const CONSTANTS: ReadonlyMap<string, number> = new Map([
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
]);

/** Constants that the original does not have. */
const ADDED_CONSTANTS: ReadonlySet<string> = new Set([
  ...["AF_INET6", "SHUT_RD", "SHUT_WR", "SHUT_RDWR"],
  ...["POLLIN", "POLLOUT", "POLLERR", "POLLHUP", "POLLNVAL"],
]);

/** Names of the original's earlier versions begin with these. */
const OLD_PREFIXES = ["syscall_", "hostcall_"] as const;

/** The machine has these itself. */
const NATIVE_NAMES: ReadonlySet<string> = new Set(["time", "time_nanos"]);

const SCRIPT_TYPES = { integer: "int", string: "string", reference: "any" } as const;

function declare(name: string, { number, params, result, wrap }: HostCallRow): string {
  // Between backticks a name may be a keyword, as `type` is.
  const declared = params.map((param) =>
    `\`${param.name}\`: ${param.type ?? SCRIPT_TYPES[param.kind]}`
  );
  const given = params.map((param) => `\`${param.name}\``);
  const call = `__hostcall(${[number, ...given].join(", ")})`;
  const body = wrap === undefined ? `return ${call};` : `let r: any = ${call}; ${wrap}`;
  return `fun ${name}(${declared.join(", ")}) -> ${result} { ${body} }`;
}

function constant(name: string, value: number): string {
  // There are no negative literals.
  return `fun ${name}() -> int { return ${value < 0 ? `0 - ${-value}` : value}; }`;
}

/** The host call that a function of this name makes. */
function rowOf(name: string): HostCallRow | undefined {
  const row = HOST_CALL_ROWS.find((row) => row.name === name);
  if (row !== undefined) return NATIVE_NAMES.has(name) ? undefined : row;
  const prefix = OLD_PREFIXES.find((prefix) => name.startsWith(prefix));
  if (prefix === undefined) return undefined;
  const bare = name.slice(prefix.length);
  return HOST_CALL_ROWS.find((row) => row.name === bare && row.number < 100);
}

/** `write`, whose data may be nothing but a string. */
function writeStr(): string | undefined {
  const [write] = HOST_CALL_ROWS;
  if (write === undefined) return undefined;
  const [fd, , count] = write.params;
  const params = [fd, { name: "buf", kind: "string" }, count] as HostCallRow["params"];
  return declare("write_str", { ...write, params });
}

class HostPrelude implements Prelude {
  readonly #numbers: ErrnoNumbers;

  constructor(numbers: ErrnoNumbers) {
    this.#numbers = numbers;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  get(name: string): string | undefined {
    const row = rowOf(name);
    if (row !== undefined) return declare(name, row);
    const value = CONSTANTS.get(name) ?? this.#errno(name);
    if (value !== undefined) return constant(name, value);
    if (name === "write_str") return writeStr();
    const fields = HOST_CALL_STRUCTS.get(name);
    return fields === undefined ? undefined : `struct ${name} { ${fields} }`;
  }

  isAddition(name: string): boolean {
    const row = rowOf(name);
    return row === undefined ? ADDED_CONSTANTS.has(name) : row.number >= 100 || row.name !== name;
  }

  #errno(name: string): number | undefined {
    const row = MOCA_ERRNOS.find((row) => row.name === name);
    return row === undefined || this.#numbers === "moca" ? row?.moca : -row.errnos[0];
  }
}

/**
 * Makes the prelude of the host calls. A function's source is written when a program asks for it.
 *
 * @param numbers What `EBADF()`, `ECONNREFUSED()`, … give.
 * @returns The prelude, for {@linkcode CompileOptions}.
 *
 * @example
 * ```ts
 * import { checkSource, hostPrelude } from "@vmsock/vmsock/moca";
 *
 * checkSource(`let fd: int = socket(AF_INET(), SOCK_STREAM());`, { prelude: hostPrelude() });
 * ```
 */
export function hostPrelude(numbers: ErrnoNumbers = "moca"): Prelude {
  return new HostPrelude(numbers);
}
