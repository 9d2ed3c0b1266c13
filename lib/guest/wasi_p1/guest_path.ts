/**
 * Paths in a WASI preview 1 guest's memory.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import type { GuestMemory } from "../memory.ts";

/** linux/limits.h: bytes of a path with its NUL. */
const PATH_MAX = 4096;

/**
 * Reads a path, UTF-8 of a given length.
 *
 * @param memory The guest's memory.
 * @param address Where it is.
 * @param length Its bytes.
 * @returns The text; −EFAULT if it is not wholly inside, −ENAMETOOLONG from 4096 bytes on, −EILSEQ if
 * it is not UTF-8, −EINVAL for a NUL in it, −ENOENT for nothing.
 */
export function decodePath(memory: GuestMemory, address: number, length: number): string | number {
  if (length >= PATH_MAX) {
    return memory.bytes(address, length) === null ? -Errno.EFAULT : -Errno.ENAMETOOLONG;
  }
  const text = memory.text(address, length);
  if (typeof text === "number") return text;
  if (text === "") return -Errno.ENOENT;
  return text.includes("\0") ? -Errno.EINVAL : text;
}
