/**
 * The option `--header`.
 *
 * @module
 */
import { UsageError } from "../command.ts";
import { HttpError } from "./error.ts";
import { type Field, parseField } from "./request_head.ts";

/**
 * Parses a value of `--header`.
 *
 * @param text `Name: value`.
 * @throws {UsageError} If it is no header field, or one that the client sets itself.
 */
export function parseHeaderOption(text: string): Field {
  try {
    return parseField(text);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    throw new UsageError(`--header: ${error.message}`);
  }
}
