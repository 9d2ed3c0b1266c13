/**
 * System calls of a thread of a process that others share: each keeps what it uses until its end.
 *
 * @module
 */
import type { EpollEvent } from "../../linux/epoll.ts";
import { Errno } from "../../linux/errno.ts";
import type { Flock } from "../../linux/fcntl.ts";
import type { PollFd } from "../../linux/poll.ts";
import type { SockaddrStorage } from "../../linux/sockaddr.ts";
import type { FileStatus, FileTimes } from "../../linux/stat.ts";
import type { Iovec } from "../../linux/uio.ts";
import type { Bytes, OffsetCell, ReceivedMessage } from "../../stack/open_file.ts";
import { KernelCalls } from "../kernel_calls.ts";
import type { SharedTable } from "./shared_table.ts";

/**
 * The calls that take descriptors. Whatever a call finds in the table is kept for it until
 * `SharedTable.finish`, which therefore follows each of them, also where a function of an embedder
 * throws; calls do not make each other.
 *
 * @internal
 */
export abstract class ThreadCalls extends KernelCalls {
  /** The table, by its own type. */
  protected abstract readonly shared: SharedTable;

  /** Begins a call that may wait without using a descriptor; returns whether the process runs. */
  protected abstract beginWait(): boolean;

  override kind(fd: number): number {
    try {
      return super.kind(fd);
    } finally {
      this.shared.finish();
    }
  }

  override bind(fd: number, address: Bytes | null): number {
    try {
      return super.bind(fd, address);
    } finally {
      this.shared.finish();
    }
  }

  override listen(fd: number, backlog: number): number {
    try {
      return super.listen(fd, backlog);
    } finally {
      this.shared.finish();
    }
  }

  override accept4(fd: number, peer: SockaddrStorage | null, flags: number): number {
    try {
      return super.accept4(fd, peer, flags);
    } finally {
      this.shared.finish();
    }
  }

  override connect(fd: number, address: Bytes | null): number {
    try {
      return super.connect(fd, address);
    } finally {
      this.shared.finish();
    }
  }

  override send(fd: number, buffer: Bytes | null, length: number, flags: number): number {
    try {
      return super.send(fd, buffer, length, flags);
    } finally {
      this.shared.finish();
    }
  }

  override recv(fd: number, buffer: Bytes | null, length: number, flags: number): number {
    try {
      return super.recv(fd, buffer, length, flags);
    } finally {
      this.shared.finish();
    }
  }

  override sendto(
    fd: number,
    buffer: Bytes | null,
    length: number,
    flags: number,
    address: Bytes | null | undefined,
  ): number {
    try {
      return super.sendto(fd, buffer, length, flags, address);
    } finally {
      this.shared.finish();
    }
  }

  override recvfrom(
    fd: number,
    buffer: Bytes | null,
    length: number,
    flags: number,
    from: SockaddrStorage | null,
  ): number {
    try {
      return super.recvfrom(fd, buffer, length, flags, from);
    } finally {
      this.shared.finish();
    }
  }

  override sendmsg(
    fd: number,
    buffers: readonly Iovec[],
    flags: number,
    address: Bytes | null | undefined,
  ): number {
    try {
      return super.sendmsg(fd, buffers, flags, address);
    } finally {
      this.shared.finish();
    }
  }

  override recvmsg(
    fd: number,
    buffers: readonly Iovec[],
    flags: number,
    message: ReceivedMessage,
  ): number {
    try {
      return super.recvmsg(fd, buffers, flags, message);
    } finally {
      this.shared.finish();
    }
  }

  override shutdown(fd: number, how: number): number {
    try {
      return super.shutdown(fd, how);
    } finally {
      this.shared.finish();
    }
  }

  override getsockname(fd: number, name: SockaddrStorage): number {
    try {
      return super.getsockname(fd, name);
    } finally {
      this.shared.finish();
    }
  }

  override getpeername(fd: number, name: SockaddrStorage): number {
    try {
      return super.getpeername(fd, name);
    } finally {
      this.shared.finish();
    }
  }

  override getsockopt(
    fd: number,
    level: number,
    name: number,
    value: Bytes | null,
    length: Int32Array<ArrayBuffer>,
  ): number {
    try {
      return super.getsockopt(fd, level, name, value, length);
    } finally {
      this.shared.finish();
    }
  }

  override setsockopt(
    fd: number,
    level: number,
    name: number,
    value: Bytes | null,
    length: number,
  ): number {
    try {
      return super.setsockopt(fd, level, name, value, length);
    } finally {
      this.shared.finish();
    }
  }

  override read(fd: number, buffer: Bytes | null, length: number): number {
    try {
      return super.read(fd, buffer, length);
    } finally {
      this.shared.finish();
    }
  }

  override write(fd: number, buffer: Bytes | null, length: number): number {
    try {
      return super.write(fd, buffer, length);
    } finally {
      this.shared.finish();
    }
  }

  override readv(fd: number, buffers: readonly Iovec[]): number {
    try {
      return super.readv(fd, buffers);
    } finally {
      this.shared.finish();
    }
  }

  override writev(fd: number, buffers: readonly Iovec[]): number {
    try {
      return super.writev(fd, buffers);
    } finally {
      this.shared.finish();
    }
  }

  override pread(fd: number, buffer: Bytes | null, length: number, offset: number): number {
    try {
      return super.pread(fd, buffer, length, offset);
    } finally {
      this.shared.finish();
    }
  }

  override pwrite(fd: number, buffer: Bytes | null, length: number, offset: number): number {
    try {
      return super.pwrite(fd, buffer, length, offset);
    } finally {
      this.shared.finish();
    }
  }

  override sendfile(
    output: number,
    input: number,
    offset: OffsetCell | null,
    count: number,
  ): number {
    try {
      return super.sendfile(output, input, offset, count);
    } finally {
      this.shared.finish();
    }
  }

