/**
 * The program of a worker that runs one thread of a script, with a system of its own.
 *
 * @module
 */
import { ScriptProcess } from "../../guest/moca/process.ts";
import { systemOutput } from "../../guest/moca/system_output.ts";
import { runWorkerThread, type ThreadStart } from "../../guest/moca/worker_threads.ts";
import type { Value } from "../../moca/value.ts";
import { openSession } from "../session.ts";
import type { ThreadInit } from "./run_hosted.ts";
import { scriptLimits } from "./script_options.ts";

function run({ program, entry, deadline, heap, init }: ThreadStart): Value {
  const { parsed, args } = init as ThreadInit;
  const { timeout: _, ...limits } = scriptLimits(parsed);
  using session = openSession(parsed, { appendTrace: true });
  const { system } = session;
  const makeWorker = () => new Worker(new URL(import.meta.url), { type: "module" });
  return new ScriptProcess(program, {
    ...limits,
    sharedHeap: heap,
    ...(deadline === null ? {} : { timeout: Math.max(1, deadline - Date.now()) }),
    system,
    output: systemOutput(system),
    args,
    entry,
    workers: { makeWorker, init },
  }).run().result;
}

addEventListener("message", (event) => {
  const { data } = event as MessageEvent<ThreadStart>;
  try {
    runWorkerThread(data, () => run(data));
  } finally {
    close();
  }
}, { once: true });
