/**
 * Preview 1's functions about descriptors themselves.
 *
 * @module
 */
import {
  AT_EMPTY_PATH,
  F_GETFL,
  F_SETFL,
  O_ACCMODE,
  O_APPEND,
  O_NONBLOCK,
  O_RDONLY,
} from "../../linux/fcntl.ts";
import { S_IFIFO, S_IFMT, S_IFREG } from "../../linux/stat.ts";
import { listDirectory } from "./directory_listing.ts";
import { WasiErrno, wasiErrno } from "./errno.ts";
import { decodeFileTimes, encodeFilestat, FILESTAT_SIZE } from "./filestat.ts";
import {
  ADVICE_LAST,
  FDFLAGS_ALL,
  FDFLAGS_SYNCHRONOUS,
  fdflagsOf,
  openFlagsOf,
  PREOPENTYPE_DIR,
} from "./flags.ts";
import type { FunctionTable } from "./function_table.ts";
import { isWithin, Rights } from "./rights.ts";
import type { WasiProcess } from "./wasi_process.ts";

/** Size of `fdstat`. */
const FDSTAT_SIZE = 24;

/** Size of `prestat`. */
const PRESTAT_SIZE = 8;

/** Largest file offset, 2⁶³ − 1. */
const MAX_OFFSET = 0x7fffffffffffffffn;

/** A number in every type that Linux has for file lengths; negative where it is not. */
function fileLength(length: bigint): number {
  const number = Number(BigInt.asIntN(64, length));
  return Number.isSafeInteger(number) ? number : -1;
}

function fdAdvise(
  process: WasiProcess,
  fd: number,
  offset: bigint,
  length: bigint,
  advice: number,
): number {
  const descriptor = process.descriptors.get(fd);
  if (descriptor === undefined) return WasiErrno.EBADF;
  if (descriptor.isSocket) return WasiErrno.EINVAL;
  const refused = descriptor.refuses(Rights.FD_ADVISE);
  if (refused !== 0) return refused;
  const isRange = offset >= 0n && length >= 0n && offset + length <= MAX_OFFSET;
  // Advice has no effect on what calls do: nothing is promised by taking it.
  return isRange && advice <= ADVICE_LAST ? 0 : WasiErrno.EINVAL;
}

/** As posix_fallocate(3) by what can be seen of it: the file is so long, at least. */
function fdAllocate(process: WasiProcess, fd: number, offset: bigint, length: bigint): number {
  const { system, descriptors, status } = process;
  const descriptor = descriptors.get(fd);
  if (descriptor === undefined) return WasiErrno.EBADF;
  const refused = descriptor.refuses(Rights.FD_ALLOCATE);
  if (refused !== 0) return refused;
  const end = offset + length;
  if (offset < 0n || length <= 0n) return WasiErrno.EINVAL;
  if (end > MAX_OFFSET) return WasiErrno.EFBIG;
  if ((system.fcntl(descriptor.fd, F_GETFL, 0) & O_ACCMODE) === O_RDONLY) return WasiErrno.EBADF;
  const result = system.fstat(descriptor.fd, status);
  if (result < 0) return wasiErrno(result);
  if ((status.mode & S_IFMT) === S_IFIFO) return WasiErrno.ESPIPE;
  if ((status.mode & S_IFMT) !== S_IFREG) return WasiErrno.ENODEV;
  if (status.size >= end) return 0;
  const reached = fileLength(end);
  return reached < 0 ? WasiErrno.EFBIG : wasiErrno(system.ftruncate(descriptor.fd, reached));
}

function fdClose({ descriptors }: WasiProcess, fd: number): number {
  const descriptor = descriptors.get(fd);
  if (descriptor === undefined) return WasiErrno.EBADF;
  descriptors.remove(fd);
  return wasiErrno(descriptor.close());
}

function fdDatasync({ system, descriptors }: WasiProcess, fd: number): number {
  const descriptor = descriptors.get(fd);
  if (descriptor === undefined) return WasiErrno.EBADF;
  const refused = descriptor.refuses(Rights.FD_DATASYNC);
  return refused !== 0 ? refused : wasiErrno(system.fdatasync(descriptor.fd));
}

