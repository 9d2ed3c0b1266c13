/**
 * What a connection remembers: RFC 9293, section 3.3.1. The variables have the RFC's names.
 *
 * @module
 */
import { sequenceAdd, sequenceDifference, sequenceMax } from "../wire/sequence_number.ts";
import type { TcpRepr } from "../wire/tcp.ts";
import type { SackBlock, TcpTimestamps } from "../wire/tcp_options.ts";
import { Assembler } from "./assembler.ts";
import { CongestionWindow } from "./congestion.ts";
import { RingBuffer } from "./ring_buffer.ts";
import { RttEstimator } from "./rtt_estimator.ts";
import { Rack } from "./rack.ts";
import { SentSegments } from "./sent_segments.ts";
import { TailProbe } from "./tail_loss_probe.ts";
import type { TcpSettings } from "./settings.ts";
import type { TcpState } from "./state.ts";

/** Segment size without the peer's word: MUST-15. */
const DEFAULT_SEGMENT_SIZE = { 4: 536, 6: 1220 } as const;
const TCP_HEADER_LENGTH = 20;
const IP_HEADER_LENGTH = { 4: 20, 6: 40 } as const;
/** Smallest segment size that is taken at its word; Linux's TCP_MIN_SND_MSS. */
const SMALLEST_SEGMENT_SIZE = 48;
const TIMESTAMPS_LENGTH = 12;
const LARGEST_UNSCALED_WINDOW = 0xffff;
const LARGEST_WINDOW_SCALE = 14;

/** What begins a connection. */
export interface TcpOpen {
  /** What it is told. */
  readonly settings: TcpSettings;
  /** This side's port. */
  readonly localPort: number;
  /** The peer's port. */
  readonly remotePort: number;
  /** ISS: its first sequence number. */
  readonly initialSequence: number;
  /** Whether the peer asked for it (MUST-11). */
  readonly passive: boolean;
  /** Milliseconds. */
  readonly now: number;
}

/** The state of one connection; the functions of this folder are what happens to it. */
export class TransmissionControlBlock {
  /** Where it is in its life. */
  state: TcpState = "CLOSED";
  /** What it was told. */
  readonly settings: TcpSettings;
  /** This side's port. */
  readonly localPort: number;
  /** The peer's port. */
  readonly remotePort: number;
  /** Whether the peer asked for it. */
  readonly passive: boolean;
  /** Positive errno of what ended it, 0 for nothing or a regular end. */
  error = 0;
  /** Positive errno of the last trouble that may pass (MUST-56), 0 for none. */
  softError = 0;

  /** ISS: the first sequence number of this side. */
  readonly iss: number;
  /** SND.UNA: the first octet that is not acknowledged. */
  sndUna: number;
  /** SND.NXT: the next octet to send; behind {@link sndMax} while octets are sent again. */
  sndNxt: number;
  /** The octet after the last that was ever sent. */
  sndMax: number;
  /** SND.WND: how much the peer will take. */
  sndWnd = 0;
  /** SND.WL1: sequence number of the segment that set {@link sndWnd}. */
  sndWl1 = 0;
  /** SND.WL2: acknowledgment number of the segment that set {@link sndWnd}. */
  sndWl2 = 0;
  /** MAX.SND.WND: the largest window that the peer has had. */
  sndWndMaximum = 0;
  /** SND.UP: the octet after urgent data; null without. */
  sndUp: number | null = null;
  /** Bits by which the peer's windows are shifted. */
  sndScale = 0;
  /** Largest segment, options included: what the peer takes and the device takes. */
  segmentLimit: number;
  /** What is to be sent, from {@link dataStart}. */
  readonly sendBuffer: RingBuffer;
  /** Whether the peer has our SYN. */
  synAcknowledged = false;
  /** Whether the SYN had to be sent more than once. */
  synRepeated = false;
  /** Whether the user will send nothing more. */
  finQueued = false;
  /** Whether the peer has our FIN. */
  finAcknowledged = false;

  /** IRS: the first sequence number of the peer. */
  irs = 0;
  /** RCV.NXT: the next octet that is expected. */
  rcvNxt = 0;
  /** The octet after the window that the peer was told: RCV.NXT + RCV.WND. */
  rcvEdge = 0;
  /** RCV.UP: the octet after the peer's urgent data; null without. */
  rcvUp: number | null = null;
  /** Whether the peer has announced urgent data that the user was not told of (MUST-32). */
  urgentNews = false;
  /** Bits by which our windows are shifted. */
  rcvScale: number;
  /** What arrived and was not read. */
  readonly receiveBuffer: RingBuffer;
  /** What arrived out of order. */
  readonly assembler: Assembler = new Assembler();
  /** Sequence number of the peer's FIN, as soon as it is known. */
  remoteFin: number | null = null;
  /** Whether everything up to the peer's FIN has arrived. */
  receiveEnded = false;
  /** Whether the user will read nothing more and is gone. */
  userGone = false;

