/**
 * The state of a guest process that its system calls share.
 *
 * @module
 */
import { Errno } from "../linux/errno.ts";
import { AT_FDCWD, F_SETLK, F_UNLCK, SEEK_SET } from "../linux/fcntl.ts";
import type { Rlimit } from "../linux/resource.ts";
import { MAX_RW_COUNT, UIO_MAXIOV } from "../linux/uio.ts";
import type { Iovec } from "../linux/uio.ts";
import { type Bytes, FileKind, type OpenFile } from "../stack/open_file.ts";
import type { Stack } from "../stack/stack.ts";
import type { DescriptorTable } from "./descriptor_table.ts";
import type { FileSystem } from "./files/file_system.ts";
import type { Policy } from "./policy/policy.ts";
import type { SocketLimiter } from "./socket_limits.ts";

/** What a process is made of: a thread's own, or what it shares with others. */
export interface ProcessParts {
  /** What moves the bytes. */
  readonly stack: Stack;
  /** Makes the table of descriptors; `end` ends a file to which nothing refers any more. */
  readonly makeTable: (end: (file: OpenFile) => number) => DescriptorTable;
  /** What the guest may reach. */
  readonly policy: Policy;
  /** Paths, pipes and stdio. */
  readonly files: FileSystem;
  /** RLIMIT_NOFILE. */
  readonly nofile: Rlimit;
  /** Bounds the guest's sockets; null where they are not. */
  readonly limiter: SocketLimiter | null;
}

/** Bits of a transfer's length that a 32-bit signed count has. */
const INT_MAX = 0x7fffffff;

/**
 * The length that a transfer passes down: at most MAX_RW_COUNT, as Linux cuts it; −EFAULT if it is
 * no length of these bytes, so that nothing beyond them is ever touched.
 */
export function transferLength(buffer: Bytes | null, length: number): number {
  const count = length | 0;
  if (count === length && count >= 0) {
    return buffer === null || count <= buffer.byteLength ? count : -Errno.EFAULT;
  }
  if (!(length > INT_MAX) || (buffer !== null && length > buffer.byteLength)) return -Errno.EFAULT;
  return MAX_RW_COUNT;
}

/**
 * Checks a scatter or gather list.
 *
 * @returns 0; `tooMany` negated for more than UIO_MAXIOV buffers; −EINVAL for a length that is
 * negative, no integer, or beyond 2³¹ − 1; −EFAULT for one beyond its bytes.
 */
export function checkBuffers(buffers: readonly Iovec[], tooMany: number): number {
  if (buffers.length > UIO_MAXIOV) return -tooMany;
  for (const { base, length } of buffers) {
    if ((length | 0) !== length || length < 0) return -Errno.EINVAL;
    if (base !== null && length > base.byteLength) return -Errno.EFAULT;
  }
  return 0;
}

/** Descriptors, limits, policy, files and stack of one guest process. */
export abstract class Process {
  /** The descriptors. */
  protected readonly table: DescriptorTable;
  /** What moves the bytes. */
  protected readonly stack: Stack;
  /** What the guest may reach. */
  protected readonly policy: Policy;
  /** Paths, pipes and stdio. */
  protected readonly files: FileSystem;
  /** RLIMIT_NOFILE. */
  protected readonly nofile: Rlimit;
  /** Bounds the guest's sockets; null where they are not. */
  protected readonly limiter: SocketLimiter | null;

  /** Sets a process up. */
  constructor({ stack, makeTable, policy, files, nofile, limiter }: ProcessParts) {
    this.stack = stack;
    this.policy = policy;
    this.files = files;
    this.nofile = nofile;
    this.limiter = limiter;
    this.table = makeTable((file) => this.end(file));
  }

  /**
   * Ends the process: closes every descriptor and the stack. Ending again does nothing; calls made
   * afterwards find no descriptor open.
   *
   * @param status What it exits with.
   */
  abstract exit(status?: number): void;

  /** As {@link Process.exit}. */
  [Symbol.dispose](): void {
    this.exit();
  }

  /** Gives a new file the lowest free number; closes it again if there is none. */
  protected install(file: OpenFile, closeOnExec: boolean): number {
    const fd = this.table.reserve();
    if (fd < 0) this.end(file);
    else this.table.set(fd, file, closeOnExec);
    return fd;
  }

  /** Reserves two numbers, or neither: 0, or a negated errno. */
  protected reservePair(fds: Int32Array): number {
    const first = this.table.reserve();
    if (first < 0) return first;
    const second = this.table.reserve(first + 1);
    if (second < 0) {
      this.table.giveBack(first);
      return second;
    }
    fds[0] = first;
    fds[1] = second;
    return 0;
  }

  /** Gives two new files numbers, or neither. */
  protected installPair(
    pair: readonly [OpenFile, OpenFile],
    closeOnExec: boolean,
    fds: Int32Array,
  ): number {
    const reserved = this.reservePair(fds);
    if (reserved < 0) {
      this.end(pair[0]);
      this.end(pair[1]);
      return reserved;
    }
    this.table.set(fds[0] as number, pair[0], closeOnExec);
    this.table.set(fds[1] as number, pair[1], closeOnExec);
    return 0;
  }

  /** close(2). */
  close(fd: number): number {
    const file = this.table.remove(fd);
    return file === undefined ? -Errno.EBADF : this.release(file);
  }

  /** What closing a number of `file` does: it gives up the reference, and the record locks. */
  protected release(file: OpenFile): number {
    // fcntl(2): closing any descriptor of a file releases the process's record locks on it.
    if (file.kind === FileKind.file && this.files.hasLocks && !file.isPathOnly) {
      this.files.locksEnded(file);
      file.lock(F_SETLK, { type: F_UNLCK, whence: SEEK_SET, start: 0, length: 0, pid: 0 });
    }
    return this.table.drop(file);
  }

  /** Ends a file to which nothing refers any more. */
  protected end(file: OpenFile): number {
    this.limiter?.end(file);
    return file.close();
  }

  /** What a path starts from: null for the current folder, undefined if `fd` is not open. */
  protected base(fd: number): OpenFile | null | undefined {
    return fd === AT_FDCWD ? null : this.table.get(fd);
  }
}
