/**
 * Paths that stay below an open directory: what WASI promises of a preopened one.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import { Errno } from "../../linux/errno.ts";
import { AT_SYMLINK_NOFOLLOW } from "../../linux/fcntl.ts";
import { FileStatus, S_IFDIR, S_IFLNK, S_IFMT } from "../../linux/stat.ts";

/** linux/namei.h: symbolic links that one resolution follows. */
const MAXSYMLINKS = 40;

/** linux/limits.h: bytes of a symbolic link's text. */
const PATH_MAX = 4096;

const TEXT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** How the end of a path is looked up. */
export interface BeneathOptions {
  /** Whether a symbolic link at the end is followed. */
  readonly follow: boolean;
}

/** The text of a symbolic link, or a negated errno. */
export function readLink(system: System, directory: number, path: string): string | number {
  const buffer = new Uint8Array(PATH_MAX);
  const length = system.readlinkat(directory, path, buffer, buffer.length);
  if (length < 0) return length;
  try {
    return TEXT.decode(buffer.subarray(0, length));
  } catch {
    return -Errno.EILSEQ;
  }
}

/**
 * Resolves a path that a guest gave for a directory of its own, so that nothing outside of that
 * directory is reached: neither by an absolute path, nor by `..`, nor through a symbolic link. The
 * result has no symbolic link left in it and no `..`; calls that take it must not follow a link at
 * its end (O_NOFOLLOW, AT_SYMLINK_NOFOLLOW).
 *
 * A name that somebody else changes into a symbolic link after it was looked at is not noticed; Deno's
 * permissions still hold for where it leads. A guest alone cannot do it: its calls come one after the
 * other. openat2(2) with RESOLVE_BENEATH would notice, but libc would open then, and Deno be asked only
 * before: the same change in between would lead past its permissions, which hold for more than the
 * directory (`/proc/self/mem`), where it now leads past the directory alone. And there is no such flag
 * for the calls that make, move and remove names.
 *
 * @param system The system that the directory belongs to.
 * @param directory Descriptor of the directory.
 * @param path The guest's path.
 * @param options Whether a symbolic link at the end is followed.
 * @returns A path for the `*at` calls, with a slash at the end where a directory is meant; or a
 * negated errno: EPERM for a way out, ENOENT for an empty path, ELOOP, ENOTDIR and others from the
 * way.
 */
export function resolveBeneath(
  system: System,
  directory: number,
  path: string,
  options: BeneathOptions,
): string | number {
  if (path === "") return -Errno.ENOENT;
  if (path.startsWith("/")) return -Errno.EPERM;
  const pending = componentsOf(path);
  let wantsDirectory = endsInDirectory(path);
  const done: string[] = [];
  const status = new FileStatus();
  let links = 0;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === "..") {
      if (done.pop() === undefined) return -Errno.EPERM;
      wantsDirectory ||= pending.length === 0;
      continue;
    }
    done.push(name);
    const isLast = pending.length === 0;
    if (isLast && !options.follow && !wantsDirectory) break;
    const here = done.join("/");
    const found = system.fstatat(directory, here, status, AT_SYMLINK_NOFOLLOW);
    // What is wrong with the last name, and whether it matters, is for the call to say.
    if (found < 0 && isLast) break;
    if (found < 0) return found;
    const type = status.mode & S_IFMT;
    if (type === S_IFLNK) {
      if (++links > MAXSYMLINKS) return -Errno.ELOOP;
      const target = readLink(system, directory, here);
      if (typeof target === "number") return target;
      if (target.startsWith("/")) return -Errno.EPERM;
      if (isLast) wantsDirectory ||= endsInDirectory(target);
      done.pop();
      pending.push(...componentsOf(target));
    } else if (!isLast && type !== S_IFDIR) {
      return -Errno.ENOTDIR;
    }
  }
  if (done.length === 0) return ".";
  return wantsDirectory ? `${done.join("/")}/` : done.join("/");
}

/** The components of a path, the first one last. */
function componentsOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".").reverse();
}

/** Whether the end of a path can only be a directory. */
function endsInDirectory(path: string): boolean {
  return /(^|\/)\.{0,2}$/.test(path);
}
