/**
 * faccessat(2) without the number of the user, which Deno tells under `--allow-sys` only.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import {
  O_DIRECTORY,
  O_NONBLOCK,
  O_RDONLY,
  O_TMPFILE,
  O_WRONLY,
  R_OK,
  W_OK,
  X_OK,
} from "../../linux/fcntl.ts";
import { S_IFDIR, S_IFMT, S_IFREG } from "../../linux/stat.ts";
import type { NodeDescriptors } from "./node_descriptors.ts";
import { errnoOf, nodeFs } from "./node_fs.ts";

const ANYBODY_READS = 0o444;
const ANYBODY_WRITES = 0o222;
const ANYBODY_EXECUTES = 0o111;

/**
 * Tries what `wanted` asks for: opening a file or directory tells what its permissions, access
 * control lists and mount options come to. What cannot be tried without an effect (devices, named
 * pipes, executing) goes by whether anybody may.
 *
 * @param path A resolved path of something that exists.
 * @param mode Its type and permissions.
 * @param wanted F_OK, or of R_OK, W_OK, X_OK.
 * @param writable Whether Deno's permissions cover writing there.
 * @param descriptors Opens and closes.
 * @returns 0, −EACCES, or −EROFS and others that opening gave.
 */
export function checkAccess(
  path: string,
  mode: number,
  wanted: number,
  writable: boolean,
  descriptors: NodeDescriptors,
): number {
  if ((wanted & W_OK) !== 0 && !writable) return -Errno.EACCES;
  const type = mode & S_IFMT;
  const canOpen = type === S_IFREG || type === S_IFDIR;
  if ((wanted & R_OK) !== 0) {
    const result = canOpen
      ? attempt(descriptors, path, O_RDONLY | O_NONBLOCK)
      : allowedTo(mode, ANYBODY_READS);
    if (result < 0) return result;
  }
  if ((wanted & W_OK) !== 0) {
    const flags = type === S_IFDIR ? O_TMPFILE | O_DIRECTORY | O_WRONLY : O_WRONLY | O_NONBLOCK;
    let result = canOpen ? attempt(descriptors, path, flags) : allowedTo(mode, ANYBODY_WRITES);
    // A file system without unnamed files; a program that runs may be written to, later.
    if (result === -Errno.EOPNOTSUPP || result === -Errno.EISDIR) {
      result = allowedTo(mode, ANYBODY_WRITES);
    }
    if (result < 0 && result !== -Errno.ETXTBSY) return result;
  }
  if ((wanted & X_OK) === 0) return 0;
  return type === S_IFDIR ? searchable(path) : allowedTo(mode, ANYBODY_EXECUTES);
}

function attempt(descriptors: NodeDescriptors, path: string, flags: number): number {
  const descriptor = descriptors.open(path, flags);
  if (descriptor < 0) return descriptor;
  descriptors.close(descriptor);
  return 0;
}

function allowedTo(mode: number, bits: number): number {
  return (mode & bits) === 0 ? -Errno.EACCES : 0;
}

/** Whether names in a directory can be looked up: 0, or a negated errno. */
export function searchable(path: string): number {
  try {
    nodeFs().lstatSync(`${path}/ `, { throwIfNoEntry: false });
    return 0;
  } catch (error) {
    return errnoOf(error);
  }
}