  /** Whether both sides shift windows. */
  scalingAgreed = false;
  /** Whether both sides send timestamps. */
  timestampsAgreed = false;
  /** Whether both sides understand selective acknowledgments. */
  sackAgreed = false;
  /** TS.Recent: the peer's clock to echo. */
  tsRecent = 0;
  /** When {@link tsRecent} was set. */
  tsRecentAt = -Infinity;
  /** Last.ACK.sent. */
  lastAckSent = 0;
  /** A run that arrived twice, to be reported (RFC 2883). */
  duplicate: SackBlock | null = null;

  /** The retransmission time-out. */
  readonly rtt: RttEstimator;
  /** How much may be on the way. */
  readonly congestion: CongestionWindow = new CongestionWindow();
  /** What was sent and is not acknowledged, where selective acknowledgments are agreed on. */
  readonly sent: SentSegments = new SentSegments();
  /** Which of it is lost. */
  readonly rack: Rack = new Rack();
  /** What finds out about the last of it. */
  readonly tailProbe: TailProbe = new TailProbe();
  /** Duplicate acknowledgments in a row. */
  duplicateAcks = 0;
  /** RecoveryPoint: where recovery ends; null outside it. */
  recoveryPoint: number | null = null;
  /** No recovery begins before this is acknowledged (RFC 6582, recover). */
  recover: number;
  /** Whether the first segment that is lost is to be sent at once, whatever the window. */
  retransmitFirst = false;
  /** End of the segment whose round trip is timed; null without. */
  timedSequence: number | null = null;
  /** When that segment was sent. */
  timedAt = 0;
  /** How often the timer has expired for the same octet. */
  timeouts = 0;

  /** Segments to be sent whatever the state: resets. */
  readonly replies: TcpRepr[] = [];
  /** Whether an acknowledgment is to be sent at once. */
  ackNow = false;
  /** Octets received since the last acknowledgment. */
  unacknowledgedOctets = 0;
  /** When an acknowledgment was last sent for a segment that should not have come. */
  challengedAt = -Infinity;

  /** When it was opened. */
  readonly openedAt: number;
  /** When to send again; Infinity for never, as below. */
  retransmitAt = Infinity;
  /** When what has not arrived yet is lost. */
  reorderAt = Infinity;
  /** When to ask for a window. */
  persistAt = Infinity;
  /** How often the window was asked for in vain. */
  probes = 0;
  /** Whether it is to be asked for now. */
  probeDue = false;
  /** When a delayed acknowledgment is due. */
  acknowledgeAt = Infinity;
  /** When TIME-WAIT, or the wait for the peer of a user who is gone, ends. */
  closeAt = Infinity;
  /** When to ask a silent peer whether it is there. */
  keepAliveAt = Infinity;
  /** How often it was asked in vain. */
  keepAliveProbes = 0;
  /** Whether it is to be asked now. */
  keepAliveDue = false;
  /** When the peer was last heard of. */
  heardAt = 0;
  /** Since when nothing more of what is on the way was acknowledged. */
  unacknowledgedSince = 0;
  /** When data was last sent. */
  sentAt = 0;

  /**
   * Makes the record of a connection; nothing has happened yet.
   *
   * @param open What begins it.
   */
  constructor(open: TcpOpen) {
    const { settings, initialSequence } = open;
    this.settings = settings;
    this.localPort = open.localPort;
    this.remotePort = open.remotePort;
    this.passive = open.passive;
    this.openedAt = open.now;
    this.iss = initialSequence;
    this.sndUna = initialSequence;
    this.sndNxt = initialSequence;
    this.sndMax = initialSequence;
    this.recover = initialSequence;
    this.rcvScale = settings.windowScaling ? scaleFor(settings.receiveBuffer) : 0;
    this.sendBuffer = new RingBuffer(settings.sendBuffer);
    // A window is told in steps of 2^scale; what rounding adds must find room.
    this.receiveBuffer = new RingBuffer(settings.receiveBuffer + 2 ** this.rcvScale);
    this.rtt = new RttEstimator(settings.minimumRetransmissionTimeout);
    this.segmentLimit = this.limitFor(DEFAULT_SEGMENT_SIZE[settings.family]);
  }

  /** Sequence number of the first octet in {@link sendBuffer}. */
  get dataStart(): number {
    return this.synAcknowledged ? this.sndUna : sequenceAdd(this.iss, 1);
  }

  /** Sequence number after the last octet in {@link sendBuffer}; that of the FIN, if one follows. */
  get dataEnd(): number {
    return sequenceAdd(this.dataStart, this.sendBuffer.length);
  }

  /** SMSS: the most data that a segment without selective acknowledgments carries. */
  get segmentSize(): number {
    return this.segmentLimit - (this.timestampsAgreed ? TIMESTAMPS_LENGTH : 0);
  }

  /** FlightSize: octets sent and not acknowledged. */
  get inFlight(): number {
    return sequenceDifference(this.sndMax, this.sndUna);
  }

  /**
   * Sequence number for a segment without data: the last that was sent, unless the peer has taken its
   * window back from there and would drop it.
   */
  get acceptableSequence(): number {
    return this.inFlight > this.sndWnd ? sequenceAdd(this.sndUna, this.sndWnd) : this.sndMax;
  }

