/**
 * A connection as its user sees it.
 *
 * @module
 */
import type { SocketAddress } from "../ip.ts";
import type { IcmpError } from "../wire/icmp.ts";
import type { TcpRepr } from "../wire/tcp.ts";
import { segmentArrives } from "./arrival/mod.ts";
import { icmpArrives } from "./icmp_arrives.ts";
import type { TcpSettings } from "./settings.ts";
import type { TcpState } from "./state.ts";
import { nextTimer, restartKeepAliveTimer, runTimers } from "./timers.ts";
import type { TransmissionControlBlock } from "./transmission_control_block.ts";
import { nextSegment } from "./transmit.ts";
import { abort, discardReceived, finish, leave, receiveData, sendData } from "./user_calls.ts";

/** The settings that may change while a connection lives. */
export type TcpTuning = Partial<
  Pick<
    TcpSettings,
    | "noDelay"
    | "cork"
    | "delayedAcknowledgment"
    | "userTimeout"
    | "keepAlive"
    | "keepAliveIdle"
    | "keepAliveInterval"
    | "keepAliveCount"
    | "finTimeout"
    | "typeOfService"
    | "timeToLive"
  >
>;

/**
 * One TCP connection: a state machine that does no I/O. Segments and time go in, segments come out;
 * whoever drives it ({@link TcpHost}) carries them.
 */
export class TcpConnection {
  /** This side's address. */
  readonly local: SocketAddress;
  /** The peer's address. */
  readonly remote: SocketAddress;
  readonly #tcb: TransmissionControlBlock;
  readonly #changed: (connection: TcpConnection) => void;

  /**
   * Makes a connection of its record.
   *
   * @internal
   *
   * @param tcb The record.
   * @param local This side's address.
   * @param remote The peer's address.
   * @param changed Called when segments may have become due.
   */
  constructor(
    tcb: TransmissionControlBlock,
    local: SocketAddress,
    remote: SocketAddress,
    changed: (connection: TcpConnection) => void,
  ) {
    this.#tcb = tcb;
    this.local = local;
    this.remote = remote;
    this.#changed = changed;
  }

  /** Where it is in its life. */
  get state(): TcpState {
    return this.#tcb.state;
  }

  /** What it does and how. */
  get settings(): Readonly<TcpSettings> {
    return this.#tcb.settings;
  }

  /**
   * Positive errno of what ended it: ECONNREFUSED, ECONNRESET, EPIPE (a reset after the peer's end),
   * ETIMEDOUT, EHOSTUNREACH, ENETUNREACH; 0 while it lives and after a regular end (MUST-12).
   */
  get error(): number {
    return this.#tcb.error;
  }

  /** Whether it is established, or was. */
  get isEstablished(): boolean {
    return this.#tcb.synAcknowledged;
  }

  /** Octets that can be read. */
  get available(): number {
    return this.#tcb.receiveBuffer.length;
  }

  /** Whether the peer will send nothing more: what is available is the rest. */
  get isReceiveEnded(): boolean {
    return this.#tcb.receiveEnded;
  }

  /** Whether the user has said that it will send nothing more. */
  get isFinished(): boolean {
    return this.#tcb.finQueued;
  }

  /** Octets that were queued for sending and not acknowledged. */
  get unacknowledged(): number {
    return this.#tcb.sendBuffer.length;
  }

  /** Octets that can be queued for sending. */
  get room(): number {
    return this.#tcb.sendBuffer.free;
  }

  /** Octets of urgent data that were not read. */
  get urgentOctets(): number {
    return this.#tcb.urgentOctets;
  }

  /** The most data that a segment carries: TCP_MAXSEG. */
  get segmentSize(): number {
    return this.#tcb.segmentSize;
  }

  /** The smoothed round-trip time in milliseconds, null before the first measurement. */
  get roundTripTime(): number | null {
    return this.#tcb.rtt.smoothed;
  }

  /** Whether it has ended and has nothing more to tell its peer. */
  get isOver(): boolean {
    return this.#tcb.state === "CLOSED" && this.#tcb.replies.length === 0;
  }

  /** Whether data, an end or a reset has still to reach its peer. */
  get isUndelivered(): boolean {
    const tcb = this.#tcb;
    if (tcb.replies.length > 0) return true;
    return tcb.state !== "CLOSED" && tcb.finQueued && !tcb.finAcknowledged;
  }

