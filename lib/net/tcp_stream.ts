/**
 * A TCP connection with blocking calls.
 *
 * @module
 */
import { SocketAddress } from "../ip.ts";
import { Errno } from "../linux/errno.ts";
import { MSG_PEEK, SHUT_RD, SHUT_RDWR, SHUT_WR, SOCK_STREAM } from "../linux/socket.ts";
import { encodeSockaddr, SockaddrStorage } from "../linux/sockaddr.ts";
import { TCP_NODELAY } from "../linux/tcp.ts";
import { IPPROTO_TCP } from "../linux/in.ts";
import type { System } from "../kernel/system.ts";
import { type Attempt, attemptEach } from "./attempts.ts";
import { connectWithin, finishConnect } from "./connect.ts";
import { defaultSystem, type SystemOptions } from "../kernel/default_system.ts";
import { NetError } from "./error.ts";
import { failure } from "./failure.ts";
import { type Address, familyOf } from "./host_port.ts";
import { duplicate, Socket } from "./socket.ts";
import {
  checkTimeout,
  getIntOption,
  getTimeoutOption,
  type OptionName,
  setIntOption,
} from "./socket_option.ts";
import {
  RECEIVE_TIMEOUT,
  SEND_TIMEOUT,
  setWaitLimit,
  shareWaitLimits,
  socketFailure,
} from "./wait_limit.ts";

const NODELAY: OptionName = [IPPROTO_TCP, TCP_NODELAY];

/** Bytes that `readToEnd` makes room for at first. */
const FIRST_READ = 16 * 1024;

/** Which side of a connection is shut down: Rust's `std::net::Shutdown`. */
export type Shutdown = "read" | "write" | "both";

const DIRECTIONS: Readonly<Record<Shutdown, number>> = {
  read: SHUT_RD,
  write: SHUT_WR,
  both: SHUT_RDWR,
};

/** How a connection is made. */
export interface ConnectOptions extends SystemOptions {
  /**
   * Longest time in milliseconds that making the connection may take, over all addresses of a name;
   * resolving the name is not counted. Default: as long as Linux tries, about two minutes.
   */
  readonly timeout?: number;
}

/**
 * A TCP connection. Its calls wait: `read` for data, `write` for room, `connect` for the peer.
 *
 * @example
 * ```ts
 * import { TcpListener, TcpStream } from "@vmsock/vmsock/net";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = TcpListener.bind("127.0.0.1:0");
 * using client = TcpStream.connect(listener.localAddr());
 * using server = listener.accept().stream;
 *
 * client.writeAll(new TextEncoder().encode("hello"));
 * client.shutdown("write");
 * assertEquals(new TextDecoder().decode(server.readToEnd()), "hello");
 * ```
 */
export class TcpStream extends Socket {
  readonly #peer: SocketAddress | undefined;

  /**
   * Takes over the descriptor of a connected TCP socket.
   *
   * @param system The system it belongs to.
   * @param fd The descriptor; this object closes it.
   * @param peer The peer's address, if known: errors name it.
   */
  constructor(system: System, fd: number, peer?: SocketAddress) {
    super(system, fd);
    this.#peer = peer;
  }

  /**
   * Connects to a server. Every address of a name is tried until one answers.
   *
   * @param address Where to: an address, or text such as `127.0.0.1:80`, `[::1]:80` or
   * `example.com:80`.
   * @param options Time-out and system.
   * @returns The connection.
   * @throws {NetError} `ConnectionRefused`, `TimedOut`, `NetworkUnreachable`, `HostUnreachable`, … as
   * the last address failed; `PermissionDenied` where the policy refuses it; `InvalidInput` if the
   * text is malformed; `NotFound` if the name has no address.
   */
  static connect(address: Address, options: ConnectOptions = {}): TcpStream {
    const { timeout } = options;
    if (timeout !== undefined) checkTimeout("connect", timeout);
    const system = options.system ?? defaultSystem();
    let deadline: number | null = null;
    const attempted = attemptEach(system, address, {
      syscall: "connect",
      text: "connect to",
      attempt: (candidate) => {
        // From here on, so that a name that is slow to resolve does not use the time up.
        if (timeout !== undefined) deadline ??= performance.now() + timeout;
        return attemptConnect(system, candidate, deadline);
      },
    });
    return new TcpStream(system, attempted.fd, attempted.address);
  }

