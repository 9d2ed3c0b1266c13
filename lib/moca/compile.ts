/**
 * Source text to bytecode.
 *
 * @module
 */
import type { Bytecode } from "./bytecode.ts";
import { check } from "./checker/checker.ts";
import { generate } from "./code_generator/generate.ts";
import { MocaCompileError } from "./error.ts";
import { loadFiles, type LoadSource } from "./loader.ts";
import { parse } from "./parser/parser.ts";
import { PRELUDE, type Prelude, withHostPrelude } from "./prelude.ts";
import type { TypedProgram } from "./typed_program.ts";
import { verify } from "./verifier.ts";

/** What compilation needs besides the source. */
export interface CompileOptions {
  /** Path of the source, for messages and to find its imports. */
  readonly path?: string;
  /** Reads imported files; without it nothing can be imported. */
  readonly load?: LoadSource;
  /**
   * Functions of the host, written in moca over `__hostcall`. Each is compiled only into programs
   * that use its name, and a program may replace it by a function of its own.
   */
  readonly prelude?: Prelude;
}

/**
 * Checks a program.
 *
 * @param source Text of the main file.
 * @param options Where it comes from.
 * @returns The typed program.
 * @throws {MocaCompileError} With everything that is wrong with it.
 *
 * @example
 * ```ts
 * import { checkSource } from "@vmsock/vmsock/moca";
 *
 * try {
 *   checkSource(`let x: int = "one";`, { path: "x.mc" });
 * } catch (error) {
 *   console.error((error as Error).message); // error: type error: expected `string`, found `int` …
 * }
 * ```
 */
export function checkSource(source: string, options: CompileOptions = {}): TypedProgram {
  const path = options.path ?? "<code>";
  return guardDepth(path, () => {
    const files = loadFiles(source, path, options.load ?? (() => null));
    const main = files.at(-1);
    if (main === undefined) {
      throw new TypeError("Cannot check program: there is no main file");
    }
    const { prelude } = options;
    return check(files, main, prelude === undefined ? PRELUDE : withHostPrelude(prelude));
  });
}

/**
 * Compiles a program.
 *
 * @param source Text of the main file.
 * @param options Where it comes from.
 * @returns Verified bytecode.
 * @throws {MocaCompileError} With everything that is wrong with it.
 *
 * @example
 * ```ts
 * import { compile, Vm } from "@vmsock/vmsock/moca";
 *
 * let text = "";
 * const program = compile(`print(6 * 7);`);
 * new Vm(program, { output: (_fd, bytes) => void (text += bytes) }).run();
 * console.log(text); // 42
 * ```
 */
export function compile(source: string, options: CompileOptions = {}): Bytecode {
  const typed = checkSource(source, options);
  return guardDepth(options.path ?? "<code>", () => {
    const bytecode = generate(typed);
    verify(bytecode);
    return bytecode;
  });
}

/**
 * The test functions of a file: top-level functions whose names start with `_test_`.
 *
 * A test runs as a program of its own: the file's text, a newline, and a call of the function.
 *
 * @param source Text of the file.
 * @param path Its path.
 * @returns Their names in order; none if the file cannot be parsed.
 */
export function testFunctions(source: string, path: string): string[] {
  try {
    return guardDepth(
      path,
      () =>
        parse(source, path).functions.map((fn) => fn.name).filter((name) =>
          name.startsWith("_test_")
        ),
    );
  } catch (error) {
    if (error instanceof MocaCompileError) {
      return [];
    }
    throw error;
  }
}

/**
 * The parser bounds nesting, but a small host stack may run out first, and the size of types is
 * bounded only by the steps that handling them takes.
 */
function guardDepth<T>(path: string, task: () => T): T {
  try {
    return task();
  } catch (error) {
    if (error instanceof RangeError) {
      const at = { file: path, line: 1, column: 1 };
      throw new MocaCompileError([{
        message: "program too deeply nested, or its types are too large",
        at,
        notes: [],
      }]);
    }
    throw error;
  }
}
