/**
 * A file as `node:fs` opens it, for where there is no libc to hand the descriptor to.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import {
  type Flock,
  O_ACCMODE,
  O_APPEND,
  O_DIRECT,
  O_NOATIME,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  SEEK_CUR,
  SEEK_DATA,
  SEEK_END,
  SEEK_HOLE,
  SEEK_SET,
} from "../../linux/fcntl.ts";
import { FIONBIO, FIONREAD } from "../../linux/ioctl.ts";
import { POLLIN, POLLNVAL, POLLOUT, POLLRDNORM, POLLWRNORM } from "../../linux/poll.ts";
import type { FileStatus, FileTimes } from "../../linux/stat.ts";
import { type Iovec, MAX_RW_COUNT } from "../../linux/uio.ts";
import { type Bytes, FileKind, OpenFile } from "../../stack/open_file.ts";
import { DirectoryStream } from "./directory_stream.ts";
import { errnoOf, fillStatus, nodeFs, nodeTimes } from "./node_fs.ts";

// Devices 1:3 and 1:5, which never look at what is written to them.
const DEV_NULL = 0x103;
const DEV_ZERO = 0x105;
// The major number of the memory devices, whose offset is always 0.
const MEM_MAJOR = 0x100;

/** What the one who opens a {@link NodeFile} knows about it. */
export interface NodeFileOptions {
  /** Access mode and status flags, as `F_GETFL` tells them. */
  readonly flags: number;
  /** What was opened. */
  readonly status: FileStatus;
  /** What it is. */
  readonly kind: FileKind;
  /** Absolute path of a directory, else null. */
  readonly path: string | null;
  /** Reads a directory's names, if Deno's permissions still allow it. */
  readonly list: (path: string) => readonly string[] | number;
  /** Attributes of a name in a directory, not followed; null where it is gone. */
  readonly look: (path: string) => FileStatus | null;
  /** Opens the same file anew with other status flags: a descriptor, or a negated errno. */
  readonly reopen: (flags: number) => number;
  /** Closes a descriptor of `node:fs`. */
  readonly release: (descriptor: number) => void;
}

/**
 * An open file description over a descriptor of `node:fs`. The offset is kept here, and transfers
 * name it; with O_APPEND the descriptor has that flag too and the system finds the end of the file.
 */
export class NodeFile extends OpenFile {
  readonly kind: FileKind;
  override readonly path: string | null;
  #descriptor: number;
  #flags: number;
  #offset = 0;
  /** Whether transfers have a place: files, and devices that ignore it. */
  readonly #seekable: boolean;
  readonly #device: number;
  readonly #reopen: NodeFileOptions["reopen"];
  readonly #release: NodeFileOptions["release"];
  readonly #directory: DirectoryStream | null;

  /** Takes over a descriptor that `node:fs` opened. */
  constructor(descriptor: number, options: NodeFileOptions) {
    super();
    const { flags, status, kind, path, reopen, release } = options;
    this.#descriptor = descriptor;
    this.#flags = flags;
    this.#reopen = reopen;
    this.#release = release;
    this.path = path;
    this.kind = (flags & O_PATH) === 0 ? kind : FileKind.other;
    this.#device = kind === FileKind.character ? status.rdev : 0;
    this.#seekable = kind === FileKind.file || (this.#device & ~0xff) === MEM_MAJOR;
    this.#directory = kind === FileKind.directory && path !== null
      ? new DirectoryStream(path, status, options)
      : null;
  }

  close(): number {
    try {
      this.#release(this.#descriptor);
      return 0;
    } catch (error) {
      return errnoOf(error);
    }
  }

  getStatusFlags(): number {
    return this.#flags;
  }

