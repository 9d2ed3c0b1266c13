/**
 * Arguments of the socket calls.
 *
 * @module
 */
import { AF_INET, AF_INET6, SOCK_TYPE_MASK } from "../linux/socket.ts";
import type { Iovec } from "../linux/uio.ts";
import type { Bytes, ReceivedMessage } from "../stack/open_file.ts";
import { formatInputs, formatOutputs } from "./format_bytes.ts";
import { unsigned } from "./format_number.ts";
import { addressParts, formatStorage } from "./format_sockaddr.ts";
import { formatFlags, formatValue, nameOf } from "./name_table.ts";
import { MESSAGE_FLAGS, PROTOCOLS, SOCKET_TYPE_FLAGS, SOCKET_TYPES } from "./names.ts";
import { type Call, type Later, NULL, numberAt, POINTER } from "./verb.ts";

/** The type of a socket with its flags: `SOCK_STREAM|SOCK_CLOEXEC`. */
export function socketType(type: number): string {
  const name = nameOf(SOCKET_TYPES, type & SOCK_TYPE_MASK);
  if (name === undefined) return formatFlags(SOCKET_TYPE_FLAGS, type);
  const flags = type & ~SOCK_TYPE_MASK;
  return flags === 0 ? name : `${name}|${formatFlags(SOCKET_TYPE_FLAGS, flags)}`;
}

/** The protocol of a socket: a name in the Internet families, else a number. */
export function protocol(value: number, call: Call): string {
  const domain = numberAt(call, 0);
  return domain === AF_INET || domain === AF_INET6
    ? formatValue(PROTOCOLS, value)
    : unsigned(value);
}

/** Two new descriptors. */
export function descriptorPair(fds: Int32Array, call: Call): Later {
  return () => call.result < 0 ? POINTER : `[${fds[0]}, ${fds[1]}]`;
}

function formatMessage(name: string, buffers: string, call: Call, flags: number): string {
  const count = (call.args[1] as readonly Iovec[]).length;
  return `{${name}, msg_iov=${buffers}, msg_iovlen=${count}, msg_controllen=0, ` +
    `msg_flags=${formatFlags(MESSAGE_FLAGS, flags)}}`;
}

/** The message of sendmsg(2), of which `System` has the buffers here and the address at the end. */
export function sentMessage(buffers: readonly Iovec[], call: Call): string {
  const [name, length] = addressParts(call.args[3] as Bytes | null | undefined);
  const text = `msg_name=${name}, msg_namelen=${length}`;
  return formatMessage(text, formatInputs(buffers, call), call, 0);
}

/** The message of recvmsg(2), of which `System` has the buffers here and the rest at the end. */
export function receivedMessage(buffers: readonly Iovec[], call: Call): Later {
  return () => {
    const { name, flags } = call.args[3] as ReceivedMessage;
    // A call that fails leaves nothing of a message but the room for a name, not known here.
    if (call.result < 0) return name === null ? "{msg_namelen=0}" : "{...}";
    const text = name === null
      ? `msg_name=${NULL}, msg_namelen=0`
      : `msg_name=${formatStorage(name)}, msg_namelen=${name.length}`;
    return formatMessage(text, formatOutputs(buffers, call), call, flags);
  };
}
