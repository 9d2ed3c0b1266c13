/**
 * System calls on sockets as plain functions.
 *
 * @module
 */
import type { SocketAddress } from "../../../ip.ts";
import { encodeSockaddr, type SockaddrStorage, type UnixAddress } from "../../../linux/sockaddr.ts";
import { defaultSystem, type SystemOptions } from "../../../kernel/default_system.ts";
import type { System } from "../../../kernel/system.ts";

/** How a connection is accepted. */
export interface AcceptOptions extends SystemOptions {
  /** Receives the peer's address; default: it is not asked for. */
  readonly peer?: SockaddrStorage;
}

/**
 * Makes a socket, socket(2), in this thread's own system.
 *
 * The functions beside this one are the same kind: they return a number ≥ 0, or a negated Linux
 * errno, and throw nothing. Descriptors are numbers of the system that made them.
 *
 * @param domain AF_INET, AF_INET6 or AF_UNIX.
 * @param type SOCK_STREAM or SOCK_DGRAM, with SOCK_NONBLOCK and SOCK_CLOEXEC perhaps.
 * @param protocol 0, or the type's own.
 * @param options The system.
 * @returns The descriptor; −EAFNOSUPPORT, −EINVAL, −EPROTONOSUPPORT for what there is not; −EMFILE
 * at the limit of descriptors.
 * @example
 * ```ts
 * import { accept, bind, close, connect, listen, recv, send, socket } from "@vmsock/vmsock/linux";
 * import { AF_INET, defaultSystem, SOCK_STREAM, SockaddrStorage } from "@vmsock/vmsock/linux";
 * import { IPV4_LOOPBACK, SocketAddress } from "@vmsock/vmsock/linux";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const listener = socket(AF_INET, SOCK_STREAM, 0);
 * assertEquals(bind(listener, new SocketAddress(IPV4_LOOPBACK, 0)), 0);
 * assertEquals(listen(listener, 16), 0);
 * const name = new SockaddrStorage();
 * defaultSystem().getsockname(listener, name);
 * assert(name.address !== null);
 *
 * const client = socket(AF_INET, SOCK_STREAM, 0);
 * assertEquals(connect(client, name.address), 0);
 * const server = accept(listener);
 * assertEquals(send(client, new TextEncoder().encode("hello")), 5);
 * const buffer = new Uint8Array(16);
 * assertEquals(recv(server, buffer), 5);
 * for (const fd of [client, server, listener]) assertEquals(close(fd), 0);
 * ```
 */
export function socket(
  domain: number,
  type: number,
  protocol: number,
  options?: SystemOptions,
): number {
  return systemOf(options).socket(domain, type, protocol);
}

/**
 * Gives a socket its own address, bind(2).
 *
 * @param fd The socket.
 * @param address The address; port 0 picks a free one.
 * @param options The system.
 * @returns 0; −EADDRINUSE, −EADDRNOTAVAIL, −EINVAL where it has one, −EACCES where it may not have
 * this one, −EAFNOSUPPORT for an address of another family, −EBADF, −ENOTSOCK.
 * @example
 * ```ts
 * import { AF_INET, bind, close, Errno, socket, SOCK_STREAM } from "@vmsock/vmsock/linux";
 * import { parseSocketAddress } from "@vmsock/vmsock/linux";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const address = parseSocketAddress("127.0.0.1:0");
 * assert(address !== null);
 * const fd = socket(AF_INET, SOCK_STREAM, 0);
 * assertEquals(bind(fd, address), 0);
 * assertEquals(bind(fd, address), -Errno.EINVAL);
 * close(fd);
 * ```
 */
export function bind(
  fd: number,
  address: SocketAddress | UnixAddress,
  options?: SystemOptions,
): number {
  return systemOf(options).bind(fd, encodeSockaddr(address));
}

/**
 * Makes a socket wait for connections, listen(2).
 *
 * @param fd The socket; one without an address gets a free port of all local addresses.
 * @param backlog How many connections may wait to be accepted.
 * @param options The system.
 * @returns 0; −EADDRINUSE, −EINVAL where it is connected, −EOPNOTSUPP, −EBADF, −ENOTSOCK.
 * @example
 * ```ts
 * import { AF_INET, close, Errno, listen, SOCK_DGRAM, socket } from "@vmsock/vmsock/linux";
 * import { assertEquals } from "@std/assert";
 *
 * const fd = socket(AF_INET, SOCK_DGRAM, 0);
 * assertEquals(listen(fd, 16), -Errno.EOPNOTSUPP);
 * close(fd);
 * ```
 */
export function listen(fd: number, backlog: number, options?: SystemOptions): number {
  return systemOf(options).listen(fd, backlog);
}

/**
 * Waits for a connection and accepts it, accept(2).
 *
 * @param fd A listening socket.
 * @param options Where the peer's address goes, and the system.
 * @returns The connection's descriptor; −EAGAIN where the socket does not wait and nobody does,
 * −EINVAL where it does not listen, −ECONNABORTED, −EMFILE, −EBADF, −ENOTSOCK.
 * @example
 * ```ts
 * import { accept, defaultSystem, SockaddrStorage } from "@vmsock/vmsock/linux";
 * import { TcpListener, TcpStream } from "@vmsock/vmsock/net";
 * import { assert, assertEquals } from "@std/assert";
 *
 * using listener = TcpListener.bind("127.0.0.1:0");
 * using client = TcpStream.connect(listener.localAddr());
 * const peer = new SockaddrStorage();
 * using server = new TcpStream(defaultSystem(), accept(listener.fd, { peer }));
 * assert(server.fd > 0);
 * assertEquals(peer.address, client.localAddr());
 * ```
 */
