/**
 * sendmsg(2) and recvmsg(2).
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import { SOCKADDR_STORAGE_SIZE } from "../../../linux/sockaddr.ts";
import { MSG_DONTWAIT, MSG_WAITFORONE } from "../../../linux/socket.ts";
import { UIO_MAXIOV } from "../../../linux/uio.ts";
import { FileKind } from "../../../stack/open_file.ts";
import { type CallContext, hex } from "../call_context.ts";
import { loadTimeout, storeTimeout } from "./time_calls.ts";
import { loadVector } from "./vector.ts";

/** Where the fields of `struct msghdr` are. */
interface MsghdrLayout {
  readonly name: number;
  readonly nameLength: number;
  readonly iov: number;
  readonly iovLength: number;
  readonly control: number;
  readonly controlLength: number;
  readonly flags: number;
  readonly size: number;
}

const INT_MAX = 0x7fffffff;

/** By the bytes of a pointer. */
const LAYOUTS: Readonly<Record<4 | 8, MsghdrLayout>> = {
  4: {
    name: 0,
    nameLength: 4,
    iov: 8,
    iovLength: 12,
    control: 16,
    controlLength: 20,
    flags: 24,
    size: 28,
  },
  8: {
    name: 0,
    nameLength: 8,
    iov: 16,
    iovLength: 24,
    control: 32,
    controlLength: 40,
    flags: 48,
    size: 56,
  },
};

/** Ends a call whose header is wrong: first is said what is no descriptor, then what is no socket. */
function refuse(c: CallContext, name: string, fd: number, header: number, errno: number): number {
  const kind = c.system.kind(fd | 0);
  const result = kind >= 0 && kind !== FileKind.socket ? -Errno.ENOTSOCK : errno;
  return c.refuse(name, fd, result, hex(header));
}

/** sendmsg(2). */
export function sendmsg(c: CallContext, fd: number, header: number, flags: number): number {
  const { memory } = c;
  const layout = LAYOUTS[memory.pointerSize];
  if (memory.bytes(header, layout.size) === null) {
    return refuse(c, "sendmsg", fd, header, -Errno.EFAULT);
  }
  const name = memory.loadPointer(header + layout.name);
  const nameLength = name === 0 ? 0 : memory.load32(header + layout.nameLength) | 0;
  if (nameLength < 0) return refuse(c, "sendmsg", fd, header, -Errno.EINVAL);
  const target = nameLength === 0
    ? undefined
    : c.socketAddress(name, Math.min(nameLength, SOCKADDR_STORAGE_SIZE));
  const iov = memory.loadPointer(header + layout.iov);
  const buffers = loadVector(c, iov, memory.loadPointer(header + layout.iovLength));
  if (typeof buffers === "number") {
    return refuse(c, "sendmsg", fd, header, target === null ? -Errno.EFAULT : buffers);
  }
  const controlLength = memory.loadPointer(header + layout.controlLength);
  // Linux looks at neither where there are too many buffers.
  if (controlLength !== 0 && buffers.length <= UIO_MAXIOV) {
    const control = memory.loadPointer(header + layout.control);
    const errno = controlLength > INT_MAX
      ? Errno.ENOBUFS
      : memory.bytes(control, controlLength) === null
      ? Errno.EFAULT
      : Errno.EOPNOTSUPP;
    return refuse(c, "sendmsg", fd, header, -errno);
  }
  return c.system.sendmsg(fd | 0, buffers, flags | 0, target);
}

