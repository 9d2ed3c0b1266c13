/**
 * Text for people, on standard output and standard error.
 *
 * @module
 */

/** Where text can go. */
export type Output = "stdout" | "stderr";

const ENCODER = new TextEncoder();

/**
 * Writes text whole. Nobody reading any more (a closed pipe) is not an error.
 *
 * @throws {Error} If it cannot be written for another reason, such as a full disk.
 */
export function print(output: Output, text: string): void {
  const bytes = ENCODER.encode(text);
  try {
    for (let written = 0; written < bytes.length;) {
      written += Deno[output].writeSync(bytes.subarray(written));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** The line that says that something failed: without control characters, nor a newline at its end. */
export function failureLine(message: string): string {
  return `vmsock: ${message.replace(/\s*\n\s*/g, " ").replace(/\p{Cc}/gu, "?")}`;
}

/** Prints that something failed: one line on standard error. */
export function printFailure(message: string): void {
  print("stderr", `${failureLine(message)}\n`);
}

/** Whether text there may have colours: a terminal, and no NO_COLOR. */
export function hasColor(output: Output): boolean {
  return !Deno.noColor && Deno[output].isTerminal();
}

/** Text in bold, where that can be seen. */
export function bold(output: Output, text: string): string {
  return hasColor(output) ? `\x1b[1m${text}\x1b[22m` : text;
}
