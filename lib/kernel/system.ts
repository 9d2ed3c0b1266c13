/**
 * The system calls of one guest process, the middle of everything: front ends decode a guest's call
 * into one of these, stacks carry it out, the tracer decorates it.
 *
 * @module
 */
import type { EpollEvent } from "../linux/epoll.ts";
import type { Flock } from "../linux/fcntl.ts";
import type { PollFd } from "../linux/poll.ts";
import type { Rlimit } from "../linux/resource.ts";
import type { SockaddrStorage } from "../linux/sockaddr.ts";
import type { FileStatus, FileTimes } from "../linux/stat.ts";
import type { Iovec } from "../linux/uio.ts";
import type { Bytes, OffsetCell, ReceivedMessage } from "../stack/open_file.ts";

/**
 * Linux system calls on JavaScript values, synchronous: a call that has to wait makes its thread
 * wait.
 *
 * - Every method returns a number ≥ 0 or a negated Linux errno, and never throws for something that
 *   a guest can cause.
 * - **Buffers** are bytes with a length, at most the bytes' own; `null` stands for a guest's pointer
 *   that faults, together with the length that the guest gave, so that Linux itself decides what
 *   happens then (a datagram that cannot be copied out is lost). A length beyond the bytes is
 *   EFAULT.
 * - **Addresses** are Linux sockaddr bytes, 0 to 128 of them, as `encodeSockaddr` makes them; `null`
 *   faults, longer is EINVAL. They are copied before anything else is done with them.
 * - **Paths** are strings, relative to the guest's current folder, which is the host's until
 *   {@link System.chdir}, or to a directory descriptor; `null` faults.
 * - **Offsets and file lengths** are integers up to 2⁵³ − 1; beyond is EINVAL.
 * - Descriptors, flags and sizes are numbers; what is not an integer in range gets the errno that
 *   Linux gives for a wrong value.
 *
 * Errors are Linux's, with these from this layer: EACCES where the policy refuses an address, EMFILE
 * at the guest's RLIMIT_NOFILE, ENOPROTOOPT for a socket option and ENOTTY for an ioctl outside the
 * tables, EOPNOTSUPP for MSG_FASTOPEN.
 */
export interface System {
  /**
   * What a descriptor refers to. Front ends ask before they read any guest pointer, since EBADF always
   * wins.
   *
   * @param fd A descriptor.
   * @returns One of `FileKind`, or −EBADF.
   */
  kind(fd: number): number;

  /**
   * Records a call that a front end answered itself, for tracers: one that it refused before it could
   * be made (a bad pointer), or one that is no business of the kernel's (getpid).
   *
   * @param name The call's name.
   * @param args Its arguments as text, already formatted.
   * @param errno What the guest gets: a negated errno, or a result.
   * @returns `errno`.
   */
  rejected(name: string, args: readonly string[], errno: number): number;

  /**
   * What the policy missed in the call that just returned −EACCES, for tracers and messages. Taking
   * it forgets it.
   *
   * @returns The flag to add, such as `--allow-net=127.0.0.1:8081`; null if it was not the policy
   * that refused.
   */
  takeDenial(): string | null;

  /**
   * socket(2).
   *
   * @param domain AF_INET, AF_INET6 or AF_UNIX.
   * @param type SOCK_STREAM or SOCK_DGRAM (AF_UNIX: SOCK_SEQPACKET, too), with SOCK_NONBLOCK and
   * SOCK_CLOEXEC where they are wanted.
   * @param protocol 0, or the one of the type: IPPROTO_TCP, IPPROTO_UDP.
   * @returns A new descriptor, the lowest that is free; −EAFNOSUPPORT, −EPROTONOSUPPORT,
   * −ESOCKTNOSUPPORT, −EINVAL for what is none of these; −EPERM for a raw socket of a protocol;
   * −EMFILE.
   */
  socket(domain: number, type: number, protocol: number): number;

  /**
   * socketpair(2).
   *
   * @param domain AF_UNIX.
   * @param type As for {@link System.socket}.
   * @param protocol 0.
   * @param fds Receives the two descriptors.
   * @returns 0; −EOPNOTSUPP for another domain, −EMFILE, else as {@link System.socket}.
   */
  socketpair(domain: number, type: number, protocol: number, fds: Int32Array): number;

