/**
 * Options at SOL_SOCKET, socket(7).
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import {
  SO_ACCEPTCONN,
  SO_BROADCAST,
  SO_DEBUG,
  SO_DETACH_FILTER,
  SO_DOMAIN,
  SO_DONTROUTE,
  SO_ERROR,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_NO_CHECK,
  SO_OOBINLINE,
  SO_PEERCRED,
  SO_PRIORITY,
  SO_PROTOCOL,
  SO_RCVBUF,
  SO_RCVLOWAT,
  SO_RCVTIMEO,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_SNDBUF,
  SO_SNDLOWAT,
  SO_SNDTIMEO,
  SO_TIMESTAMP,
  SO_TYPE,
  SOCK_STREAM,
} from "../../linux/socket.ts";
import { decodeTimeval, encodeTimeval, TIMEVAL_SIZE } from "../../linux/time.ts";
import type { Bytes } from "../open_file.ts";
import type { OptionTarget } from "./option_target.ts";
import type { OptionRule } from "./option_rule.ts";
import type { OptionValues } from "./option_values.ts";
import { HostOption } from "./host_option.ts";

/** rmem_max and wmem_max of Linux: the most that SO_RCVBUF and SO_SNDBUF take. */
const BUFFER_MAX = 212_992;
/** What SO_RCVBUF and SO_SNDBUF read at least, on 64-bit machines. */
const RCVBUF_MIN = 2304;
const SNDBUF_MIN = 4608;
const INT_MAX = 0x7fffffff;

/** An option whose effect Deno cannot bring about: only its default can be set. */
export function fixed(value: number): OptionRule {
  return {
    get: () => value,
    set: (_socket, _values, wanted) => wanted === value ? 0 : -Errno.ENOPROTOOPT,
  };
}

function fixedOff(): OptionRule {
  return {
    get: () => 0,
    set: (_socket, _values, wanted) => wanted === 0 ? 0 : -Errno.ENOPROTOOPT,
  };
}

function readTimeout(timeout: number): Uint8Array {
  const bytes = new Uint8Array(TIMEVAL_SIZE);
  if (timeout === Infinity) return bytes;
  encodeTimeval({
    seconds: Math.floor(timeout / 1000),
    microseconds: Math.floor((timeout % 1000) * 1000),
  }, bytes);
  return bytes;
}

/** Milliseconds of a timeval, or −EDOM. */
function parseTimeout(bytes: Bytes): number {
  const time = decodeTimeval(bytes.slice(0, TIMEVAL_SIZE));
  if (time === null) return -Errno.EINVAL;
  const { seconds, microseconds } = time;
  if (microseconds < 0 || microseconds >= 1_000_000) return -Errno.EDOM;
  if (seconds < 0) return 0;
  if (seconds === 0 && microseconds === 0) return Infinity;
  return seconds * 1000 + microseconds / 1000;
}

function setReceiveBuffer(socket: OptionTarget, values: OptionValues, value: number): number {
  const size = Math.min(value >>> 0, BUFFER_MAX);
  values.receiveBuffer = Math.max(2 * size, RCVBUF_MIN);
  values.receiveBufferSet = true;
  return socket.applyOption(HostOption.receiveBuffer, values.receiveBuffer);
}

function setSendBuffer(_socket: OptionTarget, values: OptionValues, value: number): number {
  const size = Math.min(value >>> 0, BUFFER_MAX);
  values.sendBuffer = Math.max(2 * size, SNDBUF_MIN);
  values.sendBufferSet = true;
  return 0;
}

function setLinger(
  _socket: OptionTarget,
  values: OptionValues,
  value: number,
  bytes: Bytes,
): number {
  const seconds = new DataView(bytes.slice(0, 8).buffer).getInt32(4, true);
  values.lingerOn = value !== 0;
  if (value !== 0) values.lingerTime = seconds >>> 0;
  return 0;
}

