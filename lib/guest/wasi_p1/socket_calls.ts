/**
 * Preview 1's own functions on sockets: sock_accept, sock_recv, sock_send, sock_shutdown.
 *
 * @module
 */
import {
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
} from "../../linux/socket.ts";
import type { ReceivedMessage } from "../../stack/open_file.ts";
import { Descriptor } from "./descriptor.ts";
import { WasiErrno, wasiErrno } from "./errno.ts";
import {
  FDFLAGS_NONBLOCK,
  FILETYPE_SOCKET_STREAM,
  RIFLAGS_RECV_PEEK,
  RIFLAGS_RECV_WAITALL,
  ROFLAGS_RECV_DATA_TRUNCATED,
} from "./flags.ts";
import type { FunctionTable } from "./function_table.ts";
import { decodeIovecs } from "./iovecs.ts";
import { Rights } from "./rights.ts";
import type { WasiProcess } from "./wasi_process.ts";

/** shutdown(2)'s `how` by `sdflags`. */
const HOW: readonly (number | undefined)[] = [undefined, SHUT_RD, SHUT_WR, SHUT_RDWR];

/**
 * The socket that a guest names.
 *
 * @returns The descriptor, or an `errno`: EBADF, ENOTSOCK, or that of a right which is missing.
 */
export function socketAt(
  { descriptors }: Pick<WasiProcess, "descriptors">,
  fd: number,
  rights = 0,
): Descriptor | number {
  const descriptor = descriptors.get(fd);
  if (descriptor === undefined) return WasiErrno.EBADF;
  if (!descriptor.isSocket) return WasiErrno.ENOTSOCK;
  const refused = descriptor.refuses(rights);
  return refused === 0 ? descriptor : refused;
}

/**
 * Gives a new socket of the system's a number of the guest's.
 *
 * @param process The guest.
 * @param fd The system's descriptor.
 * @param type Its file type.
 * @param at Where the number goes, four bytes that are inside.
 */
export function addSocket(process: WasiProcess, fd: number, type: number, at: number): void {
  const descriptor = new Descriptor(process.system, fd, { type });
  process.memory.store32(at, process.descriptors.add(descriptor));
}

/** recv(2)'s flags for `riflags`; null for flags that there are not. */
export function receiveFlags(riflags: number): number | null {
  if ((riflags & ~(RIFLAGS_RECV_PEEK | RIFLAGS_RECV_WAITALL)) !== 0) return null;
  return ((riflags & RIFLAGS_RECV_PEEK) === 0 ? 0 : MSG_PEEK) |
    ((riflags & RIFLAGS_RECV_WAITALL) === 0 ? 0 : MSG_WAITALL);
}

/** `roflags` for the flags of a message. */
export function receivedFlags(messageFlags: number): number {
  return (messageFlags & MSG_TRUNC) === 0 ? 0 : ROFLAGS_RECV_DATA_TRUNCATED;
}

function sockAccept(process: WasiProcess, fd: number, flags: number, result: number): number {
  const listener = socketAt(process, fd, Rights.SOCK_ACCEPT);
  if (typeof listener === "number") return listener;
  if ((flags & ~FDFLAGS_NONBLOCK) !== 0) return WasiErrno.EINVAL;
  if (process.memory.bytes(result, 4) === null) return WasiErrno.EFAULT;
  const nonblock = (flags & FDFLAGS_NONBLOCK) === 0 ? 0 : SOCK_NONBLOCK;
  const accepted = process.system.accept4(listener.fd, null, SOCK_CLOEXEC | nonblock);
  if (accepted < 0) return wasiErrno(accepted);
  addSocket(process, accepted, listener.type, result);
  return 0;
}

function sockAcceptFirst(process: WasiProcess, fd: number, result: number): number {
  return sockAccept(process, fd, 0, result);
}

function sockRecv(
  process: WasiProcess,
  fd: number,
  iovs: number,
  count: number,
  riflags: number,
  received: number,
  roflags: number,
): number {
  const { system, memory, buffers } = process;
  const socket = socketAt(process, fd, Rights.FD_READ);
  if (typeof socket === "number") return socket;
  const flags = receiveFlags(riflags);
  if (flags === null) return WasiErrno.EINVAL;
  const decoded = decodeIovecs(process, iovs, count);
  if (decoded < 0) return wasiErrno(decoded);
  if (memory.bytes(received, 4) === null) return WasiErrno.EFAULT;
  if (memory.bytes(roflags, 2) === null) return WasiErrno.EFAULT;
  const [first] = buffers;
  let result: number;
  let messageFlags = 0;
  if (socket.type === FILETYPE_SOCKET_STREAM && buffers.length === 1 && first !== undefined) {
    result = system.recv(socket.fd, first.base, first.length, flags);
  } else {
    const message: ReceivedMessage = { name: null, flags: 0 };
    result = system.recvmsg(socket.fd, buffers, flags, message);
    messageFlags = message.flags;
  }
  if (result < 0) return wasiErrno(result);
  memory.store32(received, result);
  memory.store16(roflags, receivedFlags(messageFlags));
  return 0;
}

function sockSend(
  process: WasiProcess,
  fd: number,
  iovs: number,
  count: number,
  siflags: number,
  sent: number,
): number {
  const { system, memory, buffers } = process;
  const socket = socketAt(process, fd, Rights.FD_WRITE);
  if (typeof socket === "number") return socket;
  if (siflags !== 0) return WasiErrno.EINVAL;
  const decoded = decodeIovecs(process, iovs, count);
  if (decoded < 0) return wasiErrno(decoded);
  if (memory.bytes(sent, 4) === null) return WasiErrno.EFAULT;
  const [first] = buffers;
  const result = buffers.length === 1 && first !== undefined
    ? system.send(socket.fd, first.base, first.length, 0)
    : system.sendmsg(socket.fd, buffers, 0, undefined);
  if (result < 0) return wasiErrno(result);
  memory.store32(sent, result);
  return 0;
}

function sockShutdown(process: WasiProcess, fd: number, how: number): number {
  const socket = socketAt(process, fd, Rights.SOCK_SHUTDOWN);
  if (typeof socket === "number") return socket;
  const direction = HOW[how];
  if (direction === undefined) return WasiErrno.EINVAL;
  return wasiErrno(process.system.shutdown(socket.fd, direction));
}

/** Preview 1's own functions on sockets; sock_accept also as WasmEdge first had it. */
export const SOCKET_FUNCTIONS: FunctionTable = {
  "sock_accept": [
    { parameters: "iii", call: sockAccept },
    { parameters: "ii", call: sockAcceptFirst },
  ],
  "sock_recv": [{ parameters: "iiiiii", call: sockRecv }],
  "sock_send": [{ parameters: "iiiii", call: sockSend }],
  "sock_shutdown": [{ parameters: "ii", call: sockShutdown }],
};