function fdSync({ system, descriptors }: WasiProcess, fd: number): number {
  const descriptor = descriptors.get(fd);
  if (descriptor === undefined) return WasiErrno.EBADF;
  const refused = descriptor.refuses(Rights.FD_SYNC);
  return refused !== 0 ? refused : wasiErrno(system.fsync(descriptor.fd));
}

function fdFdstatGet({ system, descriptors, memory }: WasiProcess, fd: number, at: number): number {
  const descriptor = descriptors.get(fd);
  if (descriptor === undefined) return WasiErrno.EBADF;
  const bytes = memory.bytes(at, FDSTAT_SIZE);
  if (bytes === null) return WasiErrno.EFAULT;
  const flags = system.fcntl(descriptor.fd, F_GETFL, 0);
  if (flags < 0) return wasiErrno(flags);
  bytes.fill(0);
  memory.store8(at, descriptor.type);
  memory.store16(at + 2, fdflagsOf(flags) | descriptor.synchronous);
  memory.store32(at + 8, descriptor.base);
  memory.store32(at + 16, descriptor.inheriting);
  return 0;
}

function fdFdstatSetFlags({ system, descriptors }: WasiProcess, fd: number, flags: number): number {
  const descriptor = descriptors.get(fd);
  if (descriptor === undefined) return WasiErrno.EBADF;
  const refused = descriptor.refuses(Rights.FD_FDSTAT_SET_FLAGS);
  if (refused !== 0) return refused;
  // How it was opened stays: Linux ignores such a change, and whoever asks for one relies on it.
  const changed = (flags ^ descriptor.synchronous) & FDFLAGS_SYNCHRONOUS;
  const isKept = changed === 0 || (flags & FDFLAGS_SYNCHRONOUS) === 0;
  if ((flags & ~FDFLAGS_ALL) !== 0 || !isKept) return WasiErrno.EINVAL;
  const before = system.fcntl(descriptor.fd, F_GETFL, 0);
  if (before < 0) return wasiErrno(before);
  const settable = O_APPEND | O_NONBLOCK;
  const after = (before & ~settable) | (openFlagsOf(flags) & settable);
  return after === before ? 0 : wasiErrno(system.fcntl(descriptor.fd, F_SETFL, after));
}

function fdFdstatSetRights(
  { descriptors }: WasiProcess,
  fd: number,
  base: bigint,
  inheriting: bigint,
): number {
  const descriptor = descriptors.get(fd);
  if (descriptor === undefined) return WasiErrno.EBADF;
  if (!isWithin(base, descriptor.base) || !isWithin(inheriting, descriptor.inheriting)) {
    return WasiErrno.ENOTCAPABLE;
  }
  descriptor.restrict(Number(base), Number(inheriting));
  return 0;
}

function fdFilestatGet(
  { system, descriptors, memory, status }: WasiProcess,
  fd: number,
  at: number,
): number {
  const descriptor = descriptors.get(fd);
  if (descriptor === undefined) return WasiErrno.EBADF;
  const refused = descriptor.refuses(Rights.FD_FILESTAT_GET);
  if (refused !== 0) return refused;
  if (memory.bytes(at, FILESTAT_SIZE) === null) return WasiErrno.EFAULT;
  const result = system.fstat(descriptor.fd, status);
  if (result < 0) return wasiErrno(result);
  encodeFilestat(memory, at, status, descriptor.type);
  return 0;
}

function fdFilestatSetSize({ system, descriptors }: WasiProcess, fd: number, size: bigint): number {
  const descriptor = descriptors.get(fd);
  if (descriptor === undefined) return WasiErrno.EBADF;
  const refused = descriptor.refuses(Rights.FD_FILESTAT_SET_SIZE);
  return refused !== 0 ? refused : wasiErrno(system.ftruncate(descriptor.fd, fileLength(size)));
}

