/**
 * Names below an open directory, for the calls that make, move and remove them.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import { Errno } from "../../linux/errno.ts";
import { resolveBeneath } from "./beneath.ts";

/**
 * Resolves all of a path but its last name, as {@linkcode resolveBeneath} does. The last name, and a
 * slash behind it, are left for `mkdirat`, `unlinkat`, `renameat`, `symlinkat` and `linkat`'s new
 * path, none of which follows a symbolic link there.
 *
 * @param system The system that the directory belongs to.
 * @param directory Descriptor of the directory.
 * @param path The guest's path.
 * @returns A path for those calls, or a negated errno as for `resolveBeneath`: EPERM also for the
 * directory above.
 */
export function resolveParentBeneath(
  system: System,
  directory: number,
  path: string,
): string | number {
  if (path === "") return -Errno.ENOENT;
  if (path.startsWith("/")) return -Errno.EPERM;
  let end = path.length;
  while (path[end - 1] === "/") end--;
  const start = path.lastIndexOf("/", end - 1) + 1;
  const name = path.slice(start, end);
  const parent = start === 0
    ? "."
    : resolveBeneath(system, directory, path.slice(0, start), { follow: true });
  if (typeof parent === "number") return parent;
  if (parent === "." && name === "..") return -Errno.EPERM;
  const slash = end < path.length ? "/" : "";
  return parent === "." ? `${name}${slash}` : `${parent}${name}${slash}`;
}
