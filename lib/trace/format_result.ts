/**
 * Results as strace prints them.
 *
 * @module
 */
import { errnoMessage, errnoName } from "../linux/errno.ts";

/** Formats a result that is a number; what is negative is an errno: `-1 EBADF (Bad file …)`. */
export function formatResult(result: number): string {
  if (!(result < 0)) return String(result);
  const name = errnoName(result);
  // A number without a name has `errno 999` in its place.
  return name.startsWith("E") ? `-1 ${name} (${errnoMessage(result)})` : `-1 (${name})`;
}
