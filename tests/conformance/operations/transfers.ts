/**
 * Operations that send to and receive from sockets.
 *
 * @module
 */
import { Errno } from "../../../lib/linux/errno.ts";
import { SockaddrStorage } from "../../../lib/linux/sockaddr.ts";
import { addressBytes, type AddressOperand } from "../addresses.ts";
import type { Call, Operation } from "../call.ts";
import { formatBits, formatReceived, formatResult, formatScattered } from "../format.ts";
import { bufferList } from "../values.ts";

/** The operations of this file by name. */
export const TRANSFER_OPERATIONS: Readonly<Record<string, Operation>> = {
  send,
  sendto,
  sendmsg,
  recv,
  recvfrom,
  recvmsg,
};

const MESSAGE_FLAGS = [
  "MSG_OOB",
  "MSG_TRUNC",
  "MSG_CTRUNC",
  "MSG_EOR",
  "MSG_ERRQUEUE",
  "MSG_CMSG_CLOEXEC",
];

// What msg_flags holds before a call, which must overwrite it.
const JUNK_FLAGS = 0x7fff0000;

function send(call: Call): string {
  const socket = call.descriptor(0);
  const { base, length } = call.data(1);
  const result = call.system.send(socket.fd, base, length, call.int(2));
  call.learn(socket);
  return formatResult(result);
}

function sendto(call: Call): string {
  const addressLength = call.intOption("len");
  const socket = call.descriptor(0);
  const { base, length } = call.data(1);
  const operand = call.address(3);
  const passed = addressLength ?? operand.length;
  const result = call.raw?.sendto(socket.fd, { base, length }, call.int(2), operand, passed) ??
    call.system.sendto(socket.fd, base, length, call.int(2), destination(operand, addressLength));
  call.learn(socket);
  return formatResult(result);
}

function sendmsg(call: Call): string {
  const to = call.option("to");
  const addressLength = call.intOption("len");
  const count = call.intOption("iovlen");
  const socket = call.descriptor(0);
  const flags = call.int(1);
  const data = call.rest(2, (index) => call.data(index));
  const operand = to === undefined ? undefined : call.parseAddress(to);
  const passed = addressLength ?? operand?.length ?? 0;
  const address = operand === undefined ? undefined : destination(operand, addressLength);
  const result = call.raw?.sendmsg(socket.fd, data, count ?? data.length, flags, operand, passed) ??
    call.system.sendmsg(socket.fd, bufferList(data, count), flags, address);
  call.learn(socket);
  return formatResult(result);
}

// A null pointer means that there is no address, whatever its length.
function destination(
  address: AddressOperand,
  length: number | undefined,
): Uint8Array<ArrayBuffer> | null | undefined {
  return address.pointer === "null" ? undefined : addressBytes(address, length);
}

function recv(call: Call): string {
  const buffer = call.buffer(1);
  const result = call.system.recv(call.fd(0), buffer.base, buffer.length, call.int(2));
  return formatReceived(result, buffer);
}

function recvfrom(call: Call): string {
  const length = call.intOption("len");
  const from = call.flag("noaddr") ? null : new SockaddrStorage();
  const socket = call.descriptor(0);
  const buffer = call.buffer(1);
  const flags = call.int(2);
  const raw = from === null || length === undefined
    ? undefined
    : call.raw?.recvfrom(socket.fd, buffer, flags, from, length);
  const result = raw ??
    call.system.recvfrom(socket.fd, buffer.base, buffer.length, flags, from);
  const received = formatReceived(result, buffer);
  if (result < 0 || from === null) return received;
  if (length === undefined) return `${received} from=${call.formatAddress(from, socket)}`;
  // System gives the whole address: refusing this length is a front end's work.
  return length < 0 ? formatResult(-Errno.EINVAL) : `${received} from=len:${from.length}`;
}

function recvmsg(call: Call): string {
  const name = call.flag("noname") ? null : new SockaddrStorage();
  const count = call.intOption("iovlen");
  const socket = call.descriptor(0);
  const buffers = call.rest(2, (index) => call.buffer(index));
  const message = { name, flags: JUNK_FLAGS };
  const passed = count ?? buffers.length;
  const result = call.raw?.recvmsg(socket.fd, buffers, passed, call.int(1), message) ??
    call.system.recvmsg(socket.fd, bufferList(buffers, count), call.int(1), message);
  const received = formatScattered(result, buffers);
  if (result < 0) return received;
  const from = name === null ? "" : ` from=${call.formatAddress(name, socket)}`;
  return `${received}${from} flags=${formatBits(message.flags, MESSAGE_FLAGS)}`;
}
