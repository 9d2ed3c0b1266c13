/**
 * The program of all workers of these tests.
 *
 * @module
 */
import { Kernel } from "../../../lib/kernel/kernel.ts";
import { Lock } from "../../../lib/kernel/threads/lock.ts";
import type { SharedProcess } from "../../../lib/kernel/threads/process_memory.ts";
import { ownThreadId } from "./host_threads.ts";
import { type ProgramName, PROGRAMS } from "./programs.ts";
import { runStress, type StressTask } from "./stress_calls.ts";
import { runTableStress, type TableStressTask } from "./table_steps.ts";

/** What a worker is told. */
export type WorkerTask =
  | {
    readonly type: "program";
    readonly shared: SharedProcess;
    readonly program: ProgramName;
    readonly args: readonly number[];
  }
  | { readonly type: "stress"; readonly task: StressTask }
  | { readonly type: "table"; readonly task: TableStressTask }
  | { readonly type: "lock"; readonly words: Int32Array<SharedArrayBuffer> };

/** What a worker tells. */
export type WorkerMessage =
  | { readonly type: "started"; readonly threadId: number }
  | { readonly type: "report"; readonly value: unknown }
  | { readonly type: "done"; readonly value: unknown }
  | { readonly type: "failed"; readonly value: string };

function tell(message: WorkerMessage): void {
  (self as unknown as { postMessage(message: WorkerMessage): void }).postMessage(message);
}

function started(): void {
  tell({ type: "started", threadId: ownThreadId() });
}

/** Counts, which is no atomic step, with a lock that makes it one. */
function countWithLock(words: Int32Array<SharedArrayBuffer>): void {
  const thread = { index: 1, isAlive: () => true };
  const lock = new Lock({ name: "table", words, index: 3, thread, order: null });
  started();
  lock.acquire();
  words[0] = (words[0] as number) + 1;
  lock.release();
}

function run(task: WorkerTask): unknown {
  switch (task.type) {
    case "program": {
      using kernel = Kernel.attach(task.shared);
      started();
      const report = (value: unknown) => tell({ type: "report", value });
      return PROGRAMS[task.program](kernel, task.args, report);
    }
    case "stress":
      started();
      return runStress(task.task);
    case "table":
      started();
      return runTableStress(task.task);
    case "lock":
      return countWithLock(task.words);
  }
}

addEventListener("message", (event) => {
  try {
    tell({ type: "done", value: run((event as MessageEvent<WorkerTask>).data) });
  } catch (error) {
    tell({ type: "failed", value: error instanceof Error ? error.stack ?? error.message : "" });
  } finally {
    close();
  }
}, { once: true });