  override dup(fd: number): number {
    try {
      return super.dup(fd);
    } finally {
      this.shared.finish();
    }
  }

  override dup2(fd: number, target: number): number {
    try {
      return super.dup2(fd, target);
    } finally {
      this.shared.finish();
    }
  }

  override dup3(fd: number, target: number, flags: number): number {
    try {
      return super.dup3(fd, target, flags);
    } finally {
      this.shared.finish();
    }
  }

  override fcntl(fd: number, command: number, argument: number): number {
    try {
      return super.fcntl(fd, command, argument);
    } finally {
      this.shared.finish();
    }
  }

  override fcntlLock(fd: number, command: number, lock: Flock | null): number {
    try {
      return super.fcntlLock(fd, command, lock);
    } finally {
      this.shared.finish();
    }
  }

  override ioctl(fd: number, request: number, value: Int32Array<ArrayBuffer> | null): number {
    try {
      return super.ioctl(fd, request, value);
    } finally {
      this.shared.finish();
    }
  }

  override poll(fds: readonly PollFd[], timeout: number): number {
    if (!this.beginWait()) return -Errno.EINTR;
    try {
      return super.poll(fds, timeout);
    } finally {
      this.shared.finish();
    }
  }

  override select(
    count: number,
    readSet: Uint8Array | null,
    writeSet: Uint8Array | null,
    exceptSet: Uint8Array | null,
    timeout: number | null,
  ): number {
    if (!this.beginWait()) return -Errno.EINTR;
    try {
      return super.select(count, readSet, writeSet, exceptSet, timeout);
    } finally {
      this.shared.finish();
    }
  }

  override epollCtl(epfd: number, operation: number, fd: number, event: EpollEvent | null): number {
    try {
      return super.epollCtl(epfd, operation, fd, event);
    } finally {
      this.shared.finish();
    }
  }

  override epollPwait(
    epfd: number,
    events: Bytes | null,
    maxEvents: number,
    timeout: number,
  ): number {
    if (!this.beginWait()) return -Errno.EINTR;
    try {
      return super.epollPwait(epfd, events, maxEvents, timeout);
    } finally {
      this.shared.finish();
    }
  }

  override openat(directory: number, path: string | null, flags: number, mode: number): number {
    try {
      return super.openat(directory, path, flags, mode);
    } finally {
      this.shared.finish();
    }
  }

  override lseek(fd: number, offset: number, whence: number): number {
    try {
      return super.lseek(fd, offset, whence);
    } finally {
      this.shared.finish();
    }
  }

  override fstat(fd: number, status: FileStatus): number {
    try {
      return super.fstat(fd, status);
    } finally {
      this.shared.finish();
    }
  }

  override fstatat(
    directory: number,
    path: string | null,
    status: FileStatus,
    flags: number,
  ): number {
    try {
      return super.fstatat(directory, path, status, flags);
    } finally {
      this.shared.finish();
    }
  }

  override ftruncate(fd: number, length: number): number {
    try {
      return super.ftruncate(fd, length);
    } finally {
      this.shared.finish();
    }
  }

  override fsync(fd: number): number {
    try {
      return super.fsync(fd);
    } finally {
      this.shared.finish();
    }
  }

  override fdatasync(fd: number): number {
    try {
      return super.fdatasync(fd);
    } finally {
      this.shared.finish();
    }
  }

  override unlinkat(directory: number, path: string | null, flags: number): number {
    try {
      return super.unlinkat(directory, path, flags);
    } finally {
      this.shared.finish();
    }
  }

  override mkdirat(directory: number, path: string | null, mode: number): number {
    try {
      return super.mkdirat(directory, path, mode);
    } finally {
      this.shared.finish();
    }
  }

  override renameat(
    fromDirectory: number,
    from: string | null,
    toDirectory: number,
    to: string | null,
  ): number {
    try {
      return super.renameat(fromDirectory, from, toDirectory, to);
    } finally {
      this.shared.finish();
    }
  }

  override linkat(
    fromDirectory: number,
    from: string | null,
    toDirectory: number,
    to: string | null,
    flags: number,
  ): number {
    try {
      return super.linkat(fromDirectory, from, toDirectory, to, flags);
    } finally {
      this.shared.finish();
    }
  }

  override symlinkat(target: string | null, directory: number, path: string | null): number {
    try {
      return super.symlinkat(target, directory, path);
    } finally {
      this.shared.finish();
    }
  }

  override readlinkat(
    directory: number,
    path: string | null,
    buffer: Bytes | null,
    length: number,
  ): number {
    try {
      return super.readlinkat(directory, path, buffer, length);
    } finally {
      this.shared.finish();
    }
  }

  override faccessat(directory: number, path: string | null, mode: number): number {
    try {
      return super.faccessat(directory, path, mode);
    } finally {
      this.shared.finish();
    }
  }

  override utimensat(
    directory: number,
    path: string | null,
    times: FileTimes | null,
    flags: number,
  ): number {
    try {
      return super.utimensat(directory, path, times, flags);
    } finally {
      this.shared.finish();
    }
  }

  override getdents(fd: number, buffer: Bytes | null, length: number): number {
    try {
      return super.getdents(fd, buffer, length);
    } finally {
      this.shared.finish();
    }
  }

  override fchdir(fd: number): number {
    try {
      return super.fchdir(fd);
    } finally {
      this.shared.finish();
    }
  }

  override close(fd: number): number {
    try {
      return super.close(fd);
    } finally {
      this.shared.finish();
    }
  }

  override closeRange(first: number, last: number, flags: number): number {
    try {
      return super.closeRange(first, last, flags);
    } finally {
      this.shared.finish();
    }
  }
}
