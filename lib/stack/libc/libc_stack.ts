/**
 * The stack over the C library: Linux's own sockets, called synchronously.
 *
 * @module
 */
import { EPOLL_CLOEXEC } from "../../linux/epoll.ts";
import { EFD_CLOEXEC } from "../../linux/eventfd.ts";
import { F_DUPFD_CLOEXEC, O_CLOEXEC } from "../../linux/fcntl.ts";
import { IPPROTO_TCP, IPPROTO_UDP } from "../../linux/in.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  SO_DOMAIN,
  SO_PROTOCOL,
  SO_TYPE,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOCK_TYPE_MASK,
  SOL_SOCKET,
} from "../../linux/socket.ts";
import {
  FileStatus,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
} from "../../linux/stat.ts";
import type { EpollRegistrations } from "../epoll_registrations.ts";
import { FileKind, type OffsetCell, type OpenFile } from "../open_file.ts";
import type { HostFiles, Limitation, Stack } from "../stack.ts";
import type { HostFile } from "../thread_stack.ts";
import { LibcFile } from "./libc_file.ts";
import { LibcThread } from "./libc_thread.ts";
import { LibcLookup } from "./libc_lookup.ts";
import { resolveByLibc } from "./resolver.ts";
import { Waiter } from "./wait.ts";

/** Longest path, linux/limits.h. */
const PATH_MAX = 4096;

function kindOf(mode: number): FileKind {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return FileKind.file;
    case S_IFDIR:
      return FileKind.directory;
    case S_IFIFO:
      return FileKind.pipe;
    case S_IFCHR:
      return FileKind.character;
    case S_IFSOCK:
      return FileKind.socket;
    default:
      return FileKind.other;
  }
}

/** Whether a socket is one of those that guests can make. */
function hasKnownAddresses(domain: number, type: number, protocol: number): boolean {
  if (domain === AF_UNIX) return true;
  if (domain !== AF_INET && domain !== AF_INET6) return false;
  return (type === SOCK_STREAM && protocol === IPPROTO_TCP) ||
    (type === SOCK_DGRAM && protocol === IPPROTO_UDP);
}

/** Real descriptors for the kernel's files, pipes and stdio. */
class LibcFiles implements HostFiles {
  readonly registrations: EpollRegistrations;
  readonly #thread: LibcThread;

  constructor(thread: LibcThread) {
    this.#thread = thread;
    this.registrations = thread.registrations;
  }

  describe(file: OpenFile): HostFile | null {
    return file instanceof LibcFile ? file : null;
  }

  pipe2(flags: number): readonly [OpenFile, OpenFile] | number {
    const { libc, layout } = this.#thread;
    const ends = new Int32Array(2);
    const result = libc.pipe2(ends, layout.toHostFlags(flags) | O_CLOEXEC);
    if (result < 0) return result;
    return [this.#file(ends[0] as number), this.#file(ends[1] as number)];
  }

  epollCreate(): OpenFile | number {
    return this.#other(this.#thread.libc.epollCreate1(EPOLL_CLOEXEC));
  }

  eventfd(initial: number, flags: number): OpenFile | number {
    return this.#other(this.#thread.libc.eventfd(initial, flags | EFD_CLOEXEC));
  }

  adopt(descriptor: number, path: string | null): OpenFile | number {
    const duplicate = this.#thread.libc.fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    return duplicate < 0 ? duplicate : this.#file(duplicate, { path });
  }

  stdio(descriptor: 0 | 1 | 2): OpenFile {
    return this.#file(descriptor, { borrowed: true });
  }

  pathOf(descriptor: number): string | null {
    const link = new TextEncoder().encode(`/proc/self/fd/${descriptor}\0`);
    const target = new Uint8Array(PATH_MAX);
    const length = this.#thread.libc.readlink(link, target, target.length);
    if (length <= 0 || length === target.length) return null;
    const path = new TextDecoder().decode(target.subarray(0, length));
    return path.startsWith("/") ? path : null;
  }

  sendfile(
    output: OpenFile,
    input: OpenFile,
    offset: OffsetCell | null,
    count: number,
  ): number | null {
    if (!(output instanceof LibcFile) || !(input instanceof LibcFile)) return null;
    const cell = offset === null ? null : BigInt64Array.of(BigInt(offset.value));
    const { libc } = this.#thread;
    const result = libc.sendfile(output.descriptor, input.descriptor, cell, count);
    if (offset !== null && cell !== null && result >= 0) offset.value = Number(cell[0]);
    return result;
  }

  #other(descriptor: number): OpenFile | number {
    return descriptor < 0
      ? descriptor
      : new LibcFile(this.#thread, descriptor, { kind: FileKind.other });
  }

  #file(descriptor: number, options: { path?: string | null; borrowed?: boolean } = {}): LibcFile {
    const { libc, layout, statBuffer } = this.#thread;
    const status = new FileStatus();
    if (libc.fstat(descriptor, statBuffer) === 0) layout.decodeStat(statBuffer, status);
    const kind = kindOf(status.mode);
    if (kind !== FileKind.socket) {
      return new LibcFile(this.#thread, descriptor, { kind, ...options });
    }
    // Standard input may be a socket: the policy must know which kind. One whose addresses it does
    // not know can be read and written, and is no socket beyond that.
    const domain = this.#option(descriptor, SO_DOMAIN);
    const type = this.#option(descriptor, SO_TYPE);
    const protocol = this.#option(descriptor, SO_PROTOCOL);
    return new LibcFile(
      this.#thread,
      descriptor,
      hasKnownAddresses(domain, type, protocol)
        ? { kind, domain, type, protocol, ...options }
        : { kind: FileKind.other, ...options },
    );
  }

  #option(descriptor: number, name: number): number {
    const value = new Int32Array(1);
    const { libc } = this.#thread;
    const result = libc.getsockopt(descriptor, SOL_SOCKET, name, value, Int32Array.of(4));
    return result < 0 ? 0 : value[0] as number;
  }
}

