/**
 * The C library's functions with Linux's results: a number ≥ 0, or a negated errno.
 *
 * errno is read in the expression that follows the call, in the same function: anything that runs in
 * between on this thread, above all a garbage collection, may overwrite it. That is why each
 * function has a wrapper of its own and none shares a helper. Callers check every number first,
 * since hot FFI calls coerce silently.
 *
 * @module
 */
import { EAI_SYSTEM } from "../../linux/netdb.ts";
import { acquireLibrary } from "./library.ts";

/** `_STAT_VER` of the 64-bit ports, for C libraries that have fstat as a macro only. */
const STAT_VERSION = Deno.build.arch === "x86_64" ? 1 : 0;

/** Memory of ours whose address goes to libc for the length of a call. */
export type HostBytes = ArrayBufferView<ArrayBuffer>;

/** Memory that other threads may share, too. */
export type SharedBytes = ArrayBufferView<ArrayBufferLike>;

/** The C library on this thread. */
export interface Libc {
  /** socket(2). */
  socket(domain: number, type: number, protocol: number): number;
  /** socketpair(2); `descriptors` receives two ints. */
  socketpair(domain: number, type: number, protocol: number, descriptors: HostBytes): number;
  /** bind(2). */
  bind(fd: number, address: HostBytes, length: number): number;
  /** listen(2). */
  listen(fd: number, backlog: number): number;
  /** accept4(2). */
  accept4(fd: number, address: HostBytes | null, length: HostBytes | null, flags: number): number;
  /** connect(2). */
  connect(fd: number, address: HostBytes, length: number): number;
  /** send(2). */
  send(fd: number, buffer: HostBytes | null, length: number, flags: number): number;
  /** recv(2). */
  recv(fd: number, buffer: HostBytes | null, length: number, flags: number): number;
  /** sendto(2). */
  sendto(
    fd: number,
    buffer: HostBytes | null,
    length: number,
    flags: number,
    address: HostBytes,
    addressLength: number,
  ): number;
  /** recvfrom(2). */
  recvfrom(
    fd: number,
    buffer: HostBytes | null,
    length: number,
    flags: number,
    address: HostBytes,
    addressLength: HostBytes,
  ): number;
  /** sendmsg(2). */
  sendmsg(fd: number, message: HostBytes, flags: number): number;
  /** recvmsg(2). */
  recvmsg(fd: number, message: HostBytes, flags: number): number;
  /** shutdown(2). */
  shutdown(fd: number, how: number): number;
  /** getsockname(2). */
  getsockname(fd: number, address: HostBytes, length: HostBytes): number;
  /** getpeername(2). */
  getpeername(fd: number, address: HostBytes, length: HostBytes): number;
  /** getsockopt(2). */
  getsockopt(
    fd: number,
    level: number,
    name: number,
    value: HostBytes | null,
    length: HostBytes,
  ): number;
  /** setsockopt(2). */
  setsockopt(
    fd: number,
    level: number,
    name: number,
    value: HostBytes | null,
    length: number,
  ): number;
  /** read(2). */
  read(fd: number, buffer: HostBytes | null, length: number): number;
  /** write(2). */
  write(fd: number, buffer: HostBytes | null, length: number): number;
  /** readv(2). */
  readv(fd: number, iov: HostBytes, count: number): number;
  /** writev(2). */
  writev(fd: number, iov: HostBytes, count: number): number;
  /** pread(2). */
  pread(fd: number, buffer: HostBytes | null, length: number, offset: bigint): number;
  /** pwrite(2). */
  pwrite(fd: number, buffer: HostBytes | null, length: number, offset: bigint): number;
  /** sendfile(2); `offset` is one 64-bit integer, or null. */
  sendfile(output: number, input: number, offset: HostBytes | null, count: number): number;
  /** ftruncate(2). */
  ftruncate(fd: number, length: bigint): number;
  /** fsync(2). */
  fsync(fd: number): number;
  /** fdatasync(2). */
  fdatasync(fd: number): number;
  /** utimensat(2); `path` ends in NUL, `times` are two struct timespec. */
  utimensat(fd: number, path: HostBytes, times: HostBytes, flags: number): number;
  /** getdents64(2). */
  getdents64(fd: number, buffer: HostBytes | null, length: number): number;
  /** open(2) of a device, which no path of a guest's ever reaches; `path` ends in NUL. */
  open(path: HostBytes, flags: number, mode: number): number;
  /** readlink(2); `path` ends in NUL. */
  readlink(path: HostBytes, buffer: HostBytes, length: number): number;
  /** close(2). */
  close(fd: number): number;
  /** dup3(2). */
  dup3(fd: number, target: number, flags: number): number;
  /** pipe2(2); `descriptors` receives two ints. */
  pipe2(descriptors: HostBytes, flags: number): number;
  /** fcntl(2) with an int. */
  fcntl(fd: number, command: number, argument: number): number;
  /** fcntl(2) with a struct flock. */
  fcntlLock(fd: number, command: number, lock: HostBytes): number;
  /** ioctl(2) with a pointer to an int. */
  ioctl(fd: number, request: number, value: HostBytes | null): number;
  /** poll(2). */
  poll(fds: HostBytes, count: number, timeout: number): number;
  /** ppoll(2) without a signal mask; null waits for ever. */
  ppoll(fds: HostBytes, count: number, timeout: HostBytes | null): number;
  /** select(2). */
  select(
    count: number,
    readSet: HostBytes | null,
    writeSet: HostBytes | null,
    exceptSet: HostBytes | null,
    timeout: HostBytes | null,
  ): number;
  /** epoll_create1(2). */
  epollCreate1(flags: number): number;
  /** epoll_ctl(2); `event` has the host's layout. */
  epollCtl(epoll: number, operation: number, fd: number, event: HostBytes | null): number;
  /** epoll_wait(2); `events` has the host's layout. */
  epollWait(epoll: number, events: HostBytes | null, count: number, timeout: number): number;
  /** eventfd2(2). */
  eventfd(initial: number, flags: number): number;
  /** lseek(2). */
  lseek(fd: number, offset: bigint, whence: number): number;
  /** fstat(2); `status` has the host's layout. */
  fstat(fd: number, status: HostBytes): number;
  /** getaddrinfo(3): 0, or an EAI_ code; EAI_SYSTEM comes as a positive errno. */
  getaddrinfo(node: SharedBytes, hints: SharedBytes, result: SharedBytes): number;
  /** freeaddrinfo(3). */
  freeaddrinfo(result: bigint): void;
  /** Copies `length` bytes of native memory at `address` to `destination`. */
  copyFrom(destination: HostBytes, address: bigint, length: number): void;
  /** Where the bytes of a view lie; valid while the view is alive. */
  addressOf(view: HostBytes): bigint;
  /** Gives the library back. */
  release(): void;
}

