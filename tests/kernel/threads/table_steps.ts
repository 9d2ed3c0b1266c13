/**
 * What a thread of `table_stress.ts` does: opens, uses and closes numbers of a table that threads share, where
 * files are words in memory that tell what happens to them.
 *
 * @module
 */
import { JoinedProcess } from "../../../lib/kernel/threads/joined_process.ts";
import type { SharedProcess } from "../../../lib/kernel/threads/process_memory.ts";
import { SharedTable } from "../../../lib/kernel/threads/shared_table.ts";
import { FileKind, OpenFile } from "../../../lib/stack/open_file.ts";
import type { HostFile } from "../../../lib/stack/thread_stack.ts";
import { Random } from "../../linux/random.ts";

/** Words that tell of a file. */
export const FakeHost = {
  /** Whether it is open. */
  open: 0,
  /** One more than the number that it was opened for; it never gets another one. */
  number: 1,
  /** Calls that use it. */
  users: 2,
  /** How often it was opened, ever. */
  opened: 3,
  /** How often it was closed, ever. */
  closed: 4,
  words: 8,
} as const;

/** What a thread is told. */
export interface TableStressTask {
  readonly shared: SharedProcess;
  readonly index: number;
  readonly seed: number;
  readonly steps: number;
  /** Numbers below this one are used. */
  readonly numbers: number;
  /** The files, {@linkcode FakeHost}'s words each. */
  readonly files: Int32Array<SharedArrayBuffer>;
}

/** What it has found out. */
export interface TableStressReport {
  readonly used: number;
  readonly wrong: readonly string[];
}

/** A file of the host's that is not there. */
class FakeFile extends OpenFile {
  readonly kind: FileKind = FileKind.other;
  readonly host: number;

  constructor(host: number) {
    super();
    this.host = host;
  }

  close(): number {
    return 0;
  }

  getStatusFlags(): number {
    return 0;
  }

  setStatusFlags(): number {
    return 0;
  }

  fstat(): number {
    return 0;
  }
}

class Thread {
  readonly wrong: string[] = [];
  used = 0;
  readonly #files: Int32Array<SharedArrayBuffer>;
  readonly #numbers: number;
  readonly #random: Random;
  readonly #table: SharedTable;

  constructor(joined: JoinedProcess, { files, numbers, seed, index }: TableStressTask) {
    this.#files = files;
    this.#numbers = numbers;
    this.#random = new Random(seed * 104729 + index);
    this.#table = new SharedTable({
      memory: joined.memory,
      block: joined.block,
      lock: joined.locks.table,
      order: joined.order,
      files: {
        describe: (file) => this.#describe(file),
        open: ({ descriptor }) => new FakeFile(descriptor),
        isReplaced: () => false,
        end: (file) => this.#close((file as FakeFile).host),
      },
    });
  }

  /** The table, to leave it. */
  get table(): SharedTable {
    return this.#table;
  }

  /** One step. */
  step(): void {
    const fd = this.#random.integer(this.#numbers);
    switch (this.#random.integer(8)) {
      case 0:
      case 1:
        this.#open();
        break;
      case 2:
      case 3: {
        const file = this.#table.remove(fd);
        if (file !== undefined) this.#table.drop(file);
        break;
      }
      case 4:
        this.#replace(fd);
        break;
      default:
        this.#use(fd);
    }
    this.#table.finish();
  }

  #describe(file: OpenFile): HostFile {
    const { host } = file as FakeFile;
    const { kind } = file;
    return { descriptor: host, kind, domain: 0, type: 0, protocol: 0, borrowed: false };
  }

  #open(): void {
    const fd = this.#table.reserve(this.#random.integer(this.#numbers));
    if (fd < 0) return;
    if (this.#random.integer(8) === 0) this.#table.giveBack(fd);
    else this.#table.set(fd, new FakeFile(this.#make(fd)), false);
  }

  /** dup2 of another file for the same number, which nothing else can be. */
  #replace(fd: number): void {
    const spare = this.#table.reserve(this.#numbers);
    if (spare < 0) return;
    const file = new FakeFile(this.#make(fd));
    this.#table.set(spare, file, false);
    const replaced = this.#table.replace(fd, file, false);
    if (replaced instanceof OpenFile) this.#table.drop(replaced);
    const taken = this.#table.remove(spare);
    if (taken !== file) this.wrong.push(`${spare} is not what was put there`);
    else this.#table.drop(taken);
  }

  #use(fd: number): void {
    const file = this.#table.get(fd);
    if (file === undefined) return;
    const { host } = file as FakeFile;
    const base = host * FakeHost.words;
    const files = this.#files;
    this.used++;
    Atomics.add(files, base + FakeHost.users, 1);
    for (let turn = this.#random.integer(20); turn >= 0; turn--) {
      const number = Atomics.load(files, base + FakeHost.number) - 1;
      if (Atomics.load(files, base + FakeHost.open) !== 1) {
        this.wrong.push(`${fd} is a file that is closed`);
      } else if (number !== fd) {
        this.wrong.push(`${fd} is a file that was opened for ${number}`);
      }
    }
    Atomics.sub(files, base + FakeHost.users, 1);
  }

  /** Makes a file, of one that was closed if there is any; returns which. */
  #make(number: number): number {
    const count = this.#files.length / FakeHost.words;
    for (let host = this.#random.integer(8);; host = (host + 1) % count) {
      const base = host * FakeHost.words;
      if (Atomics.compareExchange(this.#files, base + FakeHost.open, 0, 1) !== 0) continue;
      Atomics.store(this.#files, base + FakeHost.number, number + 1);
      Atomics.add(this.#files, base + FakeHost.opened, 1);
      return host;
    }
  }

  #close(host: number): number {
    const base = host * FakeHost.words;
    const users = Atomics.load(this.#files, base + FakeHost.users);
    if (users !== 0) this.wrong.push(`a file is closed that ${users} calls use`);
    Atomics.add(this.#files, base + FakeHost.closed, 1);
    if (Atomics.exchange(this.#files, base + FakeHost.open, 0) !== 1) {
      this.wrong.push("a file is closed twice");
    }
    return 0;
  }
}

/** Makes the steps of one thread. */
export function runTableStress(task: TableStressTask): TableStressReport {
  const joined = new JoinedProcess(task.shared);
  const thread = new Thread(joined, task);
  for (let step = 0; step < task.steps && thread.wrong.length < 10; step++) thread.step();
  thread.table.leave();
  joined.block.free(joined.block.index);
  joined.stack.close();
  return { used: thread.used, wrong: thread.wrong };
}
