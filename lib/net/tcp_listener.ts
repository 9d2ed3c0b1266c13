/**
 * A TCP socket that waits for connections.
 *
 * @module
 */
import type { SocketAddress } from "../ip.ts";
import { Errno } from "../linux/errno.ts";
import { POLLIN } from "../linux/poll.ts";
import { SO_REUSEADDR, SO_REUSEPORT, SOCK_STREAM, SOL_SOCKET } from "../linux/socket.ts";
import { encodeSockaddr, SockaddrStorage } from "../linux/sockaddr.ts";
import type { System } from "../kernel/system.ts";
import { type Attempt, attemptEach } from "./attempts.ts";
import { defaultSystem, type SystemOptions } from "../kernel/default_system.ts";
import type { NetError } from "./error.ts";
import { type Address, familyOf } from "./host_port.ts";
import { duplicate, Socket } from "./socket.ts";
import { getTimeoutOption } from "./socket_option.ts";
import { TcpStream } from "./tcp_stream.ts";
import { RECEIVE_TIMEOUT, setWaitLimit, shareWaitLimits, socketFailure } from "./wait_limit.ts";

/** Connections that may wait to be accepted, as in Rust's standard library. */
const DEFAULT_BACKLOG = 128;

/** How a listener is made. */
export interface ListenOptions extends SystemOptions {
  /** How many connections may wait to be accepted; default 128. */
  readonly backlog?: number;
  /** Lets several listeners share the port (SO_REUSEPORT); default: false. */
  readonly reusePort?: boolean;
}

/** A connection that was accepted. */
export interface Accepted {
  /** The connection. */
  readonly stream: TcpStream;
  /** The peer's address. */
  readonly address: SocketAddress;
}

/**
 * A TCP socket that listens. `accept` waits for a connection.
 *
 * @example
 * ```ts
 * import { TcpListener, TcpStream } from "@vmsock/vmsock/net";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = TcpListener.bind("127.0.0.1:0");
 * using client = TcpStream.connect(listener.localAddr());
 *
 * for (using stream of listener.incoming()) {
 *   assertEquals(stream.peerAddr(), client.localAddr());
 *   break;
 * }
 * ```
 */
export class TcpListener extends Socket {
  /**
   * Binds a socket and listens. A port whose last connections have just ended can be bound again
   * (SO_REUSEADDR).
   *
   * @param address Where: an address, or text such as `127.0.0.1:8080`, `[::]:8080` or
   * `localhost:8080`; port 0 picks a free one. Every address of a name is tried until one succeeds.
   * @param options Length of the queue, sharing of the port, system.
   * @returns The listener.
   * @throws {NetError} `AddrInUse`, `AddrNotAvailable`, `PermissionDenied`, … as bind(2) or listen(2)
   * failed; `InvalidInput` if the text is malformed; `NotFound` if the name has no address.
   */
  static override bind(address: Address, options: ListenOptions = {}): TcpListener {
    const system = options.system ?? defaultSystem();
    const { fd } = attemptEach(system, address, {
      syscall: "bind",
      text: "listen on",
      attempt: (candidate) => attemptListen(system, candidate, options),
    });
    return new TcpListener(system, fd);
  }

  /**
   * Waits for a connection and accepts it.
   *
   * @returns The connection and its peer's address.
   * @throws {NetError} `WouldBlock` if the time-out expires or a non-blocking listener has nobody
   * waiting; `ConnectionAborted` if the peer has gone already; …
   */
  accept(): Accepted {
    const accepted = this.#accept();
    if (typeof accepted !== "number") return accepted;
    throw this.#acceptFailure(accepted);
  }