  /**
   * Returns the peer's address.
   *
   * @throws {NetError} If getpeername(2) fails: `NotConnected` after a reset.
   */
  peerAddr(): SocketAddress {
    const name = new SockaddrStorage();
    const result = this.system.getpeername(this.fd, name);
    const { address } = name;
    if (result >= 0 && address instanceof SocketAddress) return address;
    throw failure(this.system, {
      syscall: "getpeername",
      result: result < 0 ? result : -Errno.EAFNOSUPPORT,
      action: "get the peer's address",
    });
  }

  /**
   * Reads what has arrived, after waiting for anything at all.
   *
   * @param buffer Receives the bytes.
   * @returns How many, at most the buffer's length; 0 once the peer has shut its side down.
   * @throws {NetError} `ConnectionReset`; `WouldBlock` if a time-out expires or a non-blocking
   * socket has nothing; …
   */
  read(buffer: Uint8Array): number {
    return this.#receive(buffer, 0);
  }

  /**
   * As {@linkcode TcpStream.read}, but leaves the bytes in the queue for the next call.
   *
   * @param buffer Receives the bytes.
   * @returns How many.
   * @throws {NetError} As {@linkcode TcpStream.read}.
   */
  peek(buffer: Uint8Array): number {
    return this.#receive(buffer, MSG_PEEK);
  }

