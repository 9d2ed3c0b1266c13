/**
 * A UDP socket in the engine: between a pair of local sockets, each message of which begins with an
 * address, and a port.
 *
 * @module
 */
import { IpAddress, SocketAddress } from "../../../ip.ts";
import { Errno } from "../../../linux/errno.ts";
import { POLLIN, POLLOUT } from "../../../linux/poll.ts";
import { AF_INET6, MSG_DONTWAIT, MSG_NOSIGNAL, SOCK_DGRAM } from "../../../linux/socket.ts";
import { decodeSockaddr } from "../../../linux/sockaddr.ts";
import { anyAddress, encodeEndpoint, toDomain } from "../../endpoint.ts";
import type { PortClaim, PortEntry } from "../../port_table.ts";
import type { UdpPort } from "../udp_host.ts";
import {
  ADDRESS_SIZE,
  BindFlag,
  OwnOption,
  putAddress,
  SlotWord,
  takeAddress,
} from "../control.ts";
import { PacketMarks } from "./packet_marks.ts";
import {
  type EngineContext,
  type EngineSocket,
  isBindable,
  normalize,
  sourceFor,
} from "./context.ts";

/** Most octets of data: IPv4 counts its own header, and both UDP's. */
const MOST_DATA = { 4: 65_507, 6: 65_527 } as const;
const LONGEST = 65_535;

const buffer = new Uint8Array(ADDRESS_SIZE + LONGEST);

/** One UDP socket. */
export class EngineUdpSocket implements EngineSocket {
  readonly #context: EngineContext;
  readonly #slot: number;
  readonly #domain: number;
  #descriptor: number;
  #ports: UdpPort[] = [];
  #portEntry: PortEntry | null = null;
  #local: SocketAddress | null = null;
  /** Whether bind(2) has named the port, and the address, which then outlive the association. */
  #chosePort = false;
  #choseAddress = false;
  #remote: SocketAddress | null = null;
  #blocked = false;
  readonly #marks = new PacketMarks();
  #noChecksum = false;
  /** Whether the guest has shut sending down. */
  #ended = false;

  /**
   * Makes a socket.
   *
   * @param context The engine.
   * @param slot Its row.
   * @param domain AF_INET or AF_INET6.
   * @param descriptor The engine's end of its pair.
   */
  constructor(context: EngineContext, slot: number, domain: number, descriptor: number) {
    this.#context = context;
    this.#slot = slot;
    this.#domain = domain;
    this.#descriptor = descriptor;
  }

  /** See {@link EngineSocket.descriptor}. */
  get descriptor(): number {
    return this.#descriptor;
  }