  /**
   * bind(2): gives a socket its own address.
   *
   * @param fd The socket.
   * @param address The address; port 0 lets the system pick one, which
   * {@link System.getsockname} tells.
   * @returns 0; −EADDRINUSE, −EADDRNOTAVAIL, −EINVAL for a socket that has an address or for a wrong
   * length, −EAFNOSUPPORT, −EACCES where the policy refuses it, −EFAULT, −ENOTSOCK, −EBADF.
   */
  bind(fd: number, address: Bytes | null): number;

  /**
   * listen(2).
   *
   * @param fd A stream socket; one without an address gets 0.0.0.0 or :: and a free port.
   * @param backlog How many connections may wait to be accepted.
   * @returns 0; −EADDRINUSE, −EOPNOTSUPP for a datagram socket, −EINVAL for one that is connected,
   * −EACCES, −ENOTSOCK, −EBADF.
   */
  listen(fd: number, backlog: number): number;

  /**
   * accept(2): waits for a connection.
   *
   * @param fd A listening socket.
   * @param peer Receives the peer's address; null where nobody asks.
   * @returns A new descriptor; −EAGAIN where it does not wait or a time-out (SO_RCVTIMEO) has expired,
   * −EINVAL where it does not listen, −ECONNABORTED, −EMFILE, −EOPNOTSUPP, −ENOTSOCK, −EBADF. A peer
   * that the rules refuse is never shown.
   */
  accept(fd: number, peer: SockaddrStorage | null): number;

  /**
   * accept4(2).
   *
   * @param fd A listening socket.
   * @param peer As for {@link System.accept}.
   * @param flags Of SOCK_NONBLOCK and SOCK_CLOEXEC, for the new descriptor; others are −EINVAL.
   * @returns As {@link System.accept}.
   */
  accept4(fd: number, peer: SockaddrStorage | null, flags: number): number;

  /**
   * connect(2): waits until the connection stands, or gives a datagram socket its peer.
   *
   * @param fd The socket.
   * @param address The peer's address; AF_UNSPEC ends a datagram socket's association.
   * @returns 0; −ECONNREFUSED, −ETIMEDOUT, −ENETUNREACH, −EHOSTUNREACH; −EACCES where the policy refuses
   * it ({@link System.takeDenial} has the flag); −EISCONN; −EINPROGRESS, then −EALREADY where it does
   * not wait; −EAFNOSUPPORT, −EINVAL for a wrong length, −EFAULT, −ENOTSOCK, −EBADF.
   */
  connect(fd: number, address: Bytes | null): number;

  /**
   * send(2): waits for room.
   *
   * @param fd A connected socket.
   * @param buffer The bytes.
   * @param length How many of them.
   * @param flags Of MSG_NOSIGNAL (no signal ever reaches a guest), MSG_DONTWAIT, MSG_MORE, MSG_OOB, ….
   * @returns How many were taken: for a stream all, unless a time-out (SO_SNDTIMEO) expires or it does
   * not wait; −EPIPE or −ECONNRESET where the peer is gone, −EAGAIN, −EMSGSIZE, −ENOTCONN,
   * −EDESTADDRREQ, −ECONNREFUSED for an earlier datagram, −EFAULT, −ENOTSOCK, −EBADF.
   */
  send(fd: number, buffer: Bytes | null, length: number, flags: number): number;

  /**
   * recv(2): waits for data.
   *
   * @param fd A socket.
   * @param buffer Receives the bytes; of a datagram, those beyond `length` are lost.
   * @param length How many at most.
   * @param flags Of MSG_PEEK, MSG_WAITALL, MSG_DONTWAIT, MSG_TRUNC, MSG_OOB, ….
   * @returns How many; 0 once the peer has shut its side down; −EAGAIN where it does not wait or a
   * time-out (SO_RCVTIMEO) has expired, −ECONNRESET, −ECONNREFUSED, −ENOTCONN, −EFAULT, −ENOTSOCK,
   * −EBADF.
   */
  recv(fd: number, buffer: Bytes | null, length: number, flags: number): number;

