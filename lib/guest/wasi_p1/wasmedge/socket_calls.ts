/**
 * WasmEdge's functions that open, bind and connect sockets, and move datagrams.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import type { SockaddrStorage } from "../../../linux/sockaddr.ts";
import { AF_INET, AF_INET6, AF_UNIX, AF_UNSPEC, SOCK_CLOEXEC } from "../../../linux/socket.ts";
import type { ReceivedMessage } from "../../../stack/open_file.ts";
import { WasiErrno, wasiErrno } from "../errno.ts";
import { FILETYPE_SOCKET_DGRAM, FILETYPE_SOCKET_STREAM } from "../flags.ts";
import type { FunctionTable } from "../function_table.ts";
import { decodeIovecs } from "../iovecs.ts";
import { Rights } from "../rights.ts";
import { addSocket, receivedFlags, receiveFlags, socketAt } from "../socket_calls.ts";
import type { WasiProcess } from "../wasi_process.ts";
import { checkAddress, decodeAddress, encodeAddress } from "./address.ts";
import { linuxSocketType, SOCK_TYPE_STREAM } from "./socket_type.ts";

/** Linux's families by `__wasi_address_family_t`. */
const FAMILIES: readonly number[] = [AF_UNSPEC, AF_INET, AF_INET6, AF_UNIX];

/** What the first version of sock_getlocaladdr tells of an address's family. */
const IPV4_TYPE = 4;
const IPV6_TYPE = 6;

function sockOpen(process: WasiProcess, family: number, type: number, result: number): number {
  const domain = FAMILIES[family];
  if (domain === undefined) return WasiErrno.EAFNOSUPPORT;
  if (process.memory.bytes(result, 4) === null) return WasiErrno.EFAULT;
  const socketType = linuxSocketType(type);
  const fd = process.system.socket(domain, socketType | SOCK_CLOEXEC, 0);
  if (fd < 0) return wasiErrno(fd);
  const filetype = type === SOCK_TYPE_STREAM ? FILETYPE_SOCKET_STREAM : FILETYPE_SOCKET_DGRAM;
  addSocket(process, fd, filetype, result);
  return 0;
}

function sockBind(process: WasiProcess, fd: number, at: number, port: number): number {
  const socket = socketAt(process, fd);
  if (typeof socket === "number") return socket;
  const address = decodeAddress(process.memory, at, port);
  return wasiErrno(
    typeof address === "number" ? address : process.system.bind(socket.fd, address),
  );
}

function sockConnect(process: WasiProcess, fd: number, at: number, port: number): number {
  const socket = socketAt(process, fd);
  if (typeof socket === "number") return socket;
  const address = decodeAddress(process.memory, at, port);
  return wasiErrno(
    typeof address === "number" ? address : process.system.connect(socket.fd, address),
  );
}

function sockListen(process: WasiProcess, fd: number, backlog: number): number {
  const socket = socketAt(process, fd);
  if (typeof socket === "number") return socket;
  return wasiErrno(process.system.listen(socket.fd, backlog | 0));
}

/** Receives a message and writes out who sent it; `port` is null in the first version. */
function receiveFrom(
  process: WasiProcess,
  fd: number,
  list: readonly [address: number, count: number],
  riflags: number,
  out: {
    readonly address: number;
    readonly port: number | null;
    readonly received: number;
    readonly roflags: number;
  },
): number {
  const { system, memory, buffers, address: name } = process;
  const socket = socketAt(process, fd, Rights.FD_READ);
  if (typeof socket === "number") return socket;
  const flags = receiveFlags(riflags);
  if (flags === null) return WasiErrno.EINVAL;
  const refused = decodeIovecs(process, ...list) || checkAddress(memory, out.address);
  if (refused < 0) return wasiErrno(refused);
  if (memory.bytes(out.received, 4) === null) return WasiErrno.EFAULT;
  if (memory.bytes(out.roflags, 2) === null) return WasiErrno.EFAULT;
  if (out.port !== null && memory.bytes(out.port, 4) === null) return WasiErrno.EFAULT;
  const message: ReceivedMessage = { name, flags: 0 };
  name.clear();
  const result = system.recvmsg(socket.fd, buffers, flags, message);
  if (result < 0) return wasiErrno(result);
  const port = encodeAddress(memory, out.address, name);
  // What has been read is not lost for an address that the guest left no room for.
  if (out.port !== null) memory.store32(out.port, Math.max(port, 0));
  memory.store32(out.received, result);
  memory.store16(out.roflags, receivedFlags(message.flags));
  return 0;
}

function sockRecvFrom(
  process: WasiProcess,
  fd: number,
  iovs: number,
  count: number,
  address: number,
  riflags: number,
  port: number,
  received: number,
  roflags: number,
): number {
  return receiveFrom(process, fd, [iovs, count], riflags, { address, port, received, roflags });
}

