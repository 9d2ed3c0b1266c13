/**
 * openat(2), made of what `node:fs` can open.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import {
  O_ACCMODE,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECT,
  O_DIRECTORY,
  O_EXCL,
  O_LARGEFILE,
  O_NOATIME,
  O_NOCTTY,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_SYNC,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
} from "../../linux/fcntl.ts";
import { FileStatus, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../../linux/stat.ts";
import type { OpenFile } from "../../stack/open_file.ts";
import type { HostFiles } from "../../stack/stack.ts";
import type { NodeDescriptors } from "./node_descriptors.ts";
import { NodeFile } from "./node_file.ts";
import { errnoOf, fileKindOf, fillStatus, nodeFs } from "./node_fs.ts";
import type { PathPermissions } from "./path_permissions.ts";
import type { PathResolver, ResolvedPath } from "./path_resolver.ts";

// asm-generic/fcntl.h: what O_TMPFILE has beside O_DIRECTORY.
const O_TMPFILE_BIT = O_TMPFILE & ~O_DIRECTORY;
// asm-generic/fcntl.h: O_DSYNC is a part of O_SYNC. FASYNC has no effect on files.
const VALID_FLAGS = O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK |
  O_SYNC | O_DIRECT | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_PATH |
  O_TMPFILE;
// fs/open.c: what O_PATH leaves of the other flags.
const PATH_FLAGS = O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC;
// What F_GETFL does not tell of.
const CREATION_FLAGS = O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC;
// What opening a symbolic link gives where making a file through it gives something else.
const UNFOLLOWED: ReadonlySet<number> = new Set([-Errno.ENOENT, -Errno.ENOTDIR, -Errno.ELOOP]);
// Permission bits that a creator may choose.
const S_IALLUGO = 0o7777;

/** What a {@link FileOpener} works with. */
export interface FileOpenerOptions {
  /** Where descriptors of `node:fs` go to, or null to keep them. */
  readonly host: HostFiles | null;
  /** Resolves paths. */
  readonly resolver: PathResolver;
  /** Deno's permissions for paths. */
  readonly permissions: PathPermissions;
  /** Opens and closes. */
  readonly descriptors: NodeDescriptors;
}

/** Opens files for one guest. */
export class FileOpener {
  readonly #host: HostFiles | null;
  readonly #resolver: PathResolver;
  readonly #permissions: PathPermissions;
  readonly #descriptors: NodeDescriptors;

  /** Opens with `options`. */
  constructor(options: FileOpenerOptions) {
    const { host, resolver, permissions, descriptors } = options;
    this.#host = host;
    this.#resolver = resolver;
    this.#permissions = permissions;
    this.#descriptors = descriptors;
  }

