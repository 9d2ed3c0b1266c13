/**
 * UDP sockets of `scheduler:core-libs`.
 *
 * @module
 */
import { SocketAddress } from "../../ip.ts";
import { Errno } from "../../linux/errno.ts";
import { POLLIN, POLLOUT } from "../../linux/poll.ts";
import { encodeSockaddr } from "../../linux/sockaddr.ts";
import { MSG_NOSIGNAL, SOCK_DGRAM } from "../../linux/socket.ts";
import { addressRoom, deadlineAfter, Endpoint, type EndpointOptions } from "./endpoint.ts";
import { faultOfRemote, type NetworkPolicy } from "./network_policy.ts";

/** Room for the longest datagram. */
const DATAGRAM_SIZE = 1 << 16;

/** A datagram and its sender. */
export interface Datagram {
  /** What is in it; valid until the next call of the context. */
  readonly data: Uint8Array;
  /** Who has sent it. */
  readonly from: SocketAddress;
}

/** A UDP socket. */
export class UdpEndpoint extends Endpoint {
  #hasAddress = false;
  #isConnected = false;

  /** Makes a socket. */
  constructor(options: EndpointOptions) {
    super(options, SOCK_DGRAM);
  }

  /** Sets the peer, in a network. */
  connect(network: NetworkPolicy, address: SocketAddress): void {
    const sockaddr = this.#remote(network, "connect", address);
    this.check(this.context.system.connect(this.fd, sockaddr));
    this.adopt(network);
    this.#hasAddress = true;
    this.#isConnected = true;
  }

  /** Sends a datagram in a network. */
  sendTo(network: NetworkPolicy, data: Uint8Array, address: SocketAddress): bigint {
    const sockaddr = this.#remote(network, "send", address);
    const sent = this.#send(data, sockaddr);
    this.adopt(network);
    this.#hasAddress = true;
    return sent;
  }

  /** Sends a datagram to the peer. */
  send(data: Uint8Array): bigint {
    if (!this.#isConnected) this.fail("invalid-state");
    return this.#send(data, undefined);
  }

  /** Receives a datagram from somebody whom the network admits. */
  receiveFrom(maxLength: number): Datagram {
    if (!this.#hasAddress && !this.isBound()) this.fail("invalid-state");
    const size = Math.min(maxLength, DATAGRAM_SIZE);
    const buffer = this.context.scratch(size);
    const { system } = this.context;
    let deadline = 0;
    for (;;) {
      const length = system.recvfrom(this.fd, buffer, size, 0, addressRoom);
      if (length >= 0) {
        const from = this.#sender();
        if (from !== null) return { data: buffer.subarray(0, length), from };
      } else if (length === -Errno.EAGAIN) {
        if (deadline === 0) deadline = deadlineAfter(this.readLimit);
        this.awaitEvents(POLLIN, deadline);
      } else if (length !== -Errno.EINTR) this.check(length);
    }
  }

  /** Receives a datagram from the peer. */
  receive(maxLength: number): Uint8Array {
    if (!this.#isConnected) this.fail("invalid-state");
    return this.receiveFrom(maxLength).data;
  }

  #remote(
    network: NetworkPolicy,
    use: "connect" | "send",
    address: SocketAddress,
  ): Uint8Array {
    this.check(faultOfRemote(address, this.family));
    this.checkNetwork(network);
    const sockaddr = encodeSockaddr(address);
    this.check(network.checkAddress(use, sockaddr));
    return sockaddr;
  }

  #send(data: Uint8Array, sockaddr: Uint8Array | undefined): bigint {
    const { system } = this.context;
    let deadline = 0;
    for (;;) {
      const sent = sockaddr === undefined
        ? system.send(this.fd, data, data.length, MSG_NOSIGNAL)
        : system.sendto(this.fd, data, data.length, MSG_NOSIGNAL, sockaddr);
      if (sent === -Errno.EAGAIN) {
        if (deadline === 0) deadline = deadlineAfter(this.writeLimit);
        this.awaitEvents(POLLOUT, deadline);
      } else if (sent !== -Errno.EINTR) return BigInt(this.check(sent));
    }
  }

  /** The sender of the last datagram; null if it is not for the guest. */
  #sender(): SocketAddress | null {
    const { address } = addressRoom;
    if (!(address instanceof SocketAddress)) return null;
    if (this.refusesIpv4 && address.ip.isV4Mapped) return null;
    const admitted = this.network === null || this.network.admitsPeer("receive", addressRoom);
    return admitted ? address : null;
  }
}
