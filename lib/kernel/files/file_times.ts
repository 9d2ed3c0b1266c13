/**
 * utimensat(2), made of descriptors where there is libc and of `node:fs` elsewhere.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import {
  AT_EMPTY_PATH,
  AT_SYMLINK_NOFOLLOW,
  O_ACCMODE,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
} from "../../linux/fcntl.ts";
import { type FileTimes, S_IFLNK, S_IFMT, UTIME_NOW, UTIME_OMIT } from "../../linux/stat.ts";
import type { Timespec } from "../../linux/time.ts";
import type { OpenFile } from "../../stack/open_file.ts";
import type { FileOpenerOptions } from "./file_opener.ts";
import { errnoOf, nodeFs, nodeTimes } from "./node_fs.ts";
import type { ResolvedPath } from "./path_resolver.ts";

const FLAGS = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
const NOW: FileTimes = {
  atime: { seconds: 0, nanoseconds: UTIME_NOW },
  mtime: { seconds: 0, nanoseconds: UTIME_NOW },
};

/** Sets the times of files for one guest. */
export class FileTimesSetter {
  readonly #parts: FileOpenerOptions;

  /** Sets with what a file opener opens with. */
  constructor(parts: FileOpenerOptions) {
    this.#parts = parts;
  }

  /** utimensat(2). */
  set(
    base: OpenFile | null | undefined,
    path: string | null,
    times: FileTimes | null,
    flags: number,
  ): number {
    if ((flags | 0) !== flags || (flags & ~FLAGS) !== 0) return -Errno.EINVAL;
    const { atime, mtime } = times ?? NOW;
    // Linux does not even look at the path then.
    if (atime.nanoseconds === UTIME_OMIT && mtime.nanoseconds === UTIME_OMIT) return 0;
    const isEmpty = path === "" && (flags & AT_EMPTY_PATH) !== 0;
    if (isEmpty && base === undefined) return -Errno.EBADF;
    if (isEmpty && base !== null && base !== undefined) {
      const set = { atime, mtime };
      if (!isValid(set)) return -Errno.EINVAL;
      return this.#mayChange(base) ? base.utimens(set) : -Errno.EACCES;
    }
    const follow = (flags & AT_SYMLINK_NOFOLLOW) === 0;
    const where = this.#parts.resolver.resolve(base, isEmpty ? "." : path, {
      lookup: follow ? "follow" : "nofollow",
      read: false,
      write: true,
    });
    if (typeof where === "number") return where;
    if (where.found === null) return -Errno.ENOENT;
    if (where.unseen) return -Errno.EACCES;
    return this.#setAt(where, { atime, mtime }, follow);
  }

  #setAt(where: ResolvedPath, times: FileTimes, follow: boolean): number {
    const { host, permissions, descriptors } = this.#parts;
    const { path, last, found } = where;
    const isLink = found !== undefined && found !== null &&
      (Number(found.mode) & S_IFMT) === S_IFLNK;
    const isOpenable = last === "unknown" || (permissions.readable(path) && !isLink);
    if (host !== null && isOpenable) {
      const descriptor = descriptors.open(path, follow ? O_PATH : O_PATH | O_NOFOLLOW);
      if (descriptor < 0) return descriptor;
      const file = host.adopt(descriptor, null);
      descriptors.close(descriptor);
      if (typeof file === "number") return file;
      const result = isValid(times) ? file.utimens(times) : -Errno.EINVAL;
      file.close();
      return result;
    }
    const fs = nodeFs();
    try {
      const current = follow ? fs.statSync(path) : fs.lstatSync(path);
      if (!isValid(times)) return -Errno.EINVAL;
      const set = follow ? fs.utimesSync : fs.lutimesSync;
      set(path, ...nodeTimes(times, () => current));
      return 0;
    } catch (error) {
      return errnoOf(error);
    }
  }

  /** Whether Deno's permissions let the guest change an open file, which it may have opened to read. */
  #mayChange(file: OpenFile): boolean {
    const { permissions } = this.#parts;
    if (permissions.unrestricted() || permissions.everywhere()) return true;
    if (file.path !== null) return permissions.writable(file.path);
    const flags = file.getStatusFlags();
    return flags >= 0 && (flags & O_PATH) === 0 && (flags & O_ACCMODE) !== O_RDONLY;
  }
}

function isValid({ atime, mtime }: FileTimes): boolean {
  return isTime(atime) && isTime(mtime);
}

function isTime({ seconds, nanoseconds }: Timespec): boolean {
  if (nanoseconds === UTIME_NOW || nanoseconds === UTIME_OMIT) return true;
  return Number.isInteger(seconds) && Number.isInteger(nanoseconds) && nanoseconds >= 0 &&
    nanoseconds < 1e9;
}
