/**
 * From a guest's path to one that `node:fs` may be given, as path_resolution(7) describes the way.
 *
 * @module
 */
import type { BigIntStats } from "node:fs";
import { Errno } from "../../linux/errno.ts";
import { FileStatus, S_IFDIR, S_IFLNK, S_IFMT } from "../../linux/stat.ts";
import type { OpenFile } from "../../stack/open_file.ts";
import { type DirectoryPlace, type FileState, LocalFileState } from "./file_state.ts";
import { errnoOf, isRefusal, nodeFs } from "./node_fs.ts";
import type { PathPermissions } from "./path_permissions.ts";

// linux/limits.h: bytes of a path with its NUL.
const PATH_MAX = 4096;
// linux/namei.h: symbolic links that one resolution follows.
const MAXSYMLINKS = 40;

/** What a call is about to do with a path. */
export interface PathUse {
  /**
   * How the last component is looked up: `follow` and `nofollow` a symbolic link there; `parent`
   * leaves the name and a slash behind it to the caller, for the calls that make, move and remove
   * names.
   */
  readonly lookup: "follow" | "nofollow" | "parent";
  /** Whether it is open(2) with O_CREAT, which refuses a slash behind the last name. */
  readonly create?: boolean;
  /** Whether Deno wants permission to read the path. */
  readonly read: boolean;
  /** Whether Deno wants permission to write the path. */
  readonly write: boolean;
}

/** Where a path leads. */
export interface ResolvedPath {
  /** What `node:fs` is given. */
  readonly path: string;
  /**
   * The last component: a name, or what some calls refuse. `unknown` where the path is the guest's
   * own and Linux itself decides.
   */
  readonly last: "name" | "." | ".." | "/" | "unknown";
  /** Whether a slash follows the last name. */
  readonly trailingSlash: boolean;
  /** What is there, not followed; null for nothing, undefined where nobody has looked. */
  readonly found: BigIntStats | null | undefined;
  /**
   * Whether it could be a symbolic link that leads out of a grant: a name in a folder that may be
   * written and not read. Such a name may be made or removed, not followed.
   */
  readonly unseen: boolean;
}

/**
 * Resolves the paths of one guest.
 *
 * Under `--allow-all` paths go on as they are and Linux resolves them. Under anything less Deno
 * would normalize them as text (`link/..` is then no longer what Linux means), drop trailing slashes,
 * follow links where O_NOFOLLOW forbids it, and check the place of a symbolic link only and not what
 * it points to. So the path is walked here, one component after the other, and the place where it
 * ends is what has to be permitted. Folders outside of every grant are passed through unseen: they
 * belong to whoever granted the permissions, as does a symbolic link that is itself the root of a
 * grant. Folders that may be written and not read are the guest's, and are not passed through.
 */
export class PathResolver {
  readonly #permissions: PathPermissions;
  readonly #state: FileState;
  /** The places of directories that paths started from: an open directory's never change. */
  readonly #places = new WeakMap<OpenFile, DirectoryPlace>();

  /** Resolves by `permissions`, relative paths from `state`'s directory. */
  constructor(permissions: PathPermissions, state: FileState = new LocalFileState()) {
    this.#permissions = permissions;
    this.#state = state;
  }

  /**
   * Resolves a path.
   *
   * @param base What a relative path starts from: an open directory, null for the current folder,
   * undefined for a descriptor that is not open.
   * @returns Where it leads, or a negated errno: EFAULT, ENOENT, ENAMETOOLONG for the path's own
   * form; EINVAL for a NUL in it and EILSEQ for half a surrogate pair, which no C string has; EBADF
   * and ENOTDIR for `base`; ENOENT also where the directory is no longer at its path; ENOTDIR, ELOOP
   * and others from the way; EACCES where Deno's permissions do not cover the end of it.
   */
  resolve(
    base: OpenFile | null | undefined,
    path: string | null,
    use: PathUse,
  ): ResolvedPath | number {
    const malformed = checkPath(path);
    if (malformed < 0 || path === null) return malformed;
    // What a relative path starts from, if it is not the current folder.
    let start: string | null = null;
    const isAbsolute = path.startsWith("/");
    if (!isAbsolute) {
      const place = base === null ? this.#state.directory : this.placeOf(base);
      if (typeof place === "number") return place;
      if (place !== null) {
        const gone = this.checkPlace(place);
        if (gone < 0) return gone;
        start = place.path;
      }
    }
    if (this.#permissions.unrestricted()) {
      const whole = start === null ? path : `${start}/${path}`;
      const trailingSlash = path.endsWith("/");
      return { path: whole, last: "unknown", trailingSlash, found: undefined, unseen: false };
    }
    try {
      return this.#walk(isAbsolute ? "/" : start ?? Deno.cwd(), path, use);
    } catch (error) {
      return errnoOf(error);
    }
  }

