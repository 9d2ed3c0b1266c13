/**
 * The folder that is served, and the files in it: nothing outside of it, whatever symbolic links say.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import { Errno } from "../../linux/errno.ts";
import {
  AT_FDCWD,
  AT_SYMLINK_NOFOLLOW,
  O_CLOEXEC,
  O_NOCTTY,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_RDONLY,
} from "../../linux/fcntl.ts";
import { FileStatus, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../../linux/stat.ts";

/** Longest target of a symbolic link, linux/limits.h. */
const PATH_MAX = 4096;

/** Symbolic links that one path may lead through, linux/namei.h. */
const MAX_LINKS = 40;

/** How files are opened: without waiting for the other end of a pipe. */
const OPEN_FLAGS = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC;

/** Whether a status is that of a regular file. */
export function isRegular({ mode }: FileStatus): boolean {
  return (mode & S_IFMT) === S_IFREG;
}

/** Whether a status is that of a directory. */
export function isDirectory({ mode }: FileStatus): boolean {
  return (mode & S_IFMT) === S_IFDIR;
}

function isSame(a: FileStatus, b: FileStatus): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

/**
 * Finds files by walking the names one after the other, so that every symbolic link is seen. Links
 * that stay within the root are followed, others refused.
 *
 * Whoever may change the folder while it is served could exchange a folder for a link between two
 * steps: what this process itself may read bounds that.
 */
export class DocumentRoot {
  /** The root's path, as it was given. */
  readonly path: string;
  readonly #system: System;
  readonly #root = new FileStatus();
  readonly #other = new FileStatus();
  readonly #target = new Uint8Array(PATH_MAX);

  /** Serves `path` of `system`. */
  constructor(system: System, path: string) {
    this.#system = system;
    this.path = path;
  }

  /**
   * Looks a file up.
   *
   * @param names Names from the root on, without `.` and `..`.
   * @param status Receives the file's attributes.
   * @param visited Receives the folders in which a name was looked for, without symbolic links.
   * @returns Its path without symbolic links, or a negated errno: EACCES where a link leads outside.
   */
  find(names: readonly string[], status: FileStatus, visited: Set<string>): string | number {
    visited.clear();
    const pending = names.toReversed();
    const found: string[] = [];
    let path = this.path;
    let links = 0;
    // Whether `status` is that of `path`.
    let isCurrent = false;
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      if (name === "" || name === ".") continue;
      isCurrent = false;
      if (name === "..") {
        if (found.pop() === undefined) return -Errno.EACCES;
        path = [this.path, ...found].join("/");
        continue;
      }
      visited.add(path);
      const next = `${path}/${name}`;
      const result = this.#stat(next, status, AT_SYMLINK_NOFOLLOW);
      if (result < 0) return result;
      if ((status.mode & S_IFMT) !== S_IFLNK) {
        if (pending.length > 0 && !isDirectory(status)) return -Errno.ENOTDIR;
        found.push(name);
        path = next;
        isCurrent = true;
        continue;
      }
      if (++links > MAX_LINKS) return -Errno.ELOOP;
      const target = this.#readLink(next);
      if (typeof target === "number") return target;
      if (!target.startsWith("/")) pending.push(...target.split("/").toReversed());
      else {
        const inside = this.#withinRoot(target);
        if (inside === null) return -Errno.EACCES;
        found.length = 0;
        path = this.path;
        pending.push(...inside.split("/").toReversed());
      }
    }
    const result = isCurrent ? 0 : this.#stat(path, status, 0);
    return result < 0 ? result : path;
  }

  /**
   * Opens a regular file that {@linkcode DocumentRoot.find} has found.
   *
   * @param path Its path, as found.
   * @param expected Its attributes, as found; overwritten by those of what was opened.
   * @returns A descriptor, or a negated errno: ENOENT if another file is there by now.
   */
  open(path: string, expected: FileStatus): number {
    const fd = this.#system.openat(AT_FDCWD, path, OPEN_FLAGS, 0);
    if (fd < 0) return fd;
    const { ino, dev } = expected;
    const result = this.#system.fstat(fd, expected);
    if (result === 0 && expected.ino === ino && expected.dev === dev && isRegular(expected)) {
      return fd;
    }
    this.#system.close(fd);
    return result < 0 ? result : -Errno.ENOENT;
  }

  #stat(path: string, status: FileStatus, flags: number): number {
    return this.#system.fstatat(AT_FDCWD, path, status, flags);
  }

  #readLink(path: string): string | number {
    const target = this.#target;
    const length = this.#system.readlinkat(AT_FDCWD, path, target, target.length);
    if (length < 0) return length;
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
        .decode(target.subarray(0, length));
    } catch {
      return -Errno.ENOENT;
    }
  }

  /** What follows the root in an absolute path; null for a path that does not lead through it. */
  #withinRoot(path: string): string | null {
    if (this.#stat(this.path, this.#root, 0) < 0) return null;
    for (let end = path.indexOf("/", 1);; end = path.indexOf("/", end + 1)) {
      const prefix = end < 0 ? path : path.slice(0, end);
      if (this.#stat(prefix, this.#other, 0) === 0 && isSame(this.#other, this.#root)) {
        return path.slice(prefix.length);
      }
      if (end < 0) return null;
    }
  }
}
