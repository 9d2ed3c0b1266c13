/**
 * Durations on the command line.
 *
 * @module
 */
import { UsageError } from "./command.ts";

/**
 * Parses the value of `--timeout`.
 *
 * @param text Seconds, more than 0 and at most a billion, a fraction perhaps.
 * @returns Milliseconds.
 * @throws {UsageError} If it is anything else.
 */
export function parseSeconds(text: string): number {
  const seconds = /^[0-9]+(?:\.[0-9]+)?$/.test(text) ? Number(text) : 0;
  if (!(seconds > 0 && seconds <= 1e9)) {
    throw new UsageError(`--timeout takes seconds, such as --timeout=2.5, not ${text}`);
  }
  return seconds * 1000;
}
