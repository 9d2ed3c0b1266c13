/**
 * The calls that take a path, and those that make pipes and stdio.
 *
 * @module
 */
import type { BigIntStats } from "node:fs";
import { Errno } from "../../linux/errno.ts";
import {
  AT_EMPTY_PATH,
  AT_NO_AUTOMOUNT,
  AT_REMOVEDIR,
  AT_STATX_SYNC_TYPE,
  AT_SYMLINK_FOLLOW,
  AT_SYMLINK_NOFOLLOW,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_WRONLY,
  R_OK,
  W_OK,
  X_OK,
} from "../../linux/fcntl.ts";
import {
  type FileStatus,
  type FileTimes,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_ISGID,
} from "../../linux/stat.ts";
import type { Bytes, OpenFile } from "../../stack/open_file.ts";
import type { HostFiles } from "../../stack/stack.ts";
import { CurrentDirectory } from "./current_directory.ts";
import { checkAccess } from "./file_access.ts";
import { FileTimesSetter } from "./file_times.ts";
import { type FileState, LocalFileState } from "./file_state.ts";
import { FileOpener } from "./file_opener.ts";
import { NodeDescriptors } from "./node_descriptors.ts";
import { errnoOf, fillStatus, nodeFs } from "./node_fs.ts";
import { PathPermissions } from "./path_permissions.ts";
import { checkPath, PathResolver, type PathUse, type ResolvedPath } from "./path_resolver.ts";
import { createPipe } from "./pipe.ts";
import type { Alarm } from "../../stack/alarm.ts";
import { openStdio, type StdioOptions } from "./stdio.ts";

// Permission bits that mkdir(2) takes.
const DIRECTORY_MODE = 0o1777;

const FSTATAT_FLAGS = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE;

/** How a {@link FileSystem} is set up. */
export interface FileSystemOptions {
  /** Descriptors of the host, or null where files, pipes and stdio are emulated. */
  readonly host: HostFiles | null;
  /** What the stack's waits sleep on, where files are emulated. */
  readonly alarm?: Alarm | null;
  /** What descriptors 0, 1 and 2 are; default: the process's own. */
  readonly stdio?: StdioOptions;
  /** What the process's threads share; default: a state of its own. */
  readonly state?: FileState;
}

/**
 * The files that one guest may name, by Deno's permissions for this process.
 *
 * Every path is resolved by {@link PathResolver} and given to `node:fs` alone, so that Deno's own
 * checks hold too. No call prompts: what nobody has granted is EACCES. Each method is the system
 * call of its name and returns a number ≥ 0 or a negated errno. `base` is the open file of a
 * directory descriptor, null for AT_FDCWD, undefined for a descriptor that is not open.
 */
export class FileSystem {
  readonly #host: HostFiles | null;
  readonly #stdio: StdioOptions;
  readonly #alarm: Alarm | null;
  readonly #permissions = new PathPermissions();
  readonly #descriptors: NodeDescriptors;
  readonly #resolver: PathResolver;
  readonly #opener: FileOpener;
  readonly #times: FileTimesSetter;
  readonly #state: FileState;
  readonly #directory: CurrentDirectory;

  /** The file system of a new guest. Opens nothing and asks for no permission. */
  constructor(options: FileSystemOptions) {
    this.#host = options.host;
    this.#stdio = options.stdio ?? {};
    this.#alarm = options.alarm ?? null;
    this.#state = options.state ?? new LocalFileState();
    this.#descriptors = new NodeDescriptors(this.#state);
    this.#resolver = new PathResolver(this.#permissions, this.#state);
    this.#directory = new CurrentDirectory(this.#resolver, this.#state);
    const parts = {
      host: this.#host,
      resolver: this.#resolver,
      permissions: this.#permissions,
      descriptors: this.#descriptors,
    };
    this.#opener = new FileOpener(parts);
    this.#times = new FileTimesSetter(parts);
  }

  /** umask(2): sets the guest's own mask, 022 at first, and returns the one before. */
  umask(mask: number): number {
    return this.#state.exchangeUmask(mask & 0o777);
  }

  /** Absolute path of the guest's current folder, null while it is the host's. */
  get directory(): string | null {
    return this.#directory.path;
  }

  /** chdir(2). */
  chdir(path: string | null): number {
    return this.#directory.change(path);
  }

  /** fchdir(2). */
  fchdir(file: OpenFile | undefined): number {
    return this.#directory.changeTo(file);
  }

