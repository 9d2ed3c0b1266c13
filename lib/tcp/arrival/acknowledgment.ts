/**
 * What the acknowledgment and the window of a segment do: RFC 9293, section 3.10.7.4, fifth.
 *
 * @module
 */
import {
  sequenceAdd,
  sequenceDifference,
  sequenceLess,
  sequenceLessOrEqual,
} from "../../wire/sequence_number.ts";
import { type TcpRepr, tcpSequenceLength } from "../../wire/tcp.ts";
import { noteDeliveries } from "../rack.ts";
import { congestionLimit, onDuplicateAck, onNewAck, recoverLosses } from "../recovery.ts";
import { judgeTailProbe, scheduleTailProbe } from "../tail_loss_probe.ts";
import { restartRetransmissionTimer } from "../timers.ts";
import type { TransmissionControlBlock } from "../transmission_control_block.ts";
import { challenge } from "./checks.ts";

/** Measures the round trip, by the peer's echo of our clock or by a segment that was timed. */
function measure(tcb: TransmissionControlBlock, segment: TcpRepr, now: number): void {
  const { timestamps } = segment.options;
  if (tcb.timestampsAgreed && timestamps !== null) {
    const time = sequenceDifference(tcb.timestamp(now), timestamps.echo);
    if (timestamps.echo !== 0 && time >= 0) tcb.rtt.sample(time);
  } else if (
    tcb.timedSequence !== null && sequenceLessOrEqual(tcb.timedSequence, segment.acknowledgment)
  ) {
    tcb.rtt.sample(now - tcb.timedAt);
  }
  if (
    tcb.timedSequence !== null && sequenceLessOrEqual(tcb.timedSequence, segment.acknowledgment)
  ) {
    tcb.timedSequence = null;
  }
}

/** Drops what was acknowledged from the buffer; SYN and FIN take a number but no room. */
function release(tcb: TransmissionControlBlock, acknowledgment: number): void {
  const octets = sequenceDifference(acknowledgment, tcb.dataStart);
  const data = Math.min(octets, tcb.sendBuffer.length);
  tcb.finAcknowledged = tcb.finQueued && octets > tcb.sendBuffer.length;
  tcb.sendBuffer.discard(Math.max(0, data));
}

function onAdvance(tcb: TransmissionControlBlock, segment: TcpRepr, now: number): void {
  const { acknowledgment } = segment;
  const octets = sequenceDifference(acknowledgment, tcb.sndUna);
  const wasLimited = tcb.inFlight + tcb.segmentSize > congestionLimit(tcb) ||
    sequenceLess(tcb.sndNxt, tcb.sndMax);
  measure(tcb, segment, now);
  release(tcb, acknowledgment);
  tcb.sndUna = acknowledgment;
  tcb.synAcknowledged = true;
  if (sequenceLess(tcb.sndNxt, acknowledgment)) tcb.sndNxt = acknowledgment;
  if (tcb.sndUp !== null && sequenceLessOrEqual(tcb.sndUp, acknowledgment)) tcb.sndUp = null;
  tcb.timeouts = 0;
  tcb.softError = 0;
  tcb.unacknowledgedSince = now;
  onNewAck(tcb, octets, wasLimited);
  if (tcb.inFlight === 0) {
    tcb.retransmitAt = Infinity;
    if (tcb.sendBuffer.length === 0) tcb.persistAt = Infinity;
  } else if (tcb.persistAt === Infinity) {
    restartRetransmissionTimer(tcb, now);
  }
}

/** RFC 5681, section 2: says nothing new, and is no answer to anything but what is on the way. */
function isDuplicate(tcb: TransmissionControlBlock, segment: TcpRepr, window: number): boolean {
  return tcb.inFlight > 0 && segment.acknowledgment === tcb.sndUna &&
    tcpSequenceLength(segment) === 0 && window === tcb.sndWnd;
}

/** Takes the window, unless the segment is older than the one that set it. */
function updateWindow(tcb: TransmissionControlBlock, segment: TcpRepr, window: number): void {
  const newer = sequenceLess(tcb.sndWl1, segment.sequence) ||
    (tcb.sndWl1 === segment.sequence && sequenceLessOrEqual(tcb.sndWl2, segment.acknowledgment));
  if (!newer) return;
  tcb.setWindow(segment, window);
  if (window > 0) tcb.persistAt = Infinity;
}

/**
 * Takes the acknowledgment of a segment.
 *
 * @param tcb The connection, in ESTABLISHED or later.
 * @param segment The segment, which has passed the checks.
 * @param now Milliseconds.
 * @returns False if it acknowledges what cannot be; the segment is dropped.
 */
export function acknowledge(
  tcb: TransmissionControlBlock,
  segment: TcpRepr,
  now: number,
): boolean {
  const { acknowledgment } = segment;
  const oldest = sequenceAdd(tcb.sndUna, -tcb.sndWndMaximum);
  if (sequenceLess(tcb.sndMax, acknowledgment) || sequenceLess(acknowledgment, oldest)) {
    challenge(tcb, segment, now);
    return false;
  }
  const window = segment.window << tcb.sndScale;
  const advances = sequenceLess(tcb.sndUna, acknowledgment);
  if (advances) onAdvance(tcb, segment, now);
  if (tcb.sackAgreed) {
    noteDeliveries(tcb, segment, now);
    recoverLosses(tcb, now);
    judgeTailProbe(tcb, segment);
    if (advances) scheduleTailProbe(tcb, now);
  } else if (!advances && isDuplicate(tcb, segment, window)) onDuplicateAck(tcb);
  if (sequenceLessOrEqual(tcb.sndUna, acknowledgment)) updateWindow(tcb, segment, window);
  return true;
}
