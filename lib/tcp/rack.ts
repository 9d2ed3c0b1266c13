/**
 * Loss detection by time: RACK, RFC 8985, section 6. A segment is lost if one that was sent well after
 * it has arrived; so a retransmission that gets lost is found out like any other.
 *
 * @module
 */
import { sequenceLess, sequenceLessOrEqual } from "../wire/sequence_number.ts";
import type { TcpRepr } from "../wire/tcp.ts";
import type { SentSegment } from "./sent_segments.ts";
import type { TransmissionControlBlock } from "./transmission_control_block.ts";

/** Segments above a hole that mean a loss where nothing was ever reordered: DupThresh. */
const DUPLICATE_THRESHOLD = 3;
/** The most steps of the reordering window, and how many recoveries without a false alarm reset it. */
const MOST_STEPS = 20;
const PATIENT_RECOVERIES = 16;

/** What is known of the segment that was sent last among those delivered, and of the path's order. */
export class Rack {
  /** Which it was: in the place of RACK.xmit_ts and RACK.end_seq, of which the first is too coarse. */
  order = -1;
  /** RACK.rtt: how long it took. */
  roundTrip = 0;
  /** RACK.min_RTT: the least round trip. */
  leastRoundTrip = Infinity;
  /** RACK.fack: the highest sequence number delivered; null before any. */
  forward: number | null = null;
  /** RACK.reordering_seen. */
  reorders = false;
  /** RACK.reo_wnd_mult: quarters of the least round trip that are waited for stragglers. */
  steps = 1;
  /** RACK.reo_wnd_persist: recoveries until {@link steps} is forgotten. */
  patience = PATIENT_RECOVERIES;
  /** RACK.dsack_round: a false alarm before this is acknowledged tells nothing new; null without. */
  alarmRound: number | null = null;
}

/** Step 2 and 3: the segment sent last among those delivered, and whether any came out of order. */
function onDelivered(
  tcb: TransmissionControlBlock,
  delivered: SentSegment,
  segment: TcpRepr,
  now: number,
): void {
  const { rack } = tcb;
  const { sentAt, right, order, again } = delivered;
  if (rack.forward === null || sequenceLess(rack.forward, right)) rack.forward = right;
  else if (sequenceLess(right, rack.forward) && !again) rack.reorders = true;
  const roundTrip = now - sentAt;
  if (again) {
    // It may be the first copy that has arrived.
    const { timestamps } = segment.options;
    const isEarlier = tcb.timestampsAgreed && timestamps !== null
      ? sequenceLess(timestamps.echo, tcb.timestamp(sentAt))
      : roundTrip < rack.leastRoundTrip;
    if (isEarlier) return;
  }
  rack.leastRoundTrip = Math.min(rack.leastRoundTrip, roundTrip);
  if (order <= rack.order) return;
  rack.order = order;
  rack.roundTrip = roundTrip;
}

/** Step 4: how long stragglers are waited for. */
function reorderingWindow(tcb: TransmissionControlBlock): number {
  const { rack, sent, rtt } = tcb;
  const certain = tcb.recoveryPoint !== null || sent.deliveredCount >= DUPLICATE_THRESHOLD;
  if (!rack.reorders && certain) return 0;
  return Math.min(rack.steps * rack.leastRoundTrip / 4, rtt.smoothed ?? Infinity);
}

/** A copy that was not needed makes the window longer: the peer reports it (RFC 2883). */
function noteFalseAlarm(tcb: TransmissionControlBlock): void {
  const { rack } = tcb;
  if (rack.alarmRound !== null && sequenceLess(tcb.sndUna, rack.alarmRound)) return;
  rack.alarmRound = tcb.sndMax;
  rack.steps = Math.min(rack.steps + 1, MOST_STEPS);
  rack.patience = PATIENT_RECOVERIES;
}

/**
 * Returns whether a segment reports that something arrived twice: RFC 2883, section 4.
 *
 * @param segment The segment.
 */
export function reportsDuplicate({ acknowledgment, options: { sackBlocks } }: TcpRepr): boolean {
  const [first, second] = sackBlocks;
  if (first === undefined) return false;
  return sequenceLessOrEqual(first.right, acknowledgment) ||
    (second !== undefined && sequenceLessOrEqual(second.left, first.left) &&
      sequenceLessOrEqual(first.right, second.right));
}

/**
 * Takes what a segment says about what has arrived; SND.UNA has moved.
 *
 * @param tcb The connection, which has agreed on selective acknowledgments.
 * @param segment The segment.
 * @param now Milliseconds.
 */
export function noteDeliveries(
  tcb: TransmissionControlBlock,
  segment: TcpRepr,
  now: number,
): void {
  const { sackBlocks } = segment.options;
  const note = (delivered: SentSegment) => onDelivered(tcb, delivered, segment, now);
  tcb.sent.acknowledge(tcb.sndUna, note);
  if (sackBlocks.length === 0) return;
  tcb.sent.deliver(sackBlocks, note);
  if (reportsDuplicate(segment)) noteFalseAlarm(tcb);
}

/**
 * Step 5: finds what is lost, and sets the time at which more would be.
 *
 * @param tcb The connection.
 * @param now Milliseconds.
 * @returns Whether anything more is.
 */
export function detectLosses(tcb: TransmissionControlBlock, now: number): boolean {
  tcb.reorderAt = Infinity;
  const { sent, rack } = tcb;
  if (sent.isPlain) return false;
  const wait = rack.roundTrip + reorderingWindow(tcb);
  let found = false;
  let latest = -Infinity;
  for (const segment of sent.onTheWay()) {
    if (segment.order > rack.order) continue;
    const due = segment.sentAt + wait;
    if (due <= now) {
      sent.lose(segment);
      found = true;
    } else latest = Math.max(latest, due);
  }
  if (latest > now) tcb.reorderAt = latest;
  return found;
}

/**
 * Notes that a recovery has ended.
 *
 * @param tcb The connection.
 */
export function noteRecovered({ rack }: TransmissionControlBlock): void {
  rack.patience -= 1;
  if (rack.patience > 0) return;
  rack.steps = 1;
  rack.patience = PATIENT_RECOVERIES;
}