  setStatusFlags(flags: number): number {
    if (this.#isPath()) return -Errno.EBADF;
    const changed = this.#flags ^ flags;
    // These two would need fcntl(2); Linux refuses them where a file system lacks them, or a right.
    if ((changed & flags & O_NOATIME) !== 0) return -Errno.EPERM;
    if ((changed & flags & O_DIRECT) !== 0) return -Errno.EINVAL;
    if ((changed & O_NONBLOCK) !== 0 && !this.#seekable && this.#directory === null) {
      return -Errno.EINVAL;
    }
    const settable = O_APPEND | O_NONBLOCK | O_NOATIME | O_DIRECT;
    const next = (this.#flags & ~settable) | (flags & settable);
    if ((changed & O_APPEND) !== 0 && this.kind === FileKind.file && this.#writes()) {
      const descriptor = this.#reopen(next);
      if (descriptor < 0) return -Errno.EPERM;
      this.close();
      this.#descriptor = descriptor;
    }
    this.#flags = next;
    return 0;
  }

  fstat(status: FileStatus): number {
    try {
      fillStatus(nodeFs().fstatSync(this.#descriptor, { bigint: true }), status);
      return 0;
    } catch (error) {
      return errnoOf(error);
    }
  }

  override poll(events: number): number {
    if (this.#isPath()) return POLLNVAL;
    return events & (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM);
  }

  override read(buffer: Bytes | null, length: number): number {
    const refusal = this.#checkRead();
    if (refusal < 0) return refusal;
    const count = this.#readAt(buffer, length, this.#seekable ? this.#offset : null);
    if (count > 0) this.#offset += count;
    return count;
  }

  override write(buffer: Bytes | null, length: number): number {
    const refusal = this.#checkWrite();
    if (refusal < 0) return refusal;
    const count = this.#writeAt(buffer, length, this.#seekable ? this.#offset : null);
    if (count > 0) this.#advance(count);
    return count;
  }

  override readv(buffers: readonly Iovec[]): number {
    const refusal = this.#checkRead();
    if (refusal < 0) return refusal;
    return transferAll(buffers, (buffer, length) => {
      const count = this.#readAt(buffer, length, this.#seekable ? this.#offset : null);
      if (count > 0) this.#offset += count;
      return count;
    });
  }

  override writev(buffers: readonly Iovec[]): number {
    const refusal = this.#checkWrite();
    if (refusal < 0) return refusal;
    return transferAll(buffers, (buffer, length) => {
      const count = this.#writeAt(buffer, length, this.#seekable ? this.#offset : null);
      if (count > 0) this.#advance(count);
      return count;
    });
  }

  override pread(buffer: Bytes | null, length: number, offset: number): number {
    if (offset < 0) return -Errno.EINVAL;
    if (this.#isPath()) return -Errno.EBADF;
    if (!this.#seekable && this.#directory === null) return -Errno.ESPIPE;
    const refusal = this.#checkRead();
    return refusal < 0 ? refusal : this.#readAt(buffer, length, offset);
  }

  override pwrite(buffer: Bytes | null, length: number, offset: number): number {
    if (offset < 0) return -Errno.EINVAL;
    if (this.#isPath()) return -Errno.EBADF;
    if (!this.#seekable && this.#directory === null) return -Errno.ESPIPE;
    const refusal = this.#checkWrite();
    return refusal < 0 ? refusal : this.#writeAt(buffer, length, offset);
  }

  override lseek(offset: number, whence: number): number {
    if (this.#isPath()) return -Errno.EBADF;
    if (![SEEK_SET, SEEK_CUR, SEEK_END, SEEK_DATA, SEEK_HOLE].includes(whence)) {
      return -Errno.EINVAL;
    }
    if (this.#directory !== null) return this.#directory.seek(offset, whence);
    if (!this.#seekable) return -Errno.ESPIPE;
    if (this.kind !== FileKind.file) return 0;
    let next = offset;
    if (whence === SEEK_CUR) next += this.#offset;
    else if (whence !== SEEK_SET) {
      const size = this.#size();
      if (size < 0) return size;
      if (whence === SEEK_END) next += size;
      else {
        // A file system that knows of no holes: one at the end of every file.
        if (offset < 0 || offset >= size) return -Errno.ENXIO;
        if (whence === SEEK_HOLE) next = size;
      }
    }
    if (next < 0) return -Errno.EINVAL;
    if (next > Number.MAX_SAFE_INTEGER) return -Errno.EOVERFLOW;
    this.#offset = next;
    return next;
  }

  override ftruncate(length: number): number {
    if (length < 0) return -Errno.EINVAL;
    if (this.#isPath()) return -Errno.EBADF;
    if (this.kind !== FileKind.file || !this.#writes()) return -Errno.EINVAL;
    try {
      nodeFs().ftruncateSync(this.#descriptor, length);
      return 0;
    } catch (error) {
      return errnoOf(error);
    }
  }

  override fsync(): number {
    if (this.#isPath()) return -Errno.EBADF;
    try {
      nodeFs().fsyncSync(this.#descriptor);
      return 0;
    } catch (error) {
      return errnoOf(error);
    }
  }

  override fdatasync(): number {
    if (this.#isPath()) return -Errno.EBADF;
    try {
      nodeFs().fdatasyncSync(this.#descriptor);
      return 0;
    } catch (error) {
      return errnoOf(error);
    }
  }

  override utimens(times: FileTimes): number {
    const fs = nodeFs();
    try {
      const [atime, mtime] = nodeTimes(times, () => fs.fstatSync(this.#descriptor));
      fs.futimesSync(this.#descriptor, atime, mtime);
      return 0;
    } catch (error) {
      return errnoOf(error);
    }
  }

  override getdents(buffer: Bytes | null, length: number): number {
    if (this.#isPath()) return -Errno.EBADF;
    return this.#directory === null ? -Errno.ENOTDIR : this.#directory.read(buffer, length);
  }

  override ioctl(request: number, value: Int32Array<ArrayBuffer> | null): number {
    if (this.#isPath()) return -Errno.EBADF;
    if (request === FIONBIO) {
      if (value === null) return -Errno.EFAULT;
      const others = this.#flags & ~O_NONBLOCK;
      return this.setStatusFlags(value[0] === 0 ? others : others | O_NONBLOCK);
    }
    if (request !== FIONREAD || this.kind !== FileKind.file) return -Errno.ENOTTY;
    if (value === null) return -Errno.EFAULT;
    const size = this.#size();
    if (size < 0) return size;
    value[0] = size - this.#offset;
    return 0;
  }

  override lock(_command: number, _lock: Flock): number {
    return this.#isPath() ? -Errno.EBADF : -Errno.ENOLCK;
  }

  #isPath(): boolean {
    return (this.#flags & O_PATH) !== 0;
  }

  #writes(): boolean {
    const mode = this.#flags & O_ACCMODE;
    return mode === O_WRONLY || mode === O_RDWR;
  }

  #checkRead(): number {
    const mode = this.#flags & O_ACCMODE;
    if (this.#isPath() || (mode !== O_RDONLY && mode !== O_RDWR)) return -Errno.EBADF;
    return this.kind === FileKind.directory ? -Errno.EISDIR : 0;
  }

  #checkWrite(): number {
    return this.#isPath() || !this.#writes() ? -Errno.EBADF : 0;
  }

  #size(): number {
    try {
      return nodeFs().fstatSync(this.#descriptor).size;
    } catch (error) {
      return errnoOf(error);
    }
  }

  /** Reads at a place, or at the system's own offset (null) where there are no places. */
  #readAt(buffer: Bytes | null, length: number, position: number | null): number {
    if (length === 0) return 0;
    if (buffer === null) {
      if (this.#device === DEV_NULL) return 0;
      const atEnd = this.kind === FileKind.file && (position ?? 0) >= this.#size();
      return atEnd ? 0 : -Errno.EFAULT;
    }
    try {
      const count = Math.min(length, MAX_RW_COUNT);
      return nodeFs().readSync(this.#descriptor, buffer, 0, count, position);
    } catch (error) {
      return errnoOf(error);
    }
  }

  #writeAt(buffer: Bytes | null, length: number, position: number | null): number {
    if (length === 0) return 0;
    const count = Math.min(length, MAX_RW_COUNT);
    if (this.#device === DEV_NULL || this.#device === DEV_ZERO) return count;
    if (buffer === null) return -Errno.EFAULT;
    // open(2), BUGS: with O_APPEND data goes to the end of the file, whatever place pwrite names.
    const place = (this.#flags & O_APPEND) === 0 ? position : null;
    try {
      return nodeFs().writeSync(this.#descriptor, buffer, 0, count, place);
    } catch (error) {
      return errnoOf(error);
    }
  }

  /** After a write of `count` bytes. */
  #advance(count: number): void {
    if ((this.#flags & O_APPEND) === 0) this.#offset += count;
    else if (this.kind === FileKind.file) this.#offset = Math.max(this.#size(), 0);
  }
}

/** Transfers one buffer after the other until one is not filled; an error counts if it comes first. */
function transferAll(
  buffers: readonly Iovec[],
  transfer: (buffer: Bytes | null, length: number) => number,
): number {
  let total = 0;
  for (const { base, length } of buffers) {
    if (length === 0) continue;
    const count = transfer(base, Math.min(length, MAX_RW_COUNT - total));
    if (count < 0) return total > 0 ? total : count;
    total += count;
    if (count < length) break;
  }
  return total;
}
