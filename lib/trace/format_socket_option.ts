/**
 * Socket options by level, name and value.
 *
 * @module
 */
import { errnoName } from "../linux/errno.ts";
import { socketOption, type SocketOptionCodec } from "../linux/socket_options.ts";
import { decodeTimeval } from "../linux/time.ts";
import type { Bytes } from "../stack/open_file.ts";
import { firstBytes, quoteCut } from "./format_bytes.ts";
import { unsigned } from "./format_number.ts";
import { formatIn6Addr, formatInAddr } from "./format_sockaddr.ts";
import { formatValue } from "./name_table.ts";
import { OPTIONS, TCP_STATES } from "./names.ts";
import { type Call, type Later, NULL, numberAt, POINTER } from "./verb.ts";

/** Formats the bytes of a value; null where they are too few, or too many, for what they should be. */
type Codec = (bytes: Bytes, call: Call) => string | null;

function int(bytes: Bytes, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(offset, true);
}

const CODECS: Readonly<Record<SocketOptionCodec, Codec>> = {
  int: (bytes) => bytes.length < 4 ? null : `[${int(bytes, 0)}]`,
  bool: (bytes) => bytes.length < 4 ? null : `[${int(bytes, 0)}]`,
  errno: (bytes) => {
    if (bytes.length < 4) return null;
    const errno = int(bytes, 0);
    return errno === 0 ? "[0]" : `[${errnoName(errno)}]`;
  },
  timeval: (bytes) => {
    const time = decodeTimeval(bytes);
    return time && `{tv_sec=${time.seconds}, tv_usec=${time.microseconds}}`;
  },
  linger: (bytes) => {
    if (bytes.length < 4) return null;
    const seconds = bytes.length < 8 ? "" : `, l_linger=${int(bytes, 4)}`;
    return `{l_onoff=${int(bytes, 0)}${seconds}}`;
  },
  string: quoteCut,
  ucred: (bytes) =>
    bytes.length < 12 ? null : `{pid=${int(bytes, 0)}, uid=${int(bytes, 4)}, gid=${int(bytes, 8)}}`,
  "tcp_info": (bytes) =>
    bytes.length < 1 ? null : `{tcpi_state=${formatValue(TCP_STATES, bytes[0] ?? 0)}, ...}`,
  "in_addr": (bytes, call) =>
    bytes.length >= 4 && bytes.length < 8
      ? formatInAddr(bytes.subarray(0, 4))
      : CODECS.ip_mreq(bytes, call),
  "ip_mreq": (bytes) =>
    bytes.length < 8 ? null : `{imr_multiaddr=${formatInAddr(bytes.subarray(0, 4))}, ` +
      `imr_interface=${formatInAddr(bytes.subarray(4, 8))}}`,
  "ipv6_mreq": (bytes) =>
    bytes.length < 20 ? null : `{${formatIn6Addr(bytes.subarray(0, 16), "ipv6mr_multiaddr")}, ` +
      `ipv6mr_interface=${int(bytes, 16)}}`,
};

function formatOptionValue(bytes: Bytes, call: Call): string {
  if (bytes.length === 0) return POINTER;
  const option = socketOption(numberAt(call, 1), numberAt(call, 2));
  // What the table does not know is an int if it has the size of one.
  const codec = option?.codec ?? (bytes.length === 4 ? "int" : "string");
  return CODECS[codec](bytes, call) ?? quoteCut(bytes, call);
}

/** The name of an option at the level before it. */
export function optionName(name: number, call: Call): string {
  const level = numberAt(call, 1);
  const label = socketOption(level, name)?.label;
  if (label !== undefined) return label;
  const table = OPTIONS.get(level);
  return table === undefined ? unsigned(name) : formatValue(table, name);
}

/** The value that setsockopt(2) reads; its length is the argument after it. */
export function setValue(value: Bytes | null, call: Call): string {
  return value === null ? NULL : formatOptionValue(firstBytes(value, numberAt(call, 4)), call);
}

/** The value that getsockopt(2) fills; its length is the argument after it. */
export function gotValue(value: Bytes | null, call: Call): Later {
  return () => {
    if (value === null) return NULL;
    if (call.result < 0) return POINTER;
    const length = (call.args[4] as Int32Array)[0] ?? 0;
    return formatOptionValue(firstBytes(value, length), call);
  };
}

/** The length that getsockopt(2) reads and writes: `[4]`, or `[16 => 4]`. */
export function gotLength(length: Int32Array, call: Call): Later {
  const room = length[0];
  return () => {
    const filled = length[0];
    return call.result < 0 || filled === room ? `[${room}]` : `[${room} => ${filled}]`;
  };
}
