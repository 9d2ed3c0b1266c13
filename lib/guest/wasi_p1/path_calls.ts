/**
 * Preview 1's functions that take paths: relative to an open directory, and never out of it.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { AT_REMOVEDIR, AT_SYMLINK_NOFOLLOW } from "../../linux/fcntl.ts";
import { readLink, resolveBeneath } from "../wasi/beneath.ts";
import { resolveParentBeneath } from "../wasi/parent_beneath.ts";
import { filetypeOf } from "./descriptor.ts";
import { WasiErrno, wasiErrno } from "./errno.ts";
import { decodeFileTimes, encodeFilestat, FILESTAT_SIZE } from "./filestat.ts";
import { LOOKUPFLAGS_SYMLINK_FOLLOW } from "./flags.ts";
import type { FunctionTable } from "./function_table.ts";
import { decodePath } from "./guest_path.ts";
import { pathOpen } from "./path_open.ts";
import { Rights } from "./rights.ts";
import type { WasiProcess } from "./wasi_process.ts";

/** Permission bits of a new directory, of which the umask takes its part. */
const DIRECTORY_MODE = 0o777;

/** Where a guest's path is: its directory's descriptor, its address and length. */
type PathArguments = readonly [fd: number, address: number, length: number];

/** A directory of the system's, and a path in it that leads nowhere else. */
interface Place {
  readonly directory: number;
  readonly path: string;
}

/** How a path is looked up: to its end, but for a symbolic link there; or to its last name. */
type Lookup = "follow" | "nofollow" | "parent";

/** `lookupflags` as a lookup; null for flags that there are not. */
function lookupOf(flags: number): Lookup | null {
  if ((flags & ~LOOKUPFLAGS_SYMLINK_FOLLOW) !== 0) return null;
  return (flags & LOOKUPFLAGS_SYMLINK_FOLLOW) !== 0 ? "follow" : "nofollow";
}

/** Checks a guest's directory and path; an `errno` where they do not lead to a place. */
function locate(
  process: WasiProcess,
  [fd, address, length]: PathArguments,
  rights: number,
  lookup: Lookup | null,
): Place | number {
  const { system, descriptors, memory } = process;
  const descriptor = descriptors.get(fd);
  if (descriptor === undefined) return WasiErrno.EBADF;
  const refused = descriptor.refuses(rights);
  if (refused !== 0) return refused;
  if (lookup === null) return WasiErrno.EINVAL;
  const text = decodePath(memory, address, length);
  if (typeof text === "number") return wasiErrno(text);
  const directory = descriptor.fd;
  const path = lookup === "parent"
    ? resolveParentBeneath(system, directory, text)
    : resolveBeneath(system, directory, text, { follow: lookup === "follow" });
  return typeof path === "number" ? wasiErrno(path) : { directory, path };
}

function pathCreateDirectory(
  process: WasiProcess,
  fd: number,
  path: number,
  length: number,
): number {
  const place = locate(process, [fd, path, length], Rights.PATH_CREATE_DIRECTORY, "parent");
  if (typeof place === "number") return place;
  return wasiErrno(process.system.mkdirat(place.directory, place.path, DIRECTORY_MODE));
}

function pathFilestatGet(
  process: WasiProcess,
  fd: number,
  flags: number,
  path: number,
  length: number,
  at: number,
): number {
  const { system, memory, status } = process;
  const place = locate(process, [fd, path, length], Rights.PATH_FILESTAT_GET, lookupOf(flags));
  if (typeof place === "number") return place;
  if (memory.bytes(at, FILESTAT_SIZE) === null) return WasiErrno.EFAULT;
  const result = system.fstatat(place.directory, place.path, status, AT_SYMLINK_NOFOLLOW);
  if (result < 0) return wasiErrno(result);
  encodeFilestat(memory, at, status, filetypeOf(status.mode));
  return 0;
}

function pathFilestatSetTimes(
  process: WasiProcess,
  fd: number,
  flags: number,
  path: number,
  length: number,
  atime: bigint,
  mtime: bigint,
  timeFlags: number,
): number {
  const rights = Rights.PATH_FILESTAT_SET_TIMES;
  const place = locate(process, [fd, path, length], rights, lookupOf(flags));
  if (typeof place === "number") return place;
  const times = decodeFileTimes(atime, mtime, timeFlags);
  if (times === null) return WasiErrno.EINVAL;
  const { directory, path: found } = place;
  return wasiErrno(process.system.utimensat(directory, found, times, AT_SYMLINK_NOFOLLOW));
}

