/**
 * System calls that move bytes between a guest's memory and a descriptor.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import { F_GETFL, O_ACCMODE, O_PATH, O_RDONLY, O_WRONLY } from "../../../linux/fcntl.ts";
import { type Iovec, UIO_MAXIOV } from "../../../linux/uio.ts";
import { FileKind } from "../../../stack/open_file.ts";
import { type CallContext, hex, transferCount } from "../call_context.ts";
import { fromRegister } from "../register.ts";
import { buffersOf, isBeyond, loadVector } from "./vector.ts";

/** Where a buffer, or a list of them, is wrong. */
interface WrongBuffer {
  readonly fd: number;
  readonly address: number;
  readonly length: number;
  /** What is wrong, negated. */
  readonly errno: number;
  /** The access mode that lacks what the call is about. */
  readonly mode: number;
  /** Whether the call is for what can be read and written by offset, ESPIPE for all else. */
  readonly needsOffset?: boolean;
}

/** Whether what is open has offsets. */
function isSeekable(c: CallContext, fd: number): boolean {
  const kind = c.system.kind(fd | 0);
  return kind < 0 || kind === FileKind.file || kind === FileKind.directory;
}

/** Ends a call with such a buffer; a descriptor of that mode is EBADF before that. */
function refuse(
  c: CallContext,
  name: string,
  { fd, address, length, errno, mode, needsOffset = false }: WrongBuffer,
): number {
  if (needsOffset && !isSeekable(c, fd)) {
    return c.answer(name, -Errno.ESPIPE, String(fd | 0), hex(address), String(length));
  }
  const flags = c.system.fcntl(fd | 0, F_GETFL, 0);
  const result = flags >= 0 && (flags & O_ACCMODE) === mode ? -Errno.EBADF : errno;
  return c.refuse(name, fd, result, hex(address), String(length));
}

/** Whether nothing of a buffer is there. */
function isOutside(c: CallContext, address: number): boolean {
  return c.memory.available(address) === 0;
}

/** read(2). */
export function read(c: CallContext, fd: number, address: number, length: number): number {
  const bytes = c.memory.bytes(address, length);
  if (bytes !== null) return c.system.read(fd | 0, bytes, length);
  if (isBeyond(c, address, length)) {
    return refuse(c, "read", { fd, address, length, errno: -Errno.EFAULT, mode: O_WRONLY });
  }
  const count = transferCount(length);
  return isOutside(c, address)
    ? c.system.read(fd | 0, null, count)
    : c.system.readv(fd | 0, buffersOf(c, address, count));
}

/** write(2). */
export function write(c: CallContext, fd: number, address: number, length: number): number {
  const bytes = c.memory.bytes(address, length);
  if (bytes !== null) return c.system.write(fd | 0, bytes, length);
  if (isBeyond(c, address, length)) {
    return refuse(c, "write", { fd, address, length, errno: -Errno.EFAULT, mode: O_RDONLY });
  }
  const count = transferCount(length);
  return isOutside(c, address)
    ? c.system.write(fd | 0, null, count)
    : c.system.writev(fd | 0, buffersOf(c, address, count));
}

/** pread64(2). */
export function pread64(
  c: CallContext,
  fd: number,
  address: number,
  length: number,
  offset: number,
): number {
  const bytes = c.memory.bytes(address, length);
  if (bytes !== null) return c.system.pread(fd | 0, bytes, length, offset);
  if (offset >= 0 && isBeyond(c, address, length)) {
    const wrong = { fd, address, length, errno: -Errno.EFAULT, mode: O_WRONLY };
    return refuse(c, "pread64", { ...wrong, needsOffset: true });
  }
  if (length < 0 || isOutside(c, address)) {
    return c.system.pread(fd | 0, null, transferCount(length), offset);
  }
  // What can be read by offset is copied page by page, up to the first byte that faults.
  const room = Math.min(c.memory.available(address), transferCount(length));
  return c.system.pread(fd | 0, c.memory.bytes(address, room), room, offset);
}

/** pwrite64(2). */
export function pwrite64(
  c: CallContext,
  fd: number,
  address: number,
  length: number,
  offset: number,
): number {
  const bytes = c.memory.bytes(address, length);
  if (bytes !== null) return c.system.pwrite(fd | 0, bytes, length, offset);
  if (offset >= 0 && isBeyond(c, address, length)) {
    const wrong = { fd, address, length, errno: -Errno.EFAULT, mode: O_RDONLY };
    return refuse(c, "pwrite64", { ...wrong, needsOffset: true });
  }
  if (length < 0 || isOutside(c, address)) {
    return c.system.pwrite(fd | 0, null, transferCount(length), offset);
  }
  const room = Math.min(c.memory.available(address), transferCount(length));
  return c.system.pwrite(fd | 0, c.memory.bytes(address, room), room, offset);
}

