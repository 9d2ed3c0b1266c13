/**
 * WebAssembly modules that make Linux's system calls: what they import and export, as far as it can be
 * told before they run.
 *
 * @module
 */
import type { Dialect } from "../../../guest/linux/syscall_table.ts";
import { CommandError } from "../../command.ts";
import { type MemoryImport, memoryImportOf } from "../memory_import.ts";
import type { WasmProgram } from "../program.ts";

/** Bytes of a pointer: addresses of a WebAssembly memory are an i32. */
export const POINTER_SIZE = 4;

/** What the dialects are called as modules that guests import. */
const DIALECTS: ReadonlyMap<string, Dialect> = new Map([["linux", "aarch64"], ["akuma", "akuma"]]);

/** What guests can import of a dialect. */
const FUNCTIONS: ReadonlySet<string> = new Set(["syscall", "args"]);

/** What AssemblyScript's programs import for their failures. */
const ABORT = { module: "env", name: "abort" } as const;

/** What V8 says where a number cannot be handed to a function of WebAssembly. */
const UNCONVERTED = /to a BigInt|type incompatibility/;

/** Whence a guest that starts threads imports how, and what it exports for them. */
const THREADS = { module: "wasi", spawn: "thread-spawn", start: "wasi_thread_start" } as const;

/** A module whose calls are Linux's. */
export interface LinuxModule {
  /** Path of its file, for messages. */
  readonly path: string;
  /** The module. */
  readonly module: WebAssembly.Module;
  /** Whose numbers it calls by. */
  readonly dialect: Dialect;
  /** The memory that it imports; null for one that it has itself. */
  readonly memory: MemoryImport | null;
  /** The function that begins the program; `main` is called as C's is. */
  readonly entry: "_start" | "main";
  /** Whether it imports what tells where its arguments are. */
  readonly asksForArguments: boolean;
  /** Whether it starts threads. */
  readonly hasThreads: boolean;
}

function isThreadSpawn({ module, name, kind }: WebAssembly.ModuleImportDescriptor): boolean {
  return module === THREADS.module && name === THREADS.spawn && kind === "function";
}

function isSyscall({ module, name, kind }: WebAssembly.ModuleImportDescriptor): boolean {
  return DIALECTS.has(module) && name === "syscall" && kind === "function";
}

function isAbort({ module, name, kind }: WebAssembly.ModuleImportDescriptor): boolean {
  return module === ABORT.module && name === ABORT.name && kind === "function";
}

function checkImports(
  path: string,
  imports: readonly WebAssembly.ModuleImportDescriptor[],
  memory: MemoryImport | null,
): void {
  for (const descriptor of imports) {
    const { module: from, name, kind } = descriptor;
    if (DIALECTS.has(from) && FUNCTIONS.has(name) && kind === "function") continue;
    if (isThreadSpawn(descriptor) || isAbort(descriptor)) continue;
    if (kind === "memory" && from === memory?.module && name === memory.name) continue;
    throw new CommandError(
      `${path} imports ${JSON.stringify(from)} ${JSON.stringify(name)}, a ${kind}: there are ` +
        `"linux" and "akuma" with "syscall" and "args", "wasi" with "thread-spawn", and a memory`,
    );
  }
}

/** The dialect is that of the calls: what tells where the arguments are is the same in both. */
function dialectOf(path: string, imports: readonly WebAssembly.ModuleImportDescriptor[]): Dialect {
  const [name = "linux", ...others] = new Set(
    imports.filter(isSyscall).map(({ module }) => module),
  );
  if (others.length > 0) {
    throw new CommandError(
      `${path} imports "syscall" of both "linux" and "akuma": a program has one of them`,
    );
  }
  return DIALECTS.get(name) ?? "aarch64";
}

/**
 * Looks what a program is.
 *
 * @throws {CommandError} If it is not what such a module has to be.
 */