  /** When time alone will make something due, in milliseconds; Infinity for never. */
  get nextTimer(): number {
    return nextTimer(this.#tcb);
  }

  /**
   * Tells whether urgent data was announced since the last call.
   *
   * @returns Whether it was.
   */
  takeUrgentNews(): boolean {
    const { urgentNews } = this.#tcb;
    this.#tcb.urgentNews = false;
    return urgentNews;
  }

  /**
   * Queues data for sending.
   *
   * @param bytes The data, which is copied.
   * @param urgent Whether it is urgent up to its end.
   * @returns How many octets were taken, 0 if there is no room; −EPIPE if nothing more can be sent.
   */
  send(bytes: Uint8Array, urgent = false): number {
    const taken = sendData(this.#tcb, bytes, urgent);
    if (taken > 0) this.#changed(this);
    return taken;
  }

  /**
   * Takes data that has arrived.
   *
   * @param target Receives it.
   * @returns How many octets, 0 if there are none.
   */
  receive(target: Uint8Array): number {
    const count = receiveData(this.#tcb, target);
    if (count > 0) this.#changed(this);
    return count;
  }

  /**
   * Copies data that has arrived without taking it.
   *
   * @param offset How many octets to pass over.
   * @param target Receives it.
   * @returns How many octets.
   */
  peek(offset: number, target: Uint8Array): number {
    return this.#tcb.receiveBuffer.peek(offset, target);
  }

  /**
   * Drops data that has arrived.
   *
   * @param count How many octets; no more than are available.
   */
  discard(count: number): void {
    discardReceived(this.#tcb, Math.min(count, this.available));
    this.#changed(this);
  }

  /** Ends the sending side; what is queued is still sent, and the peer may go on: SHUT_WR. */
  finish(): void {
    finish(this.#tcb);
    this.#changed(this);
  }

  /**
   * Leaves the connection to end by itself: close(2). Unread data means a reset.
   *
   * @param now Milliseconds.
   */
  close(now: number): void {
    leave(this.#tcb, now);
    this.#changed(this);
  }

  /** Ends it at once; the peer is sent a reset. */
  abort(): void {
    abort(this.#tcb);
    this.#changed(this);
  }

  /**
   * Changes settings.
   *
   * @param tuning The new values.
   * @param now Milliseconds.
   */
  tune(tuning: TcpTuning, now: number): void {
    Object.assign(this.#tcb.settings, tuning);
    restartKeepAliveTimer(this.#tcb, now);
    this.#changed(this);
  }

  /**
   * Lets a segment arrive.
   *
   * @param segment The segment, between the two addresses, with a right checksum.
   * @param now Milliseconds.
   */
  segmentArrives(segment: TcpRepr, now: number): void {
    segmentArrives(this.#tcb, segment, now);
    this.#changed(this);
  }

  /**
   * Lets an ICMP error arrive.
   *
   * @param error The error.
   * @param sequence Sequence number of the segment that it is about.
   */
  icmpArrives(error: IcmpError, sequence: number): void {
    icmpArrives(this.#tcb, error, sequence);
    this.#changed(this);
  }

  /**
   * Returns the next segment that is due. Call it until nothing is.
   *
   * @param now Milliseconds.
   * @returns The segment, whose payload is right until the connection is touched again; or null.
   */
  nextSegment(now: number): TcpRepr | null {
    runTimers(this.#tcb, now);
    return nextSegment(this.#tcb, now);
  }

  /**
   * Returns whether a SYN may begin a new connection in the place of this one: RFC 9293, section
   * 3.6.1 (MAY-2); RFC 6191.
   *
   * @param segment The SYN.
   */
  yieldsTo(segment: TcpRepr): boolean {
    const tcb = this.#tcb;
    if (tcb.state !== "TIME-WAIT") return false;
    const { timestamps } = segment.options;
    const later = (segment.sequence - tcb.rcvNxt) | 0;
    const clock = tcb.timestampsAgreed && timestamps !== null
      ? (timestamps.value - tcb.tsRecent) | 0
      : 0;
    return clock > 0 || (clock === 0 && later > 0);
  }
}
