/**
 * Descriptors that `node:fs` opens, and when they may be closed.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { FileStatus } from "../../linux/stat.ts";
import type { OpenFile } from "../../stack/open_file.ts";
import { errnoOf, hostOpenFlags, nodeFs } from "./node_fs.ts";

/**
 * Opens and closes by `node:fs`.
 *
 * Closing any descriptor of a file ends this process's record locks on it (fcntl(2), Advisory record
 * locking). A descriptor of ours for a file that the guest has locked is therefore kept until the
 * guest's own locks have ended.
 */
export class NodeDescriptors {
  /** Files with locks, and the descriptors of each that wait for their end. */
  readonly #locked = new Map<string, number[]>();

  /** Opens a path that was resolved: a descriptor, or a negated errno. `flags` are Linux's. */
  open(path: string, flags: number, mode = 0): number {
    const hostFlags = hostOpenFlags(flags);
    if (hostFlags < 0) return hostFlags;
    try {
      return nodeFs().openSync(path, hostFlags, mode);
    } catch (error) {
      return errnoOf(error);
    }
  }

  /** Closes a descriptor, now or when the locks on its file have ended. */
  close(descriptor: number): void {
    const fs = nodeFs();
    if (this.#locked.size > 0) {
      const { dev, ino } = fs.fstatSync(descriptor, { bigint: true });
      const waiting = this.#locked.get(`${dev}:${BigInt.asUintN(64, ino)}`);
      if (waiting !== undefined) {
        waiting.push(descriptor);
        return;
      }
    }
    fs.closeSync(descriptor);
  }

  /** Whether the guest holds a record lock on any file. */
  get hasLocks(): boolean {
    return this.#locked.size > 0;
  }

  /** The guest has set a record lock on `file`. */
  locksHeld(file: OpenFile): void {
    const key = keyOf(file);
    if (key !== null && !this.#locked.has(key)) this.#locked.set(key, []);
  }

  /** The guest is about to lose its record locks on `file`. */
  locksEnded(file: OpenFile): void {
    if (this.#locked.size === 0) return;
    const key = keyOf(file);
    if (key === null) return;
    for (const descriptor of this.#locked.get(key) ?? []) nodeFs().closeSync(descriptor);
    this.#locked.delete(key);
  }

  /** Closes what is still kept. */
  closeAll(): void {
    for (const waiting of this.#locked.values()) {
      for (const descriptor of waiting) nodeFs().closeSync(descriptor);
    }
    this.#locked.clear();
  }

  /** Cuts an open file to `length`: 0, or a negated errno. */
  truncate(descriptor: number, length: number): number {
    try {
      nodeFs().ftruncateSync(descriptor, length);
      return 0;
    } catch (error) {
      return errnoOf(error);
    }
  }

  /**
   * Sets the permissions of a file just made, which the host's umask may have narrowed. A file system
   * without permissions keeps its own, as it would for open(2).
   */
  setMode(descriptor: number, mode: number): void {
    try {
      nodeFs().fchmodSync(descriptor, mode);
    } catch (error) {
      const errno = errnoOf(error);
      if (errno !== -Errno.EPERM && errno !== -Errno.EOPNOTSUPP) throw error;
    }
  }
}

function keyOf(file: OpenFile): string | null {
  const status = new FileStatus();
  return file.fstat(status) < 0 ? null : `${status.dev}:${status.ino}`;
}
