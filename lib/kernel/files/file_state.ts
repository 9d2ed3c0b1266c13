/**
 * What belongs to a process and not to one of its threads, of what files need.
 *
 * @module
 */

/** A directory by its place, and the identity that tells whether it is still there. */
export interface DirectoryPlace {
  /** Absolute path. */
  readonly path: string;
  /** Its device. */
  readonly dev: number;
  /** Its inode. */
  readonly ino: bigint;
}

/** What the threads of a process share. */
export interface FileState {
  /** Sets the permission bits that new files do not get; returns those before. */
  exchangeUmask(mask: number): number;
  /** The permission bits that new files do not get. */
  readonly umask: number;
  /** The current folder, null while it is the host's. */
  directory: DirectoryPlace | null;
}

/** The state of a process that has one thread. */
export class LocalFileState implements FileState {
  umask = 0o022;
  directory: DirectoryPlace | null = null;

  exchangeUmask(mask: number): number {
    const before = this.umask;
    this.umask = mask;
    return before;
  }
}
