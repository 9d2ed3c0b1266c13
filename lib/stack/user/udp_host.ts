/**
 * All UDP ports of one host: RFC 768, RFC 1122 section 4.1.
 *
 * @module
 */
import { IpAddress, SocketAddress } from "../../ip.ts";
import { Errno } from "../../linux/errno.ts";
import { flowHash } from "../../wire/flow_hash.ts";
import type { IcmpError, IcmpOriginal } from "../../wire/icmp.ts";
import { emitUdp, UDP_HEADER_LENGTH, type UdpPacket } from "../../wire/udp.ts";

/** Octets of received datagrams that one port holds before more are lost; Linux's default. */
const RECEIVE_BUFFER = 212_992;
/** What a datagram costs beside its octets, so that empty ones are bounded too. */
const DATAGRAM_COST = 256;
/** Datagrams that wait for the device before more are lost. */
const SEND_QUEUE = 256;
const DEFAULT_TIME_TO_LIVE = 64;

/** A datagram that has arrived. */
export interface ReceivedDatagram {
  /** Where it came from. */
  readonly from: SocketAddress;
  /** What it carries. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** A datagram on its way out, with its UDP header. */
export interface OutgoingDatagram {
  /** Octets of the source address. */
  readonly source: Uint8Array;
  /** Octets of the destination address. */
  readonly destination: Uint8Array;
  /** The datagram. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Differentiated services of its packet. */
  readonly typeOfService: number;
  /** How many routers its packet may pass. */
  readonly timeToLive: number;
}

/** How a datagram is sent. */
export interface SendOptions {
  /** Most octets of data that a packet carries. */
  readonly limit: number;
  /** Differentiated services of its packet; 0 by default. */
  readonly typeOfService?: number;
  /** How many routers its packet may pass; 64 by default. */
  readonly timeToLive?: number;
  /** Whether it goes without a checksum, over IPv4. */
  readonly noChecksum?: boolean;
}

/** One port. */
export class UdpPort {
  /** Its address; an unspecified IP address stands for all of the host's. */
  readonly local: SocketAddress;
  /** Whether datagrams are spread over all that have its address and this: SO_REUSEPORT. */
  readonly spreads: boolean;
  /** The only peer that it hears, if it has one. */
  remote: SocketAddress | null = null;
  /** Positive errno of the last ICMP error about what it sent to its peer; 0 for none. */
  error = 0;
  readonly #queue: ReceivedDatagram[] = [];
  #octets = 0;

  /**
   * Makes a port.
   *
   * @param local Its address.
   * @param spreads Whether datagrams are spread over those that have it.
   */
  constructor(local: SocketAddress, spreads = false) {
    this.local = local;
    this.spreads = spreads;
  }

  /** The datagram that {@link UdpPort.receive} would take; undefined without. */
  get first(): ReceivedDatagram | undefined {
    return this.#queue[0];
  }

  /**
   * Takes the oldest datagram.
   *
   * @returns Undefined if there is none.
   */
  receive(): ReceivedDatagram | undefined {
    const datagram = this.#queue.shift();
    if (datagram !== undefined) this.#octets -= datagram.data.length + DATAGRAM_COST;
    return datagram;
  }

  /**
   * Gives the port a datagram, which is lost if too many wait.
   *
   * @param datagram The datagram.
   */
  deliver(datagram: ReceivedDatagram): void {
    if (this.#octets + datagram.data.length > RECEIVE_BUFFER) return;
    this.#octets += datagram.data.length + DATAGRAM_COST;
    this.#queue.push(datagram);
  }
}

const ICMP_ERRNOS: Readonly<Partial<Record<IcmpError["kind"], number>>> = {
  "port-unreachable": Errno.ECONNREFUSED,
  "protocol-unreachable": Errno.ENOPROTOOPT,
  "host-unreachable": Errno.EHOSTUNREACH,
  "network-unreachable": Errno.ENETUNREACH,
  "prohibited": Errno.EHOSTUNREACH,
};

/** The UDP of one host. It does no I/O. */
export class UdpHost {
  readonly #ports = new Map<number, UdpPort[]>();
  readonly #outgoing: OutgoingDatagram[] = [];
  readonly #onChange: (port: UdpPort) => void;

  /**
   * Makes a host without ports.
   *
   * @param onChange Called when something has arrived at a port.
   */
  constructor(onChange: (port: UdpPort) => void) {
    this.#onChange = onChange;
  }

