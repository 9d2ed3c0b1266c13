/**
 * A process that threads share, as one of them has joined it.
 *
 * @module
 */
import { openThreadStack } from "../../stack/open.ts";
import type { ThreadStack } from "../../stack/thread_stack.ts";
import { shareGeneration } from "../policy/permissions.ts";
import { LockOrder } from "./lock.ts";
import { ProcessLocks } from "./process_locks.ts";
import { Header, ProcessMemory, ProcessState, type SharedProcess } from "./process_memory.ts";
import { SharedEpollRegistrations } from "./shared_epoll.ts";
import { SharedFileState } from "./shared_file_state.ts";
import { SharedNames } from "./shared_names.ts";
import { ThreadBlock } from "./thread_block.ts";

/** A process that has ended cannot be joined. */
export class ProcessEndedError extends Error {
  /** The class's name, as `Error.prototype.name` is used. */
  override readonly name = "ProcessEndedError";
}

/** What one thread has of a process. */
export class JoinedProcess {
  /** What other threads join it by. */
  readonly shared: SharedProcess;
  /** The memory. */
  readonly memory: ProcessMemory;
  /** This thread's stack. */
  readonly stack: ThreadStack;
  /** This thread's block. */
  readonly block: ThreadBlock;
  /** The locks. */
  readonly locks: ProcessLocks;
  /** Checks the order of the locks; null where it is not checked. */
  readonly order: LockOrder | null;
  /** What is registered with epoll. */
  readonly registrations: SharedEpollRegistrations;
  /** The current folder and its like. */
  readonly files: SharedFileState;
  /** Which names addresses came from. */
  readonly names: SharedNames;
  #repairTable: () => void = () => {};

  /**
   * Joins a process.
   *
   * @throws {LibcUnavailableError} If the C library cannot be loaded on this thread.
   * @throws {ProcessEndedError} If the process has ended.
   * @throws {TooManyThreadsError} If it has as many threads as it can.
   */
  constructor(shared: SharedProcess) {
    this.shared = shared;
    this.memory = new ProcessMemory(shared.memory, shared.numbers);
    this.registrations = new SharedEpollRegistrations(this.memory, () => this.locks.epoll);
    this.stack = openThreadStack({
      registrations: this.registrations,
      isEnding: () => this.isEnding,
    });
    try {
      this.block = new ThreadBlock(this.memory, this.stack);
    } catch (error) {
      this.stack.close();
      throw error;
    }
    this.order = shared.checkLocks ? new LockOrder() : null;
    this.locks = new ProcessLocks(this.memory, this.block, this.order, {
      table: () => this.#repairTable(),
      epoll: () => this.registrations.repair(),
    });
    this.files = new SharedFileState(this.memory, this.locks.files);
    this.names = new SharedNames(this.memory, this.locks.learned);
    // Whoever ends the process because nobody is left does so under this lock.
    this.locks.threads.acquire();
    const { isEnding } = this;
    this.locks.threads.release();
    if (isEnding) {
      this.block.free(this.block.index);
      this.stack.close();
      throw new ProcessEndedError("Cannot join the process: it has ended");
    }
    shareGeneration(shared.generation);
  }

  /** Whether the process ends, or has ended. */
  get isEnding(): boolean {
    return Atomics.load(this.memory.header, Header.state) !== ProcessState.running;
  }

  /** How the table of descriptors is put in order. */
  set repairTable(repair: () => void) {
    this.#repairTable = repair;
  }
}