/** recvmsg(2). What was received is lost where the sender's address cannot be written. */
export function recvmsg(c: CallContext, fd: number, header: number, flags: number): number {
  const { address, memory } = c;
  const layout = LAYOUTS[memory.pointerSize];
  if (memory.bytes(header, layout.size) === null) {
    return refuse(c, "recvmsg", fd, header, -Errno.EFAULT);
  }
  const name = memory.loadPointer(header + layout.name);
  const nameLength = name === 0 ? 0 : memory.load32(header + layout.nameLength) | 0;
  if (nameLength < 0) return refuse(c, "recvmsg", fd, header, -Errno.EINVAL);
  const iov = memory.loadPointer(header + layout.iov);
  const buffers = loadVector(c, iov, memory.loadPointer(header + layout.iovLength));
  if (typeof buffers === "number") return refuse(c, "recvmsg", fd, header, buffers);
  const message = { name: name === 0 ? null : address, flags: 0 };
  const result = c.system.recvmsg(fd | 0, buffers, flags | 0, message);
  if (result < 0) return result;
  if (name !== 0) {
    const stored = c.storeSocketAddress(address, name, header + layout.nameLength);
    if (stored < 0) return refuse(c, "recvmsg", fd, header, stored);
  }
  memory.store32(header + layout.flags, message.flags);
  memory.storePointer(header + layout.controlLength, 0);
  return result;
}

/** Bytes of a `struct mmsghdr`: a header, how many bytes it was, and padding. */
function entrySize({ pointerSize }: CallContext["memory"]): number {
  return LAYOUTS[pointerSize].size + pointerSize;
}

/** Sends or receives one message of a list. */
type MessageCall = (index: number, header: number) => number;

/** Bytes that a message has room for. */
function messageSize({ memory }: CallContext, header: number): number {
  const layout = LAYOUTS[memory.pointerSize];
  const iov = memory.loadPointer(header + layout.iov);
  // Another thread may have changed it.
  const count = Math.min(memory.loadPointer(header + layout.iovLength), UIO_MAXIOV);
  let size = 0;
  for (let index = 0; index < count; index++) {
    size += memory.loadPointer(iov + (2 * index + 1) * memory.pointerSize);
  }
  return size;
}

/** Sends or receives messages until one fails; returns how many it were. */
function forEachMessage(
  c: CallContext,
  address: number,
  count: number,
  transfer: MessageCall,
): number {
  const { memory } = c;
  for (let index = 0; index < count; index++) {
    const header = address + index * entrySize(memory);
    const result = transfer(index, header);
    const stored = result < 0
      ? result
      : memory.store32(header + LAYOUTS[memory.pointerSize].size, result);
    if (stored < 0) return index > 0 ? index : stored;
  }
  return count;
}

/** What a list without messages gives. */
function refuseNone(c: CallContext, name: string, fd: number, address: number): number {
  return refuse(c, name, fd, address, 0);
}

/** sendmmsg(2). */
export function sendmmsg(
  c: CallContext,
  fd: number,
  address: number,
  count: number,
  flags: number,
): number {
  const length = Math.min(count >>> 0, UIO_MAXIOV);
  if (length === 0) return refuseNone(c, "sendmmsg", fd, address);
  let isCut = false;
  return forEachMessage(c, address, length, (_, header) => {
    // None is sent behind one that was not sent whole.
    if (isCut) return -Errno.EAGAIN;
    const sent = sendmsg(c, fd, header, flags);
    isCut = sent >= 0 && sent < messageSize(c, header);
    return sent;
  });
}

/** recvmmsg(2). As on Linux the time-out is looked at after a message, not while waiting for one. */
export function recvmmsg(
  c: CallContext,
  fd: number,
  address: number,
  count: number,
  flags: number,
  timeoutAddress: number,
): number {
  const length = Math.min(count >>> 0, UIO_MAXIOV);
  const timeout = timeoutAddress === 0 ? Infinity : loadTimeout(c, timeoutAddress);
  if (timeout < 0) return c.answer("recvmmsg", timeout, String(fd | 0), hex(address));
  if (length === 0) return refuseNone(c, "recvmmsg", fd, address);
  const start = performance.now();
  const waitsForOne = (flags & MSG_WAITFORONE) !== 0;
  const result = forEachMessage(c, address, length, (index, header) => {
    if (index > 0 && performance.now() - start >= timeout) return -Errno.EAGAIN;
    const wanted = flags & ~MSG_WAITFORONE;
    return recvmsg(c, fd, header, waitsForOne && index > 0 ? wanted | MSG_DONTWAIT : wanted);
  });
  if (timeout !== Infinity) storeTimeout(c, timeoutAddress, timeout - (performance.now() - start));
  return result;
}
