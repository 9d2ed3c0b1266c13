/**
 * Guests with threads, for tests.
 *
 * @module
 */
import type { SharedProcess } from "../../../lib/kernel/threads/process_memory.ts";
import { openDescriptors } from "../open_descriptors.ts";
import { Guest, whyMissing } from "../guest.ts";
import type { KernelOptions } from "../../../lib/kernel/kernel.ts";
import { openSignalSockets } from "./host_threads.ts";
import type { ProgramName } from "./programs.ts";
import { TestWorker, until } from "./test_worker.ts";

/** A guest that has threads; its kernel is that of one of them. */
export class ThreadedGuest extends Guest {
  /** The process. */
  readonly shared: SharedProcess;
  readonly #threads: TestWorker[] = [];

  constructor(options: KernelOptions = {}) {
    super("libc", options);
    this.shared = this.kernel.share();
  }

  /** Starts a thread. */
  start(program: ProgramName, ...args: readonly number[]): TestWorker {
    const { shared } = this;
    const thread = new TestWorker({ type: "program", shared, program, args });
    this.#threads.push(thread);
    return thread;
  }

  /** Ends everything: first the process, so that no thread is inside of a call any more. */
  async end(): Promise<void> {
    this[Symbol.dispose]();
    for (const thread of this.#threads) {
      thread.terminate();
      await thread.gone();
    }
  }
}

let isWarm = false;

/** Makes the first worker, for which Deno opens descriptors that it keeps. */
async function warmUp(): Promise<void> {
  if (isWarm) return;
  isWarm = true;
  openSignalSockets();
  const guest = new ThreadedGuest();
  await guest.start("kinds").result;
  await guest.end();
}

/** How many descriptors are open that a guest may have made. Deno opens files for new workers. */
function guestDescriptors(): number {
  return openDescriptors().filter((name) => !name.startsWith("/")).length;
}

/** Why threads cannot be tested here; null if they can. */
function whyNoThreads(): string | null {
  if (Deno.build.os !== "linux") return "needs Linux";
  return whyMissing("libc");
}

/** Registers a test with a guest that has threads, and counts the descriptors that it leaves. */
export function testThreads(
  name: string,
  body: (guest: ThreadedGuest) => Promise<void>,
  options: KernelOptions = {},
): void {
  const missing = whyNoThreads();
  Deno.test({
    name: `[threads] ${name}${missing === null ? "" : ` (skipped: ${missing})`}`,
    ignore: missing !== null,
    fn: async () => {
      await warmUp();
      const before = guestDescriptors();
      const guest = new ThreadedGuest(options);
      try {
        await body(guest);
      } finally {
        await guest.end();
      }
      await until(() => guestDescriptors() <= before, "closed descriptors");
    },
  });
}
