/**
 * All connections of one host: which segment is whose, and which is to be sent next.
 *
 * @module
 */
import { IpAddress, SocketAddress } from "../ip.ts";
import { Errno } from "../linux/errno.ts";
import { flowHash } from "../wire/flow_hash.ts";
import type { IcmpError, IcmpOriginal } from "../wire/icmp.ts";
import type { TcpRepr } from "../wire/tcp.ts";
import { TCP_FLAG_ACK, TCP_FLAG_RST, TCP_FLAG_SYN } from "../wire/tcp_flags.ts";
import { TcpConnection } from "./connection.ts";
import { initialSequence } from "./initial_sequence.ts";
import { TcpListener } from "./listener.ts";
import { resetFor } from "./reset.ts";
import { DEFAULT_TCP_SETTINGS, type TcpSettings } from "./settings.ts";
import { TimerQueue } from "./timer_queue.ts";
import { TransmissionControlBlock } from "./transmission_control_block.ts";

/** Resets for segments of no connection that wait to be sent; more are not worth sending. */
const MAXIMUM_REPLIES = 64;

/** Connections in TIME-WAIT; the oldest makes room, as under Linux's tcp_max_tw_buckets. */
const MOST_TIME_WAITS = 4096;
/** Times that nobody waits for any more may be so many beside those that somebody does. */
const SPARE_TIMERS = 64;

/** A segment on its way out. */
export interface OutgoingSegment {
  /** Octets of the source address. */
  readonly source: Uint8Array;
  /** Octets of the destination address. */
  readonly destination: Uint8Array;
  /** The segment; its payload is right until the host is touched again. */
  readonly segment: TcpRepr;
  /** Differentiated services of its packet. */
  readonly typeOfService: number;
  /** How many routers its packet may pass. */
  readonly timeToLive: number;
}

/** What a host is made of. */
export interface TcpHostOptions {
  /** 16 random octets from which initial sequence numbers come (RFC 6528). */
  readonly secret: Uint8Array;
  /** Called when a connection or a listener may have become ready for something. */
  readonly onChange?: (changed: TcpConnection | TcpListener) => void;
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false;
  return true;
}

function isBroadcast({ bytes }: IpAddress): boolean {
  return bytes.length === 4 && bytes.every((octet) => octet === 255);
}

/** Whether an address can be one end of a connection (MUST-46, MUST-57, MUST-63). */
function isUnicast(address: IpAddress): boolean {
  return !address.isUnspecified && !address.isMulticast && !isBroadcast(address);
}

/** The TCP of one host. It does no I/O: packets and time go in, segments come out. */
export class TcpHost {
  readonly #secret: Uint8Array;
  readonly #onChange: (changed: TcpConnection | TcpListener) => void;
  /** By local port · 2¹⁶ + remote port. */
  readonly #connections = new Map<number, TcpConnection[]>();
  readonly #listeners = new Map<number, TcpListener[]>();
  readonly #listenerOf = new Map<TcpConnection, TcpListener>();
  readonly #active = new Set<TcpConnection>();
  /** Those in TIME-WAIT, the oldest first. */
  readonly #waiting = new Set<TcpConnection>();
  readonly #timers = new TimerQueue<TcpConnection>();
  /** When each connection is due in the queue, so that it is there once. */
  readonly #scheduled = new Map<TcpConnection, number>();
  readonly #replies: OutgoingSegment[] = [];
  #count = 0;

  /**
   * Makes a host without connections.
   *
   * @param options What it is made of.
   */
  constructor(options: TcpHostOptions) {
    this.#secret = options.secret;
    this.#onChange = options.onChange ?? (() => {});
  }

  /** How many connections there are, those in TIME-WAIT included. */
  get connectionCount(): number {
    return this.#count;
  }

  /** How many times are kept at which something may be due. */
  get timerCount(): number {
    return this.#timers.size;
  }

