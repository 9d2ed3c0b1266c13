/**
 * A thread that tests keep in the middle of something.
 *
 * @module
 */
import { assert } from "@std/assert";
import { JoinedProcess } from "../../../lib/kernel/threads/joined_process.ts";
import { type SharedProcess, Thread } from "../../../lib/kernel/threads/process_memory.ts";
import { SharedTable } from "../../../lib/kernel/threads/shared_table.ts";
import type { OpenFile } from "../../../lib/stack/open_file.ts";

/** No thread of any process has this number: Linux's are below 2²². */
const NO_THREAD = 2 ** 30;

/** A thread in the middle of something, which the host no longer knows then. */
export class LostThread {
  readonly joined: JoinedProcess;
  readonly table: SharedTable;
  /** How many descriptions it has ended. */
  ended = 0;

  constructor(shared: SharedProcess) {
    const joined = new JoinedProcess(shared);
    this.joined = joined;
    this.table = new SharedTable({
      memory: joined.memory,
      block: joined.block,
      lock: joined.locks.table,
      order: null,
      files: {
        describe: () => {
          throw new Error("opens nothing");
        },
        open: (file) => joined.stack.open(file),
        isReplaced: () => false,
        end: (file) => {
          this.ended++;
          return file.close();
        },
      },
    });
  }

  use(fd: number): OpenFile {
    const file = this.table.get(fd);
    assert(file !== undefined);
    return file;
  }

  end(): void {
    const { words, base } = this.joined.block;
    Atomics.store(words, base + Thread.id, NO_THREAD);
    this.joined.stack.close();
  }
}