  /**
   * sendto(2).
   *
   * @param fd A socket.
   * @param buffer The bytes.
   * @param length How many of them.
   * @param flags As for {@link System.send}.
   * @param address Where to; undefined where the guest passes none, as with {@link System.send}.
   * @returns As {@link System.send}; −EACCES where the policy refuses the address, which a TCP
   * connection does not look at.
   */
  sendto(
    fd: number,
    buffer: Bytes | null,
    length: number,
    flags: number,
    address: Bytes | null | undefined,
  ): number;

  /**
   * recvfrom(2).
   *
   * @param fd A socket.
   * @param buffer As for {@link System.recv}.
   * @param length How many bytes at most.
   * @param flags As for {@link System.recv}.
   * @param from Receives the sender's address, of length 0 where there is none; null where nobody asks.
   * @returns As {@link System.recv}.
   */
  recvfrom(
    fd: number,
    buffer: Bytes | null,
    length: number,
    flags: number,
    from: SockaddrStorage | null,
  ): number;

  /**
   * sendmsg(2) without control data.
   *
   * @param fd A socket.
   * @param buffers The bytes, from up to 1024 places.
   * @param flags As for {@link System.send}.
   * @param address As for {@link System.sendto}.
   * @returns As {@link System.sendto}; −EMSGSIZE for too many buffers.
   */
  sendmsg(
    fd: number,
    buffers: readonly Iovec[],
    flags: number,
    address: Bytes | null | undefined,
  ): number;

  /**
   * recvmsg(2) without control data.
   *
   * @param fd A socket.
   * @param buffers Where the bytes go, up to 1024 places.
   * @param flags As for {@link System.recv}.
   * @param message Receives the sender's address and `msg_flags`.
   * @returns As {@link System.recv}; −EMSGSIZE for too many buffers.
   */
  recvmsg(
    fd: number,
    buffers: readonly Iovec[],
    flags: number,
    message: ReceivedMessage,
  ): number;

  /**
   * shutdown(2): ends one side of a connection, or both; the descriptor stays open.
   *
   * @param fd A connected socket.
   * @param how SHUT_RD, SHUT_WR or SHUT_RDWR.
   * @returns 0; −ENOTCONN, −EINVAL for another `how`, −ENOTSOCK, −EBADF.
   */
  shutdown(fd: number, how: number): number;

  /**
   * getsockname(2).
   *
   * @param fd A socket.
   * @param name Receives its own address whole; front ends cut it to the guest's length.
   * @returns 0; −ENOTSOCK, −EBADF.
   */
  getsockname(fd: number, name: SockaddrStorage): number;

  /**
   * getpeername(2).
   *
   * @param fd A connected socket.
   * @param name Receives the peer's address whole.
   * @returns 0; −ENOTCONN, −ENOTSOCK, −EBADF.
   */
  getpeername(fd: number, name: SockaddrStorage): number;

  /**
   * getsockopt(2).
   *
   * @param fd A socket.
   * @param level SOL_SOCKET, IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP or IPPROTO_UDP.
   * @param name The option, such as SO_ERROR.
   * @param value Receives the value, in C's layout.
   * @param length `length[0]` is the room in `value`, signed, and becomes the bytes written.
   * @returns 0; −ENOPROTOOPT for an option outside the table, −EINVAL for a negative length,
   * −EOPNOTSUPP for a level that the socket does not have, −EFAULT, −ENOTSOCK, −EBADF.
   */
  getsockopt(
    fd: number,
    level: number,
    name: number,
    value: Bytes | null,
    length: Int32Array<ArrayBuffer>,
  ): number;

  /**
   * setsockopt(2).
   *
   * @param fd A socket.
   * @param level As for {@link System.getsockopt}.
   * @param name The option, such as SO_REUSEADDR.
   * @param value The value in C's layout: mostly an int, 4 bytes.
   * @param length How many bytes it has, a signed int.
   * @returns 0; −ENOPROTOOPT for an option outside the table, −EINVAL for a wrong value or length,
   * −EACCES where the policy refuses a multicast group, −EFAULT, −ENOTSOCK, −EBADF.
   */
  setsockopt(
    fd: number,
    level: number,
    name: number,
    value: Bytes | null,
    length: number,
  ): number;

  /**
   * read(2): as {@link System.recv} without flags, and for files, pipes and terminals.
   *
   * @param fd A descriptor.
   * @param buffer Receives the bytes.
   * @param length How many at most.
   * @returns How many; 0 at the end; −EISDIR, −EAGAIN, −EFAULT, −EBADF, also where it was not opened to
   * read.
   */
  read(fd: number, buffer: Bytes | null, length: number): number;

