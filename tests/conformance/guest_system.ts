/**
 * `System` as a guest program sees it: each call goes through numbered system calls and a guest's
 * memory, as the C library would make it.
 *
 * @module
 */
import type { System } from "../../lib/kernel/system.ts";
import { encodeEpollEvent, EPOLL_EVENT_SIZE, type EpollEvent } from "../../lib/linux/epoll.ts";
import {
  decodeFlock,
  encodeFlock,
  F_GETFD,
  F_GETFL,
  F_SETFL,
  type Flock,
  FLOCK_SIZE,
} from "../../lib/linux/fcntl.ts";
import { openFlagsFromAarch64, openFlagsToAarch64 } from "../../lib/linux/fcntl_aarch64.ts";
import { decodePollFd, encodePollFd, type PollFd, POLLFD_SIZE } from "../../lib/linux/poll.ts";
import { decodeRlimit, encodeRlimit, type Rlimit, RLIMIT_SIZE } from "../../lib/linux/resource.ts";
import { SOCKADDR_STORAGE_SIZE, type SockaddrStorage } from "../../lib/linux/sockaddr.ts";
import {
  decodeStatAarch64,
  type FileStatus,
  type FileTimes,
  STAT_SIZE_AARCH64,
} from "../../lib/linux/stat.ts";
import type { Iovec } from "../../lib/linux/uio.ts";
import type { Bytes, OffsetCell, ReceivedMessage } from "../../lib/stack/open_file.ts";
import type { AddressOperand } from "./addresses.ts";
import { GuestCaller, sizeOf } from "./guest_caller.ts";
import type { GuestLayout } from "./guest_layout.ts";
import { GuestRawCalls } from "./guest_raw_calls.ts";

/** An address that is `System`'s already, as an operand. */
function operandOf(address: Bytes | null | undefined): AddressOperand {
  if (address === undefined) return { pointer: "null", length: 0 };
  if (address === null) return { pointer: "bad", length: SOCKADDR_STORAGE_SIZE };
  return { pointer: Uint8Array.from(address), length: address.length };
}

/** The calls of a guest program. */
export class GuestSystem implements System {
  /** The same calls with lengths as they are given. */
  readonly raw: GuestRawCalls;
  readonly #guest: GuestCaller;
  readonly #system: System;

  /** Makes a guest of `system`. */
  constructor(system: System, layout: GuestLayout) {
    this.#system = system;
    this.#guest = new GuestCaller(system, layout);
    this.raw = new GuestRawCalls(this.#guest);
  }

  kind(fd: number): number {
    return this.#system.kind(fd);
  }

  rejected(name: string, args: readonly string[], errno: number): number {
    return this.#system.rejected(name, args, errno);
  }

  takeDenial(): string | null {
    return this.#system.takeDenial();
  }

  socket(domain: number, type: number, protocol: number): number {
    return this.#guest.call("socket", domain, type, protocol);
  }

  socketpair(domain: number, type: number, protocol: number, fds: Int32Array): number {
    return this.#pair(fds, (at) => this.#guest.call("socketpair", domain, type, protocol, at));
  }

  bind(fd: number, address: Bytes | null): number {
    return this.raw.bind(fd, operandOf(address), operandOf(address).length);
  }

  listen(fd: number, backlog: number): number {
    return this.#guest.call("listen", fd, backlog);
  }

  accept(fd: number, peer: SockaddrStorage | null): number {
    return peer === null
      ? this.#guest.call("accept", fd, 0, 0)
      : this.raw.accept(fd, peer, SOCKADDR_STORAGE_SIZE, null);
  }

  accept4(fd: number, peer: SockaddrStorage | null, flags: number): number {
    return peer === null
      ? this.#guest.call("accept4", fd, 0, 0, flags)
      : this.raw.accept(fd, peer, SOCKADDR_STORAGE_SIZE, flags);
  }

  connect(fd: number, address: Bytes | null): number {
    return this.raw.connect(fd, operandOf(address), operandOf(address).length);
  }

  send(fd: number, buffer: Bytes | null, length: number, flags: number): number {
    return this.sendto(fd, buffer, length, flags, undefined);
  }

  recv(fd: number, buffer: Bytes | null, length: number, flags: number): number {
    return this.#into(
      buffer,
      (at) => this.#guest.call("recvfrom", fd, at, sizeOf(length), flags, 0, 0),
    );
  }

  sendto(
    fd: number,
    buffer: Bytes | null,
    length: number,
    flags: number,
    address: Bytes | null | undefined,
  ): number {
    const operand = operandOf(address);
    return this.raw.sendto(fd, { base: buffer, length }, flags, operand, operand.length);
  }

