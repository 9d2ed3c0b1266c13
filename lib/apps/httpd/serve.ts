/**
 * Serves on the thread of the command line.
 *
 * @module
 */
import { type HttpServer, Turn } from "./server.ts";
import type { StopSignal } from "./stop_signal.ts";

/** Milliseconds of one wait at most, after which somebody may have asked to stop. */
export const WAIT = 250;

/** Milliseconds that responses have to end after that. */
export const DRAIN_TIME = 3000;

/** Milliseconds of one wait then, and between two questions for another signal. */
const DRAIN_WAIT = 50;

/** Milliseconds between two questions for signals while there is always something to do. */
const SIGNAL_INTERVAL = 1000;

/** Serves until a signal arrives; returns the exit status. */
export async function serve(server: HttpServer, signal: StopSignal): Promise<number> {
  let status = await signal.look();
  let looked = performance.now();
  while (status === null) {
    const outcome = server.turn(WAIT);
    const now = performance.now();
    if (outcome === Turn.worked && now - looked < SIGNAL_INTERVAL) continue;
    status = await signal.look();
    looked = now;
  }
  // Who does not want to wait for responses asks a second time, which the event loop has to be told.
  for (const outcome of drain(server)) {
    if (outcome === Turn.worked && performance.now() - looked < DRAIN_WAIT) continue;
    await signal.look();
    looked = performance.now();
  }
  return status;
}

/** Stops a server, and waits for the responses that are being sent, each time for a moment. */
export function* drain(server: HttpServer): Generator<Turn> {
  server.stop();
  const end = performance.now() + DRAIN_TIME;
  while (server.connections > 0 && performance.now() < end) yield server.turn(DRAIN_WAIT);
}
