/**
 * Preview 1's path_open.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import { Errno } from "../../linux/errno.ts";
import {
  AT_SYMLINK_NOFOLLOW,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} from "../../linux/fcntl.ts";
import { FileStatus, S_IFLNK, S_IFMT } from "../../linux/stat.ts";
import { resolveBeneath } from "../wasi/beneath.ts";
import { Descriptor } from "./descriptor.ts";
import { WasiErrno, wasiErrno } from "./errno.ts";
import {
  FDFLAGS_ALL,
  FDFLAGS_SYNCHRONOUS,
  LOOKUPFLAGS_SYMLINK_FOLLOW,
  OFLAGS_ALL,
  OFLAGS_CREAT,
  OFLAGS_DIRECTORY,
  OFLAGS_EXCL,
  OFLAGS_TRUNC,
  openFlagsOf,
} from "./flags.ts";
import { decodePath } from "./guest_path.ts";
import { DIRECTORY_RIGHTS, knownRights, Rights } from "./rights.ts";
import type { WasiProcess } from "./wasi_process.ts";

/** Permission bits of a new file, of which the umask takes its part. */
const FILE_MODE = 0o666;

/** Reading or writing, by the rights that are asked for. */
function accessMode(rights: number): number {
  if ((rights & Rights.FD_WRITE) === 0) return O_RDONLY;
  return (rights & Rights.FD_READ) === 0 ? O_WRONLY : O_RDWR;
}

/** Flags of open(2). */
function openFlags(oflags: number, fdflags: number, rights: number): number {
  let flags = accessMode(rights) | openFlagsOf(fdflags) | O_NOFOLLOW | O_CLOEXEC;
  if ((oflags & OFLAGS_CREAT) !== 0) flags |= O_CREAT;
  if ((oflags & OFLAGS_DIRECTORY) !== 0) flags |= O_DIRECTORY;
  if ((oflags & OFLAGS_EXCL) !== 0) flags |= O_EXCL;
  if ((oflags & OFLAGS_TRUNC) !== 0) flags |= O_TRUNC;
  return flags;
}

/** Rights that the directory has to have. */
function neededRights(oflags: number): number {
  return Rights.PATH_OPEN |
    ((oflags & OFLAGS_CREAT) !== 0 ? Rights.PATH_CREATE_FILE : 0) |
    ((oflags & OFLAGS_TRUNC) !== 0 ? Rights.PATH_FILESTAT_SET_SIZE : 0);
}

function isLink(system: System, directory: number, path: string): boolean {
  const status = new FileStatus();
  const result = system.fstatat(directory, path, status, AT_SYMLINK_NOFOLLOW);
  return result === 0 && (status.mode & S_IFMT) === S_IFLNK;
}

/** path_open. */
export function pathOpen(
  process: WasiProcess,
  fd: number,
  lookupFlags: number,
  path: number,
  length: number,
  oflags: number,
  wantedBase: bigint,
  wantedInheriting: bigint,
  fdflags: number,
  result: number,
): number {
  const { system, descriptors, memory } = process;
  const directory = descriptors.get(fd);
  if (directory === undefined) return WasiErrno.EBADF;
  const refused = directory.refuses(neededRights(oflags));
  if (refused !== 0) return refused;
  const unknown = (lookupFlags & ~LOOKUPFLAGS_SYMLINK_FOLLOW) | (oflags & ~OFLAGS_ALL) |
    (fdflags & ~FDFLAGS_ALL);
  if (unknown !== 0) return WasiErrno.EINVAL;
  const { inheritable } = directory;
  const isDirectory = (oflags & OFLAGS_DIRECTORY) !== 0;
  const base = knownRights(wantedBase);
  const applicable = isDirectory ? base & DIRECTORY_RIGHTS : base;
  // What the guest gave up for all that it opens here.
  if ((applicable & ~inheritable) !== 0) return WasiErrno.ENOTCAPABLE;

  const text = decodePath(memory, path, length);
  if (typeof text === "number") return wasiErrno(text);
  if (memory.bytes(result, 4) === null) return WasiErrno.EFAULT;
  const isExclusive = (oflags & (OFLAGS_CREAT | OFLAGS_EXCL)) === (OFLAGS_CREAT | OFLAGS_EXCL);
  const follow = (lookupFlags & LOOKUPFLAGS_SYMLINK_FOLLOW) !== 0 && !isExclusive;
  const found = resolveBeneath(system, directory.fd, text, { follow });
  if (typeof found === "number") return wasiErrno(found);
  const opened = system.openat(directory.fd, found, openFlags(oflags, fdflags, base), FILE_MODE);
  if (opened < 0) {
    // Linux says ENOTDIR where O_DIRECTORY meets a link that is not to be followed.
    const isLoop = opened === -Errno.ENOTDIR && isDirectory && !follow &&
      isLink(system, directory.fd, found);
    return isLoop ? WasiErrno.ELOOP : wasiErrno(opened);
  }
  const descriptor = new Descriptor(system, opened, {
    base: base & inheritable,
    inheriting: knownRights(wantedInheriting) & inheritable,
    inheritable,
    synchronous: fdflags & FDFLAGS_SYNCHRONOUS,
  });
  memory.store32(result, descriptors.add(descriptor));
  return 0;
}
