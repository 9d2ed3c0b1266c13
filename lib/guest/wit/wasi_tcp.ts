/**
 * scheduler:core-libs/wasi-tcp.
 *
 * @module
 */
import type { WasiContext } from "../wasi_p2/context.ts";
import type { IpAddressFamily, IpAddressValue } from "../wasi_p2/sockets/network.ts";
import { type ShutdownType, TcpEndpoint } from "./tcp_endpoint.ts";
import type { Network } from "./wasi_network.ts";
import {
  type AddressAndPort,
  socketOptions,
  toAddressAndPort,
  toSocketAddress,
  WasiSocket,
} from "./wasi_socket.ts";

/** `tcp-socket`. */
export abstract class TcpSocket extends WasiSocket<TcpEndpoint> {
  /** A socket of the same guest. */
  protected abstract wrap(endpoint: TcpEndpoint): TcpSocket;

  /** `connect`. */
  connect(net: Network, addr: IpAddressValue, port: number): void {
    const { endpoint } = this;
    if (endpoint.isConnecting) endpoint.finishConnect();
    else endpoint.connect(net.policy, [toSocketAddress(addr, port)]);
  }

  /** `listen`. */
  listen(backlog: number): void {
    this.endpoint.listen(backlog);
  }

  /** `accept`. */
  accept(): [TcpSocket, ...AddressAndPort] {
    const accepted = this.endpoint.accept();
    try {
      return [this.wrap(accepted), ...toAddressAndPort(accepted.remoteAddress())];
    } catch (error) {
      accepted.close();
      throw error;
    }
  }

  /** `send`. */
  send(data: Uint8Array): bigint {
    return this.endpoint.send(data);
  }

  /** `receive`. */
  receive(maxLength: bigint): Uint8Array {
    return this.endpoint.receive(Number(maxLength));
  }

  /** `remote-address`. */
  remoteAddress(): AddressAndPort {
    return toAddressAndPort(this.endpoint.remoteAddress());
  }

  /** `set-connect-timeout`. */
  setConnectTimeout(milliseconds: bigint | undefined): void {
    this.endpoint.setConnectTimeout(milliseconds);
  }

  /** `shutdown`. */
  shutdown(how: ShutdownType): void {
    this.endpoint.shutdown(how);
  }
}

/** The class of a guest's TCP sockets. */
export interface TcpSocketClass {
  /** `new`. */
  new (family: IpAddressFamily): TcpSocket;
  /** `new`, as a function. */
  readonly new: (family: IpAddressFamily) => TcpSocket;
}

/** Makes the class of a guest's TCP sockets: functions of the interface have no other argument. */
export function tcpSocketClass(context: WasiContext): TcpSocketClass {
  return class GuestTcpSocket extends TcpSocket {
    constructor(from: IpAddressFamily | TcpEndpoint) {
      super(from instanceof TcpEndpoint ? from : new TcpEndpoint(socketOptions(context, from)));
    }

    static new(this: void, family: IpAddressFamily): TcpSocket {
      return new GuestTcpSocket(family);
    }

    protected wrap(endpoint: TcpEndpoint): TcpSocket {
      return new GuestTcpSocket(endpoint);
    }
  };
}
