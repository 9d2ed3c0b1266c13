/**
 * Socket options by WasmEdge's numbers.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import {
  SO_ACCEPTCONN,
  SO_BROADCAST,
  SO_DONTROUTE,
  SO_ERROR,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_OOBINLINE,
  SO_RCVBUF,
  SO_RCVLOWAT,
  SO_RCVTIMEO,
  SO_REUSEADDR,
  SO_SNDBUF,
  SO_SNDTIMEO,
  SO_TYPE,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../../linux/socket.ts";
import { WasiErrno, wasiErrno } from "../errno.ts";
import type { FunctionTable } from "../function_table.ts";
import { socketAt } from "../socket_calls.ts";
import type { WasiProcess } from "../wasi_process.ts";
import { SOCK_TYPE_DGRAM, SOCK_TYPE_STREAM } from "./socket_type.ts";

/** The only level, `__WASI_SOCK_OPT_LEVEL_SOL_SOCKET`. */
const LEVEL_SOL_SOCKET = 0;

/** Linux's options by `__wasi_sock_opt_so_t`; SO_BINDTODEVICE, 14, is not for guests. */
const OPTIONS: readonly number[] = [
  SO_REUSEADDR,
  SO_TYPE,
  SO_ERROR,
  SO_DONTROUTE,
  SO_BROADCAST,
  SO_SNDBUF,
  SO_RCVBUF,
  SO_KEEPALIVE,
  SO_OOBINLINE,
  SO_LINGER,
  SO_RCVLOWAT,
  SO_RCVTIMEO,
  SO_SNDTIMEO,
  SO_ACCEPTCONN,
];

/** Most bytes of an option's value: those of a `struct timeval`. */
const VALUE_SIZE = 16;

/** Bytes of an option that is an int. */
const INT_SIZE = 4;

/** Linux's option; −ENOPROTOOPT where there is none. */
function optionAt(level: number, name: number): number {
  return level === LEVEL_SOL_SOCKET ? OPTIONS[name] ?? -Errno.ENOPROTOOPT : -Errno.ENOPROTOOPT;
}

/** A value of an option that has WASI's numbers in it. */
function translated(option: number, value: number): number {
  if (option === SO_ERROR) return wasiErrno(-value);
  if (option === SO_TYPE) return value === SOCK_STREAM ? SOCK_TYPE_STREAM : SOCK_TYPE_DGRAM;
  return value;
}

function sockGetsockopt(
  { system, memory, descriptors }: WasiProcess,
  fd: number,
  level: number,
  name: number,
  at: number,
  lengthAt: number,
): number {
  const socket = socketAt({ descriptors }, fd);
  if (typeof socket === "number") return socket;
  const option = optionAt(level, name);
  if (option < 0) return wasiErrno(option);
  // Some guests pass the length of an int where others pass where the length is.
  const isLength = lengthAt === INT_SIZE;
  const room = isLength ? lengthAt : memory.load32(lengthAt);
  if (room < 0 || memory.bytes(at, room) === null) return WasiErrno.EFAULT;
  const value = new Uint8Array(VALUE_SIZE);
  const length = Int32Array.of(Math.min(room, VALUE_SIZE));
  const result = system.getsockopt(socket.fd, SOL_SOCKET, option, value, length);
  if (result < 0) return wasiErrno(result);
  const size = length[0] as number;
  if (size === INT_SIZE) {
    const view = new DataView(value.buffer);
    view.setInt32(0, translated(option, view.getInt32(0, true)), true);
  }
  memory.copyOut(at, value, size);
  if (!isLength) memory.store32(lengthAt, size);
  return 0;
}

function sockSetsockopt(
  { system, memory, descriptors }: WasiProcess,
  fd: number,
  level: number,
  name: number,
  at: number,
  length: number,
): number {
  const socket = socketAt({ descriptors }, fd);
  if (typeof socket === "number") return socket;
  const option = optionAt(level, name);
  if (option < 0) return wasiErrno(option);
  const value = memory.bytes(at, length);
  if (value === null) return WasiErrno.EFAULT;
  const copy = value.slice(0, VALUE_SIZE);
  return wasiErrno(system.setsockopt(socket.fd, SOL_SOCKET, option, copy, copy.length));
}

/** Functions on socket options. */
export const OPTION_FUNCTIONS: FunctionTable = {
  "sock_getsockopt": [{ parameters: "iiiii", call: sockGetsockopt }],
  "sock_setsockopt": [{ parameters: "iiiii", call: sockSetsockopt }],
};
