/**
 * wasi:sockets/udp.
 *
 * @module
 */
import { IPPROTO_IPV6, IPV6_V6ONLY } from "../../../linux/in.ts";
import { AF_UNSPEC, SOCK_DGRAM, SOCK_NONBLOCK } from "../../../linux/socket.ts";
import { SOCKADDR_IN_SIZE } from "../../../linux/sockaddr.ts";
import type { WasiContext } from "../context.ts";
import { trap } from "../fail.ts";
import { type Pollable, ReadyPollable } from "../io/poll.ts";
import { checkLocalAddress, checkRemoteAddress, domainOf, encodeAddress } from "./addresses.ts";
import {
  check,
  failWith,
  type IpAddressFamily,
  type IpSocketAddress,
  type Network,
} from "./network.ts";
import { Socket } from "./socket.ts";
import { IncomingDatagramStream, OutgoingDatagramStream } from "./udp_streams.ts";

type State = "unbound" | "bind-in-progress" | "bound" | "connected";

/** An address without a family, which disconnects: connect(2). */
const NO_ADDRESS = new Uint8Array(SOCKADDR_IN_SIZE);
NO_ADDRESS[0] = AF_UNSPEC;

/** `udp-socket`. */
export class UdpSocket extends Socket {
  #state: State = "unbound";

  /** `create-udp-socket`. */
  static create(context: WasiContext, family: IpAddressFamily): UdpSocket {
    const { system } = context;
    const fd = check(system.socket(domainOf(family), SOCK_DGRAM | SOCK_NONBLOCK, 0));
    const socket = new UdpSocket(context, fd, family);
    try {
      if (family === "ipv6") socket.setInt(IPPROTO_IPV6, IPV6_V6ONLY, 1);
    } catch (error) {
      socket[Symbol.dispose]();
      throw error;
    }
    return socket;
  }

  /** `start-bind`. */
  startBind(_network: Network, address: IpSocketAddress): void {
    if (this.#state === "bind-in-progress") failWith("concurrency-conflict");
    if (this.#state !== "unbound") failWith("invalid-state");
    checkLocalAddress(this.family, address);
    check(this.context.system.bind(this.fd, encodeAddress(address)));
    this.#state = "bind-in-progress";
  }

  /** `finish-bind`. */
  finishBind(): void {
    if (this.#state !== "bind-in-progress") failWith("not-in-progress");
    this.#state = "bound";
  }

  /** `stream`. */
  stream(
    remoteAddress: IpSocketAddress | undefined,
  ): [IncomingDatagramStream, OutgoingDatagramStream] {
    if (this.hasChildren) {
      trap("stream was called before the streams of the last call were dropped");
    }
    if (this.#state !== "bound" && this.#state !== "connected") failWith("invalid-state");
    if (remoteAddress !== undefined) checkRemoteAddress(this.family, remoteAddress);
    if (this.#state === "connected") this.#disconnect();
    if (remoteAddress !== undefined) {
      check(this.context.system.connect(this.fd, encodeAddress(remoteAddress)));
      this.#state = "connected";
    }
    const peer = remoteAddress ?? null;
    return [
      new IncomingDatagramStream(this.context, this, peer),
      new OutgoingDatagramStream(this.context, this, peer),
    ];
  }

  /** `local-address`. */
  localAddress(): IpSocketAddress {
    if (this.#state === "unbound") failWith("invalid-state");
    return this.getLocalAddress();
  }

  /** `remote-address`. */
  remoteAddress(): IpSocketAddress {
    if (this.#state !== "connected") failWith("invalid-state");
    return this.getRemoteAddress();
  }

  /** `unicast-hop-limit`. */
  unicastHopLimit(): number {
    return this.getHopLimit();
  }

  /** `set-unicast-hop-limit`. */
  setUnicastHopLimit(value: number): void {
    this.changeHopLimit(value);
  }

  /** `subscribe`. */
  subscribe(): Pollable {
    return new ReadyPollable(this.context, this);
  }

  #disconnect(): void {
    const before = this.getLocalAddress();
    check(this.context.system.connect(this.fd, NO_ADDRESS));
    this.#state = "bound";
    const after = this.getLocalAddress();
    // Linux gives back a port that it has chosen itself.
    if (after.val.port === before.val.port) return;
    const { val: { port } } = before;
    const again = after.tag === "ipv4"
      ? { tag: after.tag, val: { ...after.val, port } }
      : { tag: after.tag, val: { ...after.val, port } };
    check(this.context.system.bind(this.fd, encodeAddress(again)));
  }
}