  /**
   * write(2): as {@link System.send} without flags, and for files, pipes and terminals.
   *
   * @param fd A descriptor.
   * @param buffer The bytes.
   * @param length How many of them.
   * @returns How many were taken; −EPIPE, −EAGAIN, −ENOSPC, −EFAULT, −EBADF, also where it was not opened
   * to write.
   */
  write(fd: number, buffer: Bytes | null, length: number): number;

  /**
   * readv(2).
   *
   * @param fd As for {@link System.read}.
   * @param buffers Where the bytes go, up to 1024 places.
   * @returns As {@link System.read}; −EINVAL for too many buffers.
   */
  readv(fd: number, buffers: readonly Iovec[]): number;

  /**
   * writev(2).
   *
   * @param fd As for {@link System.write}.
   * @param buffers The bytes, from up to 1024 places.
   * @returns As {@link System.write}; −EINVAL for too many buffers.
   */
  writev(fd: number, buffers: readonly Iovec[]): number;

  /**
   * pread(2): reads at a place of its own.
   *
   * @param fd A file.
   * @param buffer Receives the bytes.
   * @param length How many at most.
   * @param offset Bytes from the start of the file.
   * @returns As {@link System.read}; −ESPIPE for a socket or a pipe, −EINVAL for a negative offset.
   */
  pread(fd: number, buffer: Bytes | null, length: number, offset: number): number;

  /**
   * pwrite(2): writes at a place of its own.
   *
   * @param fd A file.
   * @param buffer The bytes.
   * @param length How many of them.
   * @param offset Bytes from the start of the file.
   * @returns As {@link System.write}; −ESPIPE for a socket or a pipe, −EINVAL for a negative offset.
   */
  pwrite(fd: number, buffer: Bytes | null, length: number, offset: number): number;

  /**
   * sendfile(2): copies from a file.
   *
   * @param output A descriptor to write to.
   * @param input A file.
   * @param offset Where to begin, advanced by what was copied; null for the description's own offset.
   * @param count How many bytes at most.
   * @returns How many were copied; 0 at the end of the file; −EINVAL where `input` is no file, −EAGAIN,
   * −EPIPE, −EBADF.
   */
  sendfile(output: number, input: number, offset: OffsetCell | null, count: number): number;

  /**
   * close(2). The number is free afterwards, whatever is returned; the last of several descriptors of
   * one socket or file ends it.
   *
   * @param fd A descriptor.
   * @returns 0; −EBADF.
   */
  close(fd: number): number;

  /**
   * close_range(2): closes all descriptors between two numbers.
   *
   * @param first The first, unsigned.
   * @param last The last, unsigned.
   * @param flags Of CLOSE_RANGE_CLOEXEC (marks them only) and CLOSE_RANGE_UNSHARE.
   * @returns 0; −EINVAL for other flags or `first` beyond `last`.
   */
  closeRange(first: number, last: number, flags: number): number;

  /**
   * dup(2): a second number for the same open file.
   *
   * @param fd A descriptor.
   * @returns The new descriptor, the lowest that is free; −EMFILE, −EBADF.
   */
  dup(fd: number): number;

  /**
   * dup2(2).
   *
   * @param fd A descriptor.
   * @param target The number that it is to have, too; what is open there is closed.
   * @returns `target`; −EBADF, also where `target` is beyond the limit.
   */
  dup2(fd: number, target: number): number;

  /**
   * dup3(2).
   *
   * @param fd A descriptor.
   * @param target As for {@link System.dup2}; −EINVAL if it is `fd`.
   * @param flags 0 or O_CLOEXEC.
   * @returns As {@link System.dup2}.
   */
  dup3(fd: number, target: number, flags: number): number;

  /**
   * pipe2(2).
   *
   * @param fds Receives the reading and the writing end.
   * @param flags Of O_NONBLOCK, O_CLOEXEC and O_DIRECT; others are −EINVAL.
   * @returns 0; −EMFILE.
   */
  pipe2(fds: Int32Array, flags: number): number;

