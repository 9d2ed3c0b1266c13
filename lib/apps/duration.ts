/**
 * Durations on the command line.
 *
 * @module
 */
import { UsageError } from "./command.ts";

/**
 * Parses the value of `--timeout` or the like.
 *
 * @param text Seconds, more than 0 and at most a billion, a fraction perhaps.
 * @param option The option's name.
 * @returns Milliseconds.
 * @throws {UsageError} If it is anything else.
 */
export function parseSeconds(text: string, option = "timeout"): number {
  const seconds = /^[0-9]+(?:\.[0-9]+)?$/.test(text) ? Number(text) : 0;
  if (!(seconds > 0 && seconds <= 1e9)) {
    throw new UsageError(`--${option} takes seconds, such as --${option}=2.5, not ${text}`);
  }
  return seconds * 1000;
}