export function accept(fd: number, options?: AcceptOptions): number {
  return systemOf(options).accept(fd, options?.peer ?? null);
}

/**
 * Connects a socket, connect(2); waits until it is done.
 *
 * @param fd The socket.
 * @param address The peer's address.
 * @param options The system.
 * @returns 0; −ECONNREFUSED, −ETIMEDOUT, −ENETUNREACH, −EHOSTUNREACH; −EACCES where the policy
 * refuses the address; −EISCONN; −EINPROGRESS and −EALREADY where the socket does not wait; −EBADF,
 * −ENOTSOCK.
 * @example
 * ```ts
 * import { AF_INET, close, connect, Errno, socket, SOCK_STREAM } from "@vmsock/vmsock/linux";
 * import { TcpListener } from "@vmsock/vmsock/net";
 * import { assertEquals } from "@std/assert";
 *
 * const listener = TcpListener.bind("127.0.0.1:0");
 * const address = listener.localAddr();
 * listener.close();
 *
 * const fd = socket(AF_INET, SOCK_STREAM, 0);
 * assertEquals(connect(fd, address), -Errno.ECONNREFUSED);
 * close(fd);
 * ```
 */
export function connect(
  fd: number,
  address: SocketAddress | UnixAddress,
  options?: SystemOptions,
): number {
  return systemOf(options).connect(fd, encodeSockaddr(address));
}

/**
 * Sends bytes, send(2).
 *
 * @param fd A connected socket.
 * @param buffer The bytes.
 * @param flags MSG_ constants; default 0.
 * @param options The system.
 * @returns How many were taken, possibly fewer than there are; −EPIPE, −ECONNRESET where the peer is
 * gone; −EAGAIN where the socket does not wait or its time-out expired; −EDESTADDRREQ, −EMSGSIZE;
 * −EBADF, −ENOTSOCK.
 * @example
 * ```ts
 * import { AF_INET, close, Errno, send, SOCK_STREAM, socket } from "@vmsock/vmsock/linux";
 * import { assertEquals } from "@std/assert";
 *
 * const fd = socket(AF_INET, SOCK_STREAM, 0);
 * assertEquals(send(fd, new Uint8Array(1)), -Errno.EPIPE);
 * close(fd);
 * ```
 */
export function send(
  fd: number,
  buffer: Uint8Array,
  flags?: number,
  options?: SystemOptions,
): number {
  return systemOf(options).send(fd, buffer, buffer.byteLength, flags ?? 0);
}

/**
 * Receives bytes, recv(2), after waiting for any at all.
 *
 * @param fd A connected socket.
 * @param buffer Receives the bytes.
 * @param flags MSG_ constants; default 0.
 * @param options The system.
 * @returns How many; 0 at the end of the stream; −ECONNRESET; −EAGAIN where the socket does not wait
 * or its time-out expired; −ENOTCONN, −EBADF, −ENOTSOCK.
 * @example
 * ```ts
 * import { AF_INET, close, Errno, recv, SOCK_STREAM, socket } from "@vmsock/vmsock/linux";
 * import { assertEquals } from "@std/assert";
 *
 * const fd = socket(AF_INET, SOCK_STREAM, 0);
 * assertEquals(recv(fd, new Uint8Array(16)), -Errno.ENOTCONN);
 * close(fd);
 * ```
 */
export function recv(
  fd: number,
  buffer: Uint8Array,
  flags?: number,
  options?: SystemOptions,
): number {
  return systemOf(options).recv(fd, buffer, buffer.byteLength, flags ?? 0);
}

/**
 * Ends one direction of a connection or both, shutdown(2).
 *
 * @param fd The socket.
 * @param how SHUT_RD, SHUT_WR or SHUT_RDWR.
 * @param options The system.
 * @returns 0; −ENOTCONN, −EINVAL for another `how`, −EBADF, −ENOTSOCK.
 * @example
 * ```ts
 * import { recv, SHUT_WR, shutdown } from "@vmsock/vmsock/linux";
 * import { TcpListener, TcpStream } from "@vmsock/vmsock/net";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = TcpListener.bind("127.0.0.1:0");
 * using client = TcpStream.connect(listener.localAddr());
 * using server = listener.accept().stream;
 * assertEquals(shutdown(client.fd, SHUT_WR), 0);
 * assertEquals(recv(server.fd, new Uint8Array(1)), 0);
 * ```
 */
export function shutdown(fd: number, how: number, options?: SystemOptions): number {
  return systemOf(options).shutdown(fd, how);
}

/**
 * Closes a descriptor, close(2).
 *
 * @param fd The descriptor of a socket, a file, …
 * @param options The system.
 * @returns 0; −EBADF where it is not open. The number is free afterwards, whatever is returned.
 * @example
 * ```ts
 * import { AF_INET, close, Errno, SOCK_STREAM, socket } from "@vmsock/vmsock/linux";
 * import { assertEquals } from "@std/assert";
 *
 * const fd = socket(AF_INET, SOCK_STREAM, 0);
 * assertEquals(close(fd), 0);
 * assertEquals(close(fd), -Errno.EBADF);
 * ```
 */
export function close(fd: number, options?: SystemOptions): number {
  return systemOf(options).close(fd);
}

function systemOf(options: SystemOptions | undefined): System {
  return options?.system ?? defaultSystem();
}
