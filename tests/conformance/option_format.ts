/**
 * How the values of socket options are printed.
 *
 * @module
 */
import { decodeTimeval, TIMEVAL_SIZE } from "../../lib/linux/time.ts";
import { IPPROTO_TCP } from "../../lib/linux/in.ts";
import { TCP_CONGESTION, TCP_INFO } from "../../lib/linux/tcp.ts";
import {
  SO_ERROR,
  SO_LINGER,
  SO_PEERCRED,
  SO_RCVTIMEO,
  SO_SNDTIMEO,
  SOL_SOCKET,
} from "../../lib/linux/socket.ts";
import { formatBytes, formatErrno } from "./format.ts";

/** The value of a socket option, and how to print it. */
export interface OptionValue {
  /** The option's level. */
  readonly level: number;
  /** The option's name. */
  readonly name: number;
  /** The bytes that getsockopt(2) wrote. */
  readonly value: Uint8Array;
  /** `bool` for zero or nonzero, `none` for the length alone. */
  readonly show: string | undefined;
}

interface Format {
  // Size in bytes that getsockopt is asked for.
  readonly size: number;
  // Prints a value of that size; of any size where `anySize` is set.
  readonly print: (value: Uint8Array) => string;
  readonly anySize?: boolean;
}

const INT_SIZE = 4;
const LINGER_SIZE = 8;
const UCRED_SIZE = 12;
const CONGESTION_NAME_SIZE = 16;
const TCP_INFO_SIZE = 232;
const LONGEST_HEX = 64;

const SOCKET_FORMATS: ReadonlyMap<number, Format> = new Map([
  [SO_RCVTIMEO, { size: TIMEVAL_SIZE, print: printTimeval }],
  [SO_SNDTIMEO, { size: TIMEVAL_SIZE, print: printTimeval }],
  [SO_LINGER, { size: LINGER_SIZE, print: printLinger }],
  [SO_PEERCRED, { size: UCRED_SIZE, print: printCredentials }],
  [SO_ERROR, { size: INT_SIZE, print: printError }],
]);

const TCP_FORMATS: ReadonlyMap<number, Format> = new Map([
  [TCP_CONGESTION, { size: CONGESTION_NAME_SIZE, print: printName, anySize: true }],
  [TCP_INFO, { size: TCP_INFO_SIZE, print: printState, anySize: true }],
]);

/**
 * Returns the length that getsockopt(2) is asked for where the scenario gives none.
 *
 * @param level The option's level.
 * @param name The option's name.
 */
export function defaultOptionLength(level: number, name: number): number {
  return formatOf(level, name)?.size ?? INT_SIZE;
}

/**
 * Returns the result of a getsockopt(2) that succeeded.
 *
 * @param option What it returned.
 */
export function formatOption({ level, name, value, show }: OptionValue): string {
  // The size of struct tcp_info grows with Linux.
  const isTcpInfo = level === IPPROTO_TCP && name === TCP_INFO;
  const length = isTcpInfo ? "0" : `0 len=${value.length}`;
  return show === "none" ? length : `${length} ${printValue({ level, name, value, show })}`;
}

function formatOf(level: number, name: number): Format | undefined {
  if (level === SOL_SOCKET) return SOCKET_FORMATS.get(name);
  return level === IPPROTO_TCP ? TCP_FORMATS.get(name) : undefined;
}

function printValue({ level, name, value, show }: OptionValue): string {
  const format = formatOf(level, name);
  if (format !== undefined && (format.anySize || format.size === value.length)) {
    return format.print(value);
  }
  if (value.length !== INT_SIZE) return `hex:${printHex(value.subarray(0, LONGEST_HEX))}`;
  const number = readInt(value, 0);
  if (show === "bool") return number === 0 ? "zero" : "nonzero";
  return String(number);
}

function printTimeval(value: Uint8Array): string {
  const { seconds, microseconds } = decodeTimeval(value) ?? { seconds: 0, microseconds: 0 };
  return `${seconds * 1000 + Math.trunc(microseconds / 1000)}ms`;
}

function printLinger(value: Uint8Array): string {
  return `on=${readInt(value, 0)} linger=${readInt(value, 4)}`;
}

function printCredentials(value: Uint8Array): string {
  const pid = readInt(value, 0);
  const process = pid === Deno.pid ? "self" : pid === 0 ? "0" : "other";
  return `pid=${process} uid=${readInt(value, 4) === Deno.uid() ? "self" : "other"}`;
}

function printError(value: Uint8Array): string {
  const errno = readInt(value, 0);
  return errno === 0 ? "0" : formatErrno(errno);
}

function printName(value: Uint8Array): string {
  const nul = value.indexOf(0);
  return formatBytes(nul < 0 ? value : value.subarray(0, nul));
}

function printState(value: Uint8Array): string {
  return `state=${value[0] ?? 0}`;
}

function printHex(value: Uint8Array): string {
  return Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function readInt(value: Uint8Array, offset: number): number {
  return new DataView(value.buffer, value.byteOffset, value.byteLength).getInt32(offset, true);
}
