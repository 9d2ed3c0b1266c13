/**
 * The kernel of one thread of a process that others share.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { MSG_DONTWAIT, MSG_PEEK } from "../../linux/socket.ts";
import { O_ACCMODE } from "../../linux/fcntl.ts";
import type { Rlimit } from "../../linux/resource.ts";
import type { OpenFile } from "../../stack/open_file.ts";
import type { HostFiles } from "../../stack/stack.ts";
import type { HostFile } from "../../stack/thread_stack.ts";
import { FileSystem } from "../files/file_system.ts";
import { StdioFile, type StdioOptions } from "../files/stdio.ts";
import { Policy } from "../policy/policy.ts";
import type { ProcessParts } from "../process.ts";
import { SocketLimiter } from "../socket_limits.ts";
import type { System } from "../system.ts";
import { JoinedProcess } from "./joined_process.ts";
import { awaitEnd, endProcess, leaveProcess, reclaimEnded } from "./process_end.ts";
import { Header, type ProcessMemory, type SharedProcess } from "./process_memory.ts";
import type { SingleThread } from "./share_process.ts";
import { SharedTable } from "./shared_table.ts";
import { ThreadCalls } from "./thread_calls.ts";

/** RLIMIT_NOFILE in shared memory; what belongs together is changed under the lock `table`. */
class SharedRlimit implements Rlimit {
  readonly #header: Int32Array<SharedArrayBuffer>;

  constructor({ header }: ProcessMemory) {
    this.#header = header;
  }