  recvfrom(
    fd: number,
    buffer: Bytes | null,
    length: number,
    flags: number,
    from: SockaddrStorage | null,
  ): number {
    return from === null
      ? this.recv(fd, buffer, length, flags)
      : this.raw.recvfrom(fd, { base: buffer, length }, flags, from, SOCKADDR_STORAGE_SIZE);
  }

  sendmsg(
    fd: number,
    buffers: readonly Iovec[],
    flags: number,
    address: Bytes | null | undefined,
  ): number {
    const operand = operandOf(address);
    return this.raw.sendmsg(fd, buffers, buffers.length, flags, operand, operand.length);
  }

  recvmsg(
    fd: number,
    buffers: readonly Iovec[],
    flags: number,
    message: ReceivedMessage,
  ): number {
    return this.raw.recvmsg(fd, buffers, buffers.length, flags, message);
  }

  shutdown(fd: number, how: number): number {
    return this.#guest.call("shutdown", fd, how);
  }

  getsockname(fd: number, name: SockaddrStorage): number {
    return this.raw.getsockname(fd, name, SOCKADDR_STORAGE_SIZE);
  }

  getpeername(fd: number, name: SockaddrStorage): number {
    return this.raw.getpeername(fd, name, SOCKADDR_STORAGE_SIZE);
  }

  getsockopt(
    fd: number,
    level: number,
    name: number,
    value: Bytes | null,
    length: Int32Array<ArrayBuffer>,
  ): number {
    const { arena } = this.#guest;
    arena.reset();
    const at = arena.put(value);
    const cell = arena.ints(length[0] ?? 0);
    const result = this.#guest.call("getsockopt", fd, level, name, at, cell);
    arena.get(at, value);
    length[0] = arena.int(cell);
    return result;
  }

  setsockopt(fd: number, level: number, name: number, value: Bytes | null, length: number): number {
    return this.raw.setsockopt(fd, level, name, { base: value, length }, length);
  }

  read(fd: number, buffer: Bytes | null, length: number): number {
    return this.#into(buffer, (at) => this.#guest.call("read", fd, at, sizeOf(length)));
  }

  write(fd: number, buffer: Bytes | null, length: number): number {
    return this.#from(buffer, (at) => this.#guest.call("write", fd, at, sizeOf(length)));
  }

  readv(fd: number, buffers: readonly Iovec[]): number {
    return this.raw.readv(fd, buffers, buffers.length);
  }

  writev(fd: number, buffers: readonly Iovec[]): number {
    return this.raw.writev(fd, buffers, buffers.length);
  }

  pread(fd: number, buffer: Bytes | null, length: number, offset: number): number {
    return this.#into(buffer, (at) => this.#guest.call("pread64", fd, at, sizeOf(length), offset));
  }

  pwrite(fd: number, buffer: Bytes | null, length: number, offset: number): number {
    return this.#from(buffer, (at) => this.#guest.call("pwrite64", fd, at, sizeOf(length), offset));
  }

  sendfile(output: number, input: number, offset: OffsetCell | null, count: number): number {
    const { arena } = this.#guest;
    arena.reset();
    const cell = offset === null ? 0n : arena.longs(offset.value);
    const result = this.#guest.call("sendfile", output, input, cell, count);
    if (offset !== null) offset.value = Number(arena.long(cell));
    return result;
  }

  close(fd: number): number {
    return this.#guest.call("close", fd);
  }

  closeRange(first: number, last: number, flags: number): number {
    return this.#guest.call("close_range", first, last, flags);
  }

  dup(fd: number): number {
    return this.#guest.call("dup", fd);
  }

  dup2(fd: number, target: number): number {
    // aarch64 has no dup2: its C library asks whether the descriptor is open.
    if (fd !== target) return this.#guest.call("dup3", fd, target, 0);
    const flags = this.#guest.call("fcntl", fd, F_GETFD);
    return flags < 0 ? flags : fd;
  }

  dup3(fd: number, target: number, flags: number): number {
    return this.#guest.call("dup3", fd, target, flags);
  }

  pipe2(fds: Int32Array, flags: number): number {
    return this.#pair(fds, (at) => this.#guest.call("pipe2", at, openFlagsToAarch64(flags)));
  }

  fcntl(fd: number, command: number, argument: number): number {
    if (command === F_SETFL) {
      return this.#guest.call("fcntl", fd, command, openFlagsToAarch64(argument));
    }
    const result = this.#guest.call("fcntl", fd, command, argument);
    return command === F_GETFL && result >= 0 ? openFlagsFromAarch64(result) : result;
  }