export function readLinuxModule(program: WasmProgram): LinuxModule {
  const { path, bytes, module } = program;
  if (module === null) throw new CommandError(`${path} is a component`);
  const imports = WebAssembly.Module.imports(module);
  const dialect = dialectOf(path, imports);
  const memory = memoryImportOf(bytes);
  checkImports(path, imports, memory);
  const exported = new Map(
    WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]),
  );
  if (memory === null && exported.get("memory") !== "memory") {
    throw new CommandError(`${path} exports no memory: a guest's has the name "memory"`);
  }
  const entry = (["_start", "main"] as const).find((name) => exported.get(name) === "function");
  if (entry === undefined) throw new CommandError(`${path} exports neither _start nor main`);
  const hasThreads = imports.some(isThreadSpawn);
  if (hasThreads && memory?.shared !== true) {
    throw new CommandError(
      `${path} starts threads without a memory for them: it has to import one that is shared`,
    );
  }
  if (hasThreads && exported.get(THREADS.start) !== "function") {
    throw new CommandError(`${path} starts threads and exports no ${THREADS.start}`);
  }
  const asksForArguments = imports.some(({ name, kind }) => name === "args" && kind === "function");
  return { path, module, dialect, memory, entry, asksForArguments, hasThreads };
}

/**
 * Makes the memory that a module imports.
 *
 * @throws {CommandError} If there is not as much.
 */
export function makeMemory(path: string, wanted: MemoryImport): WebAssembly.Memory {
  const { initial, maximum, shared } = wanted;
  try {
    return new WebAssembly.Memory({ initial, shared, ...(maximum === null ? {} : { maximum }) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`Cannot make the memory of ${path}: ${reason}`);
  }
}

/** What a module is given. */
export interface ModuleSurroundings {
  /** The function that makes its calls. */
  readonly syscall: WebAssembly.ExportValue;
  /** Where its arguments are. */
  readonly args: () => number;
  /** Ends a program of AssemblyScript's. */
  readonly abort: (message: number, file: number, line: number, column: number) => never;
  /** Starts a thread. */
  readonly spawn?: (argument: number) => number;
  /** The memory that it imports. */
  readonly memory: WebAssembly.Memory | null;
}

/**
 * Makes an instance, whose start function runs by that.
 *
 * @throws {CommandError} If it imports something by another type.
 */
export function instantiate(
  guest: Pick<LinuxModule, "path" | "module"> & { readonly memory: MemoryImport | null },
  surroundings: ModuleSurroundings,
): WebAssembly.Instance {
  const { path, module, memory: imported } = guest;
  const { syscall, args, abort, spawn, memory } = surroundings;
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  for (const name of DIALECTS.keys()) imports[name] = { syscall, args };
  imports[ABORT.module] = { [ABORT.name]: abort };
  if (spawn !== undefined) imports[THREADS.module] = { [THREADS.spawn]: spawn };
  if (imported !== null && memory !== null) {
    imports[imported.module] = { ...imports[imported.module], [imported.name]: memory };
  }
  try {
    return new WebAssembly.Instance(module, imports);
  } catch (error) {
    if (error instanceof WebAssembly.LinkError) {
      throw new CommandError(`${path} imports a function with another signature: ${error.message}`);
    }
    throw error;
  }
}

/**
 * Begins a program. `main` is handed the environment, too, as in C.
 *
 * @param instance The program's instance.
 * @param guest What is known of it.
 * @param argc How many arguments there are.
 * @param argv Where their addresses are; those of the environment follow them.
 * @returns Its status as far as it says one, 0 otherwise.
 * @throws {CommandError} If it wants something else than numbers of 32 bits.
 */
export function startProgram(
  { exports }: WebAssembly.Instance,
  { path, entry }: Pick<LinuxModule, "path" | "entry">,
  argc: number,
  argv: number,
): number {
  const start = exports[entry] as (argc: number, argv: number, environment: number) => unknown;
  try {
    const result = start(argc, argv, argv + POINTER_SIZE * (argc + 1));
    if (entry === "_start") return 0;
    return typeof result === "number" || typeof result === "bigint" ? Number(result) & 0xff : 0;
  } catch (error) {
    if (!(error instanceof TypeError && UNCONVERTED.test(error.message))) throw error;
    throw new CommandError(
      `${path} exports a function ${entry} with another signature: there are _start() and ` +
        "main(i32 argc, i32 argv) → i32",
    );
  }
}

/** Begins a thread that the program has started. */
export function startThread(
  { exports }: WebAssembly.Instance,
  tid: number,
  argument: number,
): void {
  const start = exports[THREADS.start] as (tid: number, argument: number) => void;
  start(tid, argument);
}
