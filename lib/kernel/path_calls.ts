/**
 * System calls that take paths.
 *
 * @module
 */
import { Errno } from "../linux/errno.ts";
import { O_CLOEXEC } from "../linux/fcntl.ts";
import type { FileStatus, FileTimes } from "../linux/stat.ts";
import type { Bytes } from "../stack/open_file.ts";
import { checkPath } from "./files/path_resolver.ts";
import { transferLength } from "./process.ts";
import { EpollCalls } from "./epoll_calls.ts";

/**
 * The calls that take paths; the file system checks them under Deno's permissions.
 *
 * @internal
 */
export abstract class PathCalls extends EpollCalls {
  /** openat(2). */
  openat(directory: number, path: string | null, flags: number, mode: number): number {
    // Before a file is created there must be a number for it; only what is no path counts before.
    const fd = this.table.reserve();
    if (fd < 0) {
      const malformed = checkPath(path);
      return malformed < 0 ? malformed : fd;
    }
    const file = this.files.openat(this.base(directory), path, flags, mode);
    if (typeof file === "number") {
      this.table.giveBack(fd);
      return file;
    }
    this.table.set(fd, file, (flags & O_CLOEXEC) !== 0);
    return fd;
  }

  /** newfstatat(2). */
  fstatat(directory: number, path: string | null, status: FileStatus, flags: number): number {
    return this.files.fstatat(this.base(directory), path, status, flags);
  }

  /** truncate(2). */
  truncate(path: string | null, length: number): number {
    return this.files.truncate(path, length);
  }

  /** unlinkat(2). */
  unlinkat(directory: number, path: string | null, flags: number): number {
    return this.files.unlinkat(this.base(directory), path, flags);
  }

  /** mkdirat(2). */
  mkdirat(directory: number, path: string | null, mode: number): number {
    return this.files.mkdirat(this.base(directory), path, mode);
  }

  /** renameat(2). */
  renameat(
    fromDirectory: number,
    from: string | null,
    toDirectory: number,
    to: string | null,
  ): number {
    return this.files.renameat(this.base(fromDirectory), from, this.base(toDirectory), to);
  }

  /** linkat(2). */
  linkat(
    fromDirectory: number,
    from: string | null,
    toDirectory: number,
    to: string | null,
    flags: number,
  ): number {
    return this.files.linkat(this.base(fromDirectory), from, this.base(toDirectory), to, flags);
  }

  /** symlinkat(2). */
  symlinkat(target: string | null, directory: number, path: string | null): number {
    return this.files.symlinkat(target, this.base(directory), path);
  }

  /** readlinkat(2). */
  readlinkat(
    directory: number,
    path: string | null,
    buffer: Bytes | null,
    length: number,
  ): number {
    if (!(length > 0)) return -Errno.EINVAL;
    const count = transferLength(buffer, length);
    if (count < 0) return count;
    return this.files.readlinkat(this.base(directory), path, buffer, count);
  }

  /** faccessat(2). */
  faccessat(directory: number, path: string | null, mode: number): number {
    return this.files.faccessat(this.base(directory), path, mode);
  }

  /** utimensat(2). */
  utimensat(
    directory: number,
    path: string | null,
    times: FileTimes | null,
    flags: number,
  ): number {
    return this.files.utimensat(this.base(directory), path, times, flags);
  }

  /** chdir(2). */
  chdir(path: string | null): number {
    return this.files.chdir(path);
  }

  /** fchdir(2). */
  fchdir(fd: number): number {
    return this.files.fchdir(this.table.get(fd));
  }

  /** getcwd(2). */
  getcwd(buffer: Bytes | null, length: number): number {
    const count = transferLength(buffer, length);
    return count < 0 ? count : this.files.getcwd(buffer, count);
  }

  /** umask(2). */
  umask(mask: number): number {
    return this.files.umask(mask);
  }
}
