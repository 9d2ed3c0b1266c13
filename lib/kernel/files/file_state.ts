/**
 * What belongs to a process and not to one of its threads, of what files need.
 *
 * @module
 */

/** A file by its identity on the host. */
export interface FileIdentity {
  /** Its device. */
  readonly dev: number;
  /** Its inode. */
  readonly ino: bigint;
}

/** A directory by its place, and the identity that tells whether it is still there. */
export interface DirectoryPlace extends FileIdentity {
  /** Absolute path. */
  readonly path: string;
}

/** What the threads of a process share. */
export interface FileState {
  /** The permission bits that new files do not get. */
  readonly umask: number;

  /** Sets the permission bits that new files do not get; returns those before. */
  exchangeUmask(mask: number): number;

  /** The current folder, null while it is the host's. */
  directory: DirectoryPlace | null;

  /** Whether any file may have record locks of the guest. */
  readonly hasLocks: boolean;

  /** Does something while no other thread changes which files may have record locks. */
  guard(action: () => void): void;

  /** Whether a file may have record locks of the guest; inside of {@linkcode FileState.guard}. */
  isLocked(file: FileIdentity): boolean;

  /** Notes that a file may have record locks; inside of {@linkcode FileState.guard}. */
  setLocked(file: FileIdentity): void;

  /** Notes that a file has none any more; inside of {@linkcode FileState.guard}. */
  setUnlocked(file: FileIdentity): void;
}

function keyOf({ dev, ino }: FileIdentity): string {
  return `${dev}:${ino}`;
}

/** The state of a process that has one thread. */
export class LocalFileState implements FileState {
  umask = 0o022;
  directory: DirectoryPlace | null = null;
  readonly #locked = new Map<string, FileIdentity>();

  exchangeUmask(mask: number): number {
    const before = this.umask;
    this.umask = mask;
    return before;
  }

  get hasLocks(): boolean {
    return this.#locked.size > 0;
  }

  /** The files that may have record locks. */
  get lockedFiles(): Iterable<FileIdentity> {
    return this.#locked.values();
  }

  guard(action: () => void): void {
    action();
  }

  isLocked(file: FileIdentity): boolean {
    return this.#locked.has(keyOf(file));
  }

  setLocked(file: FileIdentity): void {
    this.#locked.set(keyOf(file), file);
  }

  setUnlocked(file: FileIdentity): void {
    this.#locked.delete(keyOf(file));
  }
}
