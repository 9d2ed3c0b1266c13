/**
 * Arguments of the calls on files.
 *
 * @module
 */
import { F_OK, O_ACCMODE, O_CREAT, O_TMPFILE } from "../linux/fcntl.ts";
import { RLIM_INFINITY, type Rlimit } from "../linux/resource.ts";
import {
  type FileStatus,
  type FileTimes,
  S_IFBLK,
  S_IFCHR,
  S_IFMT,
  UTIME_NOW,
  UTIME_OMIT,
} from "../linux/stat.ts";
import type { Timespec } from "../linux/time.ts";
import type { OffsetCell } from "../stack/open_file.ts";
import { hexadecimal, octal } from "./format_number.ts";
import { formatFlags, formatValue } from "./name_table.ts";
import {
  ACCESS_CHECKS,
  ACCESS_MODES,
  FILE_TYPES,
  MODE_FLAGS,
  OPEN_FLAGS,
  RESOURCES,
} from "./names.ts";
import { type Call, type Later, NULL, numberAt, POINTER } from "./verb.ts";

const TWO_TO_32 = 4294967296;

/** Formats the flags of open(2): the access mode, then the others. */
export function openFlags(flags: number): string {
  const mode = formatValue(ACCESS_MODES, flags & O_ACCMODE);
  const rest = flags & ~O_ACCMODE;
  return rest === 0 ? mode : `${mode}|${formatFlags(OPEN_FLAGS, rest)}`;
}

/** The mode of openat(2), which counts only where a file may be made. */
export function createMode(mode: number, call: Call): string | null {
  const flags = numberAt(call, 2);
  return (flags & O_CREAT) !== 0 || (flags & O_TMPFILE) === O_TMPFILE ? octal(mode) : null;
}

/** Formats the mode of access(2). */
export function accessMode(mode: number): string {
  return mode === F_OK ? "F_OK" : formatFlags(ACCESS_CHECKS, mode);
}

function fileMode(mode: number): string {
  const type = formatValue(FILE_TYPES, mode & S_IFMT);
  const flags = mode & 0o7000;
  const permissions = octal(mode & 0o777);
  return flags === 0
    ? `${type}|${permissions}`
    : `${type}|${formatFlags(MODE_FLAGS, flags)}|${permissions}`;
}

/** A device number's parts, makedev(3): the lower halves of both are in the lower 32 bits. */
function device(number: number): string {
  const low = number >>> 0;
  const high = Math.floor(number / TWO_TO_32);
  const major = ((low >>> 8) & 0xfff) | (high & ~0xfff);
  const minor = (low & 0xff) | ((low >>> 12) & ~0xff);
  return `makedev(${hexadecimal(major)}, ${hexadecimal(minor)})`;
}

/** The status that fstat(2) fills. */
export function fileStatus(status: FileStatus, call: Call): Later {
  return () => call.result < 0 ? POINTER : formatStatus(status);
}

function formatStatus(status: FileStatus): string {
  const type = status.mode & S_IFMT;
  const what = type === S_IFCHR || type === S_IFBLK
    ? `st_rdev=${device(status.rdev)}`
    : `st_size=${status.size}`;
  return `{st_mode=${fileMode(status.mode)}, ${what}, ...}`;
}

/** The times of utimensat(2). */
export function fileTimes(times: FileTimes | null): string {
  return times === null ? NULL : `[${fileTime(times.atime)}, ${fileTime(times.mtime)}]`;
}

function fileTime({ seconds, nanoseconds }: Timespec): string {
  if (nanoseconds === UTIME_NOW) return "UTIME_NOW";
  if (nanoseconds === UTIME_OMIT) return "UTIME_OMIT";
  return `{tv_sec=${seconds}, tv_nsec=${nanoseconds}}`;
}

/** The offset that sendfile(2) advances. */
export function movedOffset(offset: OffsetCell | null, call: Call): string | Later {
  if (offset === null) return NULL;
  const start = offset.value;
  return () =>
    call.result < 0 || offset.value === start ? `[${start}]` : `[${start}] => [${offset.value}]`;
}

/** The resource of prlimit(2), with the process before it: 0, the guest itself. */
export function ownResource(resource: number): string {
  return `0, ${formatValue(RESOURCES, resource)}`;
}

function formatLimit(limit: number): string {
  if (limit === RLIM_INFINITY) return "RLIM64_INFINITY";
  return limit > 1024 && limit % 1024 === 0 ? `${limit / 1024}*1024` : String(limit);
}

function formatRlimit({ current, maximum }: Rlimit): string {
  return `{rlim_cur=${formatLimit(current)}, rlim_max=${formatLimit(maximum)}}`;
}

/** A limit that prlimit(2) sets. */
export function newLimit(limit: Rlimit | null): string {
  return limit === null ? NULL : formatRlimit(limit);
}

/** The limit as it was, which prlimit(2) fills in. */
export function oldLimit(limit: Rlimit | null, call: Call): string | Later {
  if (limit === null) return NULL;
  return () => call.result < 0 ? POINTER : formatRlimit(limit);
}