  /**
   * Accepts a connection if one is waiting.
   *
   * @returns The connection and its peer's address; null if nobody is waiting. In blocking mode it
   * waits nevertheless if another thread or clone takes the connection in between.
   * @throws {NetError} As {@linkcode TcpListener.accept}.
   * @example
   * ```ts
   * import { TcpListener, TcpStream } from "@vmsock/vmsock/net";
   * import { assertEquals } from "@std/assert";
   *
   * using listener = TcpListener.bind("127.0.0.1:0");
   * assertEquals(listener.tryAccept(), null);
   * using client = TcpStream.connect(listener.localAddr());
   * using server = listener.tryAccept()?.stream;
   * assertEquals(server?.peerAddr(), client.localAddr());
   * ```
   */
  tryAccept(): Accepted | null {
    let ready: number;
    do {
      ready = this.system.poll([{ fd: this.fd, events: POLLIN, revents: 0 }], 0);
    } while (ready === -Errno.EINTR);
    // poll(2) passes over a closed one's −1 in silence: accept says what is wrong.
    if (ready === 0 && this.fd >= 0) return null;
    const accepted = this.#accept();
    if (typeof accepted !== "number") return accepted;
    if (accepted === -Errno.EAGAIN) return null;
    throw this.#acceptFailure(accepted);
  }

  /**
   * Accepts connections for ever.
   *
   * @returns An iterator over them; its every step is one {@linkcode TcpListener.accept}, and throws
   * as that does.
   */
  *incoming(): Generator<TcpStream, never> {
    for (;;) yield this.accept().stream;
  }

  /**
   * Bounds how long accept may wait; then it fails with `WouldBlock` (EAGAIN), as on Linux.
   *
   * @param milliseconds More than 0; null, as at first, for no bound.
   * @throws {NetError} `InvalidInput` for anything else.
   */
  setAcceptTimeout(milliseconds: number | null): void {
    setWaitLimit(this, RECEIVE_TIMEOUT, milliseconds);
  }

  /**
   * Returns what {@linkcode TcpListener.setAcceptTimeout} sets, in milliseconds as the system
   * rounded it; null for no bound.
   *
   * @throws {NetError} If getsockopt(2) fails.
   */
  acceptTimeout(): number | null {
    return getTimeoutOption(this, RECEIVE_TIMEOUT);
  }

  /**
   * Makes a second object for the same listener, with a descriptor of its own (dup(2)).
   *
   * @returns The clone.
   * @throws {NetError} If there is no free descriptor (EMFILE).
   */
  tryClone(): TcpListener {
    const clone = new TcpListener(this.system, duplicate(this));
    shareWaitLimits(this, clone);
    return clone;
  }

  #accept(): Accepted | number {
    const peer = new SockaddrStorage();
    let fd: number;
    do {
      fd = this.system.accept(this.fd, peer);
    } while (fd === -Errno.EINTR);
    if (fd < 0) return fd;
    const address = peer.address as SocketAddress;
    return { stream: new TcpStream(this.system, fd, address), address };
  }

  #acceptFailure(result: number): NetError {
    return socketFailure(this, {
      syscall: "accept",
      result,
      action: "accept a connection",
      limit: RECEIVE_TIMEOUT,
    });
  }
}

function attemptListen(
  system: System,
  address: SocketAddress,
  { backlog = DEFAULT_BACKLOG, reusePort = false }: ListenOptions,
): Attempt {
  const fd = system.socket(familyOf(address), SOCK_STREAM, 0);
  if (fd < 0) return { syscall: "socket", result: fd };
  const on = new Uint8Array(Int32Array.of(1).buffer);
  const steps: (readonly [string, () => number])[] = [
    ["setsockopt", () => system.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, on, 4)],
    ["bind", () => system.bind(fd, encodeSockaddr(address))],
    ["listen", () => system.listen(fd, backlog)],
  ];
  if (reusePort) {
    const share = () => system.setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, on, 4);
    steps.unshift(["setsockopt", share]);
  }
  for (const [syscall, step] of steps) {
    const result = step();
    if (result < 0) {
      system.close(fd);
      return { syscall, result };
    }
  }
  return { syscall: "listen", result: fd };
}