  /** Whether a connection still has data, an end or a reset to bring to its peer. */
  get hasUndelivered(): boolean {
    if (this.#replies.length > 0) return true;
    for (const connections of this.#connections.values()) {
      if (connections.some((connection) => connection.isUndelivered)) return true;
    }
    return false;
  }

  /**
   * Returns when time alone will make something due.
   *
   * @returns Milliseconds; Infinity for never.
   */
  get nextTimer(): number {
    return this.#timers.next;
  }

  /**
   * Begins a connection: an active OPEN.
   *
   * @param local This side's address, with a port (MUST-43).
   * @param remote The peer's address.
   * @param settings What the connection is told.
   * @param now Milliseconds.
   * @returns The connection, in SYN-SENT; −ENETUNREACH for a group's or everybody's address,
   * −EADDRNOTAVAIL if there is such a connection already.
   */
  connect(
    local: SocketAddress,
    remote: SocketAddress,
    settings: TcpSettings,
    now: number,
  ): TcpConnection | number {
    if (!isUnicast(remote.ip)) return -Errno.ENETUNREACH;
    if (this.hasConnection(local, remote)) return -Errno.EADDRNOTAVAIL;
    return this.#open(local, remote, settings, null, now);
  }

  /**
   * Returns whether there is a connection between two addresses, one in TIME-WAIT included.
   *
   * @param local This side's address.
   * @param remote The peer's address.
   */
  hasConnection(local: SocketAddress, remote: SocketAddress): boolean {
    return this.#find(local.ip.bytes, local.port, remote.ip.bytes, remote.port) !== undefined;
  }

  /**
   * Waits for connections: a passive OPEN.
   *
   * @param local The address; an unspecified IP address stands for all of the host's.
   * @param backlog How many connections may wait to be accepted.
   * @param settings What the connections are told.
   * @param shares Whether other listeners may have the address too; connections are spread over them.
   * @returns The listener; −EADDRINUSE if one has the address.
   */
  listen(
    local: SocketAddress,
    backlog: number,
    settings: TcpSettings,
    shares = false,
  ): TcpListener | number {
    const listeners = this.#listeners.get(local.port) ?? [];
    if (!shares && listeners.some((other) => other.local.equals(local))) return -Errno.EADDRINUSE;
    const listener = new TcpListener(local, backlog, { ...settings }, (closed) => {
      const left = (this.#listeners.get(local.port) ?? []).filter((other) => other !== closed);
      if (left.length === 0) this.#listeners.delete(local.port);
      else this.#listeners.set(local.port, left);
    });
    this.#listeners.set(local.port, [...listeners, listener]);
    return listener;
  }

  /**
   * Lets a segment arrive at the host.
   *
   * @param source Octets of the packet's source address.
   * @param destination Octets of the packet's destination address, one of the host's own.
   * @param segment The segment, with a right checksum.
   * @param now Milliseconds.
   */
  segmentArrives(
    source: Uint8Array,
    destination: Uint8Array,
    segment: TcpRepr,
    now: number,
  ): void {
    const { sourcePort, destinationPort } = segment;
    const connection = this.#find(destination, destinationPort, source, sourcePort);
    const begins = (segment.flags & (TCP_FLAG_SYN | TCP_FLAG_ACK | TCP_FLAG_RST)) === TCP_FLAG_SYN;
    const listener = connection === undefined || begins
      ? this.#listenerFor(destination, destinationPort, source, sourcePort)
      : undefined;
    if (connection !== undefined && !(listener !== undefined && connection.yieldsTo(segment))) {
      return connection.segmentArrives(segment, now);
    }
    if (begins && listener !== undefined) {
      if (connection !== undefined) this.#forget(connection);
      const stale = listener.staleHalfOpen(now);
      // In a flood most end here: they are to cost nothing.
      if (stale === undefined && !listener.hasRoom) return;
      const local = new SocketAddress(new IpAddress(destination), destinationPort);
      const remote = new SocketAddress(new IpAddress(source), sourcePort);
      if (!isUnicast(remote.ip)) return;
      if (stale !== undefined) this.#forget(stale);
      if (!listener.hasRoom) return;
      listener.begin(this.#open(local, remote, listener.settings, segment, now, listener), now);
      return;
    }
    const reset = resetFor(segment);
    if (reset === null || this.#replies.length >= MAXIMUM_REPLIES) return;
    this.#replies.push({
      source: destination.slice(),
      destination: source.slice(),
      segment: reset,
      typeOfService: 0,
      timeToLive: DEFAULT_TCP_SETTINGS.timeToLive,
    });
  }

  /**
   * Lets an ICMP error arrive (MUST-47, MUST-54).
   *
   * @param original The packet that it is about.
   * @param error The error.
   */
  icmpArrives(original: IcmpOriginal, error: IcmpError): void {
    const { source, sourcePort, destination, destinationPort, sequence } = original;
    this.#find(source, sourcePort, destination, destinationPort)?.icmpArrives(error, sequence);
  }

  /**
   * Returns the next segment that is due. Call it until nothing is, after each arrival, each call and
   * when {@link TcpHost.nextTimer} has come.
   *
   * @param now Milliseconds.
   * @returns Null if nothing is to be sent now.
   */
  nextSegment(now: number): OutgoingSegment | null {
    const reply = this.#replies.shift();
    if (reply !== undefined) return reply;
    for (let due = this.#timers.take(now); due !== undefined; due = this.#timers.take(now)) {
      // One that was forgotten is still in the queue.
      if (this.#scheduled.delete(due)) this.#active.add(due);
    }
    for (const connection of this.#active) {
      const segment = connection.nextSegment(now);
      if (segment !== null) {
        const { local, remote, settings: { typeOfService, timeToLive } } = connection;
        const [source, destination] = [local.ip.bytes, remote.ip.bytes];
        return { source, destination, segment, typeOfService, timeToLive };
      }
      this.#active.delete(connection);
      this.#settle(connection);
    }
    return null;
  }

  /** Resets every connection and ends every listener; the resets still have to be sent. */
  close(): void {
    for (const listener of [...this.#listeners.values()].flat()) listener.close();
    for (const connection of [...this.#connections.values()].flat()) connection.abort();
  }

  /** What remains to be done about a connection that has nothing to send. */
  #settle(connection: TcpConnection): void {
    const listener = this.#listenerOf.get(connection);
    if (listener !== undefined && connection.state !== "SYN-RECEIVED") {
      // Time may have ended it, of which the listener has not heard.
      listener.update(connection);
      this.#listenerOf.delete(connection);
    }
    if (connection.isOver) this.#remove(connection);
    else this.#schedule(connection);
    if (connection.state === "TIME-WAIT") this.#boundTimeWaits(connection);
    // Time may have ended it or made it ready.
    this.#onChange(connection);
  }

  #schedule(connection: TcpConnection): void {
    const at = connection.nextTimer;
    if (at >= (this.#scheduled.get(connection) ?? Infinity)) return;
    this.#scheduled.set(connection, at);
    this.#timers.add(at, connection);
    this.#tidyTimers();
  }

  /** Connections that are over, or wait for an earlier time, must not fill the queue until theirs. */
  #tidyTimers(): void {
    if (this.#timers.size <= 2 * this.#scheduled.size + SPARE_TIMERS) return;
    this.#timers.retain((connection, at) => this.#scheduled.get(connection) === at);
  }

  #boundTimeWaits(connection: TcpConnection): void {
    this.#waiting.add(connection);
    if (this.#waiting.size <= MOST_TIME_WAITS) return;
    const [oldest] = this.#waiting;
    if (oldest !== undefined) this.#forget(oldest);
  }

  #changed(connection: TcpConnection): void {
    const listener = this.#listenerOf.get(connection);
    this.#active.add(connection);
    if (listener?.update(connection)) this.#onChange(listener);
    this.#onChange(connection);
  }

  #open(
    local: SocketAddress,
    remote: SocketAddress,
    settings: TcpSettings,
    syn: TcpRepr | null,
    now: number,
    listener?: TcpListener,
  ): TcpConnection {
    const tcb = new TransmissionControlBlock({
      settings: { ...settings },
      localPort: local.port,
      remotePort: remote.port,
      initialSequence: initialSequence(this.#secret, local, remote, now),
      passive: syn !== null,
      now,
    });
    tcb.state = syn === null ? "SYN-SENT" : "SYN-RECEIVED";
    if (syn !== null) tcb.synchronize(syn, now);
    const changed = (connection: TcpConnection) => this.#changed(connection);
    const connection = new TcpConnection(tcb, local, remote, changed);
    const key = local.port * 0x10000 + remote.port;
    const same = this.#connections.get(key);
    if (same === undefined) this.#connections.set(key, [connection]);
    else same.push(connection);
    this.#count += 1;
    if (listener !== undefined) this.#listenerOf.set(connection, listener);
    this.#active.add(connection);
    return connection;
  }

  /** Ends a connection without a word to its peer. */
  #forget(connection: TcpConnection): void {
    connection.abort();
    this.#remove(connection);
  }

  #remove(connection: TcpConnection): void {
    const key = connection.local.port * 0x10000 + connection.remote.port;
    const same = this.#connections.get(key) ?? [];
    const left = same.filter((other) => other !== connection);
    // Its user may still touch a connection that is over.
    this.#count -= same.length - left.length;
    if (left.length === 0) this.#connections.delete(key);
    else this.#connections.set(key, left);
    this.#active.delete(connection);
    this.#waiting.delete(connection);
    this.#scheduled.delete(connection);
    this.#listenerOf.delete(connection);
    this.#tidyTimers();
  }

  #find(
    local: Uint8Array,
    localPort: number,
    remote: Uint8Array,
    remotePort: number,
  ): TcpConnection | undefined {
    const candidates = this.#connections.get(localPort * 0x10000 + remotePort);
    return candidates?.find((connection) =>
      sameBytes(connection.remote.ip.bytes, remote) && sameBytes(connection.local.ip.bytes, local)
    );
  }

  /** The listener for an address: one that has it before one that has all, the same for a peer. */
  #listenerFor(
    local: Uint8Array,
    port: number,
    remote: Uint8Array,
    remotePort: number,
  ): TcpListener | undefined {
    const listeners = this.#listeners.get(port);
    const first = listeners?.find(({ local: { ip } }) => sameBytes(ip.bytes, local)) ??
      listeners?.find(({ local: { ip } }) => ip.isUnspecified && ip.bytes.length === local.length);
    if (listeners === undefined || first === undefined || listeners.length === 1) return first;
    const same = listeners.filter((other) => other.local.equals(first.local));
    return same[flowHash(remote, remotePort) % same.length];
  }
}
