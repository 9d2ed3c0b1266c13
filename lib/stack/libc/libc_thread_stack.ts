/**
 * The stack over the C library on one of the threads of a process.
 *
 * @module
 */
import type { OpenFile } from "../open_file.ts";
import { FileKind } from "../open_file.ts";
import type { HostFile, ThreadStack } from "../thread_stack.ts";
import { LibcFile } from "./libc_file.ts";
import { LibcStack } from "./libc_stack.ts";
import { LibcThread, type ThreadShared } from "./libc_thread.ts";
import { ThreadSignals } from "./thread_signals.ts";

/** Linux's sockets through the C library, for a process whose threads share its descriptors. */
export class LibcThreadStack extends LibcStack implements ThreadStack {
  readonly threadId: number;
  readonly #thread: LibcThread;
  readonly #signals: ThreadSignals;

  /**
   * Opens the C library on this thread.
   *
   * @throws {LibcUnavailableError} If it cannot be loaded.
   */
  constructor(shared: ThreadShared) {
    const thread = new LibcThread(shared);
    super(thread);
    this.#thread = thread;
    this.#signals = new ThreadSignals();
    this.threadId = this.#signals.threadId;
  }

  isAlive(threadId: number): boolean {
    return this.#signals.isAlive(threadId);
  }

  interrupt(threadId: number): void {
    this.#signals.interrupt(threadId);
  }

  open(file: HostFile): OpenFile {
    const { descriptor, kind } = file;
    // Where a directory is, the system knows.
    const path = kind === FileKind.directory ? this.host.pathOf(descriptor) : null;
    return new LibcFile(this.#thread, descriptor, { ...file, path });
  }

  override close(): void {
    this.#signals.close();
    super.close();
  }
}