  /** openat(2); `mode` has the guest's umask taken off. */
  open(
    base: OpenFile | null | undefined,
    path: string | null,
    flags: number,
    mode: number,
  ): OpenFile | number {
    const how = checkFlags(flags);
    if (how < 0) return how;
    const access = how & O_ACCMODE;
    const exclusive = (how & (O_CREAT | O_EXCL)) === (O_CREAT | O_EXCL);
    const unfollowed = exclusive || (how & O_NOFOLLOW) !== 0;
    const where = this.#resolver.resolve(base, path, {
      lookup: unfollowed ? "nofollow" : "follow",
      create: (how & O_CREAT) !== 0,
      read: (how & O_PATH) !== 0 || access !== O_WRONLY,
      write: (how & O_PATH) === 0 && (access !== O_RDONLY || (how & O_TRUNC) !== 0),
    });
    if (typeof where === "number") return where;
    const refined = where.last === "unknown" ? how : this.#refine(where, how);
    if (refined < 0) return refined;
    const descriptor = this.#openNode(where, refined, mode & S_IALLUGO);
    if (descriptor < 0) return descriptor;
    try {
      const file = this.#keep(descriptor, where, how);
      if (typeof file !== "number" && access === O_RDONLY && (how & O_APPEND) !== 0) {
        file.setStatusFlags(file.getStatusFlags() | O_APPEND);
      }
      // A NodeFile has it now; the host has a duplicate.
      if (!(file instanceof NodeFile)) this.#descriptors.close(descriptor);
      return file;
    } catch (error) {
      this.#descriptors.close(descriptor);
      return errnoOf(error);
    }
  }

  /** What Linux would say to what the resolver has found: the flags that are left, or an errno. */
  #refine(where: ResolvedPath, how: number): number {
    const { found, last, path } = where;
    const create = (how & O_CREAT) !== 0;
    const exclusive = create && (how & O_EXCL) !== 0;
    if (create && last !== "name") return exclusive ? -Errno.EEXIST : -Errno.EISDIR;
    if (found === null && !create) return -Errno.ENOENT;
    if (found === null || found === undefined) {
      if (where.unseen && !create) return -Errno.EACCES;
      return create && !this.#permissions.writable(path) ? -Errno.EACCES : how;
    }
    if (exclusive) return -Errno.EEXIST;
    const type = Number(found.mode) & S_IFMT;
    if (type === S_IFLNK) return (how & O_DIRECTORY) !== 0 ? -Errno.ENOTDIR : -Errno.ELOOP;
    if (create && type === S_IFDIR) return -Errno.EISDIR;
    // It is there: Deno would ask for permission to write it, and Linux does not.
    return how & ~O_CREAT;
  }

  /** Opens, makes or empties: a descriptor of `node:fs`, or a negated errno. */
  #openNode(where: ResolvedPath, how: number, mode: number): number {
    const { path } = where;
    const access = how & O_ACCMODE;
    // Access mode 3 is for ioctl(2) alone and needs both permissions; NodeFile then allows neither.
    let flags = access === O_ACCMODE ? (how & ~O_ACCMODE) | O_RDWR : how;
    // node:fs takes O_TRUNC only with permission to write, not with O_APPEND, and O_EXCL only with O_CREAT.
    const truncate = (how & O_TRUNC) !== 0;
    const byHand = truncate && (access === O_RDONLY || (how & O_APPEND) !== 0);
    if (byHand) flags &= ~O_TRUNC;
    // It takes O_APPEND for writing, too.
    if (access === O_RDONLY) flags &= ~O_APPEND;
    if ((flags & O_CREAT) === 0) flags &= ~O_EXCL;
    if ((how & O_TMPFILE_BIT) !== 0) {
      const made = this.#descriptors.open(path, flags, mode & 0o777);
      if (made >= 0) this.#descriptors.setMode(made, mode);
      return made;
    }
    let descriptor: number;
    if ((flags & O_CREAT) === 0) descriptor = this.#descriptors.open(path, flags);
    else {
      const result = this.#create(path, flags, mode, where.unseen);
      if (result.made || result.descriptor < 0) return result.descriptor;
      descriptor = result.descriptor;
    }
    if (descriptor < 0) return descriptor;
    let refusal = 0;
    try {
      refusal = this.#check(descriptor, where, how);
    } catch (error) {
      refusal = errnoOf(error);
    }
    if (refusal === 0 && byHand) refusal = this.#empty(descriptor, path, access);
    if (refusal === 0) return descriptor;
    this.#descriptors.close(descriptor);
    return refusal;
  }

  /**
   * O_CREAT: makes the file by O_EXCL first, so that it is known whose the permissions are: a new
   * file gets `mode`, whatever the host's umask, and one that is there keeps its own.
   */
  #create(
    path: string,
    flags: number,
    mode: number,
    unseen: boolean,
  ): { descriptor: number; made: boolean } {
    const plain = flags & ~(O_CREAT | O_EXCL);
    // node:fs knows no O_EXCL for reading, so a file to be read is made for writing, then opened.
    const reading = (flags & O_ACCMODE) === O_RDONLY;
    const making = plain | O_CREAT | (reading ? O_WRONLY : 0);
    const initial = reading ? 0o600 : mode & 0o777;
    let descriptor = this.#descriptors.open(path, making | O_EXCL, initial);
    if (descriptor === -Errno.EEXIST && (flags & O_EXCL) === 0) {
      // It may lead anywhere.
      if (unseen) return { descriptor: -Errno.EACCES, made: false };
      descriptor = this.#descriptors.open(path, plain);
      // A symbolic link to nothing, to itself, or to a name with a slash: O_EXCL does not follow it.
      if (!UNFOLLOWED.has(descriptor)) return { descriptor, made: false };
      descriptor = this.#descriptors.open(path, making, initial);
    }
    if (descriptor < 0) return { descriptor, made: false };
    const result = reading ? this.#descriptors.open(path, plain) : descriptor;
    this.#descriptors.setMode(descriptor, mode);
    if (reading) this.#descriptors.close(descriptor);
    return { descriptor: result, made: true };
  }

  /** Whether what was opened is what Linux would have opened: 0, or a negated errno. */
  #check(descriptor: number, where: ResolvedPath, how: number): number {
    // Linux refuses these on a directory; without them it can be opened for reading.
    const mayBeDirectory = (how & (O_CREAT | O_TRUNC)) !== 0 && (how & O_ACCMODE) === O_RDONLY;
    const replaced = (how & O_NOFOLLOW) !== 0 && where.found !== undefined && where.found !== null;
    if (!mayBeDirectory && !replaced) return 0;
    const stats = nodeFs().fstatSync(descriptor, { bigint: true });
    const isDirectory = (Number(stats.mode) & S_IFMT) === S_IFDIR;
    if (mayBeDirectory && isDirectory) return -Errno.EISDIR;
    if (!replaced) return 0;
    return stats.ino === where.found?.ino && stats.dev === where.found.dev ? 0 : -Errno.ELOOP;
  }

  /** O_TRUNC where `node:fs` has none: 0, or a negated errno. Only files are emptied. */
  #empty(descriptor: number, path: string, access: number): number {
    if (access !== O_RDONLY) {
      const result = this.#descriptors.truncate(descriptor, 0);
      return result === -Errno.EINVAL ? 0 : result;
    }
    const opened = nodeFs().fstatSync(descriptor, { bigint: true });
    if ((Number(opened.mode) & S_IFMT) !== S_IFREG) return 0;
    const writer = this.#descriptors.open(path, O_WRONLY);
    if (writer < 0) return writer;
    const { dev, ino } = nodeFs().fstatSync(writer, { bigint: true });
    const same = dev === opened.dev && ino === opened.ino;
    const result = same ? this.#descriptors.truncate(writer, 0) : -Errno.EIO;
    this.#descriptors.close(writer);
    return result;
  }

  /** Makes the open file of a descriptor, which stays open. */
  #keep(descriptor: number, where: ResolvedPath, how: number): OpenFile | number {
    const status = new FileStatus();
    const access = how & O_ACCMODE;
    if (this.#host !== null && access !== O_ACCMODE) {
      const file = this.#host.adopt(descriptor, null);
      const mayBeDirectory = (how & O_PATH) !== 0 || access === O_RDONLY;
      if (typeof file === "number" || !mayBeDirectory) return file;
      file.fstat(status);
      if ((status.mode & S_IFMT) !== S_IFDIR) return file;
      file.close();
      return this.#host.adopt(descriptor, absolutePath(where));
    }
    fillStatus(nodeFs().fstatSync(descriptor, { bigint: true }), status);
    const kind = fileKindOf(status.mode);
    const isDirectory = (status.mode & S_IFMT) === S_IFDIR;
    const path = absolutePath(where, isDirectory);
    const flags = (how & ~CREATION_FLAGS) | ((how & O_PATH) === 0 ? O_LARGEFILE : 0);
    return new NodeFile(descriptor, {
      flags,
      status,
      kind,
      path: isDirectory ? path : null,
      list: (directory) => this.#list(directory, status),
      look: (name) => this.#look(name),
      reopen: (next) => this.#reopen(path, next, status),
      release: (unused) => this.#descriptors.close(unused),
    });
  }

  #reopen(path: string, flags: number, status: FileStatus): number {
    const access = flags & O_ACCMODE;
    const where = this.#resolver.resolve(null, path, {
      lookup: "follow",
      read: access !== O_WRONLY,
      write: access !== O_RDONLY,
    });
    if (typeof where === "number") return where;
    const descriptor = this.#descriptors.open(where.path, flags & ~(O_NOFOLLOW | O_DIRECTORY));
    if (descriptor < 0) return descriptor;
    const { dev, ino } = nodeFs().fstatSync(descriptor, { bigint: true });
    if (Number(dev) === status.dev && BigInt.asUintN(64, ino) === status.ino) return descriptor;
    this.#descriptors.close(descriptor);
    return -Errno.ENOENT;
  }

  #list(directory: string, status: FileStatus): readonly string[] | number {
    const use = { lookup: "follow", read: true, write: false } as const;
    const where = this.#resolver.resolve(null, directory, use);
    if (typeof where === "number") return where;
    try {
      const { dev, ino } = nodeFs().statSync(where.path, { bigint: true });
      const same = Number(dev) === status.dev && BigInt.asUintN(64, ino) === status.ino;
      return same ? nodeFs().readdirSync(where.path) : -Errno.ENOENT;
    } catch (error) {
      return errnoOf(error);
    }
  }

  #look(name: string): FileStatus | null {
    const use = { lookup: "nofollow", read: true, write: false } as const;
    const where = this.#resolver.resolve(null, name, use);
    if (typeof where === "number" || where.found === null) return null;
    try {
      const stats = where.found ?? nodeFs().lstatSync(where.path, { bigint: true });
      const status = new FileStatus();
      fillStatus(stats, status);
      return status;
    } catch {
      return null;
    }
  }
}

/** The flags that Linux goes by, in fs/open.c's order; a negated errno for what it refuses. */
function checkFlags(flags: number): number {
  if (!Number.isInteger(flags)) return -Errno.EINVAL;
  let how = flags & VALID_FLAGS;
  if ((how & O_PATH) !== 0) how &= PATH_FLAGS;
  if ((how & (O_CREAT | O_DIRECTORY)) === (O_CREAT | O_DIRECTORY)) return -Errno.EINVAL;
  if ((how & O_TMPFILE_BIT) !== 0) {
    if ((how & O_DIRECTORY) === 0 || (how & O_ACCMODE) === O_RDONLY) return -Errno.EINVAL;
  }
  return how;
}

/** Where the file is from the root on; a directory without symbolic links on the way. */
function absolutePath(where: ResolvedPath, isDirectory = true): string {
  if (where.last !== "unknown") return where.path;
  if (isDirectory) return nodeFs().realpathSync(where.path);
  return where.path.startsWith("/") ? where.path : `${Deno.cwd()}/${where.path}`;
}
