/**
 * What WASI preview 1 guests import, bound to one guest.
 *
 * @module
 */
import { bindFunction, type ImportedFunction } from "./bind_function.ts";
import { DESCRIPTOR_FUNCTIONS } from "./descriptor_calls.ts";
import type { FunctionRow, FunctionTable } from "./function_table.ts";
import { type FunctionImport, functionImports } from "./module_imports.ts";
import { PATH_FUNCTIONS } from "./path_calls.ts";
import { POLL_FUNCTIONS } from "./poll_oneoff.ts";
import { PROCESS_FUNCTIONS } from "./process_calls.ts";
import { SOCKET_FUNCTIONS } from "./socket_calls.ts";
import { TRANSFER_FUNCTIONS } from "./transfer_calls.ts";
import { WasiError } from "./wasi_error.ts";
import type { WasiProcess } from "./wasi_process.ts";
import { GETADDRINFO_FUNCTIONS } from "./wasmedge/getaddrinfo.ts";
import { WASMEDGE_SOCKET_FUNCTIONS } from "./wasmedge/socket_calls.ts";
import { OPTION_FUNCTIONS } from "./wasmedge/socket_options.ts";

/** The module that guests import from. */
export const PREVIEW1_MODULE = "wasi_snapshot_preview1";

/** Every function: preview 1's, then WasmEdge's. */
export const FUNCTIONS: FunctionTable = {
  ...PROCESS_FUNCTIONS,
  ...DESCRIPTOR_FUNCTIONS,
  ...TRANSFER_FUNCTIONS,
  ...PATH_FUNCTIONS,
  ...POLL_FUNCTIONS,
  ...SOCKET_FUNCTIONS,
  ...WASMEDGE_SOCKET_FUNCTIONS,
  ...OPTION_FUNCTIONS,
  ...GETADDRINFO_FUNCTIONS,
};

/** Newer names of WasmEdge's functions in their second version. */
const SECOND_VERSION = "_v2";

const TYPE_NAMES: Readonly<Record<string, string>> = {
  i: "i32",
  I: "i64",
  f: "f32",
  F: "f64",
  v: "v128",
};

function typeText(parameters: string, results: string): string {
  const names = (letters: string): string =>
    [...letters].map((letter) => TYPE_NAMES[letter] ?? "a reference").join(", ");
  return `(${names(parameters)}) -> (${names(results)})`;
}

function resultsOf({ returnsNothing }: FunctionRow): string {
  return returnsNothing === true ? "" : "i";
}

/** The row for an import, or why there is none. */
function rowFor({ name, parameters, results }: FunctionImport): FunctionRow | string {
  const known = Object.hasOwn(FUNCTIONS, name)
    ? name
    : name.endsWith(SECOND_VERSION)
    ? name.slice(0, -SECOND_VERSION.length)
    : name;
  const rows = Object.hasOwn(FUNCTIONS, known) ? FUNCTIONS[known] ?? [] : [];
  const [first] = rows;
  if (first === undefined) return "which there is not";
  const row = rows.find((row) => row.parameters === parameters && resultsOf(row) === results);
  const wanted = rows.map((row) => typeText(row.parameters, resultsOf(row))).join(" or ");
  return row ?? `of type ${typeText(parameters, results)} where it has ${wanted}`;
}

/** Both versions of a function, for a module that imports it as both. */
function eitherOf(
  bound: ImportedFunction,
  other: ImportedFunction,
  count: number,
): ImportedFunction {
  return (...values) => values.length === count ? bound(...values) : other(...values);
}

/**
 * The functions that a module imports from preview 1, for one guest.
 *
 * Functions of which there are two versions are told apart by their types: WasmEdge's first version
 * of sock_accept, sock_recv_from, sock_getlocaladdr and sock_getpeeraddr has other parameters.
 *
 * @param process The guest.
 * @param bytes The module.
 * @returns What to give as `wasi_snapshot_preview1`.
 * @throws {WasiError} If it imports a function that there is not, or of another type.
 */
export function preview1Imports(
  process: WasiProcess,
  bytes: Uint8Array,
): Record<string, WebAssembly.ImportValue> {
  const imports: Record<string, ImportedFunction> = {};
  for (const wanted of functionImports(bytes)) {
    if (wanted.module !== PREVIEW1_MODULE) continue;
    const row = rowFor(wanted);
    if (typeof row === "string") {
      throw new WasiError(`The module imports ${PREVIEW1_MODULE}.${wanted.name}, ${row}`);
    }
    const bound = bindFunction(process, row.call, row.parameters.length);
    const other = imports[wanted.name];
    imports[wanted.name] = other === undefined
      ? bound
      : eitherOf(bound, other, row.parameters.length);
  }
  return imports;
}