  /** RCV.WND: how much the peer was told that it may send. */
  get rcvWnd(): number {
    return sequenceDifference(this.rcvEdge, this.rcvNxt);
  }

  /** Octets of room for what the peer may send next. */
  get receiveRoom(): number {
    return Math.max(0, this.settings.receiveBuffer - this.receiveBuffer.length);
  }

  /** Octets of urgent data that the user has not read; 0 for none (MUST-33). */
  get urgentOctets(): number {
    if (this.rcvUp === null) return 0;
    const unread = sequenceAdd(this.rcvNxt, -this.receiveBuffer.length);
    return Math.max(0, sequenceDifference(this.rcvUp, unread));
  }

  /** Segment size for the peer to send: what the device takes (MUST-14, MUST-67). */
  get offeredSegmentSize(): number {
    const { family, mtu, maximumSegmentSize } = this.settings;
    const largest = mtu - IP_HEADER_LENGTH[family] - TCP_HEADER_LENGTH;
    return maximumSegmentSize === 0 ? largest : Math.min(maximumSegmentSize, largest);
  }

  /**
   * Returns the largest segment, options included, for what the peer takes (MUST-16).
   *
   * @param offered What it said, or the default.
   */
  limitFor(offered: number): number {
    return Math.min(Math.max(offered, SMALLEST_SEGMENT_SIZE), this.offeredSegmentSize);
  }

  /**
   * Returns this side's clock for timestamps: milliseconds from a point that others cannot tell.
   *
   * @param now Milliseconds.
   */
  timestamp(now: number): number {
    return sequenceAdd(this.iss, Math.floor(now) % 2 ** 32);
  }

  /**
   * Takes the peer's first segment: its sequence number, and the options that count on a SYN only.
   *
   * @param segment The segment, with SYN.
   * @param now Milliseconds.
   */
  synchronize(segment: TcpRepr, now: number): void {
    const { settings } = this;
    const { options } = segment;
    this.irs = segment.sequence;
    this.rcvNxt = sequenceAdd(segment.sequence, 1);
    this.rcvEdge = sequenceAdd(this.rcvNxt, this.initialWindow());
    this.lastAckSent = this.rcvNxt;
    if (options.maximumSegmentSize !== null && options.maximumSegmentSize !== 0) {
      this.segmentLimit = this.limitFor(options.maximumSegmentSize);
    }
    this.scalingAgreed = settings.windowScaling && options.windowScale !== null;
    this.sndScale = this.scalingAgreed ? options.windowScale ?? 0 : 0;
    if (!this.scalingAgreed) this.rcvScale = 0;
    this.timestampsAgreed = settings.timestamps && options.timestamps !== null;
    this.sackAgreed = settings.selectiveAcknowledgments && options.sackPermitted;
    if (options.timestamps !== null) this.rememberTimestamp(options.timestamps, now);
    this.setWindow(segment, segment.window);
  }

  /** The window of a SYN, which is never shifted. */
  initialWindow(): number {
    return Math.min(this.settings.receiveBuffer, LARGEST_UNSCALED_WINDOW);
  }

  /**
   * Notes the peer's clock.
   *
   * @param timestamps What it sent.
   * @param now Milliseconds.
   */
  rememberTimestamp(timestamps: TcpTimestamps, now: number): void {
    this.tsRecent = timestamps.value;
    this.tsRecentAt = now;
  }

  /**
   * Takes the window of a segment.
   *
   * @param segment The segment.
   * @param window The window, shifted.
   */
  setWindow(segment: TcpRepr, window: number): void {
    this.sndWnd = window;
    this.sndWl1 = segment.sequence;
    this.sndWl2 = segment.acknowledgment;
    this.sndWndMaximum = Math.max(this.sndWndMaximum, window);
  }

  /** Goes back to the first octet that is not acknowledged: from there on all is sent again. */
  goBack(): void {
    this.sndNxt = this.sndUna;
    this.sent.clear();
    this.reorderAt = Infinity;
  }

  /**
   * Notes that sequence numbers were sent.
   *
   * @param end The one after the last.
   */
  advance(end: number): void {
    this.sndNxt = end;
    this.sndMax = sequenceMax(this.sndMax, end);
  }

  /**
   * Ends the connection. What has arrived stays readable.
   *
   * @param error Positive errno of the reason, 0 for a regular end.
   */
  end(error: number): void {
    this.state = "CLOSED";
    if (this.error === 0) this.error = error;
    this.sendBuffer.clear();
    this.assembler.clear();
    this.sent.clear();
    this.ackNow = false;
    this.retransmitAt = Infinity;
    this.reorderAt = Infinity;
    this.tailProbe.at = Infinity;
    this.persistAt = Infinity;
    this.probeDue = false;
    this.acknowledgeAt = Infinity;
    this.closeAt = Infinity;
    this.keepAliveAt = Infinity;
    this.keepAliveDue = false;
  }
}

/** The least shift with which the buffer's size can be told. */
function scaleFor(buffer: number): number {
  let scale = 0;
  while (scale < LARGEST_WINDOW_SCALE && buffer >> scale > LARGEST_UNSCALED_WINDOW) scale += 1;
  return scale;
}
