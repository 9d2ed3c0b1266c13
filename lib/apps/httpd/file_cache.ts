/**
 * Files that were asked for not long ago, open and ready to be sent.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import { FileStatus } from "../../linux/stat.ts";
import type { Clock } from "./clock.ts";
import type { DocumentRoot } from "./document_root.ts";
import type { ServedFile } from "./served_file.ts";
import { FolderWatches } from "./watched_folder.ts";

/**
 * Milliseconds after which a file is looked up by its name again, whatever its folders say: the root
 * itself may have been replaced, which none of them tells.
 */
const LOOKUP_INTERVAL = 1000;

/** What a cache works with. */
export interface FileCacheOptions {
  /** The system that files are open in. */
  readonly system: System;
  /** Where they are. */
  readonly root: DocumentRoot;
  /** The time. */
  readonly clock: Clock;
  /** How many files are kept open. */
  readonly capacity: number;
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0;
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0;
  return hash;
}

function isAt(target: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (target.length !== end - start) return false;
  for (let at = 0; at < target.length; at++) {
    if (target[at] !== bytes[start + at]) return false;
  }
  return true;
}

/**
 * Files by the path of the target that they answer. One that has changed in any way since it was
 * opened is not found, nor one whose name leads elsewhere by now; that is looked at once in each turn
 * of the clock. Folders and symbolic links cannot be changed without a trace in the times of the
 * folders that they are in: those are asked, and the names looked up again only where one has changed.
 */
export class FileCache {
  readonly #system: System;
  readonly #root: DocumentRoot;
  readonly #clock: Clock;
  readonly #capacity: number;
  /** Files by the hash of their path; the map's order is that of their last use. */
  readonly #files = new Map<number, ServedFile>();
  readonly #watches: FolderWatches;
  readonly #status = new FileStatus();
  readonly #visited = new Set<string>();

  /** Makes an empty cache. */
  constructor({ system, root, clock, capacity }: FileCacheOptions) {
    this.#system = system;
    this.#root = root;
    this.#clock = clock;
    this.#capacity = capacity;
    this.#watches = new FolderWatches(system, clock);
  }

  /** The file that answers a path, if it is here and up to date. */
  find(bytes: Uint8Array, start: number, end: number): ServedFile | null {
    const hash = hashOf(bytes, start, end);
    const file = this.#files.get(hash);
    if (file === undefined || !isAt(file.place.target, bytes, start, end)) return null;
    if (file.checkedTurn === this.#clock.turn || this.#isCurrent(file)) return file;
    this.#remove(hash, file);
    return null;
  }

  /** Numbers a look-up of a file that is about to begin, for {@linkcode FileCache.add}. */
  beginLookUp(): number {
    return this.#watches.number();
  }

  /**
   * Keeps a file; another with the same hash, or the one unused for longest, makes room.
   *
   * @param file The file.
   * @param lookUp What {@linkcode FileCache.beginLookUp} returned before it was looked up.
   * @param visited The folders that led to it.
   */
  add(file: ServedFile, lookUp: number, visited: ReadonlySet<string>): void {
    const { target } = file.place;
    const hash = hashOf(target, 0, target.length);
    const before = this.#files.get(hash);
    if (before !== undefined) this.#remove(hash, before);
    for (const [oldest, other] of this.#files) {
      if (this.#files.size < this.#capacity) break;
      this.#remove(oldest, other);
    }
    file.lookUp = lookUp;
    file.folders = this.#watches.watch([...visited]);
    this.#files.set(hash, file);
  }

  /** Tells that a response uses a file. */
  use(file: ServedFile): void {
    file.users++;
  }

  /** Tells that a response no longer uses a file. */
  release(file: ServedFile): void {
    if (--file.users === 0 && file.isStale) this.#system.close(file.fd);
  }

  /** Closes every file; those in use when they are released. */
  clear(): void {
    for (const [hash, file] of this.#files) this.#remove(hash, file);
  }

  #remove(hash: number, file: ServedFile): void {
    this.#files.delete(hash);
    if (file.folders !== null) this.#watches.release(file.folders);
    file.folders = null;
    file.isStale = true;
    if (file.users === 0) this.#system.close(file.fd);
  }

  #isCurrent(file: ServedFile): boolean {
    const { ticks, turn } = this.#clock;
    const status = this.#status;
    if (this.#system.fstat(file.fd, status) < 0 || !file.isUnchanged(status)) return false;
    const { folders } = file;
    if (
      folders === null || ticks - file.foundAt >= LOOKUP_INTERVAL ||
      !this.#watches.areUnchanged(folders, file.lookUp)
    ) {
      if (!this.#isFound(file)) return false;
      file.foundAt = ticks;
    }
    file.checkedTurn = turn;
    return true;
  }

  /** Whether a file is still what its name leads to. */
  #isFound(file: ServedFile): boolean {
    const lookUp = this.#watches.number();
    const status = this.#status;
    const visited = this.#visited;
    if (typeof this.#root.find(file.place.names, status, visited) === "number") return false;
    if (status.ino !== file.ino || status.dev !== file.dev) return false;
    file.lookUp = lookUp;
    const folders = file.folders ?? [];
    if (folders.length !== visited.size || !folders.every(({ path }) => visited.has(path))) {
      if (file.folders !== null) this.#watches.release(file.folders);
      file.folders = this.#watches.watch([...visited]);
    }
    // The map's order: used last.
    const { target } = file.place;
    const hash = hashOf(target, 0, target.length);
    this.#files.delete(hash);
    this.#files.set(hash, file);
    return true;
  }
}
