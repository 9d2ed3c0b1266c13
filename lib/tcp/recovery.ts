/**
 * Recovery from loss: fast retransmit and fast recovery with selective acknowledgments (RFC 8985 finds
 * the losses, RFC 6675 says how much may be on the way) or without (NewReno, RFC 6582), limited
 * transmit (RFC 3042), and what a time-out does (RFC 5681, 3.1).
 *
 * @module
 */
import { sequenceDifference, sequenceLess, sequenceLessOrEqual } from "../wire/sequence_number.ts";
import { detectLosses, noteRecovered } from "./rack.ts";
import { endTailProbe } from "./tail_loss_probe.ts";
import type { TransmissionControlBlock } from "./transmission_control_block.ts";

/** Duplicate acknowledgments that mean a loss: RFC 5681, section 3.2. */
const DUPLICATE_THRESHOLD = 3;

function enter(tcb: TransmissionControlBlock): void {
  const { congestion, segmentSize } = tcb;
  congestion.halve(tcb.inFlight);
  tcb.recoveryPoint = tcb.sndMax;
  tcb.recover = tcb.sndMax;
  tcb.retransmitFirst = true;
  const inflation = tcb.sackAgreed ? 0 : DUPLICATE_THRESHOLD * segmentSize;
  congestion.set(congestion.threshold + inflation);
  endTailProbe(tcb);
}

function leave(tcb: TransmissionControlBlock): void {
  tcb.recoveryPoint = null;
  tcb.retransmitFirst = false;
  tcb.duplicateAcks = 0;
}

/**
 * Looks for losses after an acknowledgment, and begins recovery with the first.
 *
 * @param tcb The connection, which has agreed on selective acknowledgments.
 * @param now Milliseconds.
 */
export function recoverLosses(tcb: TransmissionControlBlock, now: number): void {
  if (!detectLosses(tcb, now) || tcb.recoveryPoint !== null) return;
  // After a time-out the window has been reduced: what is lost again is only sent again.
  if (sequenceLessOrEqual(tcb.recover, tcb.sndUna)) enter(tcb);
}

/**
 * Lets the time come at which stragglers are lost.
 *
 * @param tcb The connection.
 * @param now Milliseconds.
 */
export function onReorderingTimer(tcb: TransmissionControlBlock, now: number): void {
  recoverLosses(tcb, now);
}

/**
 * Takes an acknowledgment that adds nothing but that a segment has arrived out of order.
 *
 * @param tcb The connection, without selective acknowledgments.
 */
export function onDuplicateAck(tcb: TransmissionControlBlock): void {
  tcb.duplicateAcks += 1;
  if (tcb.recoveryPoint !== null) {
    tcb.congestion.adjust(tcb.segmentSize);
    return;
  }
  const lost = tcb.duplicateAcks >= DUPLICATE_THRESHOLD;
  // What was on the way at a time-out says nothing new.
  if (lost && sequenceLessOrEqual(tcb.recover, tcb.sndUna)) enter(tcb);
}

/**
 * Takes an acknowledgment of new data; SND.UNA has moved.
 *
 * @param tcb The connection.
 * @param octets How many were acknowledged.
 * @param wasLimited Whether the congestion window was what kept more from being sent.
 */
export function onNewAck(
  tcb: TransmissionControlBlock,
  octets: number,
  wasLimited: boolean,
): void {
  const { congestion, segmentSize, recoveryPoint } = tcb;
  if (recoveryPoint === null) {
    tcb.duplicateAcks = 0;
    if (wasLimited) congestion.grow(octets);
    return;
  }
  if (!sequenceLess(tcb.sndUna, recoveryPoint)) {
    const full = Math.min(congestion.threshold, Math.max(tcb.inFlight, segmentSize) + segmentSize);
    congestion.set(tcb.sackAgreed ? congestion.threshold : full);
    leave(tcb);
    noteRecovered(tcb);
    return;
  }
  if (tcb.sackAgreed) return;
  // A partial acknowledgment: the next hole begins here.
  tcb.retransmitFirst = true;
  congestion.adjust((octets >= segmentSize ? segmentSize : 0) - octets);
}

/**
 * Begins again from the first octet that is not acknowledged, after the timer has expired.
 *
 * @param tcb The connection.
 */
export function onRetransmissionTimeout(tcb: TransmissionControlBlock): void {
  if (tcb.timeouts === 0) tcb.congestion.halve(tcb.inFlight);
  tcb.timeouts += 1;
  tcb.congestion.set(tcb.segmentSize);
  leave(tcb);
  tcb.recover = tcb.sndMax;
  endTailProbe(tcb);
  tcb.rtt.backOff();
  tcb.timedSequence = null;
  tcb.reorderAt = Infinity;
  if (tcb.sackAgreed && tcb.sent.last !== undefined) tcb.sent.loseAll();
  else tcb.goBack();
}

/**
 * Returns how many octets are on the way: RFC 6675, section 4 (SetPipe).
 *
 * @param tcb The connection.
 */
export function octetsOnTheWay(tcb: TransmissionControlBlock): number {
  return sequenceDifference(tcb.sndNxt, tcb.sndUna) - tcb.sent.settledOctets;
}

/**
 * Returns how much may be on the way, by the congestion window. The first duplicate acknowledgments
 * let a segment each out beyond it.
 *
 * @param tcb The connection.
 */
export function congestionLimit(tcb: TransmissionControlBlock): number {
  const early = tcb.recoveryPoint === null ? Math.min(tcb.duplicateAcks, 2) : 0;
  return tcb.congestion.window + early * tcb.segmentSize;
}
