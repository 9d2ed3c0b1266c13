/**
 * Ends scripts that do not end by themselves when their time is up.
 *
 * @module
 */
import { timeLimitText } from "../../guest/moca/script_error.ts";

/**
 * Milliseconds that a script's machine has to end by itself: it can tell where it was.
 */
const GRACE = 1000;

/**
 * Begins a script's time limit.
 *
 * @param timeout Milliseconds that the script may take; undefined for no limit.
 * @returns What ends the limit, null for none.
 */
export async function limitTime(timeout: number | undefined): Promise<Disposable | null> {
  if (timeout === undefined) return null;
  const { TimeLimit } = await import("../time_limit.ts");
  return new TimeLimit(timeout + GRACE, timeLimitText(timeout));
}
