/**
 * Begins the transfer of data: both sides know each other's sequence numbers.
 *
 * @module
 */
import { sequenceDifference } from "../wire/sequence_number.ts";
import type { TcpRepr } from "../wire/tcp.ts";
import { noteArrival } from "./timers.ts";
import type { TransmissionControlBlock } from "./transmission_control_block.ts";

/**
 * Moves to ESTABLISHED, and on to FIN-WAIT-1 if the user has closed meanwhile.
 *
 * @param tcb The connection, in SYN-SENT or SYN-RECEIVED.
 * @param segment The segment that acknowledges the SYN.
 * @param now Milliseconds.
 */
export function establish(tcb: TransmissionControlBlock, segment: TcpRepr, now: number): void {
  const { timestamps } = segment.options;
  if (tcb.timestampsAgreed && timestamps !== null && timestamps.echo !== 0) {
    const time = sequenceDifference(tcb.timestamp(now), timestamps.echo);
    if (time >= 0) tcb.rtt.sample(time);
  } else if (!tcb.synRepeated) tcb.rtt.sample(now - tcb.timedAt);
  if (tcb.synRepeated) tcb.rtt.startAfterLostSyn();
  tcb.state = tcb.finQueued ? "FIN-WAIT-1" : "ESTABLISHED";
  tcb.synAcknowledged = true;
  tcb.sndUna = segment.acknowledgment;
  tcb.sndNxt = segment.acknowledgment;
  tcb.recover = segment.acknowledgment;
  tcb.timeouts = 0;
  tcb.softError = 0;
  tcb.timedSequence = null;
  tcb.retransmitAt = Infinity;
  tcb.congestion.start(tcb.segmentSize, tcb.synRepeated);
  noteArrival(tcb, now);
}
