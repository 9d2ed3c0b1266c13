/**
 * One connection and a peer made of literal segments, in packetdrill's manner: numbers count from both
 * sides' first, time passes only here.
 */
import { assert, assertEquals } from "@std/assert";
import {
  DEFAULT_TCP_SETTINGS,
  type TcpConnection,
  TcpHost,
  type TcpListener,
  type TcpSettings,
} from "../../lib/tcp/mod.ts";
import type { TcpRepr } from "../../lib/wire/tcp.ts";
import { NO_TCP_OPTIONS, type TcpOptions } from "../../lib/wire/tcp_options.ts";
import { CLIENT, SERVER } from "./network.ts";

const LETTERS: readonly (readonly [string, number])[] = [
  ["S", 2],
  ["F", 1],
  ["R", 4],
  ["P", 8],
  ["A", 16],
  ["U", 32],
];

/** The peer's first sequence number; the sums in tests wrap around. */
export const PEER_START = 0xffff_fff0;

/** A segment of the peer: numbers count from both sides' first; letters are S, F, R, P, A, U. */
export interface PeerSegment {
  readonly flags: string;
  readonly sequence?: number;
  readonly acknowledgment?: number;
  readonly window?: number;
  readonly data?: number;
  readonly urgentPointer?: number;
  readonly options?: Partial<TcpOptions>;
}

function letters(flags: number): string {
  return LETTERS.filter(([, bit]) => (flags & bit) !== 0).map(([letter]) => letter).join("");
}

/** A connection of the client's, which the test's peer answers. */
export class Bench {
  now = 1000;
  readonly host = new TcpHost({ secret: new Uint8Array(16).fill(3) });
  readonly settings: TcpSettings;
  /** What was sent last, whole. */
  last: TcpRepr | null = null;
  #start = 0;

  constructor(settings: Partial<TcpSettings> = {}) {
    this.settings = { ...DEFAULT_TCP_SETTINGS, timestamps: false, ...settings };
  }

  /** An active open whose SYN was sent. */
  connect(): TcpConnection {
    const connection = this.host.connect(CLIENT, SERVER, this.settings, this.now);
    assert(typeof connection !== "number");
    const syn = this.host.nextSegment(this.now)?.segment;
    assert(syn !== undefined);
    this.#start = syn.sequence;
    this.last = syn;
    assertEquals(this.sent(), []);
    return connection;
  }

  /** An active open that has become ESTABLISHED. */
  open(
    options: Partial<TcpOptions> = { maximumSegmentSize: 1000 },
    window = 65_535,
  ): TcpConnection {
    const connection = this.connect();
    this.arrive({ flags: "SA", acknowledgment: 1, window, options });
    assertEquals(this.sent(), ["A 1:1 ack 1"]);
    assertEquals(connection.state, "ESTABLISHED");
    return connection;
  }

  /** A passive open: the connection that accept would give, if there is one. */
  listen(backlog = 4): TcpListener {
    const listener = this.host.listen(CLIENT, backlog, this.settings);
    assert(typeof listener !== "number");
    return listener;
  }

  /** Lets a segment of the peer arrive. */
  arrive(segment: PeerSegment): void {
    this.host.segmentArrives(SERVER.ip.bytes, CLIENT.ip.bytes, this.segment(segment), this.now);
  }

  /** A segment of the peer, as it comes over the wire. */
  segment(segment: PeerSegment): TcpRepr {
    const bits = LETTERS.filter(([letter]) => segment.flags.includes(letter));
    const flags = bits.reduce((sum, [, bit]) => sum | bit, 0);
    const isSyn = (flags & 2) !== 0;
    return {
      sourcePort: SERVER.port,
      destinationPort: CLIENT.port,
      sequence: (PEER_START + (segment.sequence ?? (isSyn ? 0 : 1))) >>> 0,
      acknowledgment: (flags & 16) === 0 ? 0 : (this.#start + (segment.acknowledgment ?? 1)) >>> 0,
      flags,
      window: segment.window ?? 65_535,
      urgentPointer: segment.urgentPointer ?? 0,
      options: { ...NO_TCP_OPTIONS, ...segment.options },
      payload: new Uint8Array(segment.data ?? 0).fill(120),
    };
  }

  /** What is due now: `FLAGS SEQUENCE:END ack ACKNOWLEDGMENT [sack …]`. */
  sent(): string[] {
    const lines: string[] = [];
    for (;;) {
      const segment = this.host.nextSegment(this.now)?.segment;
      if (segment === undefined) return lines;
      if ((segment.flags & 18) === 18 && this.#start === 0) this.#start = segment.sequence;
      this.last = { ...segment, payload: segment.payload.slice() };
      lines.push(this.#describe(segment));
    }
  }

  /** Lets milliseconds pass; what is sent meanwhile, each with its time since then. */
  pass(milliseconds: number): string[] {
    const start = this.now;
    const end = start + milliseconds;
    const lines = this.sent().map((line) => `0 ${line}`);
    for (;;) {
      const next = this.host.nextTimer;
      if (next > end) break;
      this.now = Math.max(this.now, next);
      for (const line of this.sent()) lines.push(`${Math.round(this.now - start)} ${line}`);
    }
    this.now = end;
    return lines;
  }

  #describe(segment: TcpRepr): string {
    const { flags, sequence, acknowledgment, payload, options } = segment;
    const start = (sequence - this.#start) | 0;
    const parts = [`${letters(flags)} ${start}:${start + payload.length}`];
    if ((flags & 16) !== 0) parts.push(`ack ${(acknowledgment - PEER_START) | 0}`);
    for (const { left, right } of options.sackBlocks) {
      parts.push(`sack ${(left - PEER_START) | 0}:${(right - PEER_START) | 0}`);
    }
    return parts.join(" ");
  }
}

/** As many octets. */
export function octets(count: number): Uint8Array {
  return new Uint8Array(count).fill(97);
}