/**
 * Linux's sockets through the C library. A call that blocks blocks the thread, in libc.
 *
 * Made by `openStack("libc")`; usable on the thread that made it.
 */
export class LibcStack implements Stack {
  readonly name = "libc";
  readonly limitations: readonly Limitation[] = [];
  readonly host: HostFiles;
  readonly usesNames = false;
  readonly limitsLookups = true;
  readonly keepsLookups = true;
  readonly #thread: LibcThread;
  readonly #lookup: LibcLookup;
  readonly #waiter: Waiter;
  #open = true;

  /**
   * Opens the C library.
   *
   * @param thread Where it is open already; default: it is opened.
   *
   * @throws {LibcUnavailableError} If it cannot be loaded; the message says what was tried.
   */
  constructor(thread: LibcThread = new LibcThread()) {
    this.#thread = thread;
    this.#lookup = new LibcLookup(this.#thread.libc);
    this.#waiter = new Waiter(this.#thread);
    this.host = new LibcFiles(this.#thread);
  }

  socket(domain: number, type: number, protocol: number): OpenFile | number {
    const descriptor = this.#thread.libc.socket(domain, type | SOCK_CLOEXEC, protocol);
    return descriptor < 0 ? descriptor : this.#socket(descriptor, domain, type, protocol);
  }

  socketpair(
    domain: number,
    type: number,
    protocol: number,
  ): readonly [OpenFile, OpenFile] | number {
    const ends = new Int32Array(2);
    const result = this.#thread.libc.socketpair(domain, type | SOCK_CLOEXEC, protocol, ends);
    if (result < 0) return result;
    return [
      this.#socket(ends[0] as number, domain, type, protocol),
      this.#socket(ends[1] as number, domain, type, protocol),
    ];
  }

  resolve(
    name: string,
    family: number,
    addresses: Uint8Array<ArrayBuffer>[],
    timeout: number = -1,
  ): number {
    return timeout < 0
      ? resolveByLibc(this.#thread.libc, name, family, addresses)
      : this.#lookup.resolve(name, family, addresses, timeout);
  }

  poll(
    files: readonly (OpenFile | null)[],
    events: Int16Array,
    revents: Int16Array,
    count: number,
    timeout: number,
  ): number {
    return this.#waiter.poll(files, events, revents, count, timeout);
  }

  select(
    files: readonly (OpenFile | null)[],
    events: Int16Array,
    revents: Int16Array,
    count: number,
    timeout: number,
  ): number {
    return this.#waiter.select(files, events, revents, count, timeout);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#lookup.close();
    this.#thread.libc.release();
  }

  #socket(descriptor: number, domain: number, type: number, protocol: number): LibcFile {
    return new LibcFile(this.#thread, descriptor, {
      kind: FileKind.socket,
      domain,
      type: type & SOCK_TYPE_MASK,
      protocol,
    });
  }
}