  /** getcwd(2): the bytes of the path with its NUL. */
  getcwd(buffer: Bytes | null, length: number): number {
    return this.#directory.read(buffer, length);
  }

  /** openat(2). */
  openat(
    base: OpenFile | null | undefined,
    path: string | null,
    flags: number,
    mode: number,
  ): OpenFile | number {
    return this.#opener.open(base, path, flags, mode & ~this.#state.umask);
  }

  /** newfstatat(2). */
  fstatat(
    base: OpenFile | null | undefined,
    path: string | null,
    status: FileStatus,
    flags: number,
  ): number {
    if (hasOthers(flags, FSTATAT_FLAGS)) return -Errno.EINVAL;
    if (path === "" && (flags & AT_EMPTY_PATH) !== 0) {
      if (base === undefined) return -Errno.EBADF;
      if (base !== null) return base.fstat(status);
    }
    const follow = (flags & AT_SYMLINK_NOFOLLOW) === 0;
    const name = path === "" && (flags & AT_EMPTY_PATH) !== 0 ? "." : path;
    return this.#at(base, name, reading(follow), (where) => {
      const { found } = where;
      if (found === null) return -Errno.ENOENT;
      const isLink = found !== undefined && typeOf(found) === S_IFLNK;
      if (this.#host !== null && !isLink) return this.#statByDescriptor(where, follow, status);
      fillStatus(found ?? inspect(where.path, follow), status);
      return 0;
    });
  }

  /** truncate(2). */
  truncate(path: string | null, length: number): number {
    if (!(Number.isSafeInteger(length) && length >= 0)) return -Errno.EINVAL;
    return this.#at(null, path, { lookup: "follow", read: false, write: true }, (where) => {
      if (where.unseen) return -Errno.EACCES;
      const type = this.#lookedUp(where, true);
      if (type === null) return -Errno.ENOENT;
      if (type === S_IFDIR) return -Errno.EISDIR;
      if (type !== undefined && type !== S_IFREG) return -Errno.EINVAL;
      const descriptor = this.#descriptors.open(where.path, O_WRONLY | O_NONBLOCK);
      if (descriptor < 0) return descriptor;
      const result = this.#descriptors.truncate(descriptor, length);
      this.#descriptors.close(descriptor);
      return result;
    });
  }

  /** unlinkat(2). */
  unlinkat(base: OpenFile | null | undefined, path: string | null, flags: number): number {
    if (hasOthers(flags, AT_REMOVEDIR)) return -Errno.EINVAL;
    const use = { lookup: "parent", read: false, write: true } as const;
    return this.#at(base, path, use, (where) => {
      return (flags & AT_REMOVEDIR) === 0 ? this.#unlink(where) : this.#rmdir(where);
    });
  }

  /** mkdirat(2). */
  mkdirat(base: OpenFile | null | undefined, path: string | null, mode: number): number {
    const use = { lookup: "parent", read: false, write: true } as const;
    return this.#at(base, path, use, ({ path: place, last, found }) => {
      if (isTaken(last, found)) return -Errno.EEXIST;
      const fs = nodeFs();
      const wanted = mode & ~this.#state.umask & DIRECTORY_MODE;
      fs.mkdirSync(place, { mode: wanted });
      // The host's umask may have taken bits off; a group that is handed down stays.
      const readable = last === "unknown" || this.#permissions.readable(place);
      const made = readable ? fs.lstatSync(place).mode : -1;
      if ((made & DIRECTORY_MODE) !== wanted) {
        fs.chmodSync(place, wanted | (made < 0 ? 0 : made & S_ISGID));
      }
      return 0;
    });
  }

  /** renameat(2). */
  renameat(
    fromBase: OpenFile | null | undefined,
    from: string | null,
    toBase: OpenFile | null | undefined,
    to: string | null,
  ): number {
    const source = { lookup: "parent", read: true, write: true } as const;
    const target = { lookup: "parent", read: false, write: true } as const;
    return this.#at(fromBase, from, source, (old) => {
      const next = this.#resolver.resolve(toBase, to, target);
      if (typeof next === "number") {
        // What is wrong on the way to the old name counts before what is wrong with the new one.
        if (old.last === "unknown") inspect(folderOf(old.path), true);
        return next;
      }
      if (old.last !== "unknown") {
        if (old.last !== "name" || next.last !== "name") return -Errno.EBUSY;
        const whole = this.#permissions.movable(old.path) &&
          this.#permissions.replaceable(next.path);
        if (!whole) return -Errno.EACCES;
        const type = this.#lookedUp(old);
        if (type === null) return -Errno.ENOENT;
        if (type !== S_IFDIR && (old.trailingSlash || next.trailingSlash)) return -Errno.ENOTDIR;
      }
      nodeFs().renameSync(old.path, next.path);
      return 0;
    });
  }

  /** linkat(2). */
  linkat(
    fromBase: OpenFile | null | undefined,
    from: string | null,
    toBase: OpenFile | null | undefined,
    to: string | null,
    flags: number,
  ): number {
    if (hasOthers(flags, AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) return -Errno.EINVAL;
    const follow = (flags & AT_SYMLINK_FOLLOW) !== 0;
    const source = { ...reading(follow), write: true };
    const target = { lookup: "parent", read: true, write: true } as const;
    return this.#at(fromBase, from, source, (old) => {
      if (old.found === null) return -Errno.ENOENT;
      // What is wrong with the old name counts before what is wrong with the new one.
      if (old.last === "unknown") inspect(old.path, follow);
      return this.#at(toBase, to, target, (next) => {
        if (isTaken(next.last, next.found)) return -Errno.EEXIST;
        if (next.last !== "unknown" && next.trailingSlash) return -Errno.ENOENT;
        const fs = nodeFs();
        const raw = old.last === "unknown" && follow;
        fs.linkSync(raw ? fs.realpathSync(old.path) : old.path, next.path);
        return 0;
      });
    });
  }

  /** symlinkat(2). */
  symlinkat(target: string | null, base: OpenFile | null | undefined, path: string | null): number {
    const malformed = checkPath(target);
    if (malformed < 0 || target === null) return malformed;
    const use = { lookup: "parent", read: false, write: true } as const;
    return this.#at(base, path, use, ({ path: place, last, found, trailingSlash }) => {
      if (isTaken(last, found)) return -Errno.EEXIST;
      if (last !== "unknown" && trailingSlash) return -Errno.ENOENT;
      if (!this.#permissions.everywhere()) return -Errno.EACCES;
      nodeFs().symlinkSync(target, place);
      return 0;
    });
  }

  /** readlinkat(2). */
  readlinkat(
    base: OpenFile | null | undefined,
    path: string | null,
    buffer: Bytes | null,
    length: number,
  ): number {
    if (!(length > 0)) return -Errno.EINVAL;
    return this.#at(base, path, reading(false), ({ path: place, found }) => {
      if (found === null) return -Errno.ENOENT;
      if (found !== undefined && typeOf(found) !== S_IFLNK) return -Errno.EINVAL;
      const target: Uint8Array = nodeFs().readlinkSync(place, { encoding: "buffer" });
      if (buffer === null) return -Errno.EFAULT;
      const cut = target.subarray(0, length);
      buffer.set(cut);
      return cut.length;
    });
  }

  /** faccessat(2). */
  faccessat(base: OpenFile | null | undefined, path: string | null, mode: number): number {
    if (hasOthers(mode, R_OK | W_OK | X_OK)) return -Errno.EINVAL;
    return this.#at(base, path, reading(true), (where) => {
      if (where.found === null) return -Errno.ENOENT;
      const { mode: permissions } = where.found ?? inspect(where.path, true);
      const writable = where.last === "unknown" || this.#permissions.writable(where.path);
      return checkAccess(where.path, Number(permissions), mode, writable, this.#descriptors);
    });
  }

  /** utimensat(2). */
  utimensat(
    base: OpenFile | null | undefined,
    path: string | null,
    times: FileTimes | null,
    flags: number,
  ): number {
    return this.#times.set(base, path, times, flags);
  }

  /** pipe2(2): the reading and the writing end. */
  pipe2(flags: number): readonly [OpenFile, OpenFile] | number {
    return this.#host === null ? createPipe(flags) : this.#host.pipe2(flags);
  }

  /** Descriptor 0, 1 or 2 of a new guest. */
  stdio(descriptor: 0 | 1 | 2): OpenFile {
    const { stdin, stdout, stderr } = this.#stdio;
    const replaced = [stdin, stdout, stderr][descriptor] !== undefined;
    return this.#host === null || replaced
      ? openStdio(descriptor, this.#stdio, this.#alarm)
      : this.#host.stdio(descriptor);
  }

  /** Whether the guest may hold a record lock, which closing a descriptor may end. */
  get hasLocks(): boolean {
    return this.#descriptors.hasLocks;
  }

  /**
   * Tells that the guest is about to set a record lock (`F_SETLK` with F_RDLCK or F_WRLCK) on `file`. From now on no descriptor of that file which is this process's own is closed, since that
   * would end the guest's lock: fcntl(2), Advisory record locking.
   */
  locksHeld(file: OpenFile): void {
    this.#descriptors.locksHeld(file);
  }

  /**
   * Tells that the guest is about to lose its record locks on `file`, because it closes a descriptor
   * of it: what was kept for them is closed. Without this it is kept until {@link FileSystem.close}.
   */
  locksEnded(file: OpenFile): void {
    this.#descriptors.locksEnded(file);
  }

  /** Frees what is kept. Open files stay open: they are their owner's to close. */
  close(): void {
    this.#descriptors.closeAll();
  }

  /** Resolves a path and does something there; what it throws becomes an errno. */
  #at(
    base: OpenFile | null | undefined,
    path: string | null,
    use: PathUse,
    act: (where: ResolvedPath) => number,
  ): number {
    const where = this.#resolver.resolve(base, path, use);
    if (typeof where === "number") return where;
    try {
      return act(where);
    } catch (error) {
      return errnoOf(error);
    }
  }

  /** The host's own answer, which knows nanoseconds. */
  #statByDescriptor({ path }: ResolvedPath, follow: boolean, status: FileStatus): number {
    const descriptor = this.#descriptors.open(path, follow ? O_PATH : O_PATH | O_NOFOLLOW);
    if (descriptor < 0) return descriptor;
    const file = this.#host?.adopt(descriptor, null) ?? -Errno.EIO;
    this.#descriptors.close(descriptor);
    if (typeof file === "number") return file;
    const result = file.fstat(status);
    file.close();
    return result;
  }

  #unlink(where: ResolvedPath): number {
    const { last, trailingSlash } = where;
    if (last !== "name" && last !== "unknown") return -Errno.EISDIR;
    // Deno's unlink removes an empty directory, so that has to be found out first.
    const path = where.path.replace(/(?<=[^/])\/+$/, "");
    const type = this.#lookedUp({ ...where, path });
    if (type === null) return -Errno.ENOENT;
    if (type === S_IFDIR) return -Errno.EISDIR;
    if (trailingSlash) return -Errno.ENOTDIR;
    if (type === undefined) {
      // ENOTDIR comes before a device or named pipe would notice.
      const descriptor = this.#descriptors.open(path, O_WRONLY | O_DIRECTORY);
      if (descriptor >= 0) this.#descriptors.close(descriptor);
      if (descriptor !== -Errno.ENOTDIR) return descriptor < 0 ? descriptor : -Errno.EISDIR;
    }
    nodeFs().unlinkSync(path);
    return 0;
  }

  #rmdir({ path, last, found }: ResolvedPath): number {
    if (last === ".") return -Errno.EINVAL;
    if (last === "..") return -Errno.ENOTEMPTY;
    if (last === "/") return -Errno.EBUSY;
    if (found === null) return -Errno.ENOENT;
    if (found !== undefined && typeOf(found) !== S_IFDIR) return -Errno.ENOTDIR;
    nodeFs().rmdirSync(path);
    return 0;
  }

  /**
   * The type of the file at a resolved path, S_IFMT's part of its mode; null for none, undefined
   * where it may not be looked at.
   */
  #lookedUp({ path, last, found }: ResolvedPath, follow = false): number | null | undefined {
    if (found !== undefined) return found === null ? null : typeOf(found);
    return last === "unknown" ? typeOf(inspect(path, follow)) : undefined;
  }
}

/** Whether flags have other bits than `known`; what is no int has. */
function hasOthers(flags: number, known: number): boolean {
  return (flags | 0) !== flags || (flags & ~known) !== 0;
}

function reading(follow: boolean): PathUse {
  return { lookup: follow ? "follow" : "nofollow", read: true, write: false };
}

function typeOf(stats: BigIntStats): number {
  return Number(stats.mode) & S_IFMT;
}

function inspect(path: string, follow: boolean): BigIntStats {
  const options = { bigint: true } as const;
  return follow ? nodeFs().statSync(path, options) : nodeFs().lstatSync(path, options);
}

/** The folder that the last name of a path is in, with a slash: only a directory is found there. */
function folderOf(path: string): string {
  const names = path.replace(/\/+$/, "");
  return names.slice(0, names.lastIndexOf("/") + 1) || "./";
}

/** Whether a name for something new is in use: also `.`, `..` and the root are. */
function isTaken(last: ResolvedPath["last"], found: ResolvedPath["found"]): boolean {
  if (last === "unknown") return false;
  return last !== "name" || (found !== null && found !== undefined);
}
