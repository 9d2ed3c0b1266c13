/**
 * Numbers as strace prints them.
 *
 * @module
 */
import { AT_FDCWD } from "../linux/fcntl.ts";

/** Formats a number in decimal, `%d`. */
export function decimal(value: number): string {
  return String(value);
}

/** Formats an unsigned int in decimal, `%u`. */
export function unsigned(value: number): string {
  return Number.isInteger(value) ? String(value >>> 0) : String(value);
}

/** Formats a file length as strace does: off_t, but unsigned. */
export function fileLength(value: number): string {
  return value < 0 && Number.isSafeInteger(value)
    ? String(BigInt.asUintN(64, BigInt(value)))
    : String(value);
}

/** Formats an unsigned int in hexadecimal, `%#x`: zero has no prefix. */
export function hexadecimal(value: number): string {
  if (!Number.isInteger(value)) return String(value);
  return value === 0 ? "0" : `0x${(value >>> 0).toString(16)}`;
}

/** Formats a `mode_t` in octal, with a zero before it and at least three digits. */
export function octal(value: number): string {
  if (!Number.isInteger(value)) return String(value);
  const digits = (value & 0o177777).toString(8);
  return digits === "0" ? "000" : `0${digits.padStart(2, "0")}`;
}

/** Formats a directory's descriptor: AT_FDCWD, or a number. */
export function directory(fd: number): string {
  return fd === AT_FDCWD ? "AT_FDCWD" : decimal(fd);
}
