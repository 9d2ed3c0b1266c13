/**
 * A descriptor of the host as an open file: sockets, files, pipes and stdio alike, since Linux
 * itself knows what each can do.
 *
 * @module
 */
import { EPOLL_CTL_ADD, EPOLL_CTL_DEL, type EpollEvent } from "../../linux/epoll.ts";
import { Errno } from "../../linux/errno.ts";
import {
  AT_EMPTY_PATH,
  decodeFlock,
  encodeFlock,
  F_DUPFD_CLOEXEC,
  F_GETFL,
  F_GETLK,
  F_GETPIPE_SZ,
  F_SETFL,
  F_SETPIPE_SZ,
  type Flock,
  FLOCK_SIZE,
  O_APPEND,
  O_DIRECT,
  O_NOATIME,
  O_NONBLOCK,
} from "../../linux/fcntl.ts";
import { SO_RCVTIMEO, SO_SNDTIMEO, SOCK_CLOEXEC, SOL_SOCKET } from "../../linux/socket.ts";
import { SOCKADDR_STORAGE_SIZE, type SockaddrStorage } from "../../linux/sockaddr.ts";
import type { FileStatus, FileTimes } from "../../linux/stat.ts";
import { encodeTimespec, TIMESPEC_SIZE } from "../../linux/time.ts";
import type { Iovec } from "../../linux/uio.ts";
import {
  type Bytes,
  type FileKind,
  FileKind as Kind,
  OpenFile,
  type ReceivedMessage,
} from "../open_file.ts";
import type { HostBytes } from "./libc.ts";
import type { LibcThread } from "./libc_thread.ts";

/** Status flags that a guest may change; O_ASYNC would send signals to the host. */
const SETTABLE_FLAGS = O_APPEND | O_DIRECT | O_NOATIME | O_NONBLOCK;

/** An empty path for libc. */
const EMPTY_PATH = new Uint8Array(1);

/** What a {@link LibcFile} is, beside its descriptor. */
export interface LibcFileOptions {
  /** What it is. */
  readonly kind: FileKind;
  /** Family of a socket. */
  readonly domain?: number;
  /** Type of a socket, without flags. */
  readonly type?: number;
  /** Protocol of a socket. */
  readonly protocol?: number;
  /** Absolute path of a directory. */
  readonly path?: string | null;
  /** Whether closing leaves the host's descriptor open: stdio. */
  readonly borrowed?: boolean;
}

/**
 * An open file description that is a descriptor of the host.
 *
 * A call that may block goes straight to libc, with the descriptor in the mode that the guest chose.
 * A call that a signal interrupts is repeated where Linux would restart it: signal(7) excludes
 * sockets with a time-out, whose callers get EINTR.
 */
export class LibcFile extends OpenFile {
  override readonly kind: FileKind;
  override readonly domain: number;
  override readonly type: number;
  override readonly protocol: number;
  override readonly path: string | null;
  /** The host's descriptor. */
  readonly descriptor: number;
  readonly #thread: LibcThread;
  /** Whether closing leaves the host's descriptor open: stdio. */
  readonly borrowed: boolean;

  /** Takes over `descriptor`. */
  constructor(thread: LibcThread, descriptor: number, options: LibcFileOptions) {
    super();
    this.#thread = thread;
    this.descriptor = descriptor;
    this.kind = options.kind;
    this.domain = options.domain ?? 0;
    this.type = options.type ?? 0;
    this.protocol = options.protocol ?? 0;
    this.path = options.path ?? null;
    this.borrowed = options.borrowed ?? false;
  }