function sockRecvFromFirst(
  process: WasiProcess,
  fd: number,
  iovs: number,
  count: number,
  address: number,
  riflags: number,
  received: number,
  roflags: number,
): number {
  const out = { address, port: null, received, roflags };
  return receiveFrom(process, fd, [iovs, count], riflags, out);
}

function sockSendTo(
  process: WasiProcess,
  fd: number,
  iovs: number,
  count: number,
  at: number,
  port: number,
  siflags: number,
  sent: number,
): number {
  const { system, memory, buffers } = process;
  const socket = socketAt(process, fd, Rights.FD_WRITE);
  if (typeof socket === "number") return socket;
  if (siflags !== 0) return WasiErrno.EINVAL;
  const decoded = decodeIovecs(process, iovs, count);
  if (decoded < 0) return wasiErrno(decoded);
  const address = decodeAddress(memory, at, port);
  if (typeof address === "number") return wasiErrno(address);
  if (memory.bytes(sent, 4) === null) return WasiErrno.EFAULT;
  const [first] = buffers;
  const result = buffers.length === 1 && first !== undefined
    ? system.sendto(socket.fd, first.base, first.length, 0, address)
    : system.sendmsg(socket.fd, buffers, 0, address);
  if (result < 0) return wasiErrno(result);
  memory.store32(sent, result);
  return 0;
}

/** getsockname(2) or getpeername(2). */
type GetName = (process: WasiProcess, fd: number, name: SockaddrStorage) => number;

function getLocalName({ system }: WasiProcess, fd: number, name: SockaddrStorage): number {
  return system.getsockname(fd, name);
}

function getPeerName({ system }: WasiProcess, fd: number, name: SockaddrStorage): number {
  return system.getpeername(fd, name);
}

/** Asks for an address and writes it, its family if `type` is given, and its port. */
function nameOut(
  process: WasiProcess,
  fd: number,
  get: GetName,
  at: { readonly address: number; readonly type: number | null; readonly port: number },
): number {
  const { memory, address: name } = process;
  const socket = socketAt(process, fd);
  if (typeof socket === "number") return socket;
  const refused = checkAddress(memory, at.address);
  if (refused < 0) return wasiErrno(refused);
  if (memory.bytes(at.port, 4) === null) return WasiErrno.EFAULT;
  if (at.type !== null && memory.bytes(at.type, 4) === null) return WasiErrno.EFAULT;
  name.clear();
  const result = get(process, socket.fd, name);
  if (result < 0) return wasiErrno(result);
  const isUnix = name.family === AF_UNIX;
  const port = isUnix && at.type !== null
    ? -Errno.EAFNOSUPPORT
    : encodeAddress(memory, at.address, name);
  if (port < 0) return wasiErrno(port);
  if (at.type !== null) memory.store32(at.type, name.family === AF_INET ? IPV4_TYPE : IPV6_TYPE);
  memory.store32(at.port, port);
  return 0;
}

function sockGetlocaladdr(process: WasiProcess, fd: number, address: number, port: number): number {
  return nameOut(process, fd, getLocalName, { address, type: null, port });
}

function sockGetlocaladdrFirst(
  process: WasiProcess,
  fd: number,
  address: number,
  type: number,
  port: number,
): number {
  return nameOut(process, fd, getLocalName, { address, type, port });
}

function sockGetpeeraddr(process: WasiProcess, fd: number, address: number, port: number): number {
  return nameOut(process, fd, getPeerName, { address, type: null, port });
}

function sockGetpeeraddrFirst(
  process: WasiProcess,
  fd: number,
  address: number,
  type: number,
  port: number,
): number {
  return nameOut(process, fd, getPeerName, { address, type, port });
}

/** Functions that open, bind and connect sockets, and move datagrams, in both versions. */
export const WASMEDGE_SOCKET_FUNCTIONS: FunctionTable = {
  "sock_open": [{ parameters: "iii", call: sockOpen }],
  "sock_bind": [{ parameters: "iii", call: sockBind }],
  "sock_connect": [{ parameters: "iii", call: sockConnect }],
  "sock_listen": [{ parameters: "ii", call: sockListen }],
  "sock_recv_from": [
    { parameters: "iiiiiiii", call: sockRecvFrom },
    { parameters: "iiiiiii", call: sockRecvFromFirst },
  ],
  "sock_send_to": [{ parameters: "iiiiiii", call: sockSendTo }],
  "sock_getlocaladdr": [
    { parameters: "iii", call: sockGetlocaladdr },
    { parameters: "iiii", call: sockGetlocaladdrFirst },
  ],
  "sock_getpeeraddr": [
    { parameters: "iii", call: sockGetpeeraddr },
    { parameters: "iiii", call: sockGetpeeraddrFirst },
  ],
};
