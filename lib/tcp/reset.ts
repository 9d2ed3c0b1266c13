/**
 * Resets: RFC 9293, section 3.5.2.
 *
 * @module
 */
import { sequenceAdd } from "../wire/sequence_number.ts";
import { type TcpRepr, tcpSequenceLength } from "../wire/tcp.ts";
import { TCP_FLAG_ACK, TCP_FLAG_RST } from "../wire/tcp_flags.ts";
import { NO_TCP_OPTIONS } from "../wire/tcp_options.ts";
import type { TransmissionControlBlock } from "./transmission_control_block.ts";

const NO_PAYLOAD = new Uint8Array();

/**
 * Answers a segment that belongs to no connection.
 *
 * @param segment The segment.
 * @returns The reset; null if the segment is one itself.
 */
export function resetFor(segment: TcpRepr): TcpRepr | null {
  if ((segment.flags & TCP_FLAG_RST) !== 0) return null;
  const acknowledges = (segment.flags & TCP_FLAG_ACK) !== 0;
  const next = sequenceAdd(segment.sequence, tcpSequenceLength(segment));
  return {
    sourcePort: segment.destinationPort,
    destinationPort: segment.sourcePort,
    sequence: acknowledges ? segment.acknowledgment : 0,
    acknowledgment: acknowledges ? 0 : next,
    flags: acknowledges ? TCP_FLAG_RST : TCP_FLAG_RST | TCP_FLAG_ACK,
    window: 0,
    urgentPointer: 0,
    options: NO_TCP_OPTIONS,
    payload: NO_PAYLOAD,
  };
}

/**
 * Has a connection tell its peer that it ends at once: RFC 9293, section 3.10.5.
 *
 * @param tcb The connection, in a state in which the peer knows of it.
 */
export function queueReset(tcb: TransmissionControlBlock): void {
  tcb.replies.push({
    sourcePort: tcb.localPort,
    destinationPort: tcb.remotePort,
    sequence: tcb.acceptableSequence,
    acknowledgment: tcb.rcvNxt,
    flags: TCP_FLAG_RST | TCP_FLAG_ACK,
    window: 0,
    urgentPointer: 0,
    options: NO_TCP_OPTIONS,
    payload: NO_PAYLOAD,
  });
}
