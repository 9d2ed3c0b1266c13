/**
 * What the data, the urgent pointer and the FIN of a segment do: RFC 9293, section 3.10.7.4, sixth to
 * eighth.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { sequenceAdd, sequenceDifference, sequenceLess } from "../../wire/sequence_number.ts";
import type { TcpRepr } from "../../wire/tcp.ts";
import { TCP_FLAG_FIN, TCP_FLAG_URG } from "../../wire/tcp_flags.ts";
import { queueReset } from "../reset.ts";
import type { TransmissionControlBlock } from "../transmission_control_block.ts";

/** Has what arrived acknowledged: at once after two segments, else soon (MUST-58, SHLD-19). */
function delayAcknowledgment(tcb: TransmissionControlBlock, octets: number, now: number): void {
  tcb.unacknowledgedOctets += octets;
  if (tcb.unacknowledgedOctets >= 2 * tcb.segmentSize) tcb.ackNow = true;
  else {
    tcb.acknowledgeAt = Math.min(
      tcb.acknowledgeAt,
      now + tcb.settings.delayedAcknowledgment,
    );
  }
}

function noteUrgent(tcb: TransmissionControlBlock, segment: TcpRepr): void {
  if ((segment.flags & TCP_FLAG_URG) === 0) return;
  const end = sequenceAdd(segment.sequence, segment.urgentPointer);
  if (!sequenceLess(tcb.rcvUp ?? tcb.rcvNxt, end)) return;
  tcb.rcvUp = end;
  tcb.urgentNews = true;
}

/** Takes the part of the data that is new and fits into the window. */
function takeData(tcb: TransmissionControlBlock, segment: TcpRepr, now: number): void {
  const { sequence, payload } = segment;
  const end = sequenceAdd(sequence, payload.length);
  const known = Math.max(0, sequenceDifference(tcb.rcvNxt, sequence));
  const beyond = Math.max(0, sequenceDifference(end, tcb.rcvEdge));
  if (known > 0) {
    const right = sequenceLess(tcb.rcvNxt, end) ? tcb.rcvNxt : end;
    tcb.duplicate = { left: sequence, right };
    tcb.ackNow = true;
  }
  if (known + beyond >= payload.length) {
    tcb.ackNow = true;
    return;
  }
  const data = known + beyond === 0 ? payload : payload.subarray(known, payload.length - beyond);
  const ahead = Math.max(0, sequenceDifference(sequence, tcb.rcvNxt));
  if (ahead > 0) {
    if (tcb.assembler.insert(ahead, ahead + data.length)) {
      tcb.receiveBuffer.writeAhead(ahead, data);
    }
    tcb.ackNow = true;
    return;
  }
  tcb.receiveBuffer.append(data);
  const hadGaps = !tcb.assembler.isEmpty;
  const joined = hadGaps ? tcb.assembler.advance(data.length) : 0;
  tcb.receiveBuffer.extend(joined);
  tcb.rcvNxt = sequenceAdd(tcb.rcvNxt, data.length + joined);
  // What fills a hole is acknowledged at once: RFC 5681, section 4.2.
  if (hadGaps) tcb.ackNow = true;
  else delayAcknowledgment(tcb, data.length, now);
}

/** Ends the stream once everything before the FIN has arrived. */
function takeFin(tcb: TransmissionControlBlock, segment: TcpRepr): void {
  if ((segment.flags & TCP_FLAG_FIN) !== 0 && tcb.remoteFin === null) {
    tcb.remoteFin = sequenceAdd(segment.sequence, segment.payload.length);
  }
  if (tcb.remoteFin !== tcb.rcvNxt) return;
  tcb.rcvNxt = sequenceAdd(tcb.rcvNxt, 1);
  if (sequenceLess(tcb.rcvEdge, tcb.rcvNxt)) tcb.rcvEdge = tcb.rcvNxt;
  tcb.receiveEnded = true;
  tcb.ackNow = true;
}

/**
 * Takes what a segment carries.
 *
 * @param tcb The connection, in a state in which data may still come.
 * @param segment The segment, whose acknowledgment was taken.
 * @param now Milliseconds.
 * @returns Whether the peer has ended its stream with it.
 */
export function takeText(
  tcb: TransmissionControlBlock,
  segment: TcpRepr,
  now: number,
): boolean {
  const end = sequenceAdd(segment.sequence, segment.payload.length);
  if (tcb.userGone && segment.payload.length > 0 && sequenceLess(tcb.rcvNxt, end)) {
    // Nobody will read it: RFC 9293, section 3.6.1; RFC 2525, section 2.17.
    queueReset(tcb);
    tcb.end(Errno.ECONNRESET);
    return false;
  }
  noteUrgent(tcb, segment);
  if (segment.payload.length > 0) takeData(tcb, segment, now);
  takeFin(tcb, segment);
  return tcb.receiveEnded;
}
