/**
 * The values of a socket's options.
 *
 * @module
 */
import { AF_UNIX, SOCK_STREAM } from "../../linux/socket.ts";

/** What a TCP socket starts with: tcp_rmem and tcp_wmem of Linux. */
const TCP_RCVBUF = 131_072;
const TCP_SNDBUF = 16_384;
/** What other sockets start with: rmem_default and wmem_default of Linux. */
const DEFAULT_BUFFER = 212_992;
/** Bytes accepted for sending while SO_SNDBUF was not set: Linux then lets the buffer grow. */
const GROWN_SNDBUF = 262_144;

/** Bytes received ahead while SO_RCVBUF was not set: Linux then lets the buffer grow. */
const READ_AHEAD = 262_144;

/** Values that an accepted connection inherits, and those that sockets of all kinds have. */
export class OptionValues {
  reuseAddress = false;
  reusePort = false;
  keepAlive = false;
  broadcast = false;
  noDelay = false;
  cork = false;
  v6Only = false;
  lingerOn = false;
  /** Seconds. */
  lingerTime = 0;
  receiveLowWater = 1;
  /** Milliseconds; Infinity where there is none, 0 for not waiting at all. */
  receiveTimeout = Infinity;
  /** Milliseconds, as {@link OptionValues.receiveTimeout}. */
  sendTimeout = Infinity;
  /** What SO_RCVBUF reads: twice what was set. */
  receiveBuffer: number;
  /** What SO_SNDBUF reads. */
  sendBuffer: number;
  /** Whether SO_SNDBUF was set. */
  sendBufferSet = false;
  /** Whether SO_RCVBUF was set. */
  receiveBufferSet = false;
  /** Seconds before the first keep-alive probe. */
  keepIdle = 7200;
  ttl = 64;
  multicastTtl = 1;
  multicastLoop = true;
  multicastLoop6 = true;
  /** IPv4 address of the interface for multicasts. */
  multicastInterface: Uint8Array = new Uint8Array(4);
  /** Index of the interface for multicasts of IPv6. */
  multicastInterface6 = 0;
  /** Values of options that only one stack has, by its own numbers. */
  readonly own: Map<number, number> = new Map();
  /** Groups joined, as `group interface`. */
  readonly groups: Set<string> = new Set();

  constructor(domain: number, type: number) {
    const tcp = type === SOCK_STREAM && domain !== AF_UNIX;
    this.receiveBuffer = tcp ? TCP_RCVBUF : DEFAULT_BUFFER;
    this.sendBuffer = tcp ? TCP_SNDBUF : DEFAULT_BUFFER;
  }

  /** Bytes that may be accepted for sending before the host takes them. */
  get sendLimit(): number {
    return this.sendBufferSet ? this.sendBuffer : GROWN_SNDBUF;
  }

  /** Bytes that are received ahead of the program's asking for them. */
  get receiveLimit(): number {
    return this.receiveBufferSet ? this.receiveBuffer : READ_AHEAD;
  }

  /** Takes over what an accepted connection has from its listener. */
  inherit(listener: OptionValues): void {
    this.reuseAddress = listener.reuseAddress;
    this.reusePort = listener.reusePort;
    this.keepAlive = listener.keepAlive;
    this.noDelay = listener.noDelay;
    this.cork = listener.cork;
    this.v6Only = listener.v6Only;
    this.lingerOn = listener.lingerOn;
    this.lingerTime = listener.lingerTime;
    this.receiveLowWater = listener.receiveLowWater;
    this.receiveTimeout = listener.receiveTimeout;
    this.sendTimeout = listener.sendTimeout;
    this.receiveBuffer = listener.receiveBuffer;
    this.receiveBufferSet = listener.receiveBufferSet;
    this.sendBuffer = listener.sendBuffer;
    this.sendBufferSet = listener.sendBufferSet;
    this.keepIdle = listener.keepIdle;
    for (const [option, value] of listener.own) this.own.set(option, value);
  }
}
