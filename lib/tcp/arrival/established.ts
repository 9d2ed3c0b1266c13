/**
 * A segment arrives in ESTABLISHED: RFC 9293, section 3.10.7.4.
 *
 * @module
 */
import type { TcpRepr } from "../../wire/tcp.ts";
import type { TransmissionControlBlock } from "../transmission_control_block.ts";
import { acknowledge } from "./acknowledgment.ts";
import { takeText } from "./text.ts";

/**
 * Lets a segment arrive that has passed the checks.
 *
 * @param tcb The connection.
 * @param segment The segment.
 * @param now Milliseconds.
 */
export function arriveInEstablished(
  tcb: TransmissionControlBlock,
  segment: TcpRepr,
  now: number,
): void {
  if (!acknowledge(tcb, segment, now)) return;
  if (takeText(tcb, segment, now)) tcb.state = "CLOSE-WAIT";
}
