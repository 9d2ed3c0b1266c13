/**
 * System calls on any descriptor: transfers, duplicates, flags, limits.
 *
 * @module
 */
import { Errno } from "../linux/errno.ts";
import {
  CLOSE_RANGE_CLOEXEC,
  CLOSE_RANGE_UNSHARE,
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_GETLK,
  F_GETPIPE_SZ,
  F_SETFD,
  F_SETFL,
  F_SETLK,
  F_SETPIPE_SZ,
  F_UNLCK,
  FD_CLOEXEC,
  type Flock,
  O_CLOEXEC,
  O_DIRECT,
  O_NONBLOCK,
} from "../linux/fcntl.ts";
import {
  FIOCLEX,
  FIONBIO,
  FIONCLEX,
  FIONREAD,
  SIOCATMARK,
  TIOCGWINSZ,
  TIOCOUTQ,
} from "../linux/ioctl.ts";
import { RLIM_INFINITY, type Rlimit, RLIMIT_NOFILE } from "../linux/resource.ts";
import type { FileStatus } from "../linux/stat.ts";
import type { Iovec } from "../linux/uio.ts";
import type { Bytes, OffsetCell, OpenFile } from "../stack/open_file.ts";
import { NR_OPEN } from "./descriptor_table.ts";
import { checkBuffers, Process, transferLength } from "./process.ts";
import { sendfileByCopy } from "./sendfile.ts";

/** Largest `off_t` that a JavaScript number holds exactly. */
function isOffset(value: number): boolean {
  return Number.isSafeInteger(value);
}

/** Whether a number can be a resource limit, RLIM_INFINITY included. */
function isLimit(value: number): boolean {
  return value >= 0 && (Number.isInteger(value) || value === RLIM_INFINITY);
}

/** Whether a number is an `unsigned int`. */
function isUnsigned(value: number): boolean {
  return value >>> 0 === value;
}

/** Requests that go to the file; FIONBIO and close-on-exec are the kernel's own. */
function isFileRequest(request: number): boolean {
  return request === FIONREAD || request === TIOCOUTQ || request === SIOCATMARK ||
    request === TIOCGWINSZ;
}

/** The calls that take any descriptor. */
export abstract class DescriptorCalls extends Process {
  /** See `System.kind`. */
  kind(fd: number): number {
    const file = this.table.get(fd);
    return file === undefined ? -Errno.EBADF : file.kind;
  }

  /** See `System.rejected`. */
  rejected(_name: string, _args: readonly string[], errno: number): number {
    return errno;
  }

  /** read(2). */
  read(fd: number, buffer: Bytes | null, length: number): number {
    const file = this.table.get(fd);
    if (file === undefined) return -Errno.EBADF;
    const count = transferLength(buffer, length);
    return count < 0 ? count : file.read(buffer, count);
  }

  /** write(2). */
  write(fd: number, buffer: Bytes | null, length: number): number {
    const file = this.table.get(fd);
    if (file === undefined) return -Errno.EBADF;
    const count = transferLength(buffer, length);
    return count < 0 ? count : file.write(buffer, count);
  }

  /** readv(2). */
  readv(fd: number, buffers: readonly Iovec[]): number {
    const file = this.table.get(fd);
    if (file === undefined) return -Errno.EBADF;
    const refused = checkBuffers(buffers, Errno.EINVAL);
    return refused < 0 ? refused : file.readv(buffers);
  }

  /** writev(2). */
  writev(fd: number, buffers: readonly Iovec[]): number {
    const file = this.table.get(fd);
    if (file === undefined) return -Errno.EBADF;
    const refused = checkBuffers(buffers, Errno.EINVAL);
    return refused < 0 ? refused : file.writev(buffers);
  }

  /** pread(2). */
  pread(fd: number, buffer: Bytes | null, length: number, offset: number): number {
    // Linux looks at the offset before the descriptor.
    if (!isOffset(offset) || offset < 0) return -Errno.EINVAL;
    const file = this.table.get(fd);
    if (file === undefined) return -Errno.EBADF;
    const count = transferLength(buffer, length);
    return count < 0 ? count : file.pread(buffer, count, offset);
  }