  fcntlLock(fd: number, command: number, lock: Flock | null): number {
    const { arena } = this.#guest;
    arena.reset();
    if (lock === null) return this.#guest.call("fcntl", fd, command, arena.bad());
    const bytes = new Uint8Array(FLOCK_SIZE);
    encodeFlock(lock, bytes);
    const at = arena.put(bytes);
    const result = this.#guest.call("fcntl", fd, command, at);
    arena.get(at, bytes);
    Object.assign(lock, decodeFlock(bytes));
    return result;
  }

  ioctl(fd: number, request: number, value: Int32Array<ArrayBuffer> | null): number {
    const bytes = value === null ? null : new Uint8Array(value.buffer);
    return this.#into(bytes, (at) => this.#guest.call("ioctl", fd, request, at));
  }

  poll(fds: readonly PollFd[], timeout: number): number {
    const { arena } = this.#guest;
    const bytes = new Uint8Array(fds.length * POLLFD_SIZE);
    fds.forEach((entry, index) => encodePollFd(entry, bytes, index));
    return this.#into(bytes, (at) => {
      const time = timeout < 0 ? 0n : this.#timespec(timeout);
      const result = this.#guest.call("ppoll", at, fds.length, time, 0, 0);
      arena.get(at, bytes);
      fds.forEach((entry, index) => Object.assign(entry, decodePollFd(bytes, index)));
      return result;
    });
  }

  select(
    count: number,
    readSet: Uint8Array | null,
    writeSet: Uint8Array | null,
    exceptSet: Uint8Array | null,
    timeout: number | null,
  ): number {
    const { arena } = this.#guest;
    arena.reset();
    const sets = [readSet, writeSet, exceptSet];
    const addresses = sets.map((set) => set === null ? 0n : arena.put(set));
    const time = timeout === null ? 0n : this.#timespec(timeout);
    const result = this.#guest.call("pselect6", count, ...addresses, time, 0);
    sets.forEach((set, index) => arena.get(addresses[index] as bigint, set));
    return result;
  }

  epollCreate1(flags: number): number {
    return this.#guest.call("epoll_create1", flags);
  }

  epollCtl(epfd: number, operation: number, fd: number, event: EpollEvent | null): number {
    const bytes = event === null ? null : new Uint8Array(EPOLL_EVENT_SIZE);
    if (event !== null && bytes !== null) encodeEpollEvent(event, bytes, 0);
    return this.#from(bytes, (at) => this.#guest.call("epoll_ctl", epfd, operation, fd, at));
  }

  epollPwait(epfd: number, events: Bytes | null, maxEvents: number, timeout: number): number {
    return this.#into(
      events,
      (at) => this.#guest.call("epoll_pwait", epfd, at, maxEvents, timeout, 0, 0),
    );
  }

  eventfd2(initial: number, flags: number): number {
    return this.#guest.call("eventfd2", initial, flags);
  }

  openat(directory: number, path: string | null, flags: number, mode: number): number {
    const { arena, dialect } = this.#guest;
    const translated = openFlagsToAarch64(flags);
    arena.reset();
    if (dialect === "aarch64") {
      return this.#guest.call("openat", directory, arena.text(path), translated, mode);
    }
    // The dialect has no empty path.
    if (path === "") return this.#system.openat(directory, path, flags, mode);
    const bytes = path === null ? null : new TextEncoder().encode(path);
    const address = bytes === null ? arena.bad() : arena.put(bytes);
    return this.#guest.call("openat", directory, address, bytes?.length ?? 1, translated, mode);
  }

  lseek(fd: number, offset: number, whence: number): number {
    return this.#guest.call("lseek", fd, offset, whence);
  }

  fstat(fd: number, status: FileStatus): number {
    return this.#status(status, (at) => this.#guest.call("fstat", fd, at));
  }

  fstatat(directory: number, path: string | null, status: FileStatus, flags: number): number {
    return this.#status(status, (at) => {
      const name = this.#guest.arena.text(path);
      return this.#guest.call("newfstatat", directory, name, at, flags);
    });
  }

  ftruncate(fd: number, length: number): number {
    return this.#guest.call("ftruncate", fd, length);
  }

  truncate(path: string | null, length: number): number {
    return this.#path(path, (at) => this.#guest.call("truncate", at, length));
  }

  fsync(fd: number): number {
    return this.#guest.call("fsync", fd);
  }

  fdatasync(fd: number): number {
    return this.#guest.call("fdatasync", fd);
  }

  unlinkat(directory: number, path: string | null, flags: number): number {
    return this.#path(path, (at) => this.#guest.call("unlinkat", directory, at, flags));
  }

  mkdirat(directory: number, path: string | null, mode: number): number {
    return this.#path(path, (at) => this.#guest.call("mkdirat", directory, at, mode));
  }

  renameat(
    fromDirectory: number,
    from: string | null,
    toDirectory: number,
    to: string | null,
  ): number {
    return this.#path(
      from,
      (at) =>
        this.#guest.call("renameat", fromDirectory, at, toDirectory, this.#guest.arena.text(to)),
    );
  }

  linkat(
    fromDirectory: number,
    from: string | null,
    toDirectory: number,
    to: string | null,
    flags: number,
  ): number {
    return this.#path(from, (at) => {
      const target = this.#guest.arena.text(to);
      return this.#guest.call("linkat", fromDirectory, at, toDirectory, target, flags);
    });
  }

  symlinkat(target: string | null, directory: number, path: string | null): number {
    return this.#path(
      target,
      (at) => this.#guest.call("symlinkat", at, directory, this.#guest.arena.text(path)),
    );
  }

  readlinkat(
    directory: number,
    path: string | null,
    buffer: Bytes | null,
    length: number,
  ): number {
    return this.#into(buffer, (at) => {
      const name = this.#guest.arena.text(path);
      return this.#guest.call("readlinkat", directory, name, at, length);
    });
  }

  faccessat(directory: number, path: string | null, mode: number): number {
    return this.#path(path, (at) => this.#guest.call("faccessat", directory, at, mode));
  }

  utimensat(
    directory: number,
    path: string | null,
    times: FileTimes | null,
    flags: number,
  ): number {
    return this.#path(path, (at) => {
      const values = times === null ? [] : [times.atime, times.mtime];
      const cells = values.flatMap(({ seconds, nanoseconds }) => [seconds, nanoseconds]);
      const time = times === null ? 0n : this.#guest.arena.longs(...cells);
      return this.#guest.call("utimensat", directory, at, time, flags);
    });
  }

  getdents(fd: number, buffer: Bytes | null, length: number): number {
    return this.#into(buffer, (at) => this.#guest.call("getdents64", fd, at, length));
  }

  chdir(path: string | null): number {
    return this.#path(path, (at) => this.#guest.call("chdir", at));
  }

  fchdir(fd: number): number {
    return this.#guest.call("fchdir", fd);
  }

  getcwd(buffer: Bytes | null, length: number): number {
    return this.#into(buffer, (at) => this.#guest.call("getcwd", at, sizeOf(length)));
  }

  umask(mask: number): number {
    return this.#guest.call("umask", mask);
  }

  prlimit(resource: number, newLimit: Rlimit | null, oldLimit: Rlimit | null): number {
    const { arena } = this.#guest;
    arena.reset();
    const bytes = new Uint8Array(RLIMIT_SIZE);
    if (newLimit !== null) encodeRlimit(newLimit, bytes);
    const set = newLimit === null ? 0n : arena.put(bytes);
    const get = oldLimit === null ? 0n : arena.room(RLIMIT_SIZE);
    const result = this.#guest.call("prlimit64", 0, resource, set, get);
    if (result === 0 && oldLimit !== null) {
      arena.get(get, bytes);
      Object.assign(oldLimit, decodeRlimit(bytes));
    }
    return result;
  }

  resolve(name: string | null, family: number, addresses: Uint8Array<ArrayBuffer>[]): number {
    return this.#system.resolve(name, family, addresses);
  }

  /** Makes a call that reads a buffer. */
  #from(buffer: Bytes | null, call: (address: bigint) => number): number {
    this.#guest.arena.reset();
    return call(this.#guest.arena.put(buffer));
  }

  /** Makes a call that writes a buffer. */
  #into(buffer: Bytes | null, call: (address: bigint) => number): number {
    this.#guest.arena.reset();
    const address = this.#guest.arena.put(buffer);
    const result = call(address);
    this.#guest.arena.get(address, buffer);
    return result;
  }

  #path(path: string | null, call: (address: bigint) => number): number {
    this.#guest.arena.reset();
    return call(this.#guest.arena.text(path));
  }

  #pair(fds: Int32Array, call: (address: bigint) => number): number {
    const { arena } = this.#guest;
    arena.reset();
    const address = arena.ints(-1, -1);
    const result = call(address);
    if (result === 0) {
      fds[0] = arena.int(address);
      fds[1] = arena.int(address + 4n);
    }
    return result;
  }

  #status(status: FileStatus, call: (address: bigint) => number): number {
    const bytes = new Uint8Array(STAT_SIZE_AARCH64);
    const result = this.#into(bytes, call);
    if (result === 0) decodeStatAarch64(bytes, status);
    return result;
  }

  #timespec(milliseconds: number): bigint {
    const seconds = Math.floor(milliseconds / 1000);
    return this.#guest.arena.longs(seconds, Math.round((milliseconds - seconds * 1000) * 1e6));
  }
}