  /**
   * fcntl(2) with an integer argument.
   *
   * @param fd A descriptor.
   * @param command F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETPIPE_SZ or
   * F_SETPIPE_SZ.
   * @param argument What the command takes: flags, a lowest number, a size in bytes.
   * @returns What the command gives; −EINVAL for another command, −EMFILE, −EBADF.
   */
  fcntl(fd: number, command: number, argument: number): number;

  /**
   * fcntl(2) with a record lock.
   *
   * @param fd A file.
   * @param command F_SETLK or F_GETLK.
   * @param lock The lock; F_GETLK overwrites it by one that stands in its way. Null faults.
   * @returns 0; −EAGAIN where another process has it, −EINVAL, −EFAULT, −EBADF.
   */
  fcntlLock(fd: number, command: number, lock: Flock | null): number;

  /**
   * ioctl(2).
   *
   * @param fd A descriptor.
   * @param request FIONREAD, FIONBIO, FIOCLEX, FIONCLEX, TIOCOUTQ, SIOCATMARK or TIOCGWINSZ.
   * @param value What the argument points to, in and out, as ints: one; for TIOCGWINSZ the two of
   * `struct winsize`. Null faults.
   * @returns 0; −ENOTTY for another request, or one that the descriptor does not have, −EFAULT, −EBADF.
   */
  ioctl(fd: number, request: number, value: Int32Array<ArrayBuffer> | null): number;

  /**
   * poll(2): waits until one of several descriptors is ready.
   *
   * @param fds The descriptors, with what is waited for; `revents` of each is set. Negative ones are
   * passed over.
   * @param timeout Milliseconds, possibly fractional (ppoll); negative waits for ever.
   * @returns How many have `revents`; 0 once the time is over; −EINVAL for more than the limit on
   * descriptors.
   */
  poll(fds: readonly PollFd[], timeout: number): number;

  /**
   * select(2). The sets are fd_set bytes, least significant bit first, and are overwritten
   * (`fdIsSet`, `fdSet`).
   *
   * @param count The highest descriptor in them, plus 1.
   * @param readSet Where reading is waited for; null for none.
   * @param writeSet Where writing is.
   * @param exceptSet Where urgent data is.
   * @param timeout Milliseconds, possibly fractional; null waits for ever, negative is −EINVAL.
   * @returns How many bits are set; 0 once the time is over; −EBADF for a set number that is not open.
   */
  select(
    count: number,
    readSet: Uint8Array | null,
    writeSet: Uint8Array | null,
    exceptSet: Uint8Array | null,
    timeout: number | null,
  ): number;

  /**
   * epoll_create1(2).
   *
   * @param flags 0 or EPOLL_CLOEXEC.
   * @returns A new descriptor; −ENOSYS on the deno stack, −EINVAL, −EMFILE.
   */
  epollCreate1(flags: number): number;

  /**
   * epoll_ctl(2).
   *
   * @param epfd An epoll instance.
   * @param operation EPOLL_CTL_ADD, EPOLL_CTL_DEL or EPOLL_CTL_MOD.
   * @param fd The descriptor to watch.
   * @param event What to register; not looked at by EPOLL_CTL_DEL, else null faults.
   * @returns 0; −EEXIST, −ENOENT, −EPERM for a regular file, −EINVAL, −EFAULT, −EBADF.
   */
  epollCtl(epfd: number, operation: number, fd: number, event: EpollEvent | null): number;

  /**
   * epoll_pwait(2) without a signal mask.
   *
   * @param epfd An epoll instance.
   * @param events Receives `struct epoll_event` in aarch64's layout, EPOLL_EVENT_SIZE bytes each
   * (`decodeEpollEvent`).
   * @param maxEvents Room in `events`; it may return fewer than are ready, as Linux may.
   * @param timeout Milliseconds, a fraction rounded up; negative waits for ever.
   * @returns How many events; 0 once the time is over; −EINVAL, −EFAULT, −EBADF.
   */
  epollPwait(epfd: number, events: Bytes | null, maxEvents: number, timeout: number): number;

  /**
   * eventfd2(2).
   *
   * @param initial The counter at first, an unsigned int.
   * @param flags Of EFD_SEMAPHORE, EFD_NONBLOCK and EFD_CLOEXEC.
   * @returns A new descriptor; −ENOSYS on the deno stack, −EINVAL, −EMFILE.
   */
  eventfd2(initial: number, flags: number): number;

