/**
 * What a file descriptor refers to: an open file description, and what the system calls do on it.
 *
 * @module
 */
import { Errno } from "../linux/errno.ts";
import type { EpollEvent } from "../linux/epoll.ts";
import { POLLIN, POLLOUT } from "../linux/poll.ts";
import { type Flock, O_PATH } from "../linux/fcntl.ts";
import type { FileStatus, FileTimes } from "../linux/stat.ts";
import type { Iovec } from "../linux/uio.ts";
import type { SockaddrStorage } from "../linux/sockaddr.ts";

/** Bytes that may live in a guest's memory, shared or not. */
export type Bytes = Uint8Array<ArrayBufferLike>;

/** What kind of object an open file description stands for; values are positive. */
export const FileKind = {
  /** A regular file. */
  file: 1,
  /** A directory. */
  directory: 2,
  /** A socket. */
  socket: 3,
  /** One end of a pipe, or a fifo. */
  pipe: 4,
  /** A character device: terminals, /dev/null. */
  character: 5,
  /** Anything else a path can name, O_PATH descriptors, epoll instances and event counters. */
  other: 6,
} as const;

/** One of the values of {@link FileKind}. */
export type FileKind = (typeof FileKind)[keyof typeof FileKind];

/** What recvmsg(2) reports beside the bytes. */
export interface ReceivedMessage {
  /** Receives the sender's address, or null if the caller does not want it. */
  readonly name: SockaddrStorage | null;
  /** `msg_flags`: MSG_TRUNC, MSG_OOB, …; overwritten by each call that succeeds. */
  flags: number;
}

/** A file offset that a call reads and advances, as `off_t *`. */
export interface OffsetCell {
  /** Bytes from the start of the file. */
  value: number;
}

/**
 * An open file description (open(2), NOTES): the object that descriptors made by dup(2) share, with
 * its offset and status flags.
 *
 * A method is one system call on it. It returns Linux's result: a number ≥ 0, or a negated errno.
 * The defaults are what Linux answers for an object that lacks the operation. Buffers come as bytes
 * and a length that the caller has checked to be inside them; `null` stands for a pointer that
 * faults, with the length that the guest gave.
 */
export abstract class OpenFile {
  /** How many descriptors refer to this description. The kernel counts; the last one closes. */
  references = 0;

  /** Whether it has one of the places that the guest has for sockets. The kernel's own. */
  hasSlot = false;

  /** Whether the guest has given a socket an address. The kernel's own. */
  isBound = false;

  /** Where a table that threads share keeps it, and which of those that were there it is. */
  record: number = -1;

  /** See {@link OpenFile.record}. */
  incarnation = 0;

  /** What it is; see {@link FileKind}. */
  abstract readonly kind: FileKind;

  /** Address family of a socket (AF_INET, …); 0 for anything else. */
  readonly domain: number = 0;

  /** Type of a socket (SOCK_STREAM, …) without flags; 0 for anything else. */
  readonly type: number = 0;

  /** Protocol of a socket (IPPROTO_TCP, …); 0 for anything else. */
  readonly protocol: number = 0;

  /** Absolute path of a directory, from which openat(2) starts; null for anything else. */
  readonly path: string | null = null;

  /** Whether O_PATH opened it: it stands for a place, and calls on its contents give −EBADF. */
  get isPathOnly(): boolean {
    const flags = this.getStatusFlags();
    return flags >= 0 && (flags & O_PATH) !== 0;
  }

  /** What a socket call gets on something else: −EBADF for an O_PATH descriptor, else −ENOTSOCK. */
  notSocket(): number {
    return this.isPathOnly ? -Errno.EBADF : -Errno.ENOTSOCK;
  }

  /** Ends the description: closes what it holds. Called once. */
  abstract close(): number;

  /** `F_GETFL`: access mode and status flags (O_RDWR | O_NONBLOCK, …). */
  abstract getStatusFlags(): number;

  /** `F_SETFL`: of `flags`, those that Linux lets change (O_APPEND, O_NONBLOCK, …) take effect. */
  abstract setStatusFlags(flags: number): number;

  /** fstat(2): fills `status`. */
  abstract fstat(status: FileStatus): number;

  /** The subset of `events` that is ready now, with POLLERR, POLLHUP as poll(2) adds them. */
  poll(events: number): number {
    return events & (POLLIN | POLLOUT);
  }

  /** read(2). */
  read(_buffer: Bytes | null, _length: number): number {
    return -Errno.EINVAL;
  }

  /** write(2). */
  write(_buffer: Bytes | null, _length: number): number {
    return -Errno.EINVAL;
  }

  /** readv(2); the count of buffers was checked. */
  readv(_buffers: readonly Iovec[]): number {
    return -Errno.EINVAL;
  }

  /** writev(2); the count of buffers was checked. */
  writev(_buffers: readonly Iovec[]): number {
    return -Errno.EINVAL;
  }

  /** pread(2); `offset` ≥ 0. */
  pread(_buffer: Bytes | null, _length: number, _offset: number): number {
    return -Errno.ESPIPE;
  }

  /** pwrite(2); `offset` ≥ 0. */
  pwrite(_buffer: Bytes | null, _length: number, _offset: number): number {
    return -Errno.ESPIPE;
  }

  /** lseek(2). */
  lseek(_offset: number, _whence: number): number {
    return -Errno.ESPIPE;
  }

