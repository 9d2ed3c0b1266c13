/**
 * What the operands of `vmsock wget` stand for.
 *
 * @module
 */
import { UsageError } from "../command.ts";

/** What is to be got, and where it goes. */
export interface Operands {
  /** The URLs, not yet parsed. */
  readonly urls: readonly string[];
  /** The file for all of them, `-` for standard output; null where each names its own. */
  readonly output: string | null;
}

function hasScheme(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

/**
 * Sorts operands into URLs and the output file.
 *
 * The first is a URL, `http://` if it has no scheme. A second and last one without a scheme is the
 * output file. Among more there is no telling which of the two one without a scheme should be.
 *
 * @param operands The operands.
 * @param output The value of `--output-document`.
 * @throws {UsageError} If there is no URL, or an operand that may be either.
 */
export function readOperands(operands: readonly string[], output: string | undefined): Operands {
  const [first, second, ...more] = operands;
  if (first === undefined || first === "") {
    throw new UsageError("wget needs a URL: vmsock wget http://example.com/");
  }
  const url = hasScheme(first) ? first : `http://${first}`;
  if (second === undefined) return { urls: [url], output: output ?? null };
  if (more.length === 0 && !hasScheme(second)) {
    if (output !== undefined) {
      throw new UsageError(`there are two output files: ${output} and ${second}`);
    }
    if (second === "") throw new UsageError("the output file has no name");
    return { urls: [url], output: second };
  }
  const bare = [second, ...more].find((text) => !hasScheme(text));
  if (bare !== undefined) {
    throw new UsageError(
      `${JSON.stringify(bare)} may be a URL or a file: write http://${bare}, or -O ${bare}`,
    );
  }
  return { urls: [url, second, ...more], output: output ?? null };
}
