/**
 * What blocking sockets have in common.
 *
 * @module
 */
import { SocketAddress } from "../ip.ts";
import { Errno } from "../linux/errno.ts";
import { IP_TTL, IPPROTO_IP, IPPROTO_IPV6, IPV6_UNICAST_HOPS } from "../linux/in.ts";
import { FIONBIO } from "../linux/ioctl.ts";
import { SO_ERROR, SOL_SOCKET } from "../linux/socket.ts";
import { SockaddrStorage } from "../linux/sockaddr.ts";
import type { System } from "../kernel/system.ts";
import type { NetError } from "./error.ts";
import { failure } from "./failure.ts";
import { getIntOption, type OptionName, setIntOption } from "./socket_option.ts";
import { rememberNonblocking } from "./wait_limit.ts";

/**
 * A socket: a descriptor of a system, closed at the end of its scope (`using`) or by `close`.
 *
 * Every call that fails throws a `NetError`; so does every call after `close` (EBADF).
 */
export abstract class Socket implements Disposable {
  /** The system that the descriptor belongs to. */
  readonly system: System;
  #fd: number;

  /**
   * Takes over a descriptor.
   *
   * @param system The system it belongs to.
   * @param fd The descriptor of a socket; this object closes it.
   */
  constructor(system: System, fd: number) {
    this.system = system;
    this.#fd = fd;
  }

  /** The descriptor, for calls that this class does not have; −1 once closed. */
  get fd(): number {
    return this.#fd;
  }

  /** Closes the descriptor; clones stay open. Closing again does nothing. */
  close(): void {
    const fd = this.#fd;
    this.#fd = -1;
    // close(2) frees the number whatever it returns: there is nothing left to be done about it.
    if (fd >= 0) this.system.close(fd);
  }

  /** As {@linkcode Socket.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Returns the address that the socket is bound to, with the port that was chosen for port 0.
   *
   * @throws {NetError} If getsockname(2) fails.
   */
  localAddr(): SocketAddress {
    const name = new SockaddrStorage();
    const result = this.system.getsockname(this.#fd, name);
    const { address } = name;
    if (result >= 0 && address instanceof SocketAddress) return address;
    throw failure(this.system, {
      syscall: "getsockname",
      result: result < 0 ? result : -Errno.EAFNOSUPPORT,
      action: "get a socket's own address",
    });
  }

  /**
   * Makes calls on this socket and its clones return at once, or wait again.
   *
   * @param nonblocking Whether a call that would wait fails instead (`WouldBlock`).
   * @throws {NetError} If ioctl(2) fails.
   */
  setNonblocking(nonblocking: boolean): void {
    const result = this.system.ioctl(this.#fd, FIONBIO, Int32Array.of(Number(nonblocking)));
    if (result < 0) {
      throw failure(this.system, {
        syscall: "ioctl",
        result,
        action: "change a socket's non-blocking mode",
      });
    }
    rememberNonblocking(this, nonblocking);
  }

  /**
   * Sets how many hosts a packet of this socket may pass: IP_TTL, or IPV6_UNICAST_HOPS.
   *
   * @param ttl 1 to 255.
   * @throws {NetError} If setsockopt(2) fails.
   */
  setTtl(ttl: number): void {
    setIntOption(this, this.#ttlOption(), ttl);
  }

  /**
   * Returns what {@linkcode Socket.setTtl} sets.
   *
   * @throws {NetError} If getsockopt(2) fails.
   */
  ttl(): number {
    return getIntOption(this, this.#ttlOption());
  }

  /**
   * Takes the socket's pending error (SO_ERROR), which its next call would report otherwise.
   *
   * @returns The error, or null if there is none.
   * @throws {NetError} If getsockopt(2) fails.
   */
  takeError(): NetError | null {
    const errno = getIntOption(this, [SOL_SOCKET, SO_ERROR]);
    if (errno === 0) return null;
    return failure(this.system, {
      syscall: "getsockopt",
      result: -errno,
      action: "go on with a socket",
    });
  }

  #ttlOption(): OptionName {
    return this.localAddr().ip.family === 4
      ? [IPPROTO_IP, IP_TTL]
      : [IPPROTO_IPV6, IPV6_UNICAST_HOPS];
  }
}

/**
 * Duplicates a socket's descriptor.
 *
 * @returns The new descriptor.
 * @throws {NetError} If dup(2) fails.
 */
export function duplicate({ system, fd }: Socket): number {
  const result = system.dup(fd);
  if (result < 0) throw failure(system, { syscall: "dup", result, action: "clone a socket" });
  return result;
}
