/**
 * System calls on sockets.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import { AF_UNIX, SOCK_STREAM } from "../../../linux/socket.ts";
import { socketOption } from "../../../linux/socket_options.ts";
import { type CallContext, hex, transferCount } from "../call_context.ts";
import { buffersOf, isBeyond } from "./vector.ts";

/** What getsockopt(2) says before it reads the length. */
const COMES_BEFORE_LENGTH: ReadonlySet<number> = new Set([
  -Errno.EBADF,
  -Errno.ENOTSOCK,
  -Errno.EOPNOTSUPP,
]);

/** Most bytes of an option's value that are looked at. */
const OPTION_ROOM = 65_536;

/** socket(2). */
export function socket(c: CallContext, domain: number, type: number, protocol: number): number {
  return c.system.socket(domain | 0, type | 0, protocol | 0);
}

/** socketpair(2). Linux writes the numbers before it makes the sockets. */
export function socketpair(
  c: CallContext,
  domain: number,
  type: number,
  protocol: number,
  address: number,
): number {
  const { memory, pair, system } = c;
  const isInside = memory.bytes(address, 8) !== null;
  // With nowhere to write to, only what comes before that is asked: flags, and two numbers.
  const result = isInside
    ? system.socketpair(domain | 0, type | 0, protocol | 0, pair)
    : system.socketpair(AF_UNIX, SOCK_STREAM | (type & ~0xf), 0, pair);
  if (result < 0) {
    const comesBefore = result === -Errno.EINVAL || result === -Errno.EMFILE;
    if (isInside || comesBefore) return result;
  } else if (isInside) {
    memory.store32(address, pair[0] as number);
    memory.store32(address + 4, pair[1] as number);
    return 0;
  } else {
    closeBoth(c);
  }
  const args = [domain | 0, type | 0, protocol | 0].map(String);
  return c.answer("socketpair", -Errno.EFAULT, ...args, hex(address));
}

/** Takes two new descriptors back. */
export function closeBoth({ pair, system }: CallContext): void {
  system.close(pair[0] as number);
  system.close(pair[1] as number);
}

/** bind(2). */
export function bind(c: CallContext, fd: number, address: number, length: number): number {
  return c.system.bind(fd | 0, c.socketAddress(address, length));
}

/** listen(2). */
export function listen(c: CallContext, fd: number, backlog: number): number {
  return c.system.listen(fd | 0, backlog | 0);
}

/** accept4(2). A connection whose peer's address cannot be written is lost, as on Linux. */
export function accept4(
  c: CallContext,
  fd: number,
  address: number,
  lengthAddress: number,
  flags: number,
): number {
  const wanted = address !== 0;
  const accepted = c.system.accept4(fd | 0, wanted ? c.address : null, flags | 0);
  if (accepted < 0 || !wanted) return accepted;
  const stored = c.storeSocketAddress(c.address, address, lengthAddress);
  if (stored === 0) return accepted;
  c.system.close(accepted);
  return c.answer("accept4", stored, String(fd | 0), hex(address), hex(lengthAddress));
}

/** accept(2). */
export function accept(
  c: CallContext,
  fd: number,
  address: number,
  lengthAddress: number,
): number {
  return accept4(c, fd, address, lengthAddress, 0);
}

/** connect(2). */
export function connect(c: CallContext, fd: number, address: number, length: number): number {
  return c.system.connect(fd | 0, c.socketAddress(address, length));
}

/** sendto(2). */
export function sendto(
  c: CallContext,
  fd: number,
  buffer: number,
  length: number,
  flags: number,
  address: number,
  addressLength: number,
): number {
  const bytes = c.memory.bytes(buffer, length);
  const target = address === 0 ? undefined : c.socketAddress(address, addressLength);
  if (bytes !== null) {
    return target === undefined
      ? c.system.send(fd | 0, bytes, length, flags | 0)
      : c.system.sendto(fd | 0, bytes, length, flags | 0, target);
  }
  const count = transferCount(length);
  if (isBeyond(c, buffer, count)) {
    return c.answer("sendto", -Errno.EFAULT, String(fd | 0), hex(buffer), String(length));
  }
  if (c.memory.available(buffer) > 0) {
    return c.system.sendmsg(fd | 0, buffersOf(c, buffer, count), flags | 0, target);
  }
  return c.system.sendto(fd | 0, null, count, flags | 0, target);
}