  /**
   * Fills the whole buffer.
   *
   * @param buffer Receives the bytes; what it holds after an error is unspecified.
   * @throws {NetError} `UnexpectedEof` if the stream ends before; else as {@linkcode TcpStream.read}.
   */
  readExact(buffer: Uint8Array): void {
    let filled = 0;
    while (filled < buffer.byteLength) {
      const count = this.#receive(buffer.subarray(filled), 0, true);
      if (count === 0) {
        throw new NetError(
          `Cannot read ${buffer.byteLength} bytes${this.#from()}: the stream ended after ${filled}`,
          { syscall: "recv", kind: "UnexpectedEof", address: this.#peer },
        );
      }
      filled += count;
    }
  }

  /**
   * Reads until the peer shuts its side down.
   *
   * @returns All bytes; memory is the only limit.
   * @throws {NetError} As {@linkcode TcpStream.read}.
   */
  readToEnd(): Uint8Array<ArrayBuffer> {
    let bytes = new Uint8Array(FIRST_READ);
    let length = 0;
    for (;;) {
      if (length === bytes.byteLength) {
        const larger = new Uint8Array(2 * length);
        larger.set(bytes);
        bytes = larger;
      }
      const count = this.#receive(bytes.subarray(length), 0, true);
      if (count === 0) return bytes.slice(0, length);
      length += count;
    }
  }

  /**
   * Writes bytes, as many as there is room for after waiting for any room at all.
   *
   * @param data The bytes.
   * @returns How many were taken, possibly fewer than there are.
   * @throws {NetError} `BrokenPipe` or `ConnectionReset` if the peer is gone; `WouldBlock` if a
   * time-out expires or a non-blocking socket has no room; …
   */
  write(data: Uint8Array): number {
    return this.#send(data, false);
  }

  /**
   * Writes all bytes.
   *
   * @param data The bytes; how many were taken before an error is not told.
   * @throws {NetError} As {@linkcode TcpStream.write}; `WriteZero` if nothing more is taken.
   */
  writeAll(data: Uint8Array): void {
    let written = 0;
    while (written < data.byteLength) {
      const count = this.#send(data.subarray(written), true);
      if (count === 0) {
        throw new NetError(
          `Cannot write ${data.byteLength} bytes${this.#to()}: only ${written} were taken`,
          { syscall: "send", kind: "WriteZero", address: this.#peer },
        );
      }
      written += count;
    }
  }

  /**
   * Shuts one side of the connection down, or both; the descriptor stays open.
   *
   * @param how `write` lets the peer read to the end; after `read`, reading gives the end.
   * @throws {NetError} `NotConnected` if the connection is gone.
   */
  shutdown(how: Shutdown): void {
    const result = this.system.shutdown(this.fd, DIRECTIONS[how]);
    if (result < 0) {
      throw this.#failure("shutdown", result, `shut the connection${this.#to()} down`);
    }
  }

  /**
   * Sets whether small writes are sent at once (TCP_NODELAY) or gathered while data is under way
   * (Nagle's algorithm, the default).
   *
   * @param noDelay Whether they are sent at once.
   * @throws {NetError} If setsockopt(2) fails.
   */
  setNoDelay(noDelay: boolean): void {
    setIntOption(this, NODELAY, noDelay);
  }

  /**
   * Returns what {@linkcode TcpStream.setNoDelay} sets.
   *
   * @throws {NetError} If getsockopt(2) fails.
   */
  noDelay(): boolean {
    return getIntOption(this, NODELAY) !== 0;
  }

  /**
   * Bounds how long a read may wait; then it fails with `WouldBlock` (EAGAIN), as on Linux.
   *
   * @param milliseconds More than 0; null, as at first, for no bound.
   * @throws {NetError} `InvalidInput` for anything else.
   */
  setReadTimeout(milliseconds: number | null): void {
    setWaitLimit(this, RECEIVE_TIMEOUT, milliseconds);
  }

  /**
   * Returns what {@linkcode TcpStream.setReadTimeout} sets, in milliseconds as the system
   * rounded it; null for no bound.
   *
   * @throws {NetError} If getsockopt(2) fails.
   */
  readTimeout(): number | null {
    return getTimeoutOption(this, RECEIVE_TIMEOUT);
  }

  /**
   * Bounds how long a write may wait; then it fails with `WouldBlock` (EAGAIN), as on Linux.
   *
   * @param milliseconds More than 0; null, as at first, for no bound.
   * @throws {NetError} `InvalidInput` for anything else.
   */
  setWriteTimeout(milliseconds: number | null): void {
    setWaitLimit(this, SEND_TIMEOUT, milliseconds);
  }

  /**
   * Returns what {@linkcode TcpStream.setWriteTimeout} sets, in milliseconds as the system
   * rounded it; null for no bound.
   *
   * @throws {NetError} If getsockopt(2) fails.
   */
  writeTimeout(): number | null {
    return getTimeoutOption(this, SEND_TIMEOUT);
  }

  /**
   * Makes a second object for the same connection, with a descriptor of its own (dup(2)). The
   * connection ends when all of them are closed; options are shared.
   *
   * @returns The clone.
   * @throws {NetError} If there is no free descriptor (EMFILE).
   */
  tryClone(): TcpStream {
    const clone = new TcpStream(this.system, duplicate(this), this.#peer);
    shareWaitLimits(this, clone);
    return clone;
  }

  #receive(buffer: Uint8Array, flags: number, again = false): number {
    let count: number;
    do {
      count = this.system.recv(this.fd, buffer, buffer.byteLength, flags);
    } while (again && count === -Errno.EINTR);
    if (count >= 0) return count;
    throw this.#failure("recv", count, `read${this.#from()}`, RECEIVE_TIMEOUT);
  }

  #send(data: Uint8Array, again: boolean): number {
    let count: number;
    do {
      count = this.system.send(this.fd, data, data.byteLength, 0);
    } while (again && count === -Errno.EINTR);
    if (count >= 0) return count;
    throw this.#failure("send", count, `write${this.#to()}`, SEND_TIMEOUT);
  }

  #from(): string {
    return this.#peer === undefined ? "" : ` from ${this.#peer}`;
  }

  #to(): string {
    return this.#peer === undefined ? "" : ` to ${this.#peer}`;
  }

  #failure(syscall: string, result: number, action: string, limit?: OptionName): NetError {
    return socketFailure(this, {
      syscall,
      result,
      action,
      address: this.#peer,
      ...(limit === undefined ? {} : { limit }),
    });
  }
}

function attemptConnect(
  system: System,
  address: SocketAddress,
  deadline: number | null,
): Attempt {
  const fd = system.socket(familyOf(address), SOCK_STREAM, 0);
  if (fd < 0) return { syscall: "socket", result: fd };
  const sockaddr = encodeSockaddr(address);
  let result = deadline === null
    ? system.connect(fd, sockaddr)
    : connectWithin(system, { fd, sockaddr, deadline });
  // An interrupted connect goes on by itself, connect(2): it must be waited for, not repeated.
  if (result === -Errno.EINTR) result = finishConnect(system, { fd, deadline });
  if (result >= 0) return { syscall: "connect", result: fd };
  system.close(fd);
  return { syscall: "connect", result };
}
