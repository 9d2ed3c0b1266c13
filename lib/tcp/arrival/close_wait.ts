/**
 * A segment arrives in CLOSE-WAIT: RFC 9293, section 3.10.7.4. No data can follow the peer's FIN.
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
export function arriveInCloseWait(
  tcb: TransmissionControlBlock,
  segment: TcpRepr,
  now: number,
): void {
  acknowledge(tcb, segment, now);
}
