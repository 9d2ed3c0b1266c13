/**
 * Serves on the thread of the command line.
 *
 * @module
 */
import type { HttpServer } from "./server.ts";
import type { StopSignal } from "./stop_signal.ts";

/** Milliseconds of one wait at most, after which somebody may have asked to stop. */
export const WAIT = 250;

/** Milliseconds that responses have to end after that. */
export const DRAIN_TIME = 1000;

/** Serves until a signal arrives; returns the exit status. */
export async function serve(server: HttpServer, signal: StopSignal): Promise<number> {
  let status = await signal.look();
  let looked = performance.now();
  while (status === null) {
    const isInterrupted = server.turn(WAIT);
    const now = performance.now();
    if (!isInterrupted && now - looked < WAIT) continue;
    status = await signal.look();
    looked = now;
  }
  server.drain(DRAIN_TIME);
  return status;
}
