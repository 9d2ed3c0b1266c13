/**
 * `descriptor` of wasi:filesystem/types.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import {
  AT_EMPTY_PATH,
  AT_REMOVEDIR,
  AT_SYMLINK_NOFOLLOW,
  F_GETFL,
  O_ACCMODE,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_DSYNC,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_RDWR,
  O_SYNC,
  O_TRUNC,
  O_WRONLY,
} from "../../../linux/fcntl.ts";
import { FileStatus } from "../../../linux/stat.ts";
import { readLink, resolveBeneath } from "../../wasi/beneath.ts";
import { resolveParentBeneath } from "../../wasi/parent_beneath.ts";
import { MAX_READ, type WasiContext } from "../context.ts";
import type { InputStream, OutputStream } from "../io/streams.ts";
import { Resource } from "../resource.ts";
import {
  type DescriptorStat,
  descriptorStat,
  type DescriptorType,
  fileTimes,
  metadataHash,
  type MetadataHashValue,
  type NewTimestamp,
  typeOfFile,
} from "./attributes.ts";
import { DirectoryEntryStream } from "./directory_entries.ts";
import { checkFile, failFile } from "./error_code.ts";
import { OpenHandle } from "./open_handle.ts";
import { FileInputStream, FileOutputStream } from "./streams.ts";

/** `descriptor-flags`. */
export interface DescriptorFlags {
  /** Reading. */
  readonly read?: boolean;
  /** Writing. */
  readonly write?: boolean;
  /** Writes wait for data and attributes to be stored. */
  readonly fileIntegritySync?: boolean;
  /** Writes wait for data to be stored. */
  readonly dataIntegritySync?: boolean;
  /** Reads wait as writes do. */
  readonly requestedWriteSync?: boolean;
  /** Names in a directory may be changed. */
  readonly mutateDirectory?: boolean;
}

/** `path-flags`. */
export interface PathFlags {
  /** Whether a symbolic link at the end of the path is followed. */
  readonly symlinkFollow?: boolean;
}

/** `open-flags`. */
export interface OpenFlags {
  /** Makes the file if there is none. */
  readonly create?: boolean;
  /** Fails if it is no directory. */
  readonly directory?: boolean;
  /** Fails if it is there. */
  readonly exclusive?: boolean;
  /** Empties it. */
  readonly truncate?: boolean;
}

/** Permissions of what a guest makes, before the umask. */
const FILE_MODE = 0o666;
const DIRECTORY_MODE = 0o777;

/** A file's offset or length; beyond what there can be is EINVAL. */
function toOffset(value: bigint): number {
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? failFile(Errno.EINVAL) : Number(value);
}

/** open(2)'s flags. */
function openFlags(
  { create, directory, exclusive, truncate }: OpenFlags,
  { read, write, fileIntegritySync, dataIntegritySync }: DescriptorFlags,
): number {
  const access = write ? (read ? O_RDWR : O_WRONLY) : O_RDONLY;
  return access | O_CLOEXEC | O_NOFOLLOW | (create ? O_CREAT : 0) | (directory ? O_DIRECTORY : 0) |
    (exclusive ? O_EXCL : 0) | (truncate ? O_TRUNC : 0) | (fileIntegritySync ? O_SYNC : 0) |
    (dataIntegritySync ? O_DSYNC : 0);
}

/** `descriptor`: an open file or directory. */
export class Descriptor extends Resource {
  readonly #context: WasiContext;
  readonly #handle: OpenHandle;

  /** Takes over a descriptor of the system. */
  constructor(context: WasiContext, fd: number) {
    super();
    this.#context = context;
    this.#handle = new OpenHandle(context.system, fd);
  }

