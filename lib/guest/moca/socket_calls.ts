/**
 * Host calls that the original does not have: datagrams, addresses, time-outs, poll.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { type PollFd, POLLHUP, POLLIN, POLLNVAL, POLLOUT } from "../../linux/poll.ts";
import { SockaddrStorage } from "../../linux/sockaddr.ts";
import { AF_INET, AF_INET6, MSG_DONTWAIT, MSG_NOSIGNAL, SOCK_DGRAM } from "../../linux/socket.ts";
import { MocaTrap, runtimeError } from "../../moca/error.ts";
import { utf8ToBytes } from "../../moca/text.ts";
import { Sequence, StructValue, type Value } from "../../moca/value.ts";
import { candidates, endpointOf, resolveTexts } from "./addresses.ts";
import type { CallContext } from "./call_context.ts";
import { bytesOf, rawText, sequenceOf } from "./data.ts";
import { type OpenDescriptor, opened } from "./descriptor_table.ts";
import type { Arguments, Handler } from "./handler.ts";
import { deadlineAfter, type Steps } from "./wait.ts";

/** Longest datagram over IP, and room to spare. */
const MAX_DATAGRAM = 65_536;

/** Longest time-out in milliseconds, 24 days: poll(2) takes an int. */
const MAX_TIMEOUT = 0x7fffffffn;

function udpSocket(context: CallContext, args: Arguments): Value {
  const { descriptors, system } = context;
  const family = args.int32(0);
  if (family !== AF_INET && family !== AF_INET6) {
    return context.result(-Errno.EAFNOSUPPORT, "udp_socket");
  }
  const fd = system.socket(family, SOCK_DGRAM, 0);
  if (fd < 0) return context.result(fd, "udp_socket");
  const number = descriptors.add(opened("datagram", fd, { family }));
  if (number < 0) system.close(fd);
  return context.result(number, "udp_socket");
}

function sendto(context: CallContext, args: Arguments): Value | Steps<Value> {
  const bytes = bytesOf(args.value(1), args.int(2));
  if (bytes === null) throw new MocaTrap("sendto: buf must be a reference");
  const entry = context.descriptors.get(args.int(0));
  if (entry?.kind !== "datagram") return context.result(-Errno.EBADF, "sendto");
  const list = candidates(context, args.text(3), args.int(4), entry);
  if (typeof list === "number") return context.result(list, "sendto");
  const [first] = list;
  if (first === undefined) return context.result(-Errno.ENOENT, "sendto");
  return sendtoSteps(context, entry, bytes, first.sockaddr);
}

function* sendtoSteps(
  context: CallContext,
  entry: OpenDescriptor,
  bytes: Uint8Array<ArrayBuffer>,
  sockaddr: Uint8Array<ArrayBuffer>,
): Steps<Value> {
  const sent = yield* context.attempt(entry, POLLOUT, () => {
    const flags = context.blocks(entry.timeout) ? MSG_NOSIGNAL : MSG_NOSIGNAL | MSG_DONTWAIT;
    return context.system.sendto(entry.fd, bytes, bytes.byteLength, flags, sockaddr);
  });
  return context.result(sent, "sendto");
}

function datagram(result: bigint, data = "", host = "", port = 0n): Value {
  return sequenceOf([result, data, utf8ToBytes(host), port], false);
}

function* recvfrom(context: CallContext, args: Arguments): Steps<Value> {
  const entry = context.descriptors.get(args.int(0));
  const count = args.int(1);
  if (entry?.kind !== "datagram" && entry?.kind !== "connected") {
    return datagram(context.result(-Errno.EBADF, "recvfrom"));
  }
  if (count < 0n) return datagram(context.result(-Errno.EINVAL, "recvfrom"));
  const room = new Uint8Array(count > BigInt(MAX_DATAGRAM) ? MAX_DATAGRAM : Number(count));
  const from = new SockaddrStorage();
  const received = yield* context.attempt(entry, POLLIN, () => {
    const flags = context.blocks(entry.timeout) ? 0 : MSG_DONTWAIT;
    return context.system.recvfrom(entry.fd, room, room.byteLength, flags, from);
  });
  if (received < 0) return datagram(context.result(received, "recvfrom"));
  return datagram(BigInt(received), rawText(room.subarray(0, received)), ...endpointOf(from));
}

function shutdown(context: CallContext, args: Arguments): Value {
  const entry = context.descriptors.get(args.int(0));
  if (entry === undefined || entry.kind === "file" || entry.kind === "stdin") {
    return context.result(-Errno.EBADF, "shutdown");
  }
  if (entry.kind === "pending") return context.result(-Errno.ENOTCONN, "shutdown");
  return context.result(context.system.shutdown(entry.fd, args.int32(1)), "shutdown");
}