  /** ftruncate(2). */
  ftruncate(_length: number): number {
    return -Errno.EINVAL;
  }

  /** fsync(2). */
  fsync(): number {
    return -Errno.EINVAL;
  }

  /** fdatasync(2). */
  fdatasync(): number {
    return -Errno.EINVAL;
  }

  /** futimens(3); `times` are valid, and permitted. */
  utimens(_times: FileTimes): number {
    return -Errno.EINVAL;
  }

  /** getdents64(2): fills `buffer` with `struct linux_dirent64` records. */
  getdents(_buffer: Bytes | null, _length: number): number {
    return -Errno.ENOTDIR;
  }

  /**
   * ioctl(2) for the requests that the kernel's table lets through. `value` is what the argument
   * points to, in and out: an int, for TIOCGWINSZ the two that `struct winsize` fills; null if that
   * pointer faults.
   */
  ioctl(_request: number, _value: Int32Array<ArrayBuffer> | null): number {
    return -Errno.ENOTTY;
  }

  /** `F_GETPIPE_SZ`: the capacity of a pipe in bytes. */
  getPipeSize(): number {
    return -Errno.EBADF;
  }

  /** `F_SETPIPE_SZ`: sets the capacity of a pipe; returns the capacity that was set. */
  setPipeSize(_size: number): number {
    return -Errno.EBADF;
  }

  /** `F_SETLK`, `F_GETLK`: record locks; `F_GETLK` overwrites `lock`. */
  lock(_command: number, _lock: Flock): number {
    return -Errno.EINVAL;
  }

  /**
   * epoll_ctl(2) on an epoll instance; `event` is null for EPOLL_CTL_DEL alone.
   *
   * @param target What the guest's descriptor `number` refers to; a registration belongs to both.
   */
  epollCtl(
    _operation: number,
    _target: OpenFile,
    _number: number,
    _event: EpollEvent | null,
  ): number {
    return -Errno.EINVAL;
  }

  /**
   * epoll_wait(2): fills `events` with aarch64's `struct epoll_event`.
   *
   * @param count Room for events, at least 1.
   * @param timeout Milliseconds, possibly fractional; negative waits for ever.
   */
  epollWait(_events: Bytes | null, _count: number, _timeout: number): number {
    return -Errno.EINVAL;
  }

  /** bind(2); the first `length` bytes of `address` are a sockaddr that was copied and checked. */
  bind(_address: Uint8Array<ArrayBuffer>, _length: number): number {
    return this.notSocket();
  }

  /** listen(2). */
  listen(_backlog: number): number {
    return this.notSocket();
  }

  /** accept4(2): the new connection, or a negated errno. The peer's address goes to `peer`. */
  accept(_peer: SockaddrStorage | null, _flags: number): OpenFile | number {
    return this.notSocket();
  }

  /**
   * connect(2). `name` is the host name that the address was resolved from, where the kernel knows
   * one; a stack that may reach a peer only by its name uses it.
   */
  connect(_address: Uint8Array<ArrayBuffer>, _length: number, _name: string | null): number {
    return this.notSocket();
  }

  /** send(2). */
  send(_buffer: Bytes | null, _length: number, _flags: number): number {
    return this.notSocket();
  }

  /** recv(2). */
  recv(_buffer: Bytes | null, _length: number, _flags: number): number {
    return this.notSocket();
  }

  /** sendto(2) with an address; `name` as for {@link OpenFile.connect}. */
  sendto(
    _buffer: Bytes | null,
    _length: number,
    _flags: number,
    _address: Uint8Array<ArrayBuffer>,
    _addressLength: number,
    _name: string | null,
  ): number {
    return this.notSocket();
  }

  /** recvfrom(2); `from` receives the sender's address, length 0 where there is none. */
  recvfrom(
    _buffer: Bytes | null,
    _length: number,
    _flags: number,
    _from: SockaddrStorage,
  ): number {
    return this.notSocket();
  }

  /** sendmsg(2) without control data; `address` is null where none is given. */
  sendmsg(
    _buffers: readonly Iovec[],
    _flags: number,
    _address: Uint8Array<ArrayBuffer> | null,
    _addressLength: number,
    _name: string | null,
  ): number {
    return this.notSocket();
  }

  /** recvmsg(2) without control data. */
  recvmsg(_buffers: readonly Iovec[], _flags: number, _message: ReceivedMessage): number {
    return this.notSocket();
  }

  /** shutdown(2). */
  shutdown(_how: number): number {
    return this.notSocket();
  }

  /** getsockname(2). */
  getsockname(_name: SockaddrStorage): number {
    return this.notSocket();
  }

  /** getpeername(2). */
  getpeername(_name: SockaddrStorage): number {
    return this.notSocket();
  }

  /**
   * getsockopt(2) for an option of the kernel's table. `length[0]` is the room in `value` on entry
   * (a signed int, negative is EINVAL) and the bytes written on return.
   */
  getsockopt(
    _level: number,
    _name: number,
    _value: Bytes | null,
    _length: Int32Array<ArrayBuffer>,
  ): number {
    return this.notSocket();
  }

  /** setsockopt(2) for an option of the kernel's table; `length` is signed, negative is EINVAL. */
  setsockopt(_level: number, _name: number, _value: Bytes | null, _length: number): number {
    return this.notSocket();
  }
}
