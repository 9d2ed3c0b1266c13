/**
 * What a WASI preview 1 guest's descriptor refers to.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import { F_GETFL, O_ACCMODE, O_RDONLY, O_RDWR, O_WRONLY, SEEK_CUR } from "../../linux/fcntl.ts";
import type { PollFd } from "../../linux/poll.ts";
import { SO_TYPE, SOCK_STREAM, SOL_SOCKET } from "../../linux/socket.ts";
import {
  FileStatus,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
} from "../../linux/stat.ts";
import type { DirectoryListing } from "./directory_listing.ts";
import { WasiErrno } from "./errno.ts";
import {
  FILETYPE_BLOCK_DEVICE,
  FILETYPE_CHARACTER_DEVICE,
  FILETYPE_DIRECTORY,
  FILETYPE_REGULAR_FILE,
  FILETYPE_SOCKET_DGRAM,
  FILETYPE_SOCKET_STREAM,
  FILETYPE_SYMBOLIC_LINK,
  FILETYPE_UNKNOWN,
} from "./flags.ts";
import {
  DIRECTORY_RIGHTS,
  FILE_RIGHTS,
  INHERITED_RIGHTS,
  OFFSET_RIGHTS,
  Rights,
  SOCKET_RIGHTS,
} from "./rights.ts";

/** Rights that every operation on sockets alone has. */
const SOCKET_ONLY_RIGHTS = Rights.SOCK_SHUTDOWN | Rights.SOCK_ACCEPT;

/** The type of a file by its mode, `st_mode`; a socket file is taken for a stream's. */
export function filetypeOf(mode: number): number {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return FILETYPE_REGULAR_FILE;
    case S_IFDIR:
      return FILETYPE_DIRECTORY;
    case S_IFLNK:
      return FILETYPE_SYMBOLIC_LINK;
    case S_IFCHR:
      return FILETYPE_CHARACTER_DEVICE;
    case S_IFBLK:
      return FILETYPE_BLOCK_DEVICE;
    case S_IFSOCK:
      return FILETYPE_SOCKET_STREAM;
    default:
      return FILETYPE_UNKNOWN;
  }
}

/** How a {@linkcode Descriptor} comes to be, beside the system's descriptor. */
export interface DescriptorOptions {
  /** One of the file types, where it is known. */
  readonly type?: number;
  /**
   * Rights that it reports, of those that apply to its type. Default: all, but to read or write what
   * is not open for that.
   */
  readonly base?: number;
  /** Rights that it reports for what is opened through it. Default: all. */
  readonly inheriting?: number;
  /** Rights that what is opened through it may have. Default: all. */
  readonly inheritable?: number;
  /** Whether closing it leaves the system's open: standard input and output. Default: no. */
  readonly borrowed?: boolean;
  /** The guest's path of a preopened directory, UTF-8. */
  readonly preopened?: Uint8Array;
  /** The `fdflags` DSYNC, RSYNC and SYNC that it was opened with. */
  readonly synchronous?: number;
}

/**
 * A descriptor of the guest: one of the system's, and the rights that go with it.
 *
 * Rights are WASI's, and more of a habit than a guard: compilers ask for fewer than they use. So what
 * is kept from a guest is what it gave up by `fd_fdstat_set_rights`, there and in all that it opens
 * below, and to read or write what it did not open for that.
 */
export class Descriptor {
  /** The system's descriptor. */
  readonly fd: number;
  /** One of the file types. */
  readonly type: number;
  /** Rights that apply to its type. */
  readonly applicable: number;
  /** The guest's path of a preopened directory, UTF-8; null for any other. */
  readonly preopened: Uint8Array | null;
  /** The `fdflags` DSYNC, RSYNC and SYNC that it was opened with. */
  readonly synchronous: number;
  /** For `System.poll`; what is in it counts during one call. */
  readonly pollFd: PollFd;
  /** Which poll_oneoff has used `pollFd` last. */
  pollRound = 0;
  /** Entries of a directory as `fd_readdir` found them; null before the first call. */
  listing: DirectoryListing | null = null;
  readonly #system: System;
  readonly #borrowed: boolean;
  #base: number;
  #inheriting: number;
  #allowed: number;
  #inheritable: number;