  /** See {@link EngineSocket.interest}. */
  get interest(): number {
    return (this.#ended ? 0 : POLLIN) | (this.#blocked ? POLLOUT : 0);
  }

  /** See {@link EngineSocket.isOver}. */
  get isOver(): boolean {
    return this.#descriptor < 0;
  }

  /** bind(2). */
  bind(ip: IpAddress, port: number, flags: number): number {
    const plain = ip.unmapped();
    if (!isBindable(this.#context, plain)) return -Errno.EADDRNOTAVAIL;
    // What was bound before and lost its port has its address still.
    const wanted = plain.isUnspecified && this.#local !== null ? this.#local.ip : ip;
    const opened = this.#open(wanted, port, flags);
    if (opened < 0) return opened;
    this.#chosePort ||= port !== 0;
    this.#choseAddress ||= !plain.isUnspecified;
    return opened;
  }

  /** connect(2): the only peer from now on. */
  connect(remote: SocketAddress): number {
    const target = normalize(remote);
    const source = sourceFor(this.#context, target.ip);
    if (source === null) return -Errno.ENETUNREACH;
    if (this.#ports.length === 0) {
      const opened = this.#open(this.#local?.ip ?? anyAddress(this.#domain), 0, 0);
      if (opened < 0) return opened;
    }
    const port = this.#local?.port ?? 0;
    if (this.#local?.ip.unmapped().isUnspecified) {
      this.#local = new SocketAddress(toDomain(this.#domain, source), port);
    }
    this.#remote = target;
    for (const each of this.#ports) each.remote = target;
    return 0;
  }

  /** connect(2) with AF_UNSPEC: any peer again, and no port but one that was chosen. Gives 1 for that. */
  disconnect(): number {
    this.pump();
    this.#remote = null;
    for (const port of this.#ports) port.remote = null;
    const bound = this.#local;
    if (!this.#chosePort) this.#closePorts();
    const ip = this.#choseAddress && bound !== null ? bound.ip : anyAddress(this.#domain);
    this.#local = new SocketAddress(ip, this.#chosePort ? bound?.port ?? 0 : 0);
    return this.#chosePort ? 1 : 0;
  }

  /** close(2). */
  close(): number {
    this.pump();
    this.#closePorts();
    this.#context.libc.close(this.#descriptor);
    this.#descriptor = -1;
    return 0;
  }

  /** setsockopt(2) for what is the packets' matter; what was sent before goes as it was. */
  option(option: number, value: number): number {
    this.pump();
    if (option === OwnOption.noChecksum) this.#noChecksum = value !== 0;
    else this.#marks.set(option, value);
    return 0;
  }

  /** See {@link EngineSocket.fail}. */
  fail(errno: number): void {
    this.#context.setWord(this.#slot, SlotWord.error, errno);
    if (this.#descriptor >= 0) this.#context.libc.close(this.#descriptor);
    this.#descriptor = -1;
  }

  /** Both names, each in a record of its own. */
  names(target: Uint8Array): number {
    const local = this.#local ?? new SocketAddress(anyAddress(this.#domain), 0);
    putAddress(target, 0, encodeEndpoint(this.#domain, local.ip, local.port));
    const remote = this.#remote;
    const peer = remote === null
      ? new Uint8Array()
      : encodeEndpoint(this.#domain, remote.ip, remote.port);
    putAddress(target, ADDRESS_SIZE, peer);
    return 2 * ADDRESS_SIZE;
  }

  /** See {@link EngineSocket.pump}. */
  pump(): void {
    this.#sendAll();
    this.#blocked = false;
    for (const port of this.#ports) {
      if (port.error !== 0) {
        const error = port.error;
        this.#context.setWord(this.#slot, SlotWord.error, error);
        // An empty record wakes whoever waits.
        if (this.#deliver(null, new Uint8Array())) port.error = 0;
      }
      for (let next = port.first; next !== undefined; next = port.first) {
        if (!this.#deliver(next.from, next.data)) return;
        port.receive();
      }
    }
  }

  #closePorts(): void {
    for (const port of this.#ports) {
      this.#context.owners.delete(port);
      this.#context.udp.close(port);
    }
    this.#ports = [];
    if (this.#portEntry !== null) this.#context.ports.remove(this.#portEntry);
    this.#portEntry = null;
  }

  #open(ip: IpAddress, port: number, flags: number): number {
    const { ports, udp } = this.#context;
    const v6Only = (flags & BindFlag.v6Only) !== 0;
    const reusePort = (flags & BindFlag.reusePort) !== 0;
    const claim = (number: number): PortClaim => ({
      type: SOCK_DGRAM,
      ip: ip.unmapped(),
      port: number,
      v6Only,
      reuseAddress: (flags & BindFlag.reuseAddress) !== 0,
      reusePort,
    });
    const fresh = { reuseAddress: false, reusePort: false };
    if (port !== 0 && ports.conflicts(claim(port))) return -Errno.EADDRINUSE;
    const number = port !== 0
      ? port
      : this.#context.freePort((free) => ports.conflicts({ ...claim(free), ...fresh }));
    if (number === 0) return -Errno.EADDRINUSE;
    const plain = new IpAddress(ip.unmapped().bytes);
    const both = this.#domain === AF_INET6 && ip.isUnspecified && !ip.isV4Mapped && !v6Only;
    for (const each of both ? [plain, new IpAddress(new Uint8Array(4))] : [plain]) {
      // Whether it may be shared, the table of ports has said.
      const opened = udp.open(new SocketAddress(each, number), reusePort ? "spread" : "last");
      if (typeof opened === "number") {
        for (const done of this.#ports) udp.close(done);
        this.#ports = [];
        return opened;
      }
      this.#ports.push(opened);
      this.#context.owners.set(opened, this);
    }
    this.#portEntry = ports.add(claim(number));
    this.#local = new SocketAddress(ip, number);
    return number;
  }

  /** What the guest has sent. */
  #sendAll(): void {
    const { libc, udp } = this.#context;
    while (this.#descriptor >= 0) {
      const count = libc.recv(this.#descriptor, buffer, buffer.length, MSG_DONTWAIT);
      this.#ended = count === 0;
      if (count < ADDRESS_SIZE) return;
      const sockaddr = takeAddress(buffer, 0);
      const named = decodeSockaddr(sockaddr, sockaddr.length);
      const remote = named instanceof SocketAddress ? normalize(named) : this.#remote;
      if (remote === null || this.#local === null) continue;
      const bound = new IpAddress(this.#local.ip.unmapped().bytes);
      const source = bound.isUnspecified ? sourceFor(this.#context, remote.ip) : bound;
      if (source === null || source.family !== remote.ip.family) continue;
      const data = buffer.subarray(ADDRESS_SIZE, count);
      udp.send(new SocketAddress(source, this.#local.port), remote, data, {
        limit: MOST_DATA[remote.ip.family],
        noChecksum: this.#noChecksum,
        ...this.#marks.of(remote.ip.family),
      });
    }
  }

  /** Gives the guest a datagram; false if there is no room now. */
  #deliver(from: SocketAddress | null, data: Uint8Array): boolean {
    const message = new Uint8Array(ADDRESS_SIZE + data.length);
    const name = from === null
      ? new Uint8Array()
      : encodeEndpoint(this.#domain, from.ip, from.port);
    putAddress(message, 0, name);
    message.set(data, ADDRESS_SIZE);
    const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    const sent = this.#context.libc.send(this.#descriptor, message, message.length, flags);
    this.#blocked = sent === -Errno.EAGAIN;
    return !this.#blocked;
  }
}
