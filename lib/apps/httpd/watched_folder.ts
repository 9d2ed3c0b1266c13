/**
 * Folders through which files were found: while nothing in them changes, the files are still there.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import { AT_FDCWD, O_CLOEXEC, O_DIRECTORY, O_NOFOLLOW, O_RDONLY } from "../../linux/fcntl.ts";
import { FileStatus } from "../../linux/stat.ts";
import type { Clock } from "./clock.ts";

const OPEN_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

/**
 * Milliseconds after which a change of a file or folder shows in its times, however coarse these are:
 * what was read before must not be relied on.
 */
export const SETTLED = 2000;

/** Folders that are open at once; files in others are looked up in each turn. */
const MOST_FOLDERS = 128;

/** When something last changed, by its times, in milliseconds since 1970. */
export function changedAt(status: FileStatus): number {
  return Math.max(
    status.mtimeSeconds * 1000 + status.mtimeNanoseconds / 1e6,
    status.ctimeSeconds * 1000 + status.ctimeNanoseconds / 1e6,
  );
}

/** A folder that is open. */
export class WatchedFolder {
  /** Its path. */
  readonly path: string;
  readonly #fd: number;
  /** Files that were found through it. */
  users = 0;
  /** When it was last seen to have changed, on the watches' own count. */
  changed = 0;
  /** Whether another change would show. */
  isSettled = false;
  #turn = -1;
  #mtime = NaN;
  #mtimeNanoseconds = 0;
  #ctime = 0;
  #ctimeNanoseconds = 0;

  /** Takes over a descriptor of the folder. */
  constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
  }

  /** Looks whether it has changed, once in each turn of the clock; `count` numbers the change. */
  check(system: System, clock: Clock, status: FileStatus, count: () => number): void {
    if (this.#turn === clock.turn) return;
    this.#turn = clock.turn;
    const isGone = system.fstat(this.#fd, status) < 0 || status.nlink === 0;
    const isSame = !isGone && status.mtimeNanoseconds === this.#mtimeNanoseconds &&
      status.mtimeSeconds === this.#mtime && status.ctimeNanoseconds === this.#ctimeNanoseconds &&
      status.ctimeSeconds === this.#ctime;
    if (isSame && this.isSettled) return;
    const wasSettled = this.isSettled;
    this.isSettled = !isGone && changedAt(status) <= clock.now - SETTLED;
    if (isSame && this.isSettled === wasSettled) return;
    this.changed = count();
    this.#mtime = status.mtimeSeconds;
    this.#mtimeNanoseconds = status.mtimeNanoseconds;
    this.#ctime = status.ctimeSeconds;
    this.#ctimeNanoseconds = status.ctimeNanoseconds;
  }

  /** Closes it. */
  close(system: System): void {
    system.close(this.#fd);
  }
}

/** The folders of all files. */
export class FolderWatches {
  readonly #system: System;
  readonly #clock: Clock;
  readonly #folders = new Map<string, WatchedFolder>();
  readonly #status = new FileStatus();
  #count = 0;
  readonly #next = (): number => ++this.#count;

  /** Watches none yet. */
  constructor(system: System, clock: Clock) {
    this.#system = system;
    this.#clock = clock;
  }

  /** Numbers a look-up that is about to begin: changes with smaller numbers came before it. */
  number(): number {
    return this.#next();
  }

  /**
   * Watches folders.
   *
   * @param paths Paths without symbolic links.
   * @returns The folders, to be given back; null if they cannot be watched.
   */
  watch(paths: readonly string[]): readonly WatchedFolder[] | null {
    const folders: WatchedFolder[] = [];
    for (const path of paths) {
      const folder = this.#folders.get(path) ?? this.#open(path);
      if (folder === null) {
        this.release(folders);
        return null;
      }
      folder.users++;
      folders.push(folder);
    }
    return folders;
  }

  /** Gives folders back. */
  release(folders: readonly WatchedFolder[]): void {
    for (const folder of folders) {
      if (--folder.users > 0) continue;
      this.#folders.delete(folder.path);
      folder.close(this.#system);
    }
  }

  /** Whether nothing has changed in folders since the look-up with a number. */
  areUnchanged(folders: readonly WatchedFolder[], since: number): boolean {
    for (const folder of folders) {
      folder.check(this.#system, this.#clock, this.#status, this.#next);
      if (!folder.isSettled || folder.changed > since) return false;
    }
    return true;
  }

  #open(path: string): WatchedFolder | null {
    if (this.#folders.size >= MOST_FOLDERS) return null;
    const fd = this.#system.openat(AT_FDCWD, path, OPEN_FLAGS, 0);
    if (fd < 0) return null;
    const folder = new WatchedFolder(path, fd);
    folder.check(this.#system, this.#clock, this.#status, this.#next);
    this.#folders.set(path, folder);
    return folder;
  }
}