  /** pwrite(2). */
  pwrite(fd: number, buffer: Bytes | null, length: number, offset: number): number {
    if (!isOffset(offset) || offset < 0) return -Errno.EINVAL;
    const file = this.table.get(fd);
    if (file === undefined) return -Errno.EBADF;
    const count = transferLength(buffer, length);
    return count < 0 ? count : file.pwrite(buffer, count, offset);
  }

  /** lseek(2). */
  lseek(fd: number, offset: number, whence: number): number {
    const file = this.table.get(fd);
    if (file === undefined) return -Errno.EBADF;
    if (!isOffset(offset) || (whence | 0) !== whence) return -Errno.EINVAL;
    return file.lseek(offset, whence | 0);
  }

  /** sendfile(2). */
  sendfile(output: number, input: number, offset: OffsetCell | null, count: number): number {
    const inputFile = this.table.get(input);
    const outputFile = this.table.get(output);
    if (inputFile === undefined || outputFile === undefined) return -Errno.EBADF;
    if (offset !== null && !isOffset(offset.value)) return -Errno.EINVAL;
    const length = transferLength(null, count);
    if (length < 0) return -Errno.EINVAL;
    const sent = this.stack.host?.sendfile(outputFile, inputFile, offset, length) ?? null;
    return sent ?? sendfileByCopy(outputFile, inputFile, offset, length);
  }

