/**
 * The program of a worker that serves on a port which it shares with others.
 *
 * @module
 */
import { openSession } from "../session.ts";
import { HttpServer } from "./server.ts";
import { drain, WAIT } from "./serve.ts";
import type { WorkerReport, WorkerStart } from "./workers.ts";

function report(message: WorkerReport): void {
  Reflect.apply(Reflect.get(globalThis, "postMessage"), globalThis, [message]);
}

function run({ parsed, options, stop }: WorkerStart): void {
  using session = openSession(parsed, { appendTrace: true });
  const { system } = session;
  using server = new HttpServer(system, options);
  report({ kind: "listening" });
  while (Atomics.load(stop, 0) === 0) server.turn(WAIT);
  Array.from(drain(server));
}

addEventListener("message", (event) => {
  const { data } = event as MessageEvent<WorkerStart>;
  try {
    run(data);
    report({ kind: "ended" });
  } catch (error) {
    report({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  } finally {
    close();
  }
}, { once: true });
