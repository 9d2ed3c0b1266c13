/**
 * scheduler:core-libs/wasi-udp.
 *
 * @module
 */
import type { WasiContext } from "../wasi_p2/context.ts";
import type { IpAddressFamily, IpAddressValue } from "../wasi_p2/sockets/network.ts";
import { UdpEndpoint } from "./udp_endpoint.ts";
import type { Network } from "./wasi_network.ts";
import {
  type AddressAndPort,
  socketOptions,
  toAddressAndPort,
  toSocketAddress,
  WasiSocket,
} from "./wasi_socket.ts";

/** `udp-socket`. */
export class UdpSocket extends WasiSocket<UdpEndpoint> {
  /** `send-to`. */
  sendTo(data: Uint8Array, net: Network, addr: IpAddressValue, port: number): bigint {
    return this.endpoint.sendTo(net.policy, data, toSocketAddress(addr, port));
  }

  /** `receive-from`. */
  receiveFrom(maxLength: bigint): [Uint8Array, ...AddressAndPort] {
    const { data, from } = this.endpoint.receiveFrom(Number(maxLength));
    return [data, ...toAddressAndPort(from)];
  }
}

/** The class of a guest's UDP sockets. */
export interface UdpSocketClass {
  /** `new`. */
  new (family: IpAddressFamily): UdpSocket;
  /** `new`, as a function. */
  readonly new: (family: IpAddressFamily) => UdpSocket;
}

/** Makes the class of a guest's UDP sockets: functions of the interface have no other argument. */
export function udpSocketClass(context: WasiContext): UdpSocketClass {
  return class GuestUdpSocket extends UdpSocket {
    constructor(family: IpAddressFamily) {
      super(new UdpEndpoint(socketOptions(context, family)));
    }

    static new(this: void, family: IpAddressFamily): UdpSocket {
      return new GuestUdpSocket(family);
    }
  };
}
