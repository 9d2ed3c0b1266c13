/**
 * Host calls that make stream sockets: socket, connect, bind, listen, accept.
 *
 * A socket's number comes first, the socket itself with connect or bind, which know the family: so one
 * number can reach IPv4 and IPv6 addresses of a host alike.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { FIONBIO } from "../../linux/ioctl.ts";
import { POLLIN, POLLOUT } from "../../linux/poll.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  SO_ERROR,
  SO_REUSEADDR,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../linux/socket.ts";
import type { Value } from "../../moca/value.ts";
import { type Candidate, candidates } from "./addresses.ts";
import type { CallContext } from "./call_context.ts";
import { opened, type PendingSocket } from "./descriptor_table.ts";
import type { Arguments, Handler } from "./handler.ts";
import { deadlineAfter, type Steps } from "./wait.ts";

/** Connections that may wait to be accepted, as in Rust's standard library. */
const BACKLOG = 128;

const ONE = new Uint8Array(Int32Array.of(1).buffer);

function pending(context: CallContext, family: number, call: string): bigint {
  return context.result(context.descriptors.add({ kind: "pending", family, timeout: null }), call);
}

function socket(context: CallContext, args: Arguments): Value {
  if (args.int(0) !== BigInt(AF_INET)) return context.result(-Errno.EAFNOSUPPORT, "socket");
  if (args.int(1) !== BigInt(SOCK_STREAM)) return context.result(-Errno.ESOCKTNOSUPPORT, "socket");
  return pending(context, AF_UNSPEC, "socket");
}

function tcpSocket(context: CallContext, args: Arguments): Value {
  const domain = args.int32(0);
  if (domain !== AF_INET && domain !== AF_INET6) {
    return context.result(-Errno.EAFNOSUPPORT, "tcp_socket");
  }
  return pending(context, domain, "tcp_socket");
}

/** The error that a connection failed with, 0 for none. */
function socketError({ system }: CallContext, fd: number): number {
  const error = new Int32Array(1);
  const bytes = new Uint8Array(error.buffer);
  const result = system.getsockopt(fd, SOL_SOCKET, SO_ERROR, bytes, Int32Array.of(4));
  return result < 0 ? result : -(error[0] ?? 0);
}

/** Connects a socket; 0 or a negated errno. */
function* connectSocket(
  context: CallContext,
  fd: number,
  sockaddr: Uint8Array<ArrayBuffer>,
  options: { readonly deadline: number | null; readonly blocks: boolean },
): Steps<number> {
  const { system } = context;
  if (!options.blocks) system.ioctl(fd, FIONBIO, Int32Array.of(1));
  let result = system.connect(fd, sockaddr);
  // After a signal the connection is still being made: connect(2).
  if (result === -Errno.EINPROGRESS || result === -Errno.EINTR) {
    const ready = yield { fds: [{ fd, events: POLLOUT, revents: 0 }], deadline: options.deadline };
    if (ready === 0) return -Errno.ETIMEDOUT;
    result = ready < 0 ? ready : socketError(context, fd);
  }
  if (!options.blocks && result >= 0) system.ioctl(fd, FIONBIO, Int32Array.of(0));
  return result;
}

/** A connected socket to the first address that answers, or the last one's negated errno. */
function* connectFirst(
  context: CallContext,
  entry: PendingSocket,
  list: readonly Candidate[],
): Steps<number> {
  const { system } = context;
  const deadline = deadlineAfter(entry.timeout);
  const blocks = context.blocks(entry.timeout);
  let last = -Errno.ENOENT;
  for (const { family, sockaddr } of list) {
    const fd = system.socket(family, SOCK_STREAM, 0);
    if (fd < 0) {
      last = fd;
      continue;
    }
    last = yield* connectSocket(context, fd, sockaddr, { deadline, blocks });
    if (last >= 0) return fd;
    system.close(fd);
  }
  return last;
}

function* connect(context: CallContext, args: Arguments): Steps<Value> {
  const { descriptors, system } = context;
  const number = args.int(0);
  const entry = descriptors.get(number);
  if (entry === undefined || (entry.kind !== "pending" && entry.kind !== "datagram")) {
    return context.result(-Errno.EBADF, "connect");
  }
  const list = candidates(context, args.text(1), args.int(2), entry);
  if (entry.kind !== "pending") {
    const [first] = typeof list === "number" ? [] : list;
    const code = typeof list === "number" ? list : -Errno.ENOENT;
    const result = first === undefined ? code : system.connect(entry.fd, first.sockaddr);
    return context.result(result, "connect");
  }
  const fd = typeof list === "number" ? list : yield* connectFirst(context, entry, list);
  if (fd < 0) {
    // The original's socket is gone with the connection that failed.
    descriptors.remove(number);
    return context.result(fd, "connect");
  }
  descriptors.replace(number, opened("connected", fd, { timeout: entry.timeout }));
  return 0n;
}

/** A listening socket, or a negated errno. */
function listenOn({ system }: CallContext, { family, sockaddr }: Candidate): number {
  const fd = system.socket(family, SOCK_STREAM, 0);
  if (fd < 0) return fd;
  // A port whose last connections have just ended can be bound again; without it, it has to wait.
  system.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, ONE, ONE.byteLength);
  const bound = system.bind(fd, sockaddr);
  const result = bound < 0 ? bound : system.listen(fd, BACKLOG);
  if (result >= 0) return fd;
  system.close(fd);
  return result;
}

function bind(context: CallContext, args: Arguments): Value {
  const { descriptors, system } = context;
  const number = args.int(0);
  const entry = descriptors.get(number);
  if (entry === undefined || (entry.kind !== "pending" && entry.kind !== "datagram")) {
    return context.result(-Errno.EBADF, "bind");
  }
  const list = candidates(context, args.text(1), args.int(2), entry);
  let last = typeof list === "number" ? list : -Errno.ENOENT;
  for (const address of typeof list === "number" ? [] : list) {
    last = entry.kind === "datagram"
      ? system.bind(entry.fd, address.sockaddr)
      : listenOn(context, address);
    if (last >= 0) break;
  }
  if (entry.kind === "datagram") return context.result(last, "bind");
  if (last < 0) {
    descriptors.remove(number);
    return context.result(last, "bind");
  }
  descriptors.replace(number, opened("listener", last, { timeout: entry.timeout }));
  return 0n;
}

function listen(context: CallContext, args: Arguments): Value {
  const entry = context.descriptors.get(args.int(0));
  return entry?.kind === "listener" ? 0n : context.result(-Errno.EBADF, "listen");
}

function* accept(context: CallContext, args: Arguments): Steps<Value> {
  const { descriptors, system } = context;
  const entry = descriptors.get(args.int(0));
  if (entry?.kind !== "listener") return context.result(-Errno.EBADF, "accept");
  context.unblock(entry);
  let fd: number;
  do {
    fd = yield* context.attempt(entry, POLLIN, () => system.accept(entry.fd, null));
    // A peer that has gone before it was accepted is no reason to tell a server of.
  } while (fd === -Errno.ECONNABORTED);
  if (fd < 0) return context.result(fd, "accept");
  const number = descriptors.add(opened("connected", fd));
  if (number < 0) system.close(fd);
  return context.result(number, "accept");
}

/** The handlers by name. */
export const STREAM_CALLS: readonly (readonly [name: string, handler: Handler])[] = [
  ["socket", socket],
  ["tcp_socket", tcpSocket],
  ["connect", connect],
  ["bind", bind],
  ["listen", listen],
  ["accept", accept],
];