/** recvfrom(2). What was received is lost where the sender's address cannot be written. */
export function recvfrom(
  c: CallContext,
  fd: number,
  buffer: number,
  length: number,
  flags: number,
  address: number,
  lengthAddress: number,
): number {
  const bytes = c.memory.bytes(buffer, length);
  if (bytes !== null && address === 0) return c.system.recv(fd | 0, bytes, length, flags | 0);
  if (bytes === null && isBeyond(c, buffer, transferCount(length))) {
    return c.answer("recvfrom", -Errno.EFAULT, String(fd | 0), hex(buffer), String(length));
  }
  const from = address === 0 ? null : c.address;
  const result = bytes !== null
    ? c.system.recvfrom(fd | 0, bytes, length, flags | 0, from)
    : receiveFaulting(c, fd, buffer, length, flags);
  if (result < 0 || from === null) return result;
  const stored = c.storeSocketAddress(from, address, lengthAddress);
  if (stored === 0) return result;
  return c.answer("recvfrom", stored, String(fd | 0), hex(buffer), String(length), hex(address));
}

/** Receives into a buffer that is not wholly inside; the sender's address goes to `c.address`. */
function receiveFaulting(
  c: CallContext,
  fd: number,
  buffer: number,
  length: number,
  flags: number,
): number {
  const count = transferCount(length);
  if (c.memory.available(buffer) === 0) {
    return c.system.recvfrom(fd | 0, null, count, flags | 0, c.address);
  }
  const buffers = buffersOf(c, buffer, count);
  return c.system.recvmsg(fd | 0, buffers, flags | 0, { name: c.address, flags: 0 });
}

/** shutdown(2). */
export function shutdown(c: CallContext, fd: number, how: number): number {
  return c.system.shutdown(fd | 0, how | 0);
}

/** getsockname(2). */
export function getsockname(
  c: CallContext,
  fd: number,
  address: number,
  lengthAddress: number,
): number {
  const result = c.system.getsockname(fd | 0, c.address);
  if (result < 0) return result;
  const stored = c.storeSocketAddress(c.address, address, lengthAddress);
  if (stored === 0) return 0;
  return c.answer("getsockname", stored, String(fd | 0), hex(address), hex(lengthAddress));
}

/** getpeername(2). */
export function getpeername(
  c: CallContext,
  fd: number,
  address: number,
  lengthAddress: number,
): number {
  const result = c.system.getpeername(fd | 0, c.address);
  if (result < 0) return result;
  const stored = c.storeSocketAddress(c.address, address, lengthAddress);
  if (stored === 0) return 0;
  return c.answer("getpeername", stored, String(fd | 0), hex(address), hex(lengthAddress));
}

/** getsockopt(2). */
export function getsockopt(
  c: CallContext,
  fd: number,
  level: number,
  name: number,
  address: number,
  lengthAddress: number,
): number {
  const { cell, memory, system } = c;
  const stated = memory.load32(lengthAddress);
  if (stated >= 0 && (stated | 0) < 0) {
    cell[0] = 0;
    const asked = system.getsockopt(fd | 0, level | 0, name | 0, null, cell);
    if (COMES_BEFORE_LENGTH.has(asked)) return asked;
    return c.answer("getsockopt", -Errno.EINVAL, ...[fd, level, name].map((n) => String(n | 0)));
  }
  const length = stated < 0 ? 0 : Math.min(stated, OPTION_ROOM);
  cell[0] = length;
  const inside = memory.bytes(address, length);
  // With less memory than it says Linux writes as much as the option has, if that fits.
  const isPart = inside === null && length > 0 && memory.available(address) > 0;
  const value = isPart ? new Uint8Array(length) : inside;
  const result = system.getsockopt(fd | 0, level | 0, name | 0, value, cell);
  const written = cell[0];
  const isLost = stated < 0 ||
    (result === 0 && isPart && value !== null && memory.copyOut(address, value, written) < 0);
  if (isLost && !COMES_BEFORE_LENGTH.has(result)) {
    return c.refuse("getsockopt", fd, -Errno.EFAULT, String(level | 0), String(name | 0));
  }
  if (result === 0) memory.store32(lengthAddress, written);
  return result;
}

/** setsockopt(2). */
export function setsockopt(
  c: CallContext,
  fd: number,
  level: number,
  name: number,
  address: number,
  length: number,
): number {
  const size = length | 0;
  const value = size < 0 ? null : c.memory.bytes(address, size);
  if (value === null && size > 0) {
    // With less memory than it says Linux reads as much as the option has.
    const needed = socketOption(level | 0, name | 0)?.size ?? Infinity;
    const room = c.memory.available(address);
    if (room >= needed) {
      const part = c.memory.bytes(address, room);
      return c.system.setsockopt(fd | 0, level | 0, name | 0, part, room);
    }
  }
  return c.system.setsockopt(fd | 0, level | 0, name | 0, value, size);
}