  /**
   * openat(2).
   *
   * @param directory A directory's descriptor, or AT_FDCWD: where a relative path starts. The same for
   * the calls below.
   * @param path The path; what follows holds for the calls below, too: −ENOENT, −ENOTDIR, −ELOOP,
   * −ENAMETOOLONG; −EACCES where Deno's permissions do not cover it; −EFAULT, −EBADF.
   * @param flags O_RDONLY, O_WRONLY or O_RDWR with O_CREAT, O_TRUNC, …: x86-64's numbers.
   * @param mode Permissions of a file that is made, less the umask.
   * @returns A new descriptor; −EEXIST, −EISDIR, −EMFILE.
   */
  openat(directory: number, path: string | null, flags: number, mode: number): number;

  /**
   * lseek(2).
   *
   * @param fd A file.
   * @param offset Bytes.
   * @param whence From where: SEEK_SET, SEEK_CUR, SEEK_END, SEEK_DATA or SEEK_HOLE.
   * @returns The new offset from the start; −ESPIPE for a socket or a pipe, −EINVAL, −ENXIO, −EBADF.
   */
  lseek(fd: number, offset: number, whence: number): number;

  /**
   * fstat(2).
   *
   * @param fd A descriptor.
   * @param status Is filled.
   * @returns 0; −EBADF.
   */
  fstat(fd: number, status: FileStatus): number;

  /**
   * newfstatat(2).
   *
   * @param directory Where a relative path starts.
   * @param path The path.
   * @param status Is filled.
   * @param flags Of AT_SYMLINK_NOFOLLOW and AT_EMPTY_PATH.
   * @returns 0; else as {@link System.openat}.
   */
  fstatat(directory: number, path: string | null, status: FileStatus, flags: number): number;

  /**
   * ftruncate(2).
   *
   * @param fd A file that was opened to write.
   * @param length Its new length in bytes; what is added is zero.
   * @returns 0; −EINVAL, −EFBIG, −EBADF.
   */
  ftruncate(fd: number, length: number): number;

  /**
   * truncate(2).
   *
   * @param path A file.
   * @param length Its new length in bytes.
   * @returns 0; −EISDIR, −EINVAL, −EFBIG; else as {@link System.openat}.
   */
  truncate(path: string | null, length: number): number;

  /**
   * fsync(2): waits until a file is on its disk.
   *
   * @param fd A file.
   * @returns 0; −EINVAL for a socket or a pipe, −EIO, −EBADF.
   */
  fsync(fd: number): number;

  /**
   * fdatasync(2): as {@link System.fsync}, for the data alone.
   *
   * @param fd A file.
   * @returns As {@link System.fsync}.
   */
  fdatasync(fd: number): number;

  /**
   * unlinkat(2): removes a name.
   *
   * @param directory Where a relative path starts.
   * @param path The path.
   * @param flags 0, or AT_REMOVEDIR for a directory.
   * @returns 0; −EISDIR, −ENOTEMPTY, −EINVAL; else as {@link System.openat}.
   */
  unlinkat(directory: number, path: string | null, flags: number): number;

  /**
   * mkdirat(2).
   *
   * @param directory Where a relative path starts.
   * @param path The path.
   * @param mode Its permissions, less the umask.
   * @returns 0; −EEXIST; else as {@link System.openat}.
   */
  mkdirat(directory: number, path: string | null, mode: number): number;

  /**
   * renameat(2).
   *
   * @param fromDirectory Where a relative `from` starts.
   * @param from The old path.
   * @param toDirectory Where a relative `to` starts.
   * @param to The new path; what is there is replaced.
   * @returns 0; −EEXIST, −ENOTEMPTY, −EISDIR, −EXDEV, −EINVAL; else as {@link System.openat}.
   */
  renameat(
    fromDirectory: number,
    from: string | null,
    toDirectory: number,
    to: string | null,
  ): number;

  /**
   * linkat(2): gives a file a second name.
   *
   * @param fromDirectory Where a relative `from` starts.
   * @param from The file.
   * @param toDirectory Where a relative `to` starts.
   * @param to The new name.
   * @param flags 0 or AT_SYMLINK_FOLLOW.
   * @returns 0; −EEXIST, −EXDEV, −EPERM, −EINVAL; else as {@link System.openat}.
   */
  linkat(
    fromDirectory: number,
    from: string | null,
    toDirectory: number,
    to: string | null,
    flags: number,
  ): number;