function setReusePort(socket: OptionTarget, values: OptionValues, value: number): number {
  // UDP's binding below knows no SO_REUSEPORT.
  if (value !== 0 && socket.type !== SOCK_STREAM) return -Errno.ENOPROTOOPT;
  values.reusePort = value !== 0;
  return socket.applyOption(-1, 0);
}

/** The rules by option. */
export const SOCKET_LEVEL_OPTIONS: ReadonlyMap<number, OptionRule> = new Map<number, OptionRule>([
  [SO_DEBUG, fixedOff()],
  [SO_REUSEADDR, {
    get: (_socket, values) => Number(values.reuseAddress),
    set: (socket, values, value) => {
      values.reuseAddress = value !== 0;
      return socket.applyOption(-1, 0);
    },
  }],
  [SO_TYPE, { get: (socket) => socket.type }],
  [SO_ERROR, { get: (socket) => socket.takeError() }],
  [SO_DONTROUTE, fixedOff()],
  [SO_BROADCAST, {
    get: (_socket, values) => Number(values.broadcast),
    set: (socket, values, value) => {
      values.broadcast = value !== 0;
      return socket.type === SOCK_STREAM
        ? 0
        : socket.applyOption(HostOption.broadcast, Number(values.broadcast));
    },
  }],
  [SO_SNDBUF, { get: (_socket, values) => values.sendBuffer, set: setSendBuffer }],
  [SO_RCVBUF, { get: (_socket, values) => values.receiveBuffer, set: setReceiveBuffer }],
  [SO_KEEPALIVE, {
    get: (_socket, values) => Number(values.keepAlive),
    set: (socket, values, value) => {
      values.keepAlive = value !== 0;
      return socket.type === SOCK_STREAM
        ? socket.applyOption(HostOption.keepAlive, Number(values.keepAlive))
        : 0;
    },
  }],
  [SO_OOBINLINE, fixedOff()],
  [SO_NO_CHECK, fixedOff()],
  [SO_PRIORITY, fixed(0)],
  [SO_LINGER, {
    size: 8,
    get: (_socket, values) =>
      new Uint8Array(Int32Array.of(Number(values.lingerOn), values.lingerTime).buffer),
    set: setLinger,
  }],
  [SO_REUSEPORT, { get: (_socket, values) => Number(values.reusePort), set: setReusePort }],
  [SO_PEERCRED, {
    get: (socket) =>
      socket.connected ? socket.peerCredentials() : new Uint8Array(Int32Array.of(0, -1, -1).buffer),
  }],
  [SO_RCVLOWAT, {
    get: (_socket, values) => values.receiveLowWater,
    set: (_socket, values, value) => {
      values.receiveLowWater = value < 0 ? INT_MAX : value || 1;
      return 0;
    },
  }],
  [SO_SNDLOWAT, { get: () => 1 }],
  [SO_RCVTIMEO, {
    size: TIMEVAL_SIZE,
    get: (_socket, values) => readTimeout(values.receiveTimeout),
    set: (_socket, values, _value, bytes) => {
      const timeout = parseTimeout(bytes);
      if (timeout < 0) return timeout;
      values.receiveTimeout = timeout;
      return 0;
    },
  }],
  [SO_SNDTIMEO, {
    size: TIMEVAL_SIZE,
    get: (_socket, values) => readTimeout(values.sendTimeout),
    set: (_socket, values, _value, bytes) => {
      const timeout = parseTimeout(bytes);
      if (timeout < 0) return timeout;
      values.sendTimeout = timeout;
      return 0;
    },
  }],
  // No filter can be attached, so that there is none.
  [SO_DETACH_FILTER, { set: () => -Errno.ENOENT }],
  [SO_TIMESTAMP, fixedOff()],
  [SO_ACCEPTCONN, { get: (socket) => Number(socket.listening) }],
  [SO_PROTOCOL, { get: (socket) => socket.protocol }],
  [SO_DOMAIN, { get: (socket) => socket.domain }],
]);
