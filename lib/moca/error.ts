/**
 * Errors of the compiler and of a running program.
 *
 * @module
 */

/** A place in a source file. Lines and columns count from 1; columns count characters. */
export interface Position {
  /** The file's name as it was given. */
  readonly file: string;
  /** Line, from 1. */
  readonly line: number;
  /** Column in characters, from 1. */
  readonly column: number;
}

/** One message of the compiler. */
export interface Diagnostic {
  /** What is wrong, without the `error: ` prefix. */
  readonly message: string;
  /** Where it is wrong. */
  readonly at: Position;
  /** Lines printed below the position, such as the two types of a mismatch. */
  readonly notes: readonly string[];
}

/**
 * Prints a position as `FILE:LINE:COLUMN`.
 *
 * @param at The position.
 * @returns The text.
 */
export function formatPosition(at: Position): string {
  return `${at.file}:${at.line}:${at.column}`;
}

/**
 * Prints diagnostics the way the command line shows them.
 *
 * @param diagnostics The messages, in the order they are printed.
 * @returns The text, without a newline at its end.
 */
export function formatDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((d) =>
    [
      `error: ${d.message}`,
      `  --> ${formatPosition(d.at)}`,
      ...d.notes.map((note) => `   = ${note}`),
    ]
      .join("\n")
  ).join("\n");
}

/** A program that cannot be compiled, with everything that is wrong with it. */
export class MocaCompileError extends Error {
  /** The messages, at least one. */
  readonly diagnostics: readonly Diagnostic[];

  /**
   * Makes the error.
   *
   * @param diagnostics The messages, at least one.
   */
  constructor(diagnostics: readonly Diagnostic[]) {
    super(formatDiagnostics(diagnostics));
    this.name = "MocaCompileError";
    this.diagnostics = diagnostics;
  }
}

/**
 * Ends compilation with one message.
 *
 * @param message What is wrong.
 * @param at Where.
 * @throws {MocaCompileError} Always.
 */
export function failAt(message: string, at: Position): never {
  throw new MocaCompileError([{ message, at, notes: [] }]);
}

/** One line of a call stack: a function and the place reached in it. */
export interface StackLine {
  /** The function's name; `<main>` for top-level statements, `<lambda>` for lambdas. */
  readonly name: string;
  /** The place reached. */
  readonly at: Position;
}

/**
 * An error that the running program may catch. Its message is the whole text a `catch` sees,
 * with the `runtime error: ` prefix where there is one.
 *
 * It is no `Error`: for one of those V8 looks at its whole stack, which takes it longer than a script's
 * `try` and `throw` do.
 */
export class MocaTrap {
  /** The whole text. */
  readonly message: string;

  /**
   * Makes the error.
   *
   * @param message The whole text.
   */
  constructor(message: string) {
    this.message = message;
  }
}

/** A limit was reached: the heap's size, the depth of calls, the time. No `catch` sees it. */
export class MocaLimitError extends Error {
  /**
   * Makes the error.
   *
   * @param message The whole text, prefix included.
   */
  constructor(message: string) {
    super(message);
    this.name = "MocaLimitError";
  }
}

/**
 * Makes the error of a failed operation.
 *
 * @param text What went wrong, without prefix.
 * @returns The error; its message is `runtime error: ` and the text.
 */
export function runtimeError(text: string): MocaTrap {
  return new MocaTrap(`runtime error: ${text}`);
}

/**
 * Makes the error of a join that finds no thread.
 *
 * @param handle What was to be joined.
 * @param next The next handle that will be given out; all before it have been.
 * @returns The error.
 */
export function noThread(handle: bigint, next: bigint): MocaTrap {
  return runtimeError(
    handle > 0n && handle < next ? "Thread already joined" : `Thread ${handle} not found`,
  );
}

/**
 * Prints an uncaught run-time error: its text, the position, the call stack.
 *
 * @param message The error's text.
 * @param stack The calls, innermost first.
 * @returns The text, without a newline at its end.
 */
export function formatRuntimeError(message: string, stack: readonly StackLine[]): string {
  const lines = [message];
  const [first] = stack;
  if (first !== undefined) {
    lines.push(`  --> ${formatPosition(first.at)}`);
  }
  const shown = stack.length > 20 ? [...stack.slice(0, 10), null, ...stack.slice(-5)] : stack;
  for (const line of shown) {
    lines.push(
      line === null
        ? `  ... ${stack.length - 15} more calls`
        : `  in ${line.name} at ${formatPosition(line.at)}`,
    );
  }
  return lines.join("\n");
}
