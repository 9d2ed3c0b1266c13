/**
 * Tail loss probes: RFC 8985, section 7. Where the last segments get lost, nothing comes back that
 * would tell; a segment more, long before the timer expires, brings an acknowledgment that does.
 *
 * @module
 */
import { sequenceLess, sequenceLessOrEqual } from "../wire/sequence_number.ts";
import type { TcpRepr } from "../wire/tcp.ts";
import { reportsDuplicate } from "./rack.ts";
import type { TransmissionControlBlock } from "./transmission_control_block.ts";

/** WCDelAckT: how long the acknowledgment of a single segment may wait. */
const LONGEST_DELAYED_ACK = 200;
/** The last one of an odd number of segments may wait as well; Linux's delay is 40. */
const LEAST_WAIT = 50;

/** The probe of one connection. */
export class TailProbe {
  /** When it is to be sent, in milliseconds; Infinity for never. */
  at = Infinity;
  /** Whether it is to be sent now. */
  due = false;
  /** TLP.end_seq: what is to be acknowledged before there is another; null without one. */
  end: number | null = null;
  /** TLP.is_retrans: whether it repeated a segment. */
  again = false;
}

/**
 * Sets the time of a probe after data was sent or acknowledged.
 *
 * @param tcb The connection.
 * @param now Milliseconds.
 */
export function scheduleTailProbe(tcb: TransmissionControlBlock, now: number): void {
  const { tailProbe, rtt, inFlight } = tcb;
  tailProbe.at = Infinity;
  if (!tcb.sackAgreed || inFlight === 0 || tailProbe.end !== null || rtt.smoothed === null) return;
  // In recovery, and after a time-out, something is known to be lost.
  if (tcb.recoveryPoint !== null || sequenceLess(tcb.sndUna, tcb.recover)) return;
  if (!tcb.sent.isPlain || tcb.sndNxt !== tcb.sndMax) return;
  const delay = inFlight <= tcb.segmentSize ? LONGEST_DELAYED_ACK : 0;
  const at = now + Math.max(LEAST_WAIT, 2 * rtt.smoothed + delay);
  if (at < tcb.retransmitAt) tailProbe.at = at;
}

/**
 * Notes that the probe was sent.
 *
 * @param tcb The connection.
 * @param again Whether it repeated a segment.
 */
export function noteTailProbe(tcb: TransmissionControlBlock, again: boolean): void {
  const { tailProbe } = tcb;
  tailProbe.at = Infinity;
  tailProbe.end = tcb.sndMax;
  tailProbe.again = again;
}

/** Forgets the probe: recovery has begun, by whatever. */
export function endTailProbe({ tailProbe }: TransmissionControlBlock): void {
  tailProbe.at = Infinity;
  tailProbe.due = false;
  tailProbe.end = null;
}

/**
 * Finds out whether the probe has made up for a loss, which nobody would notice otherwise: section 7.4.
 *
 * @param tcb The connection; SND.UNA has moved.
 * @param segment The segment that acknowledges.
 */
export function judgeTailProbe(tcb: TransmissionControlBlock, segment: TcpRepr): void {
  const { tailProbe, congestion } = tcb;
  const { end, again } = tailProbe;
  if (end === null || !sequenceLessOrEqual(end, tcb.sndUna)) return;
  const wasNeedless = reportsDuplicate(segment);
  // Both copies may have arrived: then the next acknowledgment says so.
  if (again && end === tcb.sndUna && !wasNeedless) return;
  tailProbe.end = null;
  if (!again || wasNeedless) return;
  congestion.halve(congestion.window);
  congestion.set(congestion.threshold);
}
