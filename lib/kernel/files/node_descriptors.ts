/**
 * Descriptors that `node:fs` opens, and when they may be closed.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { FileStatus } from "../../linux/stat.ts";
import type { OpenFile } from "../../stack/open_file.ts";
import { type FileIdentity, type FileState, LocalFileState } from "./file_state.ts";
import { errnoOf, hostOpenFlags, nodeFs } from "./node_fs.ts";

/**
 * Opens and closes by `node:fs`.
 *
 * Closing any descriptor of a file ends this process's record locks on it (fcntl(2), Advisory record
 * locking). A descriptor of ours for a file that the guest may have locked is therefore kept until the
 * guest's own locks have ended: until this thread, which alone can close it, next closes one.
 */
export class NodeDescriptors {
  readonly #state: FileState;
  /** Descriptors of locked files, which wait for the end of the locks. */
  readonly #waiting = new Map<number, FileIdentity>();

  /** Goes by the locks that `state` knows of. */
  constructor(state: FileState = new LocalFileState()) {
    this.#state = state;
  }

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
    this.#state.guard(() => {
      if (this.#state.hasLocks) {
        const { dev, ino } = nodeFs().fstatSync(descriptor, { bigint: true });
        const file = { dev: Number(dev), ino: BigInt.asUintN(64, ino) };
        if (this.#state.isLocked(file)) {
          this.#waiting.set(descriptor, file);
          return;
        }
      }
      nodeFs().closeSync(descriptor);
    });
    if (this.#waiting.size > 0) this.#closeWaiting();
  }

  /** Whether the guest may hold a record lock on any file. */
  get hasLocks(): boolean {
    return this.#state.hasLocks;
  }

  /** The guest is about to set a record lock on `file`. */
  locksHeld(file: OpenFile): void {
    const identity = identityOf(file);
    if (identity !== null) this.#state.guard(() => this.#state.setLocked(identity));
  }

  /** The guest is about to lose its record locks on `file`. */
  locksEnded(file: OpenFile): void {
    if (!this.#state.hasLocks) return;
    const identity = identityOf(file);
    if (identity === null) return;
    this.#state.guard(() => this.#state.setUnlocked(identity));
    this.#closeWaiting();
  }

  /** Closes what is still kept. */
  closeAll(): void {
    for (const descriptor of this.#waiting.keys()) nodeFs().closeSync(descriptor);
    this.#waiting.clear();
  }

  #closeWaiting(): void {
    this.#state.guard(() => {
      for (const [descriptor, file] of this.#waiting) {
        if (this.#state.isLocked(file)) continue;
        nodeFs().closeSync(descriptor);
        this.#waiting.delete(descriptor);
      }
    });
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

function identityOf(file: OpenFile): FileIdentity | null {
  const status = new FileStatus();
  return file.fstat(status) < 0 ? null : { dev: status.dev, ino: status.ino };
}
