/**
 * A segment arrives in SYN-RECEIVED: RFC 9293, section 3.10.7.4.
 *
 * @module
 */
import { sequenceAdd, sequenceLess, sequenceLessOrEqual } from "../../wire/sequence_number.ts";
import type { TcpRepr } from "../../wire/tcp.ts";
import { TCP_FLAG_ACK, TCP_FLAG_RST, TCP_FLAG_SYN } from "../../wire/tcp_flags.ts";
import { establish } from "../establish.ts";
import { resetFor } from "../reset.ts";
import type { TransmissionControlBlock } from "../transmission_control_block.ts";
import { passesChecks } from "./checks.ts";
import { arriveInEstablished } from "./established.ts";
import { arriveInFinWait1 } from "./fin_wait_1.ts";

/** The peer's SYN again: with an acknowledgment where both have asked at once, else without. */
function isSameSyn(tcb: TransmissionControlBlock, { sequence, flags }: TcpRepr): boolean {
  return sequence === tcb.irs && (flags & TCP_FLAG_SYN) !== 0 && (flags & TCP_FLAG_RST) === 0;
}

function acknowledgesSyn(tcb: TransmissionControlBlock, segment: TcpRepr): boolean {
  return (segment.flags & TCP_FLAG_ACK) !== 0 &&
    sequenceLess(tcb.iss, segment.acknowledgment) &&
    sequenceLessOrEqual(segment.acknowledgment, tcb.sndMax);
}

/**
 * Lets a segment arrive.
 *
 * @param tcb The connection.
 * @param segment The segment.
 * @param now Milliseconds.
 */
export function arriveInSynReceived(
  tcb: TransmissionControlBlock,
  segment: TcpRepr,
  now: number,
): void {
  if (isSameSyn(tcb, segment)) {
    if (!acknowledgesSyn(tcb, segment)) {
      // The answer was lost.
      tcb.sndNxt = tcb.iss;
      return;
    }
    tcb.duplicate = { left: tcb.irs, right: sequenceAdd(tcb.irs, 1) };
    tcb.setWindow(segment, segment.window);
    establish(tcb, segment, now);
    tcb.ackNow = true;
    return;
  }
  if (!passesChecks(tcb, segment, now)) return;
  if (!acknowledgesSyn(tcb, segment)) {
    const reset = resetFor(segment);
    if (reset !== null) tcb.replies.push(reset);
    return;
  }
  tcb.setWindow(segment, segment.window << tcb.sndScale);
  establish(tcb, segment, now);
  if (tcb.finQueued) arriveInFinWait1(tcb, segment, now);
  else arriveInEstablished(tcb, segment, now);
}
