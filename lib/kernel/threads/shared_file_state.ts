/**
 * The current folder, the umask and the record locks of a process that several threads share.
 *
 * @module
 */
import type { DirectoryPlace, FileIdentity, FileState } from "../files/file_state.ts";
import type { Lock } from "./lock.ts";
import { Header, LOCKED_FILES, PATH_MAX, type ProcessMemory } from "./process_memory.ts";

// A half of the memory for the current folder: bytes of the path, device, inode, the path.
const LENGTH = 0;
const DEVICE = 8;
const INODE = 16;
const PATH = 24;

/** The state, as one of the threads sees it. All of it but the umask changes under the lock `files`. */
export class SharedFileState implements FileState {
  readonly #memory: ProcessMemory;
  readonly #lock: Lock;
  /** The folder that was read last, and which half it was in when. */
  #seen: { readonly version: number; readonly place: DirectoryPlace | null } | null = null;

  /** The state of a process; `lock` is its lock `files`. */
  constructor(memory: ProcessMemory, lock: Lock) {
    this.#memory = memory;
    this.#lock = lock;
  }

  get umask(): number {
    return Atomics.load(this.#memory.header, Header.umask);
  }

  exchangeUmask(mask: number): number {
    return Atomics.exchange(this.#memory.header, Header.umask, mask);
  }

  get directory(): DirectoryPlace | null {
    const version = Atomics.load(this.#memory.header, Header.directory);
    if (version === 0) return null;
    if (this.#seen?.version === version) return this.#seen.place;
    let place: DirectoryPlace | null = null;
    this.guard(() => place = this.#read());
    return place;
  }

  set directory(place: DirectoryPlace | null) {
    this.guard(() => this.#write(place));
  }

  get hasLocks(): boolean {
    return Atomics.load(this.#memory.header, Header.lockedFiles) !== 0;
  }

  guard(action: () => void): void {
    this.#lock.acquire();
    try {
      action();
    } finally {
      this.#lock.release();
    }
  }

  isLocked(file: FileIdentity): boolean {
    // Beyond the room for them all files are taken to have locks.
    return this.#count() > LOCKED_FILES || this.#find(file) >= 0;
  }

  setLocked(file: FileIdentity): void {
    const count = this.#count();
    if (this.isLocked(file)) return;
    if (count < LOCKED_FILES) this.#put(count, file);
    Atomics.store(this.#memory.header, Header.lockedFiles, count + 1);
  }

  setUnlocked(file: FileIdentity): void {
    const count = this.#count();
    const index = this.#find(file);
    if (count > LOCKED_FILES || index < 0) return;
    const last = 2 * (count - 1);
    this.#memory.lockedFiles.copyWithin(2 * index, last, last + 2);
    Atomics.store(this.#memory.header, Header.lockedFiles, count - 1);
  }

  #count(): number {
    return Atomics.load(this.#memory.header, Header.lockedFiles);
  }

  #find({ dev, ino }: FileIdentity): number {
    const { lockedFiles } = this.#memory;
    const count = Math.min(this.#count(), LOCKED_FILES);
    for (let index = 0; index < count; index++) {
      if (lockedFiles[2 * index] === BigInt(dev) && lockedFiles[2 * index + 1] === ino) {
        return index;
      }
    }
    return -1;
  }

  #put(index: number, { dev, ino }: FileIdentity): void {
    this.#memory.lockedFiles[2 * index] = BigInt(dev);
    this.#memory.lockedFiles[2 * index + 1] = ino;
  }

  #read(): DirectoryPlace | null {
    const version = Atomics.load(this.#memory.header, Header.directory);
    const half = this.#half(version);
    const length = half.getInt32(LENGTH, true);
    // Decoders take no shared memory.
    const bytes = new Uint8Array(half.buffer, half.byteOffset + PATH, length).slice();
    const place = length === 0 ? null : {
      path: new TextDecoder().decode(bytes),
      dev: half.getFloat64(DEVICE, true),
      ino: half.getBigUint64(INODE, true),
    };
    this.#seen = { version, place };
    return place;
  }

  /** Writes the half that does not count, then makes it count. */
  #write(place: DirectoryPlace | null): void {
    const version = Atomics.load(this.#memory.header, Header.directory) + 1;
    const half = this.#half(version);
    const bytes = new TextEncoder().encode(place?.path ?? "").subarray(0, PATH_MAX);
    half.setInt32(LENGTH, bytes.length, true);
    half.setFloat64(DEVICE, place?.dev ?? 0, true);
    half.setBigUint64(INODE, place?.ino ?? 0n, true);
    new Uint8Array(half.buffer, half.byteOffset + PATH, bytes.length).set(bytes);
    Atomics.store(this.#memory.header, Header.directory, version);
  }

  #half(version: number): DataView<SharedArrayBuffer> {
    return this.#memory.directories[version & 1 ? 1 : 0];
  }
}