  /**
   * symlinkat(2).
   *
   * @param target What the link says.
   * @param directory Where a relative path starts.
   * @param path The link's own path.
   * @returns 0; −EEXIST; else as {@link System.openat}.
   */
  symlinkat(target: string | null, directory: number, path: string | null): number;

  /**
   * readlinkat(2).
   *
   * @param directory Where a relative path starts.
   * @param path The link.
   * @param buffer Receives the bytes of its target, without a NUL.
   * @param length How many at most.
   * @returns How many; −EINVAL for what is no link; else as {@link System.openat}.
   */
  readlinkat(
    directory: number,
    path: string | null,
    buffer: Bytes | null,
    length: number,
  ): number;

  /**
   * faccessat(2).
   *
   * @param directory Where a relative path starts.
   * @param path The path.
   * @param mode F_OK, or of R_OK, W_OK and X_OK.
   * @returns 0; −EACCES; else as {@link System.openat}.
   */
  faccessat(directory: number, path: string | null, mode: number): number;

  /**
   * utimensat(2); the descriptor itself, as futimens(3), with an empty path and AT_EMPTY_PATH.
   *
   * @param directory Where a relative path starts.
   * @param path The path.
   * @param times The times; null for the time of the call.
   * @param flags Of AT_SYMLINK_NOFOLLOW and AT_EMPTY_PATH.
   * @returns 0; −EINVAL; else as {@link System.openat}.
   */
  utimensat(
    directory: number,
    path: string | null,
    times: FileTimes | null,
    flags: number,
  ): number;

  /**
   * getdents64(2).
   *
   * @param fd A directory.
   * @param buffer Receives `struct linux_dirent64` records (`decodeDirents64`).
   * @param length How many bytes at most.
   * @returns How many bytes; 0 at the end; −EINVAL for too small a buffer, −ENOTDIR, −EFAULT, −EBADF.
   */
  getdents(fd: number, buffer: Bytes | null, length: number): number;

  /**
   * chdir(2): changes the guest's current folder; the host's own stays.
   *
   * @param path The folder.
   * @returns 0; else as {@link System.openat}.
   */
  chdir(path: string | null): number;

  /**
   * fchdir(2).
   *
   * @param fd A directory.
   * @returns 0; −ENOTDIR, −EACCES, −EBADF.
   */
  fchdir(fd: number): number;

  /**
   * getcwd(2).
   *
   * @param buffer Receives the path and a NUL.
   * @param length How many bytes at most.
   * @returns How many bytes, with the NUL; −ERANGE, −EFAULT, −ENOENT.
   */
  getcwd(buffer: Bytes | null, length: number): number;

  /**
   * umask(2).
   *
   * @param mask Permissions that new files do not get.
   * @returns The mask before.
   */
  umask(mask: number): number;

  /**
   * prlimit(2) for this process.
   *
   * @param resource RLIMIT_NOFILE.
   * @param newLimit The limit to set, or null.
   * @param oldLimit Receives the limit as it was, or null.
   * @returns 0; −EINVAL for another resource, or a soft limit above the hard one, −EPERM to raise that.
   */
  prlimit(resource: number, newLimit: Rlimit | null, oldLimit: Rlimit | null): number;

  /**
   * Whether a lookup whose time is over goes on, so that a later {@linkcode System.resolve} of the same
   * name gets its answer, also one whose time-out is 0; default: it does not.
   */
  readonly keepsLookups?: boolean;

  /**
   * Resolves a host name; an IP address in text form gives itself.
   *
   * @param name The name, without a port.
   * @param family AF_INET, AF_INET6, or AF_UNSPEC for both; another is EAFNOSUPPORT.
   * @param addresses Receives sockaddr bytes with port 0, in the resolver's order.
   * @param timeout Milliseconds that it may take; negative, the default, for as long as the resolver
   * takes.
   * @returns The count of addresses; −ENOENT where there is none, −EACCES where the policy refuses
   * the name (whether it exists or not), −EAGAIN for a failure that may pass, −ETIMEDOUT.
   */
  resolve(
    name: string | null,
    family: number,
    addresses: Uint8Array<ArrayBuffer>[],
    timeout?: number,
  ): number;
}
