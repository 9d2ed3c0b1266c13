/**
 * A segment arrives in SYN-SENT: RFC 9293, section 3.10.7.3.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { sequenceLess, sequenceLessOrEqual } from "../../wire/sequence_number.ts";
import type { TcpRepr } from "../../wire/tcp.ts";
import { TCP_FLAG_ACK, TCP_FLAG_RST, TCP_FLAG_SYN } from "../../wire/tcp_flags.ts";
import { establish } from "../establish.ts";
import { resetFor } from "../reset.ts";
import type { TransmissionControlBlock } from "../transmission_control_block.ts";

/** Whether a segment acknowledges the SYN that was sent and nothing else. */
function acknowledgesSyn(tcb: TransmissionControlBlock, { acknowledgment }: TcpRepr): boolean {
  return sequenceLess(tcb.iss, acknowledgment) && sequenceLessOrEqual(acknowledgment, tcb.sndMax);
}

/**
 * Lets a segment arrive. Data and FIN of a SYN are left to the peer to send again.
 *
 * @param tcb The connection.
 * @param segment The segment.
 * @param now Milliseconds.
 */
export function arriveInSynSent(
  tcb: TransmissionControlBlock,
  segment: TcpRepr,
  now: number,
): void {
  const { flags } = segment;
  const acknowledges = (flags & TCP_FLAG_ACK) !== 0;
  if (acknowledges && !acknowledgesSyn(tcb, segment)) {
    const reset = resetFor(segment);
    if (reset !== null) tcb.replies.push(reset);
    return;
  }
  if ((flags & TCP_FLAG_RST) !== 0) {
    if (acknowledges) tcb.end(Errno.ECONNREFUSED);
    return;
  }
  if ((flags & TCP_FLAG_SYN) === 0) return;
  tcb.synchronize(segment, now);
  if (acknowledges) {
    establish(tcb, segment, now);
    tcb.ackNow = true;
    return;
  }
  // Both have asked at once: the SYN is sent again, this time with an acknowledgment (MUST-10).
  tcb.state = "SYN-RECEIVED";
  tcb.sndNxt = tcb.iss;
  tcb.retransmitAt = Infinity;
}