  /**
   * The place of a directory descriptor.
   *
   * @param base The open directory; undefined for a descriptor that is not open.
   * @returns Where it was opened, or a negated errno: EBADF, ENOTDIR.
   */
  placeOf(base: OpenFile | undefined): DirectoryPlace | number {
    if (base === undefined) return -Errno.EBADF;
    const { path } = base;
    if (path === null) return -Errno.ENOTDIR;
    let place = this.#places.get(base);
    if (place === undefined) {
      const status = new FileStatus();
      const result = base.fstat(status);
      if (result < 0) return result;
      place = { path, dev: status.dev, ino: status.ino };
      this.#places.set(base, place);
    }
    return place;
  }

  /**
   * Whether a directory is still at its place.
   *
   * @returns 0, or a negated errno: EACCES where Deno's permissions no longer cover it, ENOENT.
   */
  checkPlace({ path, dev, ino }: DirectoryPlace): number {
    if (!this.#permissions.readable(path)) return -Errno.EACCES;
    try {
      const now = nodeFs().statSync(path, { bigint: true });
      return now.ino === ino && Number(now.dev) === dev ? 0 : -Errno.ENOENT;
    } catch (error) {
      return errnoOf(error);
    }
  }

  #walk(start: string, path: string, use: PathUse): ResolvedPath | number {
    const fs = nodeFs();
    const permissions = this.#permissions;
    const pending = componentsOf(path);
    let trailingSlash = path.endsWith("/");
    let current = start;
    let last: ResolvedPath["last"] = "/";
    let found: BigIntStats | null | undefined;
    let unseen = false;
    let links = 0;
    if (permissions.readsAll() && pending.length > 2 && !pending.includes("..")) {
      try {
        // One question for all of the way, unless something is wrong with it.
        current = fs.realpathSync(`${current}/${pending.slice(1).reverse().join("/")}`);
        pending.length = 1;
      } catch {
        // Walked below, which tells what.
      }
    }
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      const isLast = pending.length === 0;
      found = undefined;
      if (unseen) return -Errno.EACCES;
      if (name === "." || name === "..") {
        last = name;
        if (name === "..") current = current.slice(0, Math.max(current.lastIndexOf("/"), 1));
        continue;
      }
      if (isLast && trailingSlash && use.create === true) return -Errno.EISDIR;
      last = "name";
      const next = current === "/" ? `/${name}` : `${current}/${name}`;
      if (permissions.readable(next)) {
        try {
          found = fs.lstatSync(next, { bigint: true, throwIfNoEntry: false }) ?? null;
        } catch (error) {
          // A folder that Deno keeps to itself, such as /proc: judged by where the path ends.
          if (!isRefusal(error)) return errnoOf(error);
        }
      } else unseen = permissions.writesWithin(current);
      if (found === null) {
        if (!isLast) return -Errno.ENOENT;
      } else if (found !== undefined) {
        const type = Number(found.mode) & S_IFMT;
        const whole = isLast && use.lookup === "parent";
        const followed = use.lookup === "nofollow" ? trailingSlash : !whole;
        if (type === S_IFLNK && (!isLast || followed)) {
          found = undefined;
          if (permissions.readable(current) || permissions.writesWithin(current)) {
            if (++links > MAXSYMLINKS) return -Errno.ELOOP;
            const target = fs.readlinkSync(next);
            if (isLast && target.endsWith("/")) trailingSlash = true;
            pending.push(...componentsOf(target));
            if (target.startsWith("/")) {
              current = "/";
              last = "/";
            }
            continue;
          }
        } else if (type !== S_IFDIR && (!isLast || (trailingSlash && !whole))) {
          return -Errno.ENOTDIR;
        }
      }
      current = next;
    }
    if (use.read && !permissions.readable(current)) return -Errno.EACCES;
    if (use.write && !permissions.writable(current)) return -Errno.EACCES;
    if (permissions.reserved(current)) return -Errno.EACCES;
    return { path: current, last, trailingSlash, found, unseen };
  }
}

/** The components of a path, the first one last. */
function componentsOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "").reverse();
}

/**
 * Whether a string can be a path at all: 0; −EFAULT for null, −ENOENT for nothing, −ENAMETOOLONG from
 * 4096 bytes on with the NUL, −EINVAL for a NUL inside, −EILSEQ for half a surrogate pair.
 */
export function checkPath(path: string | null): number {
  if (path === null) return -Errno.EFAULT;
  if (path === "") return -Errno.ENOENT;
  // UTF-8 takes at most three bytes for a UTF-16 unit.
  if (path.length * 3 >= PATH_MAX && new TextEncoder().encode(path).length >= PATH_MAX) {
    return -Errno.ENAMETOOLONG;
  }
  if (path.includes("\0")) return -Errno.EINVAL;
  return path.isWellFormed() ? 0 : -Errno.EILSEQ;
}
