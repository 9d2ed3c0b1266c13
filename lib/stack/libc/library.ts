/**
 * Finds and loads the C library, under whichever `--allow-ffi` was given.
 *
 * @module
 */
import { type LibcSymbols, SYMBOLS } from "./symbols.ts";

/**
 * The C library could not be loaded; the message says what was tried and what to do.
 *
 * @example
 * ```ts
 * import { LibcUnavailableError, openStack, type Stack } from "@vmsock/vmsock/kernel";
 *
 * function openLibcStack(): Stack | null {
 *   try {
 *     return openStack("libc");
 *   } catch (error) {
 *     if (error instanceof LibcUnavailableError && error.permissionMissing) return null;
 *     throw error;
 *   }
 * }
 * openLibcStack()?.close();
 * ```
 */
export class LibcUnavailableError extends Error {
  /** The class's name, as `Error.prototype.name` is used. */
  override readonly name = "LibcUnavailableError";
  /** Each name that was tried, with the reason why it did not load. */
  readonly tried: readonly string[];
  /** Whether a permission is missing, so that `--allow-ffi` would help. */
  readonly permissionMissing: boolean;

  /**
   * Makes the error from what was tried.
   *
   * @param message One line, with what to do.
   * @param tried Each name, with the reason why it did not load.
   * @param permissionMissing Whether `--allow-ffi` would help.
   */
  constructor(message: string, tried: readonly string[], permissionMissing: boolean) {
    super(message);
    this.tried = tried;
    this.permissionMissing = permissionMissing;
  }
}

/** The name under which {@linkcode acquireLibrary} has loaded the library on this thread. */
export function libraryName(): string {
  if (shared === null) throw new Error("Cannot name the C library: it is not loaded");
  return shared.name;
}

/** A loaded C library, shared by whoever needs it on this thread. */
export interface LoadedLibrary {
  /** The functions. */
  readonly symbols: LibcSymbols;
  /** Whether `--allow-ffi` covers every path: only then may JavaScript look at native memory. */
  readonly unscoped: boolean;
  /** Gives the library back; the last one unloads it. */
  release(): void;
}

/**
 * Names under which the C library may be found: glibc's and musl's sonames first, which the dynamic
 * loader resolves, then the usual absolute paths, since a path-scoped `--allow-ffi` names one.
 */
export function libraryNames(arch: "x86_64" | "aarch64"): readonly string[] {
  const multiarch = `${arch}-linux-gnu`;
  return [
    "libc.so.6",
    `libc.musl-${arch}.so.1`,
    `/lib/${multiarch}/libc.so.6`,
    `/usr/lib/${multiarch}/libc.so.6`,
    "/lib64/libc.so.6",
    "/usr/lib64/libc.so.6",
    "/lib/libc.so.6",
    "/usr/lib/libc.so.6",
    `/lib/ld-musl-${arch}.so.1`,
    `/lib/libc.musl-${arch}.so.1`,
  ];
}

function isGranted(descriptor: Deno.FfiPermissionDescriptor): boolean {
  const status = Deno.permissions.querySync(descriptor);
  return status.state === "granted" && !status.partial;
}

interface SharedLibrary {
  readonly name: string;
  readonly library: Deno.DynamicLibrary<typeof SYMBOLS>;
  readonly unscoped: boolean;
  users: number;
}

let shared: SharedLibrary | null = null;

function load(): SharedLibrary {
  const { os, arch } = Deno.build;
  if (os !== "linux" && os !== "android") {
    throw new LibcUnavailableError(
      `Cannot use the libc stack on ${os}: it needs Linux; use --stack=deno`,
      [],
      false,
    );
  }
  const tried: string[] = [];
  let permissionMissing = false;
  const unscoped = isGranted({ name: "ffi" });
  for (const name of libraryNames(arch)) {
    // Asked first: dlopen without the permission would prompt on a terminal.
    if (!unscoped && !isGranted({ name: "ffi", path: name })) {
      permissionMissing = true;
      tried.push(`${name}: needs --allow-ffi`);
      continue;
    }
    try {
      return { name, library: Deno.dlopen(name, SYMBOLS), unscoped, users: 0 };
    } catch (error) {
      tried.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new LibcUnavailableError(
    permissionMissing
      ? "Cannot load the C library: run again with --allow-ffi, or use --stack=deno"
      : `Cannot load the C library, tried ${tried.join("; ")}`,
    tried,
    permissionMissing,
  );
}

/**
 * Loads the C library, or shares the one that this thread has loaded already: two copies of a
 * function would keep V8 from calling either of them the fast way.
 *
 * @throws {LibcUnavailableError} If no library loads, with everything that was tried.
 */
export function acquireLibrary(): LoadedLibrary {
  const entry = shared ??= load();
  entry.users++;
  let held = true;
  return {
    symbols: entry.library.symbols,
    unscoped: entry.unscoped,
    release(): void {
      if (!held) return;
      held = false;
      if (--entry.users > 0) return;
      if (shared === entry) shared = null;
      entry.library.close();
    },
  };
}
