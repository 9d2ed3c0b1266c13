/**
 * Compiles scripts of the command line.
 *
 * @module
 */
import type { ErrnoNumbers } from "../../guest/moca/errno.ts";
import { hostPrelude } from "../../guest/moca/prelude.ts";
import type { Bytecode } from "../../moca/bytecode.ts";
import { compile } from "../../moca/compile.ts";
import { MocaCompileError } from "../../moca/error.ts";
import { print } from "../output.ts";
import { loadImport } from "./source.ts";

/** Where a source comes from, and whose error numbers its constants give. */
export interface SourceInfo {
  /** Its path, for messages and to find its imports. */
  readonly path: string;
  /** Whose error numbers. */
  readonly errno: ErrnoNumbers;
}

/**
 * Compiles a script that may use the host calls.
 *
 * @throws {MocaCompileError} With everything that is wrong with it.
 * @throws {CommandError} If something that it imports cannot be read.
 */
export function compileSource(source: string, { path, errno }: SourceInfo): Bytecode {
  return compile(source, { path, load: loadImport, prelude: hostPrelude(errno) });
}

/** As {@linkcode compileSource}; prints what is wrong with the script and returns null then. */
export function compileOrPrint(source: string, info: SourceInfo): Bytecode | null {
  try {
    return compileSource(source, info);
  } catch (error) {
    if (!(error instanceof MocaCompileError)) throw error;
    print("stderr", `${error.message}\n`);
    return null;
  }
}
