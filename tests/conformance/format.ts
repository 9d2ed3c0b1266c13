/**
 * How results are printed.
 *
 * @module
 */
import { Errno, errnoName } from "../../lib/linux/errno.ts";
import {
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
} from "../../lib/linux/stat.ts";
import type { FileStatus } from "../../lib/linux/stat.ts";
import type { Iovec } from "../../lib/linux/uio.ts";
import { constant } from "./constants.ts";

const LONGEST_TEXT = 64;
const FNV_OFFSET_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * Returns a number, or the name of a negated errno as `-ENAME`.
 *
 * @param result What a call returned.
 */
export function formatResult(result: number): string {
  return result < 0 ? `-${formatErrno(-result)}` : String(result);
}

/**
 * Returns the name of an error number; `E999` for one without a name.
 *
 * @param errno The number, positive.
 */
export function formatErrno(errno: number): string {
  const name = errnoName(errno);
  return name in Errno ? name : `E${errno}`;
}

/**
 * Returns what a call received: the count and the bytes, or the error.
 *
 * @param result What the call returned; with MSG_TRUNC it may exceed the buffer.
 * @param buffer What it received into.
 */
export function formatReceived(result: number, buffer: Iovec): string {
  return formatScattered(result, [buffer]);
}

/**
 * Returns what a call received into several buffers.
 *
 * @param result What the call returned; with MSG_TRUNC it may exceed the buffers.
 * @param buffers What it received into, in order.
 */
export function formatScattered(result: number, buffers: readonly Iovec[]): string {
  if (result < 0) return formatResult(result);
  const parts = [String(result)];
  let left = result;
  for (const { base, length } of buffers) {
    const part = Math.min(left, length);
    parts.push(base === null && part > 0 ? "?" : formatBytes(base?.subarray(0, part)));
    left -= part;
  }
  return parts.join(" ");
}

/**
 * Returns bytes as an escaped string; beyond 64 their count and 32-bit FNV-1a hash.
 *
 * @param bytes The bytes; none by default.
 */
export function formatBytes(bytes: Uint8Array = new Uint8Array(0)): string {
  if (bytes.length > LONGEST_TEXT) {
    return `<${bytes.length} bytes fnv=${fnv1a(bytes).toString(16).padStart(8, "0")}>`;
  }
  return `"${Array.from(bytes, escapeByte).join("")}"`;
}

/**
 * Returns the names of the bits of a number, joined by `|`; bits without a name follow in
 * hexadecimal, and 0 is `0`.
 *
 * @param bits The number.
 * @param names Names of constants in the order in which they are printed.
 */
export function formatBits(bits: number, names: readonly string[]): string {
  let rest = bits;
  const parts: string[] = [];
  for (const name of names) {
    const value = constant(name) ?? 0;
    if (value === 0 || (rest & value) !== value) continue;
    parts.push(name);
    rest &= ~value;
  }
  if (rest !== 0) parts.push(`0x${(rest >>> 0).toString(16)}`);
  return parts.length === 0 ? "0" : parts.join("|");
}

const FILE_TYPES: ReadonlyMap<number, string> = new Map([
  [S_IFREG, "reg"],
  [S_IFDIR, "dir"],
  [S_IFLNK, "lnk"],
  [S_IFSOCK, "sock"],
  [S_IFIFO, "fifo"],
  [S_IFCHR, "chr"],
  [S_IFBLK, "blk"],
]);

/**
 * Returns the result of `stat(2)` and its relatives.
 *
 * @param result What the call returned.
 * @param status What it filled in.
 */
export function formatStatus(result: number, status: FileStatus): string {
  if (result < 0) return formatResult(result);
  const type = FILE_TYPES.get(status.mode & S_IFMT) ?? "?";
  const mode = (status.mode & 0o7777).toString(8).padStart(4, "0");
  const size = type === "dir" ? "" : ` size=${status.size} nlink=${status.nlink}`;
  return `0 type=${type} mode=${mode}${size}`;
}

function fnv1a(bytes: Uint8Array): number {
  let hash = FNV_OFFSET_BASIS;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, FNV_PRIME) >>> 0;
  return hash;
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0d, "\\r"],
  [0x22, '\\"'],
  [0x5c, "\\\\"],
]);

function escapeByte(byte: number): string {
  const escaped = ESCAPES.get(byte);
  if (escaped !== undefined) return escaped;
  if (byte < 0x20 || byte > 0x7e) return `\\x${byte.toString(16).padStart(2, "0")}`;
  return String.fromCharCode(byte);
}