function fdFilestatSetTimes(
  { system, descriptors }: WasiProcess,
  fd: number,
  atime: bigint,
  mtime: bigint,
  flags: number,
): number {
  const descriptor = descriptors.get(fd);
  if (descriptor === undefined) return WasiErrno.EBADF;
  const refused = descriptor.refuses(Rights.FD_FILESTAT_SET_TIMES);
  if (refused !== 0) return refused;
  const times = decodeFileTimes(atime, mtime, flags);
  if (times === null) return WasiErrno.EINVAL;
  return wasiErrno(system.utimensat(descriptor.fd, "", times, AT_EMPTY_PATH));
}

function fdPrestatGet({ descriptors, memory }: WasiProcess, fd: number, at: number): number {
  const preopened = descriptors.get(fd)?.preopened ?? null;
  if (preopened === null) return WasiErrno.EBADF;
  const bytes = memory.bytes(at, PRESTAT_SIZE);
  if (bytes === null) return WasiErrno.EFAULT;
  bytes.fill(0);
  memory.store8(at, PREOPENTYPE_DIR);
  memory.store32(at + 4, preopened.length);
  return 0;
}

function fdPrestatDirName(
  { descriptors, memory }: WasiProcess,
  fd: number,
  at: number,
  length: number,
): number {
  const preopened = descriptors.get(fd)?.preopened ?? null;
  if (preopened === null) return WasiErrno.EBADF;
  if (length < preopened.length) return WasiErrno.ENAMETOOLONG;
  return wasiErrno(memory.copyOut(at, preopened));
}

function fdReaddir(
  { system, descriptors, memory }: WasiProcess,
  fd: number,
  at: number,
  length: number,
  cookie: bigint,
  result: number,
): number {
  const descriptor = descriptors.get(fd);
  if (descriptor === undefined) return WasiErrno.EBADF;
  const refused = descriptor.refuses(Rights.FD_READDIR);
  if (refused !== 0) return refused;
  const room = memory.bytes(at, length);
  if (room === null || memory.bytes(result, 4) === null) return WasiErrno.EFAULT;
  if (cookie === 0n || descriptor.listing === null) {
    const listing = listDirectory(system, descriptor.fd);
    if (typeof listing === "number") return wasiErrno(listing);
    descriptor.listing = listing;
  }
  const entries = descriptor.listing.from(BigInt.asUintN(64, cookie));
  const used = Math.min(entries.length, length);
  // An entry that does not fit is cut: a buffer that is not full is at the directory's end.
  room.set(entries.subarray(0, used));
  memory.store32(result, used);
  return 0;
}

function fdRenumber({ descriptors }: WasiProcess, from: number, to: number): number {
  const source = descriptors.get(from);
  const target = descriptors.get(to);
  if (source === undefined || target === undefined) return WasiErrno.EBADF;
  if (from === to) return 0;
  descriptors.replace(to, source);
  descriptors.remove(from);
  target.close();
  return 0;
}

/** Functions about descriptors themselves. */
export const DESCRIPTOR_FUNCTIONS: FunctionTable = {
  "fd_advise": [{ parameters: "iIIi", call: fdAdvise }],
  "fd_allocate": [{ parameters: "iII", call: fdAllocate }],
  "fd_close": [{ parameters: "i", call: fdClose }],
  "fd_datasync": [{ parameters: "i", call: fdDatasync }],
  "fd_fdstat_get": [{ parameters: "ii", call: fdFdstatGet }],
  "fd_fdstat_set_flags": [{ parameters: "ii", call: fdFdstatSetFlags }],
  "fd_fdstat_set_rights": [{ parameters: "iII", call: fdFdstatSetRights }],
  "fd_filestat_get": [{ parameters: "ii", call: fdFilestatGet }],
  "fd_filestat_set_size": [{ parameters: "iI", call: fdFilestatSetSize }],
  "fd_filestat_set_times": [{ parameters: "iIIi", call: fdFilestatSetTimes }],
  "fd_prestat_get": [{ parameters: "ii", call: fdPrestatGet }],
  "fd_prestat_dir_name": [{ parameters: "iii", call: fdPrestatDirName }],
  "fd_readdir": [{ parameters: "iiiIi", call: fdReaddir }],
  "fd_renumber": [{ parameters: "ii", call: fdRenumber }],
  "fd_sync": [{ parameters: "i", call: fdSync }],
};