  override close(): number {
    if (this.#thread.registrations.concern(this.descriptor)) this.#dropRegistrations();
    return this.borrowed ? 0 : this.#thread.libc.close(this.descriptor);
  }

  override getStatusFlags(): number {
    const { libc, layout } = this.#thread;
    const flags = libc.fcntl(this.descriptor, F_GETFL, 0);
    return flags < 0 ? flags : layout.fromHostFlags(flags);
  }

  override setStatusFlags(flags: number): number {
    const { libc, layout } = this.#thread;
    return libc.fcntl(this.descriptor, F_SETFL, layout.toHostFlags(flags & SETTABLE_FLAGS));
  }

  override fstat(status: FileStatus): number {
    const { libc, layout, statBuffer } = this.#thread;
    const result = libc.fstat(this.descriptor, statBuffer);
    if (result === 0) layout.decodeStat(statBuffer, status);
    return result;
  }

  override poll(events: number): number {
    const { libc, pollfd } = this.#thread;
    pollfd[0] = this.descriptor;
    pollfd[1] = events & 0xffff;
    const result = libc.poll(pollfd, 1, 0);
    return result <= 0 ? result : (pollfd[1] as number) >>> 16;
  }

  override read(buffer: Bytes | null, length: number): number {
    for (;;) {
      const result = this.#thread.libc.read(this.descriptor, buffer as HostBytes | null, length);
      if (result !== -Errno.EINTR || this.#endsBySignal(SO_RCVTIMEO)) return result;
    }
  }

  override write(buffer: Bytes | null, length: number): number {
    for (;;) {
      const result = this.#thread.libc.write(this.descriptor, buffer as HostBytes | null, length);
      if (result !== -Errno.EINTR || this.#endsBySignal(SO_SNDTIMEO)) return result;
    }
  }

  override readv(buffers: readonly Iovec[]): number {
    const { libc, message } = this.#thread;
    message.setBuffers(buffers);
    for (;;) {
      const result = libc.readv(this.descriptor, message.iov, buffers.length);
      if (result !== -Errno.EINTR || this.#endsBySignal(SO_RCVTIMEO)) {
        message.clear();
        return result;
      }
    }
  }

  override writev(buffers: readonly Iovec[]): number {
    const { libc, message } = this.#thread;
    message.setBuffers(buffers);
    for (;;) {
      const result = libc.writev(this.descriptor, message.iov, buffers.length);
      if (result !== -Errno.EINTR || this.#endsBySignal(SO_SNDTIMEO)) {
        message.clear();
        return result;
      }
    }
  }

  override pread(buffer: Bytes | null, length: number, offset: number): number {
    return this.#thread.libc.pread(
      this.descriptor,
      buffer as HostBytes | null,
      length,
      BigInt(offset),
    );
  }

  override pwrite(buffer: Bytes | null, length: number, offset: number): number {
    return this.#thread.libc.pwrite(
      this.descriptor,
      buffer as HostBytes | null,
      length,
      BigInt(offset),
    );
  }

  override lseek(offset: number, whence: number): number {
    return this.#thread.libc.lseek(this.descriptor, BigInt(offset), whence);
  }

  override ftruncate(length: number): number {
    return this.#thread.libc.ftruncate(this.descriptor, BigInt(length));
  }

  override fsync(): number {
    return this.#thread.libc.fsync(this.descriptor);
  }

  override fdatasync(): number {
    return this.#thread.libc.fdatasync(this.descriptor);
  }

  override utimens({ atime, mtime }: FileTimes): number {
    const bytes = new Uint8Array(2 * TIMESPEC_SIZE);
    encodeTimespec(atime, bytes);
    encodeTimespec(mtime, bytes.subarray(TIMESPEC_SIZE));
    // futimens(3) refuses descriptors that O_PATH opened.
    return this.#thread.libc.utimensat(this.descriptor, EMPTY_PATH, bytes, AT_EMPTY_PATH);
  }

  override getdents(buffer: Bytes | null, length: number): number {
    return this.#thread.libc.getdents64(this.descriptor, buffer as HostBytes | null, length);
  }

  override ioctl(request: number, value: Int32Array<ArrayBuffer> | null): number {
    return this.#thread.libc.ioctl(this.descriptor, request, value);
  }

  override getPipeSize(): number {
    return this.#thread.libc.fcntl(this.descriptor, F_GETPIPE_SZ, 0);
  }

  override setPipeSize(size: number): number {
    return this.#thread.libc.fcntl(this.descriptor, F_SETPIPE_SZ, size);
  }

  override lock(command: number, lock: Flock): number {
    const bytes = new Uint8Array(FLOCK_SIZE);
    encodeFlock(lock, bytes);
    const result = this.#thread.libc.fcntlLock(this.descriptor, command, bytes);
    if (result === 0 && command === F_GETLK) Object.assign(lock, decodeFlock(bytes));
    return result;
  }

  override bind(address: Uint8Array<ArrayBuffer>, length: number): number {
    return this.#thread.libc.bind(this.descriptor, address, length);
  }

  override listen(backlog: number): number {
    return this.#thread.libc.listen(this.descriptor, backlog);
  }

  override accept(peer: SockaddrStorage | null, flags: number): OpenFile | number {
    const { libc } = this.#thread;
    for (;;) {
      if (peer !== null) peer.length = SOCKADDR_STORAGE_SIZE;
      const result = libc.accept4(
        this.descriptor,
        peer === null ? null : peer.bytes,
        peer === null ? null : peer.lengthCell,
        flags | SOCK_CLOEXEC,
      );
      if (result >= 0) {
        const { domain, type, protocol } = this;
        return new LibcFile(this.#thread, result, { kind: Kind.socket, domain, type, protocol });
      }
      if (result !== -Errno.EINTR || this.#endsBySignal(SO_RCVTIMEO)) return result;
    }
  }

  override connect(address: Uint8Array<ArrayBuffer>, length: number): number {
    for (;;) {
      const result = this.#thread.libc.connect(this.descriptor, address, length);
      if (result !== -Errno.EINTR || this.#endsBySignal(SO_SNDTIMEO)) return result;
    }
  }

  override send(buffer: Bytes | null, length: number, flags: number): number {
    for (;;) {
      const result = this.#thread.libc.send(
        this.descriptor,
        buffer as HostBytes | null,
        length,
        flags,
      );
      if (result !== -Errno.EINTR || this.#endsBySignal(SO_SNDTIMEO)) return result;
    }
  }

  override recv(buffer: Bytes | null, length: number, flags: number): number {
    for (;;) {
      const result = this.#thread.libc.recv(
        this.descriptor,
        buffer as HostBytes | null,
        length,
        flags,
      );
      if (result !== -Errno.EINTR || this.#endsBySignal(SO_RCVTIMEO)) return result;
    }
  }

  override sendto(
    buffer: Bytes | null,
    length: number,
    flags: number,
    address: Uint8Array<ArrayBuffer>,
    addressLength: number,
  ): number {
    for (;;) {
      const result = this.#thread.libc.sendto(
        this.descriptor,
        buffer as HostBytes | null,
        length,
        flags,
        address,
        addressLength,
      );
      if (result !== -Errno.EINTR || this.#endsBySignal(SO_SNDTIMEO)) return result;
    }
  }

  override recvfrom(
    buffer: Bytes | null,
    length: number,
    flags: number,
    from: SockaddrStorage,
  ): number {
    for (;;) {
      from.length = SOCKADDR_STORAGE_SIZE;
      const result = this.#thread.libc.recvfrom(
        this.descriptor,
        buffer as HostBytes | null,
        length,
        flags,
        from.bytes,
        from.lengthCell,
      );
      if (result !== -Errno.EINTR || this.#endsBySignal(SO_RCVTIMEO)) return result;
    }
  }

  override sendmsg(
    buffers: readonly Iovec[],
    flags: number,
    address: Uint8Array<ArrayBuffer> | null,
    addressLength: number,
  ): number {
    const { libc, message } = this.#thread;
    message.setBuffers(buffers);
    for (;;) {
      message.setHeader(buffers.length, address, addressLength);
      const result = libc.sendmsg(this.descriptor, message.header, flags);
      if (result !== -Errno.EINTR || this.#endsBySignal(SO_SNDTIMEO)) {
        message.clear();
        return result;
      }
    }
  }

  override recvmsg(buffers: readonly Iovec[], flags: number, received: ReceivedMessage): number {
    const { libc, message } = this.#thread;
    const { name } = received;
    message.setBuffers(buffers);
    for (;;) {
      message.setHeader(buffers.length, name === null ? null : name.bytes, SOCKADDR_STORAGE_SIZE);
      const result = libc.recvmsg(this.descriptor, message.header, flags);
      if (result === -Errno.EINTR && !this.#endsBySignal(SO_RCVTIMEO)) continue;
      if (result >= 0) {
        received.flags = message.flags;
        if (name !== null) name.length = message.nameLength;
      }
      message.clear();
      return result;
    }
  }

  override shutdown(how: number): number {
    return this.#thread.libc.shutdown(this.descriptor, how);
  }

  override getsockname(name: SockaddrStorage): number {
    name.length = SOCKADDR_STORAGE_SIZE;
    return this.#thread.libc.getsockname(this.descriptor, name.bytes, name.lengthCell);
  }

  override getpeername(name: SockaddrStorage): number {
    name.length = SOCKADDR_STORAGE_SIZE;
    return this.#thread.libc.getpeername(this.descriptor, name.bytes, name.lengthCell);
  }

  override getsockopt(
    level: number,
    name: number,
    value: Bytes | null,
    length: Int32Array<ArrayBuffer>,
  ): number {
    return this.#thread.libc.getsockopt(
      this.descriptor,
      level,
      name,
      value as HostBytes | null,
      length,
    );
  }

  override setsockopt(level: number, name: number, value: Bytes | null, length: number): number {
    return this.#thread.libc.setsockopt(
      this.descriptor,
      level,
      name,
      value as HostBytes | null,
      length,
    );
  }

  override epollCtl(
    operation: number,
    target: OpenFile,
    number: number,
    event: EpollEvent | null,
  ): number {
    // What is not the host's is always ready, which epoll(7) takes of nothing.
    if (!(target instanceof LibcFile)) return -Errno.EPERM;
    const { libc, registrations } = this.#thread;
    registrations.lock();
    try {
      const known = registrations.find(this.descriptor, target.descriptor, number);
      if (operation === EPOLL_CTL_ADD && known < 0) return this.#register(target, number, event);
      // The description's own descriptor is never registered: Linux says what is wrong first.
      const registered = known < 0 ? target.descriptor : known;
      const result = libc.epollCtl(this.descriptor, operation, registered, this.#hostEvent(event));
      if (result === 0 && operation === EPOLL_CTL_DEL) {
        registrations.remove(this.descriptor, target.descriptor, number);
        libc.close(known);
      }
      return result;
    } finally {
      registrations.unlock();
    }
  }

  override epollWait(events: Bytes | null, count: number, timeout: number): number {
    return this.#thread.epollBuffer.wait(this.descriptor, events, count, timeout);
  }

  /** EPOLL_CTL_ADD of what is not registered yet. */
  #register(target: LibcFile, number: number, event: EpollEvent | null): number {
    const { libc, registrations } = this.#thread;
    const duplicate = libc.fcntl(target.descriptor, F_DUPFD_CLOEXEC, 0);
    // The host's descriptors have run out, which is as good as max_user_watches.
    if (duplicate < 0) return duplicate === -Errno.EMFILE ? -Errno.ENOSPC : duplicate;
    const { descriptor: epoll } = this;
    let result = libc.epollCtl(epoll, EPOLL_CTL_ADD, duplicate, this.#hostEvent(event));
    if (
      result === 0 && !registrations.add({ epoll, target: target.descriptor, number, duplicate })
    ) {
      libc.epollCtl(epoll, EPOLL_CTL_DEL, duplicate, null);
      result = -Errno.ENOSPC;
    }
    if (result < 0) libc.close(duplicate);
    return result;
  }

  #hostEvent(event: EpollEvent | null): HostBytes | null {
    return event === null ? null : this.#thread.epollBuffer.event(event);
  }

  /** Ends the registrations of a description that nothing refers to any more. */
  #dropRegistrations(): void {
    const { libc, registrations } = this.#thread;
    registrations.lock();
    try {
      for (const { epoll, duplicate } of registrations.take(this.descriptor)) {
        // A registration outlives its descriptor, if the host's file is open elsewhere: stdio is.
        libc.epollCtl(epoll, EPOLL_CTL_DEL, duplicate, null);
        libc.close(duplicate);
      }
    } finally {
      registrations.unlock();
    }
  }

  /**
   * Whether a signal ends a call that it interrupted: because the socket has a time-out, or because
   * the process ends.
   */
  #endsBySignal(option: number): boolean {
    if (this.#thread.isEnding()) return true;
    if (this.kind !== Kind.socket) return false;
    const time = new Int32Array(4);
    const result = this.#thread.libc.getsockopt(
      this.descriptor,
      SOL_SOCKET,
      option,
      time,
      Int32Array.of(time.byteLength),
    );
    return result === 0 && time.some((word) => word !== 0);
  }
}
