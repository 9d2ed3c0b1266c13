/**
 * The interfaces of `scheduler:core-libs` by name, as a component imports them.
 *
 * @module
 */
import type { HostInterface } from "../../component/mod.ts";
import type { WasiContext } from "../wasi_p2/context.ts";
import type { Interest } from "./endpoint.ts";
import { type NetworkOptions, Networks } from "./network_policy.ts";
import { type SocketAddressRecord, SocketTable } from "./socket.ts";
import type { ShutdownType } from "./tcp_endpoint.ts";
import { failNetwork, Network, resolveName } from "./wasi_network.ts";
import { tcpSocketClass } from "./wasi_tcp.ts";
import { udpSocketClass } from "./wasi_udp.ts";

function socketInterface(table: SocketTable): HostInterface {
  return {
    createSocket: (family: "ipv4" | "ipv6", protocol: "tcp" | "udp") =>
      table.createSocket(family, protocol),
    connect: (handle: number, address: SocketAddressRecord) => table.connect(handle, address),
    bind: (handle: number, address: SocketAddressRecord) => table.bind(handle, address),
    listen: (handle: number, backlog: number) => table.listen(handle, backlog),
    accept: (handle: number) => table.accept(handle),
    send: (handle: number, data: Uint8Array) => table.send(handle, data),
    receive: (handle: number, maxLength: bigint) => table.receive(handle, maxLength),
    sendTo: (handle: number, data: Uint8Array, address: SocketAddressRecord) =>
      table.sendTo(handle, data, address),
    receiveFrom: (handle: number, maxLength: bigint) => table.receiveFrom(handle, maxLength),
    close: (handle: number) => table.close(handle),
    setReadTimeout: (handle: number, timeout?: bigint) => table.setReadTimeout(handle, timeout),
    setWriteTimeout: (handle: number, timeout?: bigint) => table.setWriteTimeout(handle, timeout),
    setConnectTimeout: (handle: number, timeout?: bigint) =>
      table.setConnectTimeout(handle, timeout),
    setReuseAddress: (handle: number, reuse: boolean) => table.setReuseAddress(handle, reuse),
    getLocalAddress: (handle: number) => table.getLocalAddress(handle),
    getPeerAddress: (handle: number) => table.getPeerAddress(handle),
    setNonblocking: (handle: number, value: boolean) => table.setNonblocking(handle, value),
    shutdown: (handle: number, how: ShutdownType) => table.shutdown(handle, how),
    subscribe: (handle: number, interest: Interest) => table.subscribe(handle, interest),
  };
}

/** The interfaces for one guest, and the sockets that it has open by number. */
export class CoreLibs implements Disposable {
  /** Interfaces by name, without versions. */
  readonly imports: Readonly<Record<string, HostInterface>>;
  readonly #table: SocketTable;

  /** Makes the interfaces over a guest's context. */
  constructor(context: WasiContext, options: NetworkOptions) {
    const networks = new Networks(options);
    this.#table = new SocketTable(context, networks.standard);
    this.imports = {
      "scheduler:core-libs/socket": socketInterface(this.#table),
      "scheduler:core-libs/wasi-network": {
        Network,
        getNetwork: () => new Network(networks.standard),
        getNamedNetwork: (name: string) =>
          new Network(networks.named(name) ?? failNetwork("access-denied")),
        resolveName: (network: Network, name: string) => resolveName(context, network, name),
      },
      "scheduler:core-libs/wasi-tcp": { TcpSocket: tcpSocketClass(context) },
      "scheduler:core-libs/wasi-udp": { UdpSocket: udpSocketClass(context) },
    };
  }

  /** Closes the sockets that the guest has left open by number; resources end by themselves. */
  [Symbol.dispose](): void {
    this.#table[Symbol.dispose]();
  }
}
