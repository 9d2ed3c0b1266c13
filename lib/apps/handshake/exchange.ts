/**
 * Makes a connection and closes it, and notes what passes.
 *
 * @module
 */
import type { Device } from "../../device/device.ts";
import type { IpAddress, SocketAddress } from "../../ip.ts";
import { Errno } from "../../linux/errno.ts";
import { IpLayer } from "../../stack/user/ip_layer.ts";
import { type TcpConnection, TcpHost, type TcpSettings, type TcpState } from "../../tcp/mod.ts";
import { Ipv4Packet } from "../../wire/ipv4.ts";
import { Ipv6Packet } from "../../wire/ipv6.ts";
import { parseTcp, TcpPacket, type TcpRepr } from "../../wire/tcp.ts";
import { PeerState } from "./peer_state.ts";

/** A segment that passed. */
export interface ExchangeEvent {
  /** Milliseconds since the first. */
  readonly time: number;
  /** Whether this side sent it. */
  readonly outgoing: boolean;
  /** The segment. */
  readonly segment: TcpRepr;
  /** This side's state after it. */
  readonly state: TcpState;
  /** The peer's state after it, as far as segments tell; null before it has answered at all. */
  readonly peerState: TcpState | null;
}

/** What became of it. */
export interface Exchange {
  /** What passed, in order. */
  readonly events: readonly ExchangeEvent[];
  /** Milliseconds from the first SYN to ESTABLISHED; null if it never came to that. */
  readonly established: number | null;
  /** Positive errno of what went wrong, 0 for nothing. */
  readonly error: number;
}

/** What is needed. */
export interface ExchangeOptions {
  /** What carries the packets. */
  readonly device: Device;
  /** This side's address. */
  readonly local: SocketAddress;
  /** The peer's address. */
  readonly remote: SocketAddress;
  /** What the connection is told. */
  readonly settings: TcpSettings;
  /** Whether another TCP has the same address, and the device its checksums may be unfinished. */
  readonly sharesAddress: boolean;
  /** Longest time to wait, in milliseconds. */
  readonly timeout: number;
  /** Milliseconds. */
  readonly clock: () => number;
  /** Waits until the device has a packet, but no longer than so many milliseconds. */
  readonly wait: (milliseconds: number) => void;
}

function segmentOf(packet: Uint8Array): TcpRepr | null {
  const ip = Ipv4Packet.check(packet) ?? Ipv6Packet.check(packet);
  const tcp = ip === null ? null : TcpPacket.check(ip.payload.slice());
  return tcp === null ? null : parseTcp(tcp);
}

/** Notes segments. What a segment has done to this side is known when the next one passes. */
class Recorder {
  readonly #events: ExchangeEvent[] = [];
  readonly #peer = new PeerState();
  readonly #clock: () => number;
  readonly #state: () => TcpState;
  #start: number | null = null;
  #pending: Omit<ExchangeEvent, "state"> | null = null;

  constructor(clock: () => number, state: () => TcpState) {
    this.#clock = clock;
    this.#state = state;
  }

  note(packet: Uint8Array, outgoing: boolean): void {
    this.settle();
    const segment = segmentOf(packet);
    if (segment === null) return;
    const now = this.#clock();
    this.#start ??= now;
    const peerState = this.#peer.pass(segment, outgoing);
    this.#pending = { time: now - this.#start, outgoing, segment, peerState };
  }

  settle(): void {
    if (this.#pending === null) return;
    this.#events.push({ ...this.#pending, state: this.#state() });
    this.#pending = null;
  }

  /** What passed. Whether the peer listened before its first answer, only that answer tells. */
  list(): ExchangeEvent[] {
    const first = this.#events.findIndex(({ outgoing }) => !outgoing);
    const before = first < 0 || this.#events[first]?.peerState === "CLOSED" ? null : "LISTEN";
    return this.#events.map((event, index) =>
      first < 0 || index < first ? { ...event, peerState: before } : event
    );
  }
}

/** Turns the crank until a condition holds; false once the time is over. */
type Turn = (until: () => boolean, deadline: number) => boolean;

function makeTurn(
  options: ExchangeOptions,
  layer: IpLayer,
  tcp: TcpHost,
  recorder: Recorder,
): Turn {
  const { clock, wait } = options;
  return (until, deadline) => {
    for (;;) {
      const more = layer.receive(clock());
      layer.transmit(clock());
      recorder.settle();
      if (until()) return true;
      const now = clock();
      if (now >= deadline) return false;
      if (typeof more === "number") throw new Error(`the device failed: errno ${-more}`);
      if (!more) wait(Math.max(0, Math.min(deadline, tcp.nextTimer) - now));
    }
  };
}

function isClosed(connection: TcpConnection): boolean {
  return connection.state === "TIME-WAIT" || connection.state === "CLOSED";
}

/**
 * Makes a connection, and closes it again if it comes about.
 *
 * @param options What is needed.
 */
export function exchange(options: ExchangeOptions): Exchange {
  const { local, remote, settings, clock, device, sharesAddress } = options;
  const tcp = new TcpHost({ secret: crypto.getRandomValues(new Uint8Array(16)) });
  const began = clock();
  const connection = tcp.connect(local, remote, settings, began);
  if (typeof connection === "number") {
    return { events: [], established: null, error: -connection };
  }
  const recorder = new Recorder(clock, () => connection.state);
  const addresses: readonly IpAddress[] = [local.ip];
  const layer = new IpLayer({
    device,
    addresses,
    tcp,
    udp: null,
    ports: sharesAddress ? new Set([local.port]) : null,
    trustsChecksums: sharesAddress,
    observe: (packet, outgoing) => recorder.note(packet, outgoing),
  });
  const turn = makeTurn(options, layer, tcp, recorder);
  const deadline = began + options.timeout;
  const answered = turn(() => connection.state !== "SYN-SENT", deadline);
  if (!answered || !connection.isEstablished) {
    const error = answered ? connection.error : Errno.ETIMEDOUT;
    connection.abort();
    turn(() => true, deadline);
    return { events: recorder.list(), established: null, error };
  }
  const established = clock() - began;
  connection.finish();
  const ended = turn(() => isClosed(connection), Math.max(deadline, clock() + 1000));
  if (!ended) connection.abort();
  turn(() => true, deadline);
  return { events: recorder.list(), established, error: connection.error };
}
