/**
 * A segment arrives in LAST-ACK: RFC 9293, section 3.10.7.4.
 *
 * @module
 */
import type { TcpRepr } from "../../wire/tcp.ts";
import type { TransmissionControlBlock } from "../transmission_control_block.ts";
import { acknowledge } from "./acknowledgment.ts";

/**
 * Lets a segment arrive that has passed the checks.
 *
 * @param tcb The connection.
 * @param segment The segment.
 * @param now Milliseconds.
 */
export function arriveInLastAck(
  tcb: TransmissionControlBlock,
  segment: TcpRepr,
  now: number,
): void {
  if (acknowledge(tcb, segment, now) && tcb.finAcknowledged) tcb.end(0);
}