  /** `read-via-stream`. */
  readViaStream(offset: bigint): InputStream {
    this.#checkAccess(O_RDONLY);
    return new FileInputStream(this.#context, this.#handle.hold(), toOffset(offset));
  }

  /** `write-via-stream`. */
  writeViaStream(offset: bigint): OutputStream {
    this.#checkAccess(O_WRONLY);
    return new FileOutputStream(this.#context, this.#handle.hold(), toOffset(offset));
  }

  /** `append-via-stream`. */
  appendViaStream(): OutputStream {
    this.#checkAccess(O_WRONLY);
    return new FileOutputStream(this.#context, this.#handle.hold(), null);
  }

  /** `advise`: how a file will be used is taken note of, and nothing follows from it. */
  advise(_offset: bigint, _length: bigint, _advice: string): void {
    if (this.getType() === "directory") failFile(Errno.EBADF);
  }

  /** `sync-data`. */
  syncData(): void {
    checkFile(this.#handle.system.fdatasync(this.#handle.fd));
  }

  /** `get-flags`. */
  getFlags(): Required<DescriptorFlags> {
    const flags = checkFile(this.#handle.system.fcntl(this.#handle.fd, F_GETFL, 0));
    const access = flags & O_ACCMODE;
    const fileIntegritySync = (flags & O_SYNC) === O_SYNC;
    return {
      read: access !== O_WRONLY,
      write: access !== O_RDONLY,
      fileIntegritySync,
      dataIntegritySync: !fileIntegritySync && (flags & O_DSYNC) !== 0,
      requestedWriteSync: false,
      mutateDirectory: this.getType() === "directory",
    };
  }

  /** `get-type`. */
  getType(): DescriptorType {
    return typeOfFile(this.#status());
  }

  /** `set-size`. */
  setSize(size: bigint): void {
    checkFile(this.#handle.system.ftruncate(this.#handle.fd, toOffset(size)));
  }

  /** `set-times`. */
  setTimes(access: NewTimestamp, modification: NewTimestamp): void {
    const { system, fd } = this.#handle;
    checkFile(system.utimensat(fd, "", fileTimes(access, modification), AT_EMPTY_PATH));
  }

  /** `read`: bytes, and whether the file ends there. */
  read(length: bigint, offset: bigint): [Uint8Array, boolean] {
    const room = Number(length > BigInt(MAX_READ) ? BigInt(MAX_READ) : length);
    const buffer = this.#context.scratch(room);
    const { system, fd } = this.#handle;
    const count = checkFile(system.pread(fd, buffer, room, toOffset(offset)));
    return [buffer.subarray(0, count), count === 0 && room > 0];
  }

  /** `write`: how many bytes were written. */
  write(buffer: Uint8Array, offset: bigint): bigint {
    const { system, fd } = this.#handle;
    return BigInt(checkFile(system.pwrite(fd, buffer, buffer.length, toOffset(offset))));
  }

  /** `read-directory`. */
  readDirectory(): DirectoryEntryStream {
    const { system, fd } = this.#handle;
    // Opened anew, since each stream has a place of its own.
    const own = checkFile(system.openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0));
    return new DirectoryEntryStream(new OpenHandle(system, own));
  }

  /** `sync`. */
  sync(): void {
    checkFile(this.#handle.system.fsync(this.#handle.fd));
  }

  /** `create-directory-at`. */
  createDirectoryAt(path: string): void {
    const { system, fd } = this.#handle;
    checkFile(system.mkdirat(fd, this.#resolveParent(path), DIRECTORY_MODE));
  }

  /** `stat`. */
  stat(): DescriptorStat {
    return descriptorStat(this.#status());
  }

  /** `stat-at`. */
  statAt(flags: PathFlags, path: string): DescriptorStat {
    return descriptorStat(this.#statusAt(flags, path));
  }

  /** `set-times-at`. */
  setTimesAt(
    flags: PathFlags,
    path: string,
    access: NewTimestamp,
    modification: NewTimestamp,
  ): void {
    const { system, fd } = this.#handle;
    const place = this.#resolve(flags, path);
    checkFile(system.utimensat(fd, place, fileTimes(access, modification), AT_SYMLINK_NOFOLLOW));
  }

  /** `link-at`. */
  linkAt(flags: PathFlags, oldPath: string, newDescriptor: Descriptor, newPath: string): void {
    // As in wasmtime: a link to what a symbolic link leads to is not to be had.
    if (flags.symlinkFollow) failFile(Errno.EINVAL);
    const { system, fd } = this.#handle;
    const from = this.#resolve(flags, oldPath);
    const to = newDescriptor.#resolveParent(newPath);
    checkFile(system.linkat(fd, from, newDescriptor.#handle.fd, to, 0));
  }

  /** `open-at`. */
  openAt(
    pathFlags: PathFlags,
    path: string,
    open: OpenFlags,
    flags: DescriptorFlags,
  ): Descriptor {
    const { system, fd } = this.#handle;
    // O_EXCL does not follow a symbolic link at the end.
    const follow = pathFlags.symlinkFollow === true && !(open.create && open.exclusive);
    const place = this.#resolve({ symlinkFollow: follow }, path);
    return new Descriptor(
      this.#context,
      checkFile(system.openat(fd, place, openFlags(open, flags), FILE_MODE)),
    );
  }

  /** `readlink-at`. */
  readlinkAt(path: string): string {
    const { system, fd } = this.#handle;
    const target = readLink(system, fd, this.#resolve({}, path));
    return typeof target === "number" ? failFile(target) : target;
  }

  /** `remove-directory-at`. */
  removeDirectoryAt(path: string): void {
    const { system, fd } = this.#handle;
    checkFile(system.unlinkat(fd, this.#resolveParent(path), AT_REMOVEDIR));
  }

  /** `rename-at`. */
  renameAt(oldPath: string, newDescriptor: Descriptor, newPath: string): void {
    const { system, fd } = this.#handle;
    const from = this.#resolveParent(oldPath);
    const to = newDescriptor.#resolveParent(newPath);
    checkFile(system.renameat(fd, from, newDescriptor.#handle.fd, to));
  }

  /** `symlink-at`. */
  symlinkAt(target: string, path: string): void {
    if (target.startsWith("/")) failFile(Errno.EPERM);
    const { system, fd } = this.#handle;
    checkFile(system.symlinkat(target, fd, this.#resolveParent(path)));
  }

  /** `unlink-file-at`. */
  unlinkFileAt(path: string): void {
    const { system, fd } = this.#handle;
    checkFile(system.unlinkat(fd, this.#resolveParent(path), 0));
  }

  /** `is-same-object`. */
  isSameObject(other: Descriptor): boolean {
    const one = this.#status();
    const another = other.#status();
    return one.dev === another.dev && one.ino === another.ino;
  }

  /** `metadata-hash`. */
  metadataHash(): MetadataHashValue {
    return metadataHash(this.#status());
  }

  /** `metadata-hash-at`. */
  metadataHashAt(flags: PathFlags, path: string): MetadataHashValue {
    return metadataHash(this.#statusAt(flags, path));
  }

  protected override release(): void {
    this.#handle.release();
  }

  #status(): FileStatus {
    const status = new FileStatus();
    checkFile(this.#handle.system.fstat(this.#handle.fd, status));
    return status;
  }

  #statusAt(flags: PathFlags, path: string): FileStatus {
    const status = new FileStatus();
    const { system, fd } = this.#handle;
    checkFile(system.fstatat(fd, this.#resolve(flags, path), status, AT_SYMLINK_NOFOLLOW));
    return status;
  }

  /** Fails unless the descriptor was opened for reading (O_RDONLY) or writing (O_WRONLY). */
  #checkAccess(wanted: typeof O_RDONLY | typeof O_WRONLY): void {
    const flags = checkFile(this.#handle.system.fcntl(this.#handle.fd, F_GETFL, 0));
    const access = flags & O_ACCMODE;
    if (access !== wanted && access !== O_RDWR) failFile(Errno.EBADF);
  }

  #resolve({ symlinkFollow }: PathFlags, path: string): string {
    const { system, fd } = this.#handle;
    const place = resolveBeneath(system, fd, path, { follow: symlinkFollow === true });
    return typeof place === "number" ? failFile(place) : place;
  }

  #resolveParent(path: string): string {
    const { system, fd } = this.#handle;
    const place = resolveParentBeneath(system, fd, path);
    return typeof place === "number" ? failFile(place) : place;
  }
}
