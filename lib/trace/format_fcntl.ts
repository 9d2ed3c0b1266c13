/**
 * Arguments and results of fcntl(2) and ioctl(2).
 *
 * @module
 */
import {
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GET_SEALS,
  F_GETFD,
  F_GETFL,
  F_GETLEASE,
  F_GETLK,
  F_GETOWN,
  F_GETPIPE_SZ,
  F_GETSIG,
  F_SETFD,
  F_SETFL,
  F_SETOWN,
  F_SETPIPE_SZ,
  F_SETSIG,
  type Flock,
} from "../linux/fcntl.ts";
import { FIOASYNC, FIOCLEX, FIONBIO, FIONCLEX, TIOCGWINSZ } from "../linux/ioctl.ts";
import { openFlags } from "./format_file.ts";
import { decimal, hexadecimal, unsigned } from "./format_number.ts";
import { formatFlags, formatValue, nameOf } from "./name_table.ts";
import { DESCRIPTOR_FLAGS, IOCTL_REQUESTS, LOCK_TYPES, ORIGINS } from "./names.ts";
import { type Call, type Later, NULL, numberAt, POINTER } from "./verb.ts";

function descriptorFlags(flags: number): string {
  return formatFlags(DESCRIPTOR_FLAGS, flags);
}

function nothing(): null {
  return null;
}

/** The commands whose argument is something else than a number or a pointer. */
const ARGUMENTS: ReadonlyMap<number, (value: number) => string | null> = new Map<
  number,
  (value: number) => string | null
>([
  [F_DUPFD, unsigned],
  [F_DUPFD_CLOEXEC, unsigned],
  [F_GETFD, nothing],
  [F_SETFD, descriptorFlags],
  [F_GETFL, nothing],
  [F_SETFL, openFlags],
  [F_GETOWN, nothing],
  [F_SETOWN, decimal],
  [F_GETSIG, nothing],
  [F_SETSIG, decimal],
  [F_GETLEASE, nothing],
  [F_GET_SEALS, nothing],
  [F_GETPIPE_SZ, nothing],
  [F_SETPIPE_SZ, unsigned],
]);

/** The argument of fcntl(2), by the command before it. */
export function fcntlArgument(value: number, call: Call): string | null {
  return (ARGUMENTS.get(numberAt(call, 1)) ?? hexadecimal)(value);
}

/** The result of fcntl(2): flags by name where it is flags. */
export function fcntlResult(call: Call): string {
  const { result } = call;
  const command = numberAt(call, 1);
  if (command === F_GETFL) return `${hexadecimal(result)} (flags ${openFlags(result)})`;
  if (command === F_GETFD && result !== 0) {
    return `${hexadecimal(result)} (flags ${descriptorFlags(result)})`;
  }
  return String(result);
}

function formatLock(lock: Flock, pid: string): string {
  const type = formatValue(LOCK_TYPES, lock.type);
  const whence = formatValue(ORIGINS, lock.whence);
  return `{l_type=${type}, l_whence=${whence}, l_start=${lock.start}, l_len=${lock.length}${pid}}`;
}

/** The record lock of fcntl(2): read by F_SETLK, filled by F_GETLK. */
export function recordLock(lock: Flock | null, call: Call): string | Later {
  if (lock === null) return NULL;
  if (numberAt(call, 1) !== F_GETLK) return formatLock(lock, "");
  return () => call.result < 0 ? POINTER : formatLock(lock, `, l_pid=${lock.pid}`);
}

/** Formats a request of ioctl(2): its name, or the parts of its number (asm-generic/ioctl.h). */
export function ioctlRequest(request: number): string {
  const name = nameOf(IOCTL_REQUESTS, request);
  if (name !== undefined) return name;
  const bits = request >>> 0;
  const direction = ["_IOC_NONE", "_IOC_WRITE", "_IOC_READ", "_IOC_READ|_IOC_WRITE"][bits >>> 30];
  const parts = [(bits >>> 8) & 0xff, bits & 0xff, (bits >>> 16) & 0x3fff].map(hexadecimal);
  return `_IOC(${direction}, ${parts.join(", ")})`;
}

/** Formats `struct winsize`: four 16-bit numbers. */
function windowSize([size = 0, pixels = 0]: Int32Array): string {
  const [row, column, x, y] = [size, size >>> 16, pixels, pixels >>> 16].map((n) => n & 0xffff);
  return `{ws_row=${row}, ws_col=${column}, ws_xpixel=${x}, ws_ypixel=${y}}`;
}

/** The argument of ioctl(2), by the request before it: an int that is read, or filled. */
export function ioctlArgument(value: Int32Array | null, call: Call): string | Later | null {
  const request = numberAt(call, 1);
  if (request === FIOCLEX || request === FIONCLEX) return null;
  if (value === null) return NULL;
  if (request === TIOCGWINSZ) return () => call.result < 0 ? POINTER : windowSize(value);
  if (request === FIONBIO || request === FIOASYNC) return `[${value[0]}]`;
  return () => call.result < 0 ? POINTER : `[${value[0]}]`;
}