/** readv(2). Of the count Linux takes 32 bits. */
export function readv(c: CallContext, fd: number, address: number, count: number): number {
  const length = count >>> 0;
  const buffers = length > UIO_MAXIOV ? -Errno.EINVAL : loadVector(c, address, length);
  return typeof buffers === "number"
    ? refuse(c, "readv", { fd, address, length, errno: buffers, mode: O_WRONLY })
    : c.system.readv(fd | 0, buffers);
}

/** writev(2). Of the count Linux takes 32 bits. */
export function writev(c: CallContext, fd: number, address: number, count: number): number {
  const length = count >>> 0;
  const buffers = length > UIO_MAXIOV ? -Errno.EINVAL : loadVector(c, address, length);
  return typeof buffers === "number"
    ? refuse(c, "writev", { fd, address, length, errno: buffers, mode: O_RDONLY })
    : c.system.writev(fd | 0, buffers);
}

/** Moves bytes of one buffer, by offset. */
type TransferAt = (buffer: Iovec, offset: number) => number;

/** Moves bytes of one buffer after the other until one is not filled. */
function transferAt(buffers: readonly Iovec[], offset: number, transfer: TransferAt): number {
  let sum = 0;
  for (const buffer of buffers) {
    const count = transfer(buffer, offset + sum);
    if (count < 0) return sum > 0 ? sum : count;
    sum += count;
    if (count < buffer.length) break;
  }
  return sum;
}

/**
 * The list of preadv(2) and pwritev(2), whose offset Linux looks at first: 0 for one with nothing in
 * it, which is not read or written.
 */
function vectorAt(
  c: CallContext,
  address: number,
  length: number,
  offset: number,
): readonly Iovec[] | number {
  if (offset < 0 || length > UIO_MAXIOV) return -Errno.EINVAL;
  const buffers = loadVector(c, address, length);
  if (typeof buffers === "number") return buffers;
  return buffers.every(({ length }) => length === 0) ? 0 : buffers;
}

/** preadv(2). */
export function preadv(
  c: CallContext,
  fd: number,
  address: number,
  count: number,
  offset: number,
): number {
  const vector = { fd, address, length: count >>> 0, offset, mode: O_WRONLY };
  return transferVectorAt(
    c,
    "preadv",
    vector,
    ({ base, length }, at) => c.system.pread(fd | 0, base, length, at),
  );
}

/** pwritev(2). */
export function pwritev(
  c: CallContext,
  fd: number,
  address: number,
  count: number,
  offset: number,
): number {
  const vector = { fd, address, length: count >>> 0, offset, mode: O_RDONLY };
  return transferVectorAt(
    c,
    "pwritev",
    vector,
    ({ base, length }, at) => c.system.pwrite(fd | 0, base, length, at),
  );
}

/** What preadv(2) and pwritev(2) are called with. */
interface VectorAt {
  readonly fd: number;
  readonly address: number;
  /** How many buffers the list has. */
  readonly length: number;
  readonly offset: number;
  /** The access mode with which a file does not do it. */
  readonly mode: number;
}

function transferVectorAt(
  c: CallContext,
  name: string,
  vector: VectorAt,
  transfer: TransferAt,
): number {
  const { fd, address, length, offset, mode } = vector;
  const buffers = vectorAt(c, address, length, offset);
  if (typeof buffers !== "number") return transferAt(buffers, offset, transfer);
  return offset < 0
    ? c.answer(name, buffers, String(fd | 0), hex(address), String(length))
    : refuse(c, name, { fd, address, length, errno: buffers, mode, needsOffset: true });
}

/**
 * What sendfile(2) says to its input before it looks at its output: 0 if nothing.
 *
 * @param c The thread.
 * @param input The descriptor.
 * @param offset Where it is read; null for its own offset.
 * @param count How many bytes there are to be.
 */
function refusedInput(
  c: CallContext,
  input: number,
  offset: number | null,
  count: number,
): number {
  const flags = c.system.fcntl(input, F_GETFL, 0);
  if (flags < 0) return flags;
  if ((flags & O_ACCMODE) === O_WRONLY || (flags & O_PATH) !== 0) return -Errno.EBADF;
  if (offset !== null && !isSeekable(c, input)) return -Errno.ESPIPE;
  return count < 0 || (offset !== null && offset < 0) ? -Errno.EINVAL : 0;
}

/** sendfile(2). The offset is read before the descriptors are looked at. */
export function sendfile(
  c: CallContext,
  output: number,
  input: number,
  address: number,
  count: number,
): number {
  const { memory, system } = c;
  const answer = (errno: number): number => {
    const args = [output | 0, input | 0].map(String);
    return c.answer("sendfile", errno, ...args, hex(address), String(count));
  };
  const start = address === 0 ? null : memory.loadBigUint64(address);
  if (start === null && address !== 0) return answer(-Errno.EFAULT);
  const from = start === null ? null : fromRegister(start);
  if (from !== null || count < 0) {
    const refused = refusedInput(c, input | 0, from, count);
    if (refused < 0) return answer(refused);
  }
  const offset = from === null ? null : { value: from };
  const result = system.sendfile(output | 0, input | 0, offset, transferCount(count));
  if (offset !== null && offset.value !== from) memory.store64(address, offset.value);
  return result;
}