  get current(): number {
    return Atomics.load(this.#header, Header.limit);
  }

  set current(limit: number) {
    Atomics.store(this.#header, Header.limit, limit);
  }

  get maximum(): number {
    return Atomics.load(this.#header, Header.maximum);
  }

  set maximum(limit: number) {
    Atomics.store(this.#header, Header.maximum, limit);
  }
}

/** How a thread joins a process. */
export interface AttachOptions {
  /**
   * What this thread's descriptors 0, 1 and 2 are where the kernel that was shared had functions for
   * them; default: the host process's own.
   */
  readonly stdio?: StdioOptions;
}

function makeTable(
  joined: JoinedProcess,
  files: FileSystem,
  end: (file: OpenFile) => number,
): SharedTable {
  const { memory, block, locks, order, stack } = joined;
  const table = new SharedTable({
    memory,
    block,
    lock: locks.table,
    order,
    files: {
      end,
      describe(file): HostFile {
        const described = stack.host?.describe(file);
        if (described) return described;
        if (!(file instanceof StdioFile)) throw new Error("Cannot share a file that is no host's");
        const { kind, standard: descriptor } = file;
        return { descriptor, kind, domain: 0, type: 0, protocol: 0, borrowed: true };
      },
      open: (file, replaced) =>
        replaced ? files.stdio(file.descriptor as 0 | 1 | 2) : stack.open(file),
      isReplaced: (file) => file instanceof StdioFile,
    },
  });
  joined.repairTable = () => table.repair();
  return table;
}

function partsOf(joined: JoinedProcess, { stdio = {} }: AttachOptions): ProcessParts {
  const { memory, shared, stack, files: state, names } = joined;
  const files = new FileSystem({ host: stack.host, stdio, state });
  const sockets = memory.header.subarray(Header.sockets, Header.sockets + 1);
  return {
    stack,
    files,
    policy: new Policy(shared.rules, names),
    nofile: new SharedRlimit(memory),
    limiter: shared.limits === null ? null : new SocketLimiter(shared.limits, sockets),
    makeTable: (end) => makeTable(joined, files, end),
  };
}

/** The system calls of one thread of a process whose descriptors others share. */
export class ThreadKernel extends ThreadCalls implements System {
  protected override readonly shared: SharedTable;
  readonly #joined: JoinedProcess;

  /**
   * Joins a process on this thread.
   *
   * @param shared The process.
   * @param options How it is joined.
   * @throws {LibcUnavailableError} If the C library cannot be loaded on this thread.
   * @throws {ProcessEndedError} If the process has ended.
   * @throws {TooManyThreadsError} If it has as many threads as it can.
   */
  constructor(shared: SharedProcess, options: AttachOptions = {}) {
    const joined = new JoinedProcess(shared);
    super(partsOf(joined, options));
    this.#joined = joined;
    this.shared = this.table as SharedTable;
    reclaimEnded(joined, this.shared);
  }

  /**
   * Takes over what a process of one thread had open, whose last numbers and names these are.
   *
   * @param process The process.
   * @param files What it has open.
   * @param host The host's files of its stack.
   */
  takeOver(
    process: SingleThread,
    files: ReadonlyMap<number, OpenFile>,
    host: HostFiles,
  ): void {
    const { stack, names, files: state } = this.#joined;
    const opened = new Map<OpenFile, OpenFile>();
    for (const [fd, file] of files) {
      const described = host.describe(file);
      const own = opened.get(file) ?? (described === null ? file : stack.open(described));
      const isFirst = !opened.has(file);
      opened.set(file, own);
      own.hasSlot = file.hasSlot;
      if (this.shared.reserve(fd) !== fd) throw new Error(`Cannot take over descriptor ${fd}`);
      this.shared.set(fd, own, process.table.isCloseOnExec(fd));
      if (file.isBound) this.shared.setBound(own);
      process.table.remove(fd);
      if (isFirst && described !== null) this.#takeRegistrations(host, described.descriptor);
    }
    this.shared.limit = process.nofile.current;
    state.directory = process.state.directory;
    for (const file of process.state.lockedFiles) state.guard(() => state.setLocked(file));
    process.policy.tell(names);
  }

  #takeRegistrations(host: HostFiles, descriptor: number): void {
    const { registrations } = this.#joined;
    registrations.lock();
    for (const registration of host.registrations.take(descriptor)) {
      registrations.add(registration);
    }
    registrations.unlock();
  }

  /** The process, for further threads, for which it makes room. */
  share(): SharedProcess {
    if (!this.ended) reclaimEnded(this.#joined, this.shared);
    return this.#joined.shared;
  }

  /** Ends the process: exit_group(2). */
  override exit(status = 0): void {
    if (this.ended) return;
    if (!endProcess(this.#joined, this.shared, status)) awaitEnd(this.#joined);
    this.leave();
  }

  /** Leaves the process, which the last thread ends by that. Further calls find nothing open. */
  leave(): void {
    if (this.ended) return;
    this.ended = true;
    this.files.close();
    this.lookup.close();
    leaveProcess(this.#joined, this.shared);
  }

  /** As {@linkcode ThreadKernel.leave}: this thread ends, and not the process. */
  override [Symbol.dispose](): void {
    this.leave();
  }

  /** openat(2); access mode 3 makes a descriptor of one thread alone. */
  override openat(directory: number, path: string | null, flags: number, mode: number): number {
    if ((flags & O_ACCMODE) === O_ACCMODE) return -Errno.EINVAL;
    return super.openat(directory, path, flags, mode);
  }

  /** prlimit(2): both limits change at once. */
  override prlimit(resource: number, newLimit: Rlimit | null, oldLimit: Rlimit | null): number {
    const { table } = this.#joined.locks;
    table.acquire();
    const result = super.prlimit(resource, newLimit, oldLimit);
    table.release();
    return result;
  }

  protected override beginWait(): boolean {
    if (this.ended) return false;
    this.#joined.block.setBusy(true);
    if (!this.#joined.isEnding) return true;
    this.#joined.block.setBusy(false);
    return false;
  }

  protected override noteBound(file: OpenFile): void {
    this.shared.setBound(file);
  }

  protected override isBound(file: OpenFile): boolean {
    return this.shared.isBound(file);
  }

  /**
   * The look at a datagram's sender and what is done about it belong together: in between another
   * thread could take the datagram off the queue, and the next one is another sender's.
   */
  protected override receiveAdmitted(
    file: OpenFile,
    flags: number,
    receive: (flags: number) => number,
  ): number {
    const { receive: lock } = this.#joined.locks;
    for (;;) {
      // Nobody waits with the lock.
      const waited = file.recv(null, 0, flags | MSG_PEEK);
      if (waited < 0) return waited;
      lock.acquire();
      let result: number;
      try {
        // What was there may be gone.
        const gone = this.awaitAdmitted(file, flags | MSG_DONTWAIT);
        result = gone < 0 ? gone : receive(flags | MSG_DONTWAIT);
      } finally {
        lock.release();
      }
      if (result !== -Errno.EAGAIN || (flags & MSG_DONTWAIT) !== 0) return result;
    }
  }
}