  /** close_range(2). */
  closeRange(first: number, last: number, flags: number): number {
    if ((flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)) !== 0) return -Errno.EINVAL;
    if (!isUnsigned(first) || !isUnsigned(last) || first > last) return -Errno.EINVAL;
    const end = Math.min(last, this.table.size - 1);
    for (let fd = first; fd <= end; fd++) {
      if ((flags & CLOSE_RANGE_CLOEXEC) === 0) this.close(fd);
      else if (this.table.get(fd) !== undefined) this.table.setCloseOnExec(fd, true);
    }
    return 0;
  }

  /** ftruncate(2). */
  ftruncate(fd: number, length: number): number {
    if (!isOffset(length) || length < 0) return -Errno.EINVAL;
    const file = this.table.get(fd);
    return file === undefined ? -Errno.EBADF : file.ftruncate(length);
  }

  /** fsync(2). */
  fsync(fd: number): number {
    const file = this.table.get(fd);
    return file === undefined ? -Errno.EBADF : file.fsync();
  }

  /** fdatasync(2). */
  fdatasync(fd: number): number {
    const file = this.table.get(fd);
    return file === undefined ? -Errno.EBADF : file.fdatasync();
  }

  /** fstat(2). */
  fstat(fd: number, status: FileStatus): number {
    const file = this.table.get(fd);
    return file === undefined ? -Errno.EBADF : file.fstat(status);
  }

  /** getdents64(2). */
  getdents(fd: number, buffer: Bytes | null, length: number): number {
    const file = this.table.get(fd);
    if (file === undefined) return -Errno.EBADF;
    const count = transferLength(buffer, length);
    return count < 0 ? count : file.getdents(buffer, count);
  }

  /** pipe2(2). */
  pipe2(fds: Int32Array, flags: number): number {
    if ((flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT)) !== 0) return -Errno.EINVAL;
    const pair = this.files.pipe2(flags & ~O_CLOEXEC);
    return typeof pair === "number" ? pair : this.installPair(pair, (flags & O_CLOEXEC) !== 0, fds);
  }

  /** dup(2). */
  dup(fd: number): number {
    const file = this.table.get(fd);
    return file === undefined ? -Errno.EBADF : this.#duplicate(file, 0, false);
  }

  /** dup2(2). */
  dup2(fd: number, target: number): number {
    if (fd === target) return this.table.get(fd) === undefined ? -Errno.EBADF : fd;
    return this.#duplicateTo(fd, target, false);
  }

  /** dup3(2). */
  dup3(fd: number, target: number, flags: number): number {
    if ((flags & ~O_CLOEXEC) !== 0 || fd === target) return -Errno.EINVAL;
    return this.#duplicateTo(fd, target, (flags & O_CLOEXEC) !== 0);
  }

  /** fcntl(2) with an integer. */
  fcntl(fd: number, command: number, argument: number): number {
    const file = this.table.get(fd);
    if (file === undefined) return -Errno.EBADF;
    switch (command) {
      case F_DUPFD:
      case F_DUPFD_CLOEXEC:
        if (!this.table.isAllowed(argument)) return -Errno.EINVAL;
        return this.#duplicate(file, argument, command === F_DUPFD_CLOEXEC);
      case F_GETFD:
        return this.table.isCloseOnExec(fd) ? FD_CLOEXEC : 0;
      case F_SETFD:
        this.table.setCloseOnExec(fd, (argument & FD_CLOEXEC) !== 0);
        return 0;
      case F_GETFL:
        return file.getStatusFlags();
      case F_SETFL:
        return file.setStatusFlags(argument | 0);
      case F_GETPIPE_SZ:
        return file.getPipeSize();
      case F_SETPIPE_SZ:
        return (argument | 0) !== argument ? -Errno.EINVAL : file.setPipeSize(argument | 0);
      case F_GETLK:
      case F_SETLK:
        return -Errno.EFAULT;
      default:
        return file.isPathOnly ? -Errno.EBADF : -Errno.EINVAL;
    }
  }

  /** fcntl(2) with a lock. */
  fcntlLock(fd: number, command: number, lock: Flock | null): number {
    const file = this.table.get(fd);
    if (file === undefined) return -Errno.EBADF;
    if (command !== F_GETLK && command !== F_SETLK) return -Errno.EINVAL;
    if (lock === null) return -Errno.EFAULT;
    if (!isOffset(lock.start) || !isOffset(lock.length)) return -Errno.EINVAL;
    // Before, since another thread may close a descriptor of ours for the same file just then.
    if (command === F_SETLK && lock.type !== F_UNLCK) this.files.locksHeld(file);
    return file.lock(command, lock);
  }

  /** ioctl(2). */
  ioctl(fd: number, request: number, value: Int32Array<ArrayBuffer> | null): number {
    const file = this.table.get(fd);
    if (file === undefined) return -Errno.EBADF;
    if (isFileRequest(request)) {
      const words = request === TIOCGWINSZ ? 2 : 1;
      return file.ioctl(request, value !== null && value.length < words ? null : value);
    }
    if (file.isPathOnly) return -Errno.EBADF;
    switch (request) {
      case FIOCLEX:
      case FIONCLEX:
        this.table.setCloseOnExec(fd, request === FIOCLEX);
        return 0;
      case FIONBIO: {
        if (value === null) return -Errno.EFAULT;
        const flags = file.getStatusFlags();
        if (flags < 0) return flags;
        return file.setStatusFlags(value[0] === 0 ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
      }
      default:
        return -Errno.ENOTTY;
    }
  }

  /** prlimit(2). */
  prlimit(resource: number, newLimit: Rlimit | null, oldLimit: Rlimit | null): number {
    if (resource !== RLIMIT_NOFILE) return -Errno.EINVAL;
    const { current, maximum } = this.nofile;
    if (newLimit !== null) {
      if (!isLimit(newLimit.current) || !isLimit(newLimit.maximum)) return -Errno.EINVAL;
      if (newLimit.current > newLimit.maximum) return -Errno.EINVAL;
      if (newLimit.maximum > maximum || newLimit.maximum > NR_OPEN) return -Errno.EPERM;
      this.nofile.current = newLimit.current;
      this.nofile.maximum = newLimit.maximum;
      this.table.limit = newLimit.current;
    }
    if (oldLimit !== null) {
      oldLimit.current = current;
      oldLimit.maximum = maximum;
    }
    return 0;
  }

  #duplicate(file: OpenFile, minimum: number, closeOnExec: boolean): number {
    const duplicate = this.table.reserve(minimum);
    if (duplicate >= 0) this.table.set(duplicate, file, closeOnExec);
    return duplicate;
  }

  #duplicateTo(fd: number, target: number, closeOnExec: boolean): number {
    const file = this.table.get(fd);
    if (file === undefined || !this.table.isAllowed(target)) return -Errno.EBADF;
    const replaced = this.table.replace(target, file, closeOnExec);
    if (typeof replaced === "number") return replaced;
    if (replaced !== null) this.release(replaced);
    return target;
  }
}
