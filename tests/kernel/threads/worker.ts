/**
 * A thread of a guest in a test: joins a process and runs one of `programs.ts`.
 *
 * @module
 */
import { Kernel } from "../../../lib/kernel/kernel.ts";
import type { SharedProcess } from "../../../lib/kernel/threads/process_memory.ts";
import { ownThreadId } from "./host_threads.ts";
import { type ProgramName, PROGRAMS } from "./programs.ts";

/** What a thread is told. */
export interface ThreadTask {
  readonly shared: SharedProcess;
  readonly program: ProgramName;
  readonly args: readonly number[];
}

/** What a thread tells. */
export type ThreadMessage =
  | { readonly type: "joined"; readonly threadId: number }
  | { readonly type: "report"; readonly value: unknown }
  | { readonly type: "done"; readonly value: unknown }
  | { readonly type: "failed"; readonly value: string };

function tell(message: ThreadMessage): void {
  (self as unknown as { postMessage(message: ThreadMessage): void }).postMessage(message);
}

addEventListener("message", (event) => {
  const { shared, program, args } = (event as MessageEvent<ThreadTask>).data;
  try {
    using kernel = Kernel.attach(shared);
    tell({ type: "joined", threadId: ownThreadId() });
    const value = PROGRAMS[program](kernel, args, (value) => tell({ type: "report", value }));
    tell({ type: "done", value });
  } catch (error) {
    tell({ type: "failed", value: error instanceof Error ? error.stack ?? error.message : "" });
  } finally {
    close();
  }
}, { once: true });
