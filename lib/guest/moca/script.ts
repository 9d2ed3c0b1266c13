/**
 * Scripts with host calls, from source to exit status.
 *
 * @module
 */
import { Kernel } from "../../kernel/kernel.ts";
import type { System } from "../../kernel/system.ts";
import type { Bytecode } from "../../moca/bytecode.ts";
import { compile, type CompileOptions } from "../../moca/compile.ts";
import { openStack } from "../../stack/open.ts";
import type { ErrnoNumbers } from "./errno.ts";
import { hostPrelude } from "./prelude.ts";
import {
  type ProcessOptions,
  type ScriptOutcome,
  type ScriptOutput,
  ScriptProcess,
} from "./process.ts";
import { systemOutput } from "./system_output.ts";

/** How a script is compiled and run. */
export interface ScriptOptions extends Omit<ProcessOptions, "system" | "output"> {
  /** Path of the source, for messages and to find its imports; default `<code>`. */
  readonly path?: string;
  /** Reads imported files; without it nothing can be imported. */
  readonly load?: CompileOptions["load"];
  /** The system that carries its calls out; default: a kernel of its own, closed at its end. */
  readonly system?: System;
  /** Takes what it writes to descriptor 1 or 2; default: the system's descriptors 1 and 2. */
  readonly output?: ScriptOutput;
}

/**
 * Compiles a script that may use the host calls.
 *
 * @param source Text of the main file.
 * @param options Where it comes from, and whose error numbers `EBADF()` and the others give.
 * @returns The program.
 * @throws {MocaCompileError} With everything that is wrong with it.
 *
 * @example
 * ```ts
 * import { compileScript } from "@vmsock/vmsock/moca";
 *
 * const program = compileScript(`print(socket(AF_INET(), SOCK_STREAM()));`);
 * console.log(program.functions[0]?.name); // <main>
 * ```
 */
export function compileScript(
  source: string,
  options: Omit<CompileOptions, "prelude"> & { readonly errno?: ErrnoNumbers } = {},
): Bytecode {
  const { errno, ...rest } = options;
  return compile(source, { ...rest, prelude: hostPrelude(errno) });
}

/**
 * Runs a script with the host calls; this thread waits until it has ended. Its threads take turns in
 * this thread, unless it is told how to make workers for them.
 *
 * @param source Text of the main file.
 * @param options System, output, arguments, limits.
 * @returns Exit status and error.
 * @throws {MocaCompileError} If it cannot be compiled.
 *
 * @example
 * ```ts
 * import { runScript } from "@vmsock/vmsock/moca";
 * import { assertEquals } from "@std/assert";
 *
 * let text = "";
 * const { status } = runScript(
 *   `let fd = socket(AF_INET(), SOCK_STREAM());
 *    print(connect(fd, "127.0.0.1", 99999) == ECONNREFUSED());`,
 *   { output: (_fd, bytes) => void (text += new TextDecoder().decode(bytes)) },
 * );
 * assertEquals([status, text], [0, "true\n"]);
 * ```
 */
export function runScript(source: string, options: ScriptOptions = {}): ScriptOutcome {
  const { path, load, system, output, ...rest } = options;
  const program = compileScript(source, {
    ...(path === undefined ? {} : { path }),
    ...(load === undefined ? {} : { load }),
    ...(rest.errno === undefined ? {} : { errno: rest.errno }),
  });
  const own = system === undefined ? new Kernel(openStack("auto")) : null;
  try {
    const used = system ?? own as Kernel;
    return new ScriptProcess(program, {
      ...rest,
      system: used,
      output: output ?? systemOutput(used),
      args: rest.args ?? [path ?? "<code>"],
    }).run();
  } finally {
    own?.exit();
  }
}
