/**
 * What the resources `tcp-socket` and `udp-socket` of scheduler:core-libs have in common.
 *
 * @module
 */
import { SocketAddress } from "../../ip.ts";
import { NETWORK_ERROR_NAMES } from "../wasi/socket_errors.ts";
import type { WasiContext } from "../wasi_p2/context.ts";
import type { Pollable } from "../wasi_p2/io/poll.ts";
import { Resource } from "../wasi_p2/resource.ts";
import type { IpAddressFamily, IpAddressValue } from "../wasi_p2/sockets/network.ts";
import type { Endpoint, EndpointOptions, Interest } from "./endpoint.ts";
import { EndpointPollable } from "./endpoint_pollable.ts";
import { fromIpAddress, type Network, toIpAddress } from "./wasi_network.ts";

/** What a socket of a family is made of. */
export function socketOptions(context: WasiContext, family: IpAddressFamily): EndpointOptions {
  return { context, names: NETWORK_ERROR_NAMES, family: family === "ipv4" ? 4 : 6 };
}

/** An address and a port, as results have them. */
export type AddressAndPort = [address: IpAddressValue, port: number];

/** A socket address as {@linkcode AddressAndPort}. */
export function toAddressAndPort({ ip, port }: SocketAddress): AddressAndPort {
  return [fromIpAddress(ip), port];
}

/** An address and a port of the guest's. */
export function toSocketAddress(address: IpAddressValue, port: number): SocketAddress {
  return new SocketAddress(toIpAddress(address), port);
}

/** A socket, over an endpoint that ends with it. */
export abstract class WasiSocket<E extends Endpoint> extends Resource {
  /** The socket itself. */
  protected readonly endpoint: E;

  /** Takes over an endpoint. */
  constructor(endpoint: E) {
    super();
    this.endpoint = endpoint;
  }

  protected override release(): void {
    this.endpoint.close();
  }

  /** `bind`. */
  bind(net: Network, addr: IpAddressValue, port: number): void {
    this.endpoint.bind(net.policy, toSocketAddress(addr, port));
  }

  /** `local-address`. */
  localAddress(): AddressAndPort {
    return toAddressAndPort(this.endpoint.localAddress());
  }

  /** `set-reuse-address`. */
  setReuseAddress(value: boolean): void {
    this.endpoint.setReuseAddress(value);
  }

  /** `set-read-timeout`. */
  setReadTimeout(milliseconds: bigint | undefined): void {
    this.endpoint.setReadTimeout(milliseconds);
  }

  /** `set-write-timeout`. */
  setWriteTimeout(milliseconds: bigint | undefined): void {
    this.endpoint.setWriteTimeout(milliseconds);
  }

  /** `set-nonblocking`. */
  setNonblocking(value: boolean): void {
    this.endpoint.nonblocking = value;
  }

  /** `subscribe`. */
  subscribe(interest: Interest): Pollable {
    return new EndpointPollable(this.endpoint, interest, this);
  }
}
