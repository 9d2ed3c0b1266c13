/**
 * scheduler:core-libs/socket.
 *
 * @module
 */
import { SocketAddress } from "../../ip.ts";
import { SOCKET_ERROR_NAMES, type WasiErrorCode } from "../wasi/socket_errors.ts";
import type { WasiContext } from "../wasi_p2/context.ts";
import { fail } from "../wasi_p2/fail.ts";
import type { Pollable } from "../wasi_p2/io/poll.ts";
import type { Endpoint, EndpointOptions, Interest } from "./endpoint.ts";
import { EndpointPollable } from "./endpoint_pollable.ts";
import { hostAddresses } from "./host_addresses.ts";
import type { NetworkPolicy } from "./network_policy.ts";
import { type ShutdownType, TcpEndpoint } from "./tcp_endpoint.ts";
import { UdpEndpoint } from "./udp_endpoint.ts";

/** `socket-address`. */
export interface SocketAddressRecord {
  /** A host name, or the text of an IP address. */
  readonly host: string;
  /** The port. */
  readonly port: number;
}

/** The greatest handle. */
const LAST_HANDLE = 0xffffffff;

function failWith(code: WasiErrorCode): never {
  fail(SOCKET_ERROR_NAMES[code]);
}

function toRecord({ ip, port }: SocketAddress): SocketAddressRecord {
  return { host: `${ip}`, port };
}

/** The functions of the interface, over the sockets that one guest has open. */
export class SocketTable implements Disposable {
  readonly #context: WasiContext;
  readonly #network: NetworkPolicy;
  readonly #sockets = new Map<number, TcpEndpoint | UdpEndpoint>();
  #last = 0;

  /** The sockets of a guest, in a network. */
  constructor(context: WasiContext, network: NetworkPolicy) {
    this.#context = context;
    this.#network = network;
  }

  /** `create-socket`. */
  createSocket(family: "ipv4" | "ipv6", protocol: "tcp" | "udp"): number {
    const options: EndpointOptions = {
      context: this.#context,
      names: SOCKET_ERROR_NAMES,
      family: family === "ipv4" ? 4 : 6,
    };
    return this.#add(protocol === "tcp" ? new TcpEndpoint(options) : new UdpEndpoint(options));
  }

  /** `connect`. */
  connect(handle: number, address: SocketAddressRecord): void {
    const socket = this.#get(handle);
    const deadline = socket.connectDeadline();
    if (socket instanceof TcpEndpoint) {
      if (socket.isConnecting) return socket.finishConnect(deadline);
      socket.checkConnectable();
      socket.connect(this.#network, this.#resolve(socket, address, deadline), deadline);
    } else {
      const [first] = this.#resolve(socket, address, deadline);
      socket.connect(this.#network, first ?? failWith("name-unresolvable"));
    }
  }

  /** `bind`. */
  bind(handle: number, address: SocketAddressRecord): void {
    const socket = this.#get(handle);
    const [first] = this.#resolve(socket, address, Infinity);
    socket.bind(this.#network, first ?? failWith("name-unresolvable"));
  }

  /** `listen`. */
  listen(handle: number, backlog: number): void {
    this.#tcp(handle).listen(backlog);
  }

  /** `accept`. */
  accept(handle: number): number {
    return this.#add(this.#tcp(handle).accept());
  }

  /** `send`. */
  send(handle: number, data: Uint8Array): bigint {
    return this.#get(handle).send(data);
  }

  /** `receive`. */
  receive(handle: number, maxLength: bigint): Uint8Array {
    return this.#get(handle).receive(Number(maxLength));
  }

  /** `send-to`. */
  sendTo(handle: number, data: Uint8Array, address: SocketAddressRecord): bigint {
    const socket = this.#udp(handle);
    const [first] = this.#resolve(socket, address, Infinity);
    return socket.sendTo(this.#network, data, first ?? failWith("name-unresolvable"));
  }

  /** `receive-from`. */
  receiveFrom(handle: number, maxLength: bigint): [Uint8Array, SocketAddressRecord] {
    const { data, from } = this.#udp(handle).receiveFrom(Number(maxLength));
    return [data, toRecord(from)];
  }

  /** `close`. */
  close(handle: number): void {
    this.#get(handle).close();
    this.#sockets.delete(handle);
  }

  /** `set-read-timeout`. */
  setReadTimeout(handle: number, milliseconds: bigint | undefined): void {
    this.#get(handle).setReadTimeout(milliseconds);
  }

  /** `set-write-timeout`. */
  setWriteTimeout(handle: number, milliseconds: bigint | undefined): void {
    this.#get(handle).setWriteTimeout(milliseconds);
  }

  /** `set-connect-timeout`. */
  setConnectTimeout(handle: number, milliseconds: bigint | undefined): void {
    this.#get(handle).setConnectTimeout(milliseconds);
  }

  /** `set-reuse-address`. */
  setReuseAddress(handle: number, reuse: boolean): void {
    this.#get(handle).setReuseAddress(reuse);
  }

  /** `get-local-address`. */
  getLocalAddress(handle: number): SocketAddressRecord {
    return toRecord(this.#get(handle).localAddress());
  }

  /** `get-peer-address`. */
  getPeerAddress(handle: number): SocketAddressRecord {
    return toRecord(this.#get(handle).remoteAddress());
  }

  /** `set-nonblocking`. */
  setNonblocking(handle: number, nonblocking: boolean): void {
    this.#get(handle).nonblocking = nonblocking;
  }

  /** `shutdown`. */
  shutdown(handle: number, how: ShutdownType): void {
    this.#tcp(handle).shutdown(how);
  }

  /** `subscribe`. */
  subscribe(handle: number, interest: Interest): Pollable {
    return new EndpointPollable(this.#get(handle), interest);
  }

  /** Closes what the guest has left open. */
  [Symbol.dispose](): void {
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
  }

  #add(socket: TcpEndpoint | UdpEndpoint): number {
    do this.#last = this.#last === LAST_HANDLE ? 1 : this.#last + 1; while (
      this.#sockets.has(this.#last)
    );
    this.#sockets.set(this.#last, socket);
    return this.#last;
  }

  #get(handle: number): TcpEndpoint | UdpEndpoint {
    return this.#sockets.get(handle) ?? failWith("invalid-argument");
  }

  #tcp(handle: number): TcpEndpoint {
    const socket = this.#get(handle);
    return socket instanceof TcpEndpoint ? socket : failWith("invalid-argument");
  }

  #udp(handle: number): UdpEndpoint {
    const socket = this.#get(handle);
    return socket instanceof UdpEndpoint ? socket : failWith("invalid-argument");
  }

  #resolve(
    { family }: Endpoint,
    { host, port }: SocketAddressRecord,
    deadline: number,
  ): SocketAddress[] {
    const context = this.#context;
    const network = this.#network;
    return hostAddresses(host, { context, network, family, deadline, fail: failWith })
      .map((ip) => new SocketAddress(ip, port));
  }
}
