/**
 * TCP sockets of `scheduler:core-libs`.
 *
 * @module
 */
import { SocketAddress } from "../../ip.ts";
import { Errno } from "../../linux/errno.ts";
import { POLLIN, POLLOUT } from "../../linux/poll.ts";
import { encodeSockaddr } from "../../linux/sockaddr.ts";
import {
  MSG_NOSIGNAL,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SO_ERROR,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../linux/socket.ts";
import { wasiErrorCode } from "../wasi/socket_errors.ts";
import { MAX_READ } from "../wasi_p2/context.ts";
import { addressRoom, deadlineAfter, Endpoint, type EndpointOptions } from "./endpoint.ts";
import { faultOfRemote, type NetworkPolicy } from "./network_policy.ts";

/** `shutdown-type`. */
export type ShutdownType = "receive" | "send" | "both";

const HOW: Readonly<Record<ShutdownType, number>> = {
  receive: SHUT_RD,
  send: SHUT_WR,
  both: SHUT_RDWR,
};

const INT_MAX = 0x7fffffff;
const NOTHING = new Uint8Array(0);

/** A TCP socket. */
export class TcpEndpoint extends Endpoint {
  #state: "unconnected" | "connecting" | "connected" | "listening";

  /** Makes a socket, or takes over the descriptor of a connection. */
  constructor(options: EndpointOptions, connection?: number) {
    super(options, SOCK_STREAM, connection);
    this.#state = connection === undefined ? "unconnected" : "connected";
  }

  /** Whether a connection is being made, for a socket that does not wait. */
  get isConnecting(): boolean {
    return this.#state === "connecting";
  }

  /** Fails unless the socket may connect now. */
  checkConnectable(): void {
    if (this.#state === "connected" || this.#state === "listening") this.fail("invalid-state");
  }

  /**
   * Connects to the first of some addresses that answers, in a network.
   *
   * @param network The network.
   * @param addresses The addresses; one at least.
   * @param deadline When to give up, in milliseconds of `performance.now()`.
   */
  connect(
    network: NetworkPolicy,
    addresses: readonly SocketAddress[],
    deadline: number = this.connectDeadline(),
  ): void {
    this.checkConnectable();
    for (const address of addresses) this.check(faultOfRemote(address, this.family));
    this.checkNetwork(network);
    let result = -Errno.EINVAL;
    for (const address of addresses) {
      result = this.#tryAddress(network, encodeSockaddr(address), deadline);
      if (result === 0 || result === -Errno.EINPROGRESS) break;
    }
    this.check(result);
  }

  /** Goes on with a connection that a socket which does not wait has begun. */
  finishConnect(deadline: number = this.connectDeadline()): void {
    if (this.nonblocking && !this.wait(POLLOUT, 0)) this.fail("would-block");
    this.check(this.#finish(deadline));
  }

  /** Listens. */
  listen(backlog: number): void {
    if (this.#state !== "unconnected" && this.#state !== "listening") this.fail("invalid-state");
    if (!this.isBound()) this.fail("invalid-state");
    this.check(this.context.system.listen(this.fd, Math.min(backlog, INT_MAX)));
    this.#state = "listening";
  }

  /** Takes the next connection from a peer whom the network admits. */
  accept(): TcpEndpoint {
    if (this.#state !== "listening") this.fail("invalid-state");
    const { context } = this;
    const deadline = deadlineAfter(this.readLimit);
    for (;;) {
      const fd = context.system.accept4(this.fd, addressRoom, SOCK_NONBLOCK);
      if (fd === -Errno.EAGAIN) this.awaitEvents(POLLIN, deadline);
      else if (fd >= 0 && !this.#admits()) context.system.close(fd);
      else if (fd !== -Errno.EINTR) {
        const accepted = new TcpEndpoint(this, this.check(fd));
        accepted.inherit(this);
        return accepted;
      }
    }
  }

  /** Sends; returns how many bytes. */
  send(data: Uint8Array): bigint {
    if (this.#state !== "connected") this.fail("invalid-state");
    const { system } = this.context;
    let deadline = 0;
    for (let done = 0;;) {
      const rest = done === 0 ? data : data.subarray(done);
      const sent = system.send(this.fd, rest, rest.length, MSG_NOSIGNAL);
      if (sent >= 0) {
        done += sent;
        if (done >= data.length) return BigInt(done);
      } else if (sent === -Errno.EAGAIN) {
        if (this.nonblocking && done > 0) return BigInt(done);
        if (deadline === 0) deadline = deadlineAfter(this.writeLimit);
        if (done === 0) this.awaitEvents(POLLOUT, deadline);
        else if (!this.wait(POLLOUT, deadline)) return BigInt(done);
      } else if (sent !== -Errno.EINTR) {
        return done > 0 ? BigInt(done) : this.fail(wasiErrorCode(sent));
      }
    }
  }

  /** Receives; what it returns is valid until the next call of the context. */
  receive(maxLength: number): Uint8Array {
    if (this.#state !== "connected") this.fail("invalid-state");
    const size = Math.min(maxLength, MAX_READ);
    // Linux would wait for a byte and then take none.
    if (size === 0) return NOTHING;
    const buffer = this.context.scratch(size);
    const { system } = this.context;
    let deadline = 0;
    for (;;) {
      const length = system.recv(this.fd, buffer, size, 0);
      if (length >= 0) return buffer.subarray(0, length);
      if (length === -Errno.EINTR) continue;
      if (length !== -Errno.EAGAIN) this.fail(wasiErrorCode(length));
      if (deadline === 0) deadline = deadlineAfter(this.readLimit);
      this.awaitEvents(POLLIN, deadline);
    }
  }

  /** Ends one direction, or both. */
  shutdown(how: ShutdownType): void {
    if (this.#state !== "connected") this.fail("invalid-state");
    const result = this.context.system.shutdown(this.fd, HOW[how]);
    // The peer has reset the connection: there is nothing left to end.
    if (result !== -Errno.ENOTCONN) this.check(result);
  }

  override remoteAddress(): SocketAddress {
    if (this.#state !== "connected") this.fail("invalid-state");
    return super.remoteAddress();
  }

  override localAddress(): SocketAddress {
    if (this.#state === "connecting" && !this.isBound()) this.fail("invalid-state");
    return super.localAddress();
  }

  protected override isBound(): boolean {
    return this.#state !== "unconnected" || super.isBound();
  }

  #admits(): boolean {
    const { address } = addressRoom;
    if (!(address instanceof SocketAddress)) return false;
    if (this.refusesIpv4 && address.ip.isV4Mapped) return false;
    return this.network === null || this.network.admitsPeer("accept", addressRoom);
  }

  /** Connects to one address: 0, or a negated errno, −EINPROGRESS for a socket that does not wait. */
  #tryAddress(network: NetworkPolicy, sockaddr: Uint8Array, deadline: number): number {
    const refused = network.checkAddress("connect", sockaddr);
    if (refused < 0) return refused;
    const result = this.context.system.connect(this.fd, sockaddr);
    // Nothing was tried: the system's policy refuses it.
    if (result === -Errno.EACCES) return result;
    this.adopt(network);
    if (result === -Errno.EINPROGRESS) {
      this.#state = "connecting";
      return this.nonblocking ? result : this.#finish(deadline);
    }
    if (result === 0) this.#state = "connected";
    else this.reopen();
    return result;
  }

  /** Waits for a connection: 0, or a negated errno, and then the socket is as before. */
  #finish(deadline: number): number {
    const result = this.wait(POLLOUT, deadline)
      ? -this.getInt(SOL_SOCKET, SO_ERROR)
      : -Errno.ETIMEDOUT;
    if (result === 0) this.#state = "connected";
    else {
      this.#state = "unconnected";
      this.reopen();
    }
    return result;
  }
}