function pathLink(
  process: WasiProcess,
  oldFd: number,
  oldFlags: number,
  oldPath: number,
  oldLength: number,
  newFd: number,
  newPath: number,
  newLength: number,
): number {
  // As in wasmtime: a link to what a symbolic link leads to is not to be had.
  const lookup = oldFlags === 0 ? "nofollow" : null;
  const source = locate(process, [oldFd, oldPath, oldLength], Rights.PATH_LINK_SOURCE, lookup);
  if (typeof source === "number") return source;
  const target = locate(process, [newFd, newPath, newLength], Rights.PATH_LINK_TARGET, "parent");
  if (typeof target === "number") return target;
  const { directory, path } = source;
  return wasiErrno(process.system.linkat(directory, path, target.directory, target.path, 0));
}

function pathReadlink(
  process: WasiProcess,
  fd: number,
  path: number,
  pathLength: number,
  at: number,
  length: number,
  result: number,
): number {
  const { system, memory } = process;
  const place = locate(process, [fd, path, pathLength], Rights.PATH_READLINK, "nofollow");
  if (typeof place === "number") return place;
  const room = memory.bytes(at, length);
  if (room === null || memory.bytes(result, 4) === null) return WasiErrno.EFAULT;
  // Linux takes no empty buffer, and WASI's guests ask with one whether there is a link.
  const used = room.length === 0
    ? Math.min(0, toNumber(readLink(system, place.directory, place.path)))
    : system.readlinkat(place.directory, place.path, room, room.length);
  if (used < 0) return wasiErrno(used);
  memory.store32(result, used);
  return 0;
}

function toNumber(result: string | number): number {
  return typeof result === "string" ? 0 : result;
}

function pathRemoveDirectory(
  process: WasiProcess,
  fd: number,
  path: number,
  length: number,
): number {
  const place = locate(process, [fd, path, length], Rights.PATH_REMOVE_DIRECTORY, "parent");
  if (typeof place === "number") return place;
  return wasiErrno(process.system.unlinkat(place.directory, place.path, AT_REMOVEDIR));
}

function pathRename(
  process: WasiProcess,
  oldFd: number,
  oldPath: number,
  oldLength: number,
  newFd: number,
  newPath: number,
  newLength: number,
): number {
  const from = locate(process, [oldFd, oldPath, oldLength], Rights.PATH_RENAME_SOURCE, "parent");
  if (typeof from === "number") return from;
  const to = locate(process, [newFd, newPath, newLength], Rights.PATH_RENAME_TARGET, "parent");
  if (typeof to === "number") return to;
  return wasiErrno(process.system.renameat(from.directory, from.path, to.directory, to.path));
}

function pathSymlink(
  process: WasiProcess,
  target: number,
  targetLength: number,
  fd: number,
  path: number,
  length: number,
): number {
  const place = locate(process, [fd, path, length], Rights.PATH_SYMLINK, "parent");
  if (typeof place === "number") return place;
  const text = decodePath(process.memory, target, targetLength);
  if (typeof text === "number") return wasiErrno(text);
  // Nothing of the guest's could follow it.
  if (text.startsWith("/")) return wasiErrno(-Errno.EPERM);
  const { system, status } = process;
  const { directory, path: name } = place;
  const result = system.symlinkat(text, directory, name);
  // Linux says EEXIST, other hosts that a file is no directory.
  if (result === -Errno.EEXIST && name.endsWith("/")) {
    const found = system.fstatat(directory, name, status, AT_SYMLINK_NOFOLLOW);
    return wasiErrno(found === -Errno.ENOTDIR ? found : result);
  }
  return wasiErrno(result);
}

function pathUnlinkFile(process: WasiProcess, fd: number, path: number, length: number): number {
  const place = locate(process, [fd, path, length], Rights.PATH_UNLINK_FILE, "parent");
  if (typeof place === "number") return place;
  return wasiErrno(process.system.unlinkat(place.directory, place.path, 0));
}

/** Functions that take paths. */
export const PATH_FUNCTIONS: FunctionTable = {
  "path_create_directory": [{ parameters: "iii", call: pathCreateDirectory }],
  "path_filestat_get": [{ parameters: "iiiii", call: pathFilestatGet }],
  "path_filestat_set_times": [{ parameters: "iiiiIIi", call: pathFilestatSetTimes }],
  "path_link": [{ parameters: "iiiiiii", call: pathLink }],
  "path_open": [{ parameters: "iiiiiIIii", call: pathOpen }],
  "path_readlink": [{ parameters: "iiiiii", call: pathReadlink }],
  "path_remove_directory": [{ parameters: "iii", call: pathRemoveDirectory }],
  "path_rename": [{ parameters: "iiiiii", call: pathRename }],
  "path_symlink": [{ parameters: "iiiii", call: pathSymlink }],
  "path_unlink_file": [{ parameters: "iii", call: pathUnlinkFile }],
};