  /**
   * Opens a port.
   *
   * @param local The address; an unspecified IP address stands for all of the host's.
   * @param sharing Whether others may have it: with `last` the one that opened it last gets what
   * comes, with `spread` a sender's datagrams go to the same one of all.
   * @returns −EADDRINUSE if one has it, or has it for all addresses.
   */
  open(local: SocketAddress, sharing: "none" | "last" | "spread" = "none"): UdpPort | number {
    const same = this.#ports.get(local.port) ?? [];
    const clashes = same.some(({ local: { ip } }) =>
      ip.family === local.ip.family &&
      (ip.isUnspecified || local.ip.isUnspecified || ip.equals(local.ip))
    );
    if (clashes && sharing === "none") return -Errno.EADDRINUSE;
    const port = new UdpPort(local, sharing === "spread");
    this.#ports.set(local.port, [...same, port]);
    return port;
  }

  /**
   * Closes a port.
   *
   * @param port The port.
   */
  close(port: UdpPort): void {
    const left = (this.#ports.get(port.local.port) ?? []).filter((other) => other !== port);
    if (left.length === 0) this.#ports.delete(port.local.port);
    else this.#ports.set(port.local.port, left);
  }

  /**
   * Sends a datagram.
   *
   * @param source The source address, with the port's number.
   * @param destination Where it goes.
   * @param data What it carries.
   * @param options How it is sent.
   * @returns The octets of data; −EMSGSIZE if they are too many, −ENOBUFS if too many datagrams wait.
   */
  send(
    source: SocketAddress,
    destination: SocketAddress,
    data: Uint8Array,
    options: SendOptions,
  ): number {
    const { typeOfService = 0, timeToLive = DEFAULT_TIME_TO_LIVE } = options;
    if (data.length > options.limit) return -Errno.EMSGSIZE;
    if (this.#outgoing.length >= SEND_QUEUE) return -Errno.ENOBUFS;
    const bytes = new Uint8Array(UDP_HEADER_LENGTH + data.length);
    const noChecksum = options.noChecksum === true && source.ip.family === 4;
    const ports = { sourcePort: source.port, destinationPort: destination.port };
    emitUdp({ ...ports, payload: data, noChecksum }, source.ip.bytes, destination.ip.bytes, bytes);
    this.#outgoing.push({
      source: source.ip.bytes,
      destination: destination.ip.bytes,
      bytes,
      typeOfService,
      timeToLive,
    });
    return data.length;
  }

  /**
   * Returns the next datagram that is to be sent.
   *
   * @returns Undefined if there is none.
   */
  nextDatagram(): OutgoingDatagram | undefined {
    return this.#outgoing.shift();
  }

  /**
   * Lets a datagram arrive.
   *
   * @param source Octets of the packet's source address.
   * @param destination Octets of the packet's destination address.
   * @param datagram The datagram, with a right checksum.
   * @returns Whether somebody has the port.
   */
  datagramArrives(source: Uint8Array, destination: Uint8Array, datagram: UdpPacket): boolean {
    const from = new SocketAddress(new IpAddress(source), datagram.sourcePort);
    const to = new IpAddress(destination);
    const port = this.#portFor(to, from, datagram.destinationPort);
    if (port === undefined) return false;
    port.deliver({ from, data: datagram.payload.slice() });
    this.#onChange(port);
    return true;
  }

  /** Who hears a datagram: one that hears nobody else, then one with the very address, then the last. */
  #portFor(to: IpAddress, from: SocketAddress, number: number): UdpPort | undefined {
    const fitting = this.#ports.get(number)?.filter(({ local: { ip }, remote }) =>
      ip.family === to.family && (ip.isUnspecified || ip.equals(to)) &&
      (remote === null || remote.equals(from))
    );
    if (fitting === undefined || fitting.length < 2) return fitting?.[0];
    const score = ({ local: { ip }, remote }: UdpPort) =>
      (remote === null ? 0 : 2) + (ip.isUnspecified ? 0 : 1);
    const best = Math.max(...fitting.map(score));
    const equal = fitting.filter((port) => score(port) === best);
    const last = equal.at(-1);
    if (last?.spreads !== true) return last;
    const spread = equal.filter(({ spreads }) => spreads);
    return spread[flowHash(from.ip.bytes, from.port) % spread.length];
  }

  /**
   * Lets an ICMP error arrive; a port hears of those about its peer.
   *
   * @param original The packet that it is about.
   * @param error The error.
   */
  icmpArrives(original: IcmpOriginal, error: IcmpError): void {
    const errno = ICMP_ERRNOS[error.kind];
    const remote = new SocketAddress(
      new IpAddress(original.destination),
      original.destinationPort,
    );
    const port = this.#ports.get(original.sourcePort)?.find((each) => each.remote?.equals(remote));
    if (port === undefined || errno === undefined) return;
    port.error = errno;
    this.#onChange(port);
  }
}
