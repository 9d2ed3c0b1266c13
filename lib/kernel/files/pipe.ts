/**
 * Pipes without a descriptor of the host, pipe(7).
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import {
  type Flock,
  O_APPEND,
  O_ASYNC,
  O_CLOEXEC,
  O_NOATIME,
  O_NONBLOCK,
  O_RDONLY,
  O_WRONLY,
} from "../../linux/fcntl.ts";
import { FIONBIO, FIONREAD } from "../../linux/ioctl.ts";
import { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from "../../linux/poll.ts";
import { type FileStatus, S_IFIFO, S_IRUSR, S_IWUSR } from "../../linux/stat.ts";
import type { Iovec } from "../../linux/uio.ts";
import { type Bytes, FileKind, OpenFile } from "../../stack/open_file.ts";
import { PAGE_SIZE, PipeBuffer } from "./pipe_buffer.ts";

// /proc/sys/fs/pipe-max-size: what a process without CAP_SYS_RESOURCE may ask for.
const PIPE_MAX_SIZE = 1 << 20;
// Largest size that is rounded up to a power of two; beyond is EINVAL.
const LARGEST_SIZE = 2 ** 31;

const SETTABLE_FLAGS = O_APPEND | O_ASYNC | O_NONBLOCK | O_NOATIME;

let pipes = 0;

/** What the two ends of a pipe share. */
class Pipe {
  readonly buffer = new PipeBuffer();
  readonly ino = BigInt(++pipes);
  readonly created = Date.now();
  reading = true;
  writing = true;
}

/** What both ends of a pipe do alike. */
abstract class PipeEnd extends OpenFile {
  readonly kind = FileKind.pipe;
  protected readonly pipe: Pipe;
  #flags: number;

  constructor(pipe: Pipe, flags: number) {
    super();
    this.pipe = pipe;
    this.#flags = flags;
  }

  protected get nonBlocking(): boolean {
    return (this.#flags & O_NONBLOCK) !== 0;
  }

  getStatusFlags(): number {
    return this.#flags;
  }

  setStatusFlags(flags: number): number {
    this.#flags = (this.#flags & ~SETTABLE_FLAGS) | (flags & SETTABLE_FLAGS);
    return 0;
  }

  fstat(status: FileStatus): number {
    const { created, ino } = this.pipe;
    const seconds = Math.floor(created / 1000);
    const nanoseconds = (created - seconds * 1000) * 1e6;
    status.dev = 0;
    status.ino = ino;
    status.mode = S_IFIFO | S_IRUSR | S_IWUSR;
    status.nlink = 1;
    status.uid = status.gid = 0;
    status.rdev = 0;
    status.size = 0;
    status.blksize = PAGE_SIZE;
    status.blocks = 0;
    status.atimeSeconds = status.mtimeSeconds = status.ctimeSeconds = seconds;
    status.atimeNanoseconds = status.mtimeNanoseconds = status.ctimeNanoseconds = nanoseconds;
    return 0;
  }

  override ioctl(request: number, value: Int32Array<ArrayBuffer> | null): number {
    if (request !== FIONREAD && request !== FIONBIO) return -Errno.ENOTTY;
    if (value === null) return -Errno.EFAULT;
    if (request === FIONREAD) value[0] = this.pipe.buffer.length;
    else if (value[0] === 0) this.#flags &= ~O_NONBLOCK;
    else this.#flags |= O_NONBLOCK;
    return 0;
  }

  override getPipeSize(): number {
    return this.pipe.buffer.size;
  }

  override setPipeSize(size: number): number {
    const wanted = size >>> 0;
    if (wanted > LARGEST_SIZE) return -Errno.EINVAL;
    const pages = Math.max(Math.ceil(wanted / PAGE_SIZE), 1);
    const rounded = PAGE_SIZE * 2 ** Math.ceil(Math.log2(pages));
    const { buffer } = this.pipe;
    if (rounded > buffer.size && rounded > PIPE_MAX_SIZE) return -Errno.EPERM;
    const result = buffer.resize(rounded);
    return result < 0 ? result : rounded;
  }

  override lock(_command: number, _lock: Flock): number {
    return -Errno.ENOLCK;
  }
}

class PipeReader extends PipeEnd {
  close(): number {
    this.pipe.reading = false;
    return 0;
  }

  override read(buffer: Bytes | null, length: number): number {
    return this.readv([{ base: buffer, length }]);
  }

  override readv(buffers: readonly Iovec[]): number {
    if (!hasLength(buffers)) return 0;
    const { pipe } = this;
    if (!pipe.buffer.empty) return pipe.buffer.read(buffers);
    if (!pipe.writing) return 0;
    // Nobody else runs while this thread waits, so nobody will ever write.
    return this.nonBlocking ? -Errno.EAGAIN : -Errno.EDEADLK;
  }

  override write(_buffer: Bytes | null, _length: number): number {
    return -Errno.EBADF;
  }

  override writev(_buffers: readonly Iovec[]): number {
    return -Errno.EBADF;
  }

  override poll(events: number): number {
    let ready = this.pipe.writing ? 0 : POLLHUP;
    if (!this.pipe.buffer.empty) ready |= events & (POLLIN | POLLRDNORM);
    return ready;
  }
}

class PipeWriter extends PipeEnd {
  close(): number {
    this.pipe.writing = false;
    return 0;
  }

  override read(_buffer: Bytes | null, _length: number): number {
    return -Errno.EBADF;
  }

  override readv(_buffers: readonly Iovec[]): number {
    return -Errno.EBADF;
  }

  override write(buffer: Bytes | null, length: number): number {
    return this.writev([{ base: buffer, length }]);
  }

  override writev(buffers: readonly Iovec[]): number {
    if (!hasLength(buffers)) return 0;
    if (!this.pipe.reading) return -Errno.EPIPE;
    const count = this.pipe.buffer.write(buffers);
    // As for the reader: what is full stays full while this thread waits.
    return count === -Errno.EAGAIN && !this.nonBlocking ? -Errno.EDEADLK : count;
  }

  override poll(events: number): number {
    let ready = this.pipe.reading ? 0 : POLLERR;
    if (!this.pipe.buffer.full) ready |= events & (POLLOUT | POLLWRNORM);
    return ready;
  }
}

function hasLength(buffers: readonly Iovec[]): boolean {
  return buffers.some(({ length }) => length > 0);
}

/**
 * pipe2(2): a pipe in this process's memory.
 *
 * It holds what Linux's holds, page by page. What differs: a call that would have to wait for the
 * other end gets −EDEADLK, since both ends belong to the one thread that would be waiting.
 *
 * @param flags O_NONBLOCK, and O_CLOEXEC, which belongs to the descriptors.
 * @returns The reading and the writing end; −EINVAL for other flags, O_DIRECT among them.
 */
export function createPipe(flags: number): readonly [OpenFile, OpenFile] | number {
  if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) !== 0) return -Errno.EINVAL;
  const pipe = new Pipe();
  const status = flags & O_NONBLOCK;
  return [new PipeReader(pipe, O_RDONLY | status), new PipeWriter(pipe, O_WRONLY | status)];
}