/**
 * Opens the C library on this thread: errno belongs to a thread, so each thread opens its own.
 *
 * @throws {LibcUnavailableError} If it cannot be loaded.
 */
export function openLibc(): Libc {
  const { symbols, unscoped, release } = acquireLibrary();
  const location = symbols.__errno_location();
  if (location === null) throw new Error("Cannot find errno: __errno_location() returned NULL");

  // Deno shows native memory to JavaScript only under an unscoped --allow-ffi. Under a path-scoped
  // one memcpy fetches errno: the same position in the wrapper, a few nanoseconds more on errors.
  const errno = unscoped
    ? new Int32Array(Deno.UnsafePointerView.getArrayBuffer(location, 4))
    : new Int32Array(1);
  const memcpy = unscoped ? null : symbols.memcpyFromPointer;
  const {
    memcpyFromAddress,
    addressOf,
    lseek,
    lseekErrno,
    fstat,
    __fxstat,
    getaddrinfo,
    freeaddrinfo,
    socket,
    socketpair,
    bind,
    listen,
    accept4,
    connect,
    send,
    recv,
    sendto,
    recvfrom,
    sendmsg,
    recvmsg,
    shutdown,
    getsockname,
    getpeername,
    getsockopt,
    setsockopt,
    read,
    write,
    readv,
    writev,
    pread,
    pwrite,
    sendfile,
    ftruncate,
    fsync,
    fdatasync,
    utimensat,
    getdents64,
    open,
    readlink,
    close,
    dup3,
    pipe2,
    fcntl,
    fcntlLock,
    ioctl,
    poll,
    ppoll,
    select,
    epoll_create1,
    epoll_ctl,
    epoll_wait,
    eventfd,
  } = symbols;
  if (fstat === null && __fxstat === null) {
    throw new Error("Cannot use this C library: it has neither fstat nor __fxstat");
  }

  return {
    socket(domain: number, type: number, protocol: number): number {
      const result = socket(domain, type, protocol);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    socketpair(domain: number, type: number, protocol: number, descriptors: HostBytes): number {
      const result = socketpair(domain, type, protocol, descriptors);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    bind(fd: number, address: HostBytes, length: number): number {
      const result = bind(fd, address, length);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    listen(fd: number, backlog: number): number {
      const result = listen(fd, backlog);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    accept4(
      fd: number,
      address: HostBytes | null,
      length: HostBytes | null,
      flags: number,
    ): number {
      const result = accept4(fd, address, length, flags);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    connect(fd: number, address: HostBytes, length: number): number {
      const result = connect(fd, address, length);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    send(fd: number, buffer: HostBytes | null, length: number, flags: number): number {
      const result = send(fd, buffer, length, flags);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    recv(fd: number, buffer: HostBytes | null, length: number, flags: number): number {
      const result = recv(fd, buffer, length, flags);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    sendto(
      fd: number,
      buffer: HostBytes | null,
      length: number,
      flags: number,
      address: HostBytes,
      addressLength: number,
    ): number {
      const result = sendto(fd, buffer, length, flags, address, addressLength);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    recvfrom(
      fd: number,
      buffer: HostBytes | null,
      length: number,
      flags: number,
      address: HostBytes,
      addressLength: HostBytes,
    ): number {
      const result = recvfrom(fd, buffer, length, flags, address, addressLength);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    sendmsg(fd: number, message: HostBytes, flags: number): number {
      const result = sendmsg(fd, message, flags);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    recvmsg(fd: number, message: HostBytes, flags: number): number {
      const result = recvmsg(fd, message, flags);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    shutdown(fd: number, how: number): number {
      const result = shutdown(fd, how);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    getsockname(fd: number, address: HostBytes, length: HostBytes): number {
      const result = getsockname(fd, address, length);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    getpeername(fd: number, address: HostBytes, length: HostBytes): number {
      const result = getpeername(fd, address, length);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    getsockopt(
      fd: number,
      level: number,
      name: number,
      value: HostBytes | null,
      length: HostBytes,
    ): number {
      const result = getsockopt(fd, level, name, value, length);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    setsockopt(
      fd: number,
      level: number,
      name: number,
      value: HostBytes | null,
      length: number,
    ): number {
      const result = setsockopt(fd, level, name, value, length);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    read(fd: number, buffer: HostBytes | null, length: number): number {
      const result = read(fd, buffer, length);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    write(fd: number, buffer: HostBytes | null, length: number): number {
      const result = write(fd, buffer, length);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    readv(fd: number, iov: HostBytes, count: number): number {
      const result = readv(fd, iov, count);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    writev(fd: number, iov: HostBytes, count: number): number {
      const result = writev(fd, iov, count);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    pread(fd: number, buffer: HostBytes | null, length: number, offset: bigint): number {
      const result = pread(fd, buffer, length, offset);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    pwrite(fd: number, buffer: HostBytes | null, length: number, offset: bigint): number {
      const result = pwrite(fd, buffer, length, offset);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    sendfile(output: number, input: number, offset: HostBytes | null, count: number): number {
      const result = sendfile(output, input, offset, count);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    ftruncate(fd: number, length: bigint): number {
      const result = ftruncate(fd, length);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    fsync(fd: number): number {
      const result = fsync(fd);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    fdatasync(fd: number): number {
      const result = fdatasync(fd);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    utimensat(fd: number, path: HostBytes, times: HostBytes, flags: number): number {
      const result = utimensat(fd, path, times, flags);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    getdents64(fd: number, buffer: HostBytes | null, length: number): number {
      const result = getdents64(fd, buffer, length);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    open(path: HostBytes, flags: number, mode: number): number {
      const result = open(path, flags, mode);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    readlink(path: HostBytes, buffer: HostBytes, length: number): number {
      const result = readlink(path, buffer, length);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    close(fd: number): number {
      const result = close(fd);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    dup3(fd: number, target: number, flags: number): number {
      const result = dup3(fd, target, flags);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    pipe2(descriptors: HostBytes, flags: number): number {
      const result = pipe2(descriptors, flags);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    fcntl(fd: number, command: number, argument: number): number {
      const result = fcntl(fd, command, argument);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    fcntlLock(fd: number, command: number, lock: HostBytes): number {
      const result = fcntlLock(fd, command, lock);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    ioctl(fd: number, request: number, value: HostBytes | null): number {
      const result = ioctl(fd, request, value);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    poll(fds: HostBytes, count: number, timeout: number): number {
      const result = poll(fds, count, timeout);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    ppoll(fds: HostBytes, count: number, timeout: HostBytes | null): number {
      const result = ppoll(fds, count, timeout, null);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    select(
      count: number,
      readSet: HostBytes | null,
      writeSet: HostBytes | null,
      exceptSet: HostBytes | null,
      timeout: HostBytes | null,
    ): number {
      const result = select(count, readSet, writeSet, exceptSet, timeout);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    epollCreate1(flags: number): number {
      const result = epoll_create1(flags);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    epollCtl(epoll: number, operation: number, fd: number, event: HostBytes | null): number {
      const result = epoll_ctl(epoll, operation, fd, event);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    epollWait(epoll: number, events: HostBytes | null, count: number, timeout: number): number {
      const result = epoll_wait(epoll, events, count, timeout);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    eventfd(initial: number, flags: number): number {
      const result = eventfd(initial, flags);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    lseek(fd: number, offset: bigint, whence: number): number {
      const offsetAfter = lseek(fd, offset, whence);
      if (offsetAfter >= 0n) return Number(offsetAfter);
      // A seek that fails changes nothing: it is repeated with a result that leaves errno alone.
      const result = lseekErrno(fd, offset, whence);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    fstat(fd: number, status: HostBytes): number {
      if (fstat === null) {
        const result = (__fxstat as NonNullable<typeof __fxstat>)(STAT_VERSION, fd, status);
        return result < 0
          ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
          : result;
      }
      const result = fstat(fd, status);
      return result < 0
        ? (memcpy !== null && memcpy(errno, location, 4), -(errno[0] as number))
        : result;
    },
    getaddrinfo(node: SharedBytes, hints: SharedBytes, list: SharedBytes): number {
      const result = getaddrinfo(node, null, hints, list);
      return result === EAI_SYSTEM
        ? (memcpy !== null && memcpy(errno, location, 4), errno[0] as number)
        : result;
    },
    freeaddrinfo(result: bigint): void {
      freeaddrinfo(result);
    },
    copyFrom(destination: HostBytes, address: bigint, length: number): void {
      memcpyFromAddress(destination, address, length);
    },
    addressOf(view: HostBytes): bigint {
      return addressOf(view, view, 0);
    },
    release,
  };
}