  /** Finds out what a descriptor of the system is. */
  constructor(system: System, fd: number, options: DescriptorOptions = {}) {
    this.#system = system;
    this.#borrowed = options.borrowed ?? false;
    this.fd = fd;
    this.pollFd = { fd, events: 0, revents: 0 };
    this.type = options.type ?? typeOf(system, fd);
    this.applicable = applicableRights(system, fd, this.type);
    const base = options.base ?? this.applicable & accessRights(system, fd);
    const { inheriting = INHERITED_RIGHTS } = options;
    this.preopened = options.preopened ?? null;
    this.synchronous = options.synchronous ?? 0;
    this.#base = base & this.applicable;
    this.#inheriting = this.isDirectory ? inheriting & INHERITED_RIGHTS : 0;
    this.#inheritable = options.inheritable ?? INHERITED_RIGHTS;
    const access = Rights.FD_READ | Rights.FD_WRITE;
    this.#allowed = this.applicable & (options.inheritable ?? this.applicable) &
      (~access | base);
  }

  /** Whether it is a directory. */
  get isDirectory(): boolean {
    return this.type === FILETYPE_DIRECTORY;
  }

  /** Whether it is a socket. */
  get isSocket(): boolean {
    return this.type === FILETYPE_SOCKET_STREAM || this.type === FILETYPE_SOCKET_DGRAM;
  }

  /** Rights that it reports. */
  get base(): number {
    return this.#base;
  }

  /** Rights that it reports for what is opened through it. */
  get inheriting(): number {
    return this.#inheriting;
  }

  /** Rights that what is opened through it may have. */
  get inheritable(): number {
    return this.#inheritable;
  }

  /** Closes it; a negated errno if the system says so. */
  close(): number {
    return this.#borrowed ? 0 : this.#system.close(this.fd);
  }

  /** Gives rights up. Both are parts of what it reports. */
  restrict(base: number, inheriting: number): void {
    this.#base = base;
    this.#inheriting = inheriting;
    // Who may move the offset may ask for it.
    this.#allowed &= (base & Rights.FD_SEEK) !== 0 ? base | Rights.FD_TELL : base;
    this.#inheritable &= inheriting;
  }

  /**
   * Why an operation is refused.
   *
   * @param rights What it takes.
   * @returns 0 if it is not. EBADF for reading and writing where it was not opened for that, for a
   * file's operation on a directory and for a listing of what is none; ENOTDIR, ENOTSOCK and ESPIPE
   * for others that its type lacks; ENOTCAPABLE for a right that the guest gave up.
   */
  refuses(rights: number): number {
    const missing = rights & ~this.#allowed;
    if (missing === 0) return 0;
    const access = Rights.FD_READ | Rights.FD_WRITE | Rights.FD_READDIR;
    const foreign = missing & ~this.applicable;
    if (foreign === 0) {
      return (missing & access & ~Rights.FD_READDIR) !== 0
        ? WasiErrno.EBADF
        : WasiErrno.ENOTCAPABLE;
    }
    if ((foreign & SOCKET_ONLY_RIGHTS) !== 0) return WasiErrno.ENOTSOCK;
    if (this.isDirectory || (foreign & access) !== 0) return WasiErrno.EBADF;
    return (foreign & OFFSET_RIGHTS) !== 0
      ? WasiErrno.ESPIPE
      : (foreign & DIRECTORY_RIGHTS) !== 0
      ? WasiErrno.ENOTDIR
      : WasiErrno.EINVAL;
  }
}

/** Every right but to read or to write where a descriptor was not opened for that. */
function accessRights(system: System, fd: number): number {
  const flags = system.fcntl(fd, F_GETFL, 0);
  const mode = flags < 0 ? O_RDWR : flags & O_ACCMODE;
  return mode === O_RDONLY ? ~Rights.FD_WRITE : mode === O_WRONLY ? ~Rights.FD_READ : ~0;
}

function typeOf(system: System, fd: number): number {
  const status = new FileStatus();
  if (system.fstat(fd, status) < 0) return FILETYPE_UNKNOWN;
  const type = filetypeOf(status.mode);
  if (type !== FILETYPE_SOCKET_STREAM) return type;
  const value = new Int32Array(1);
  const bytes = new Uint8Array(value.buffer);
  system.getsockopt(fd, SOL_SOCKET, SO_TYPE, bytes, Int32Array.of(bytes.length));
  return value[0] === SOCK_STREAM ? FILETYPE_SOCKET_STREAM : FILETYPE_SOCKET_DGRAM;
}

function applicableRights(system: System, fd: number, type: number): number {
  switch (type) {
    case FILETYPE_DIRECTORY:
      return DIRECTORY_RIGHTS;
    case FILETYPE_SOCKET_DGRAM:
    case FILETYPE_SOCKET_STREAM:
      return SOCKET_RIGHTS;
    case FILETYPE_REGULAR_FILE:
      return FILE_RIGHTS;
    default:
      // isatty(3) of wasi-libc takes a character device without an offset for a terminal.
      return system.lseek(fd, 0, SEEK_CUR) < 0 ? FILE_RIGHTS & ~OFFSET_RIGHTS : FILE_RIGHTS;
  }
}