function setTimeout(context: CallContext, args: Arguments): Value {
  const entry = context.descriptors.get(args.int(0));
  if (entry === undefined) return context.result(-Errno.EBADF, "set_timeout");
  const milliseconds = args.int(1);
  if (milliseconds < 0n) return context.result(-Errno.EINVAL, "set_timeout");
  const bounded = milliseconds > MAX_TIMEOUT ? MAX_TIMEOUT : milliseconds;
  entry.timeout = bounded === 0n ? null : Number(bounded);
  return 0n;
}

function address(
  context: CallContext,
  args: Arguments,
  call: "getsockname" | "getpeername",
): Value {
  const answer = (result: bigint, host = "", port = 0n) =>
    sequenceOf([result, utf8ToBytes(host), port], false);
  const entry = context.descriptors.get(args.int(0));
  if (entry === undefined || entry.kind === "file" || entry.kind === "stdin") {
    return answer(context.result(-Errno.EBADF, call));
  }
  if (entry.kind === "pending") {
    if (call === "getpeername") return answer(context.result(-Errno.ENOTCONN, call));
    return answer(0n, entry.family === AF_INET6 ? "::" : "0.0.0.0");
  }
  const name = new SockaddrStorage();
  const result = context.system[call](entry.fd, name);
  if (result < 0) return answer(context.result(result, call));
  return answer(0n, ...endpointOf(name));
}

function resolve(context: CallContext, args: Arguments): Value {
  const texts = resolveTexts(context, args.text(0));
  if (typeof texts === "number") return context.result(texts, "resolve");
  return sequenceOf(texts.map(utf8ToBytes), true);
}

/** Number of each field of PollFd. */
const PollField = { fd: 0, events: 1, revents: 2 } as const;

function pollStruct(value: Value): StructValue {
  if (value instanceof StructValue && value.fields.length === 3) return value;
  throw runtimeError("poll: fds must hold PollFd structs");
}

function intField(struct: StructValue, index: number): bigint {
  const value = struct.fields[index];
  return typeof value === "bigint" ? value : -1n;
}

/** What a script's entry asks of the system; events that hold already stand in `revents`. */
function pollEntry(context: CallContext, struct: StructValue): PollFd {
  const number = intField(struct, PollField.fd);
  const events = Number(intField(struct, PollField.events) & 0x7fffn);
  if (number < 0n) return { fd: -1, events, revents: 0 };
  const entry = context.descriptors.get(number);
  if (entry === undefined) return { fd: -1, events, revents: POLLNVAL };
  // As Linux has it for a socket that is neither connected nor listens.
  if (entry.kind === "pending") return { fd: -1, events, revents: (events & POLLOUT) | POLLHUP };
  return { fd: entry.fd, events, revents: 0 };
}

function* poll(context: CallContext, args: Arguments): Steps<Value> {
  const fds = args.value(0);
  if (!(fds instanceof Sequence)) throw new MocaTrap("poll: fds must be a reference");
  const structs = Array.from({ length: fds.length }, (_, i) => pollStruct(fds.get(i)));
  const entries = structs.map((struct) => pollEntry(context, struct));
  const known = entries.map(({ revents }) => revents);
  const milliseconds = args.int(1);
  const wait = known.some((revents) => revents !== 0)
    ? 0
    : milliseconds < 0n
    ? null
    : Number(milliseconds > MAX_TIMEOUT ? MAX_TIMEOUT : milliseconds);
  const ready = yield { fds: entries, deadline: deadlineAfter(wait) };
  if (ready < 0) return context.result(ready, "poll");
  let count = 0;
  structs.forEach((struct, i) => {
    const revents = (known[i] ?? 0) | (entries[i]?.revents ?? 0);
    struct.fields[PollField.revents] = BigInt(revents);
    if (revents !== 0) count++;
  });
  return context.result(count === 0 ? -Errno.ETIMEDOUT : count, "poll");
}

/** The handlers by name. */
export const SOCKET_CALLS: readonly (readonly [name: string, handler: Handler])[] = [
  ["udp_socket", udpSocket],
  ["sendto", sendto],
  ["recvfrom", recvfrom],
  ["shutdown", shutdown],
  ["set_timeout", setTimeout],
  ["getsockname", (context, args) => address(context, args, "getsockname")],
  ["getpeername", (context, args) => address(context, args, "getpeername")],
  ["resolve", resolve],
  ["poll", poll],
];
