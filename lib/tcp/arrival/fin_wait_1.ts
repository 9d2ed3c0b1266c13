/**
 * A segment arrives in FIN-WAIT-1: RFC 9293, section 3.10.7.4.
 *
 * @module
 */
import type { TcpRepr } from "../../wire/tcp.ts";
import { startTimeWait, waitForPeer } from "../time_wait.ts";
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
export function arriveInFinWait1(
  tcb: TransmissionControlBlock,
  segment: TcpRepr,
  now: number,
): void {
  if (!acknowledge(tcb, segment, now)) return;
  if (tcb.finAcknowledged) {
    tcb.state = "FIN-WAIT-2";
    waitForPeer(tcb, now);
  }
  if (!takeText(tcb, segment, now)) return;
  if (tcb.finAcknowledged) startTimeWait(tcb, now);
  else tcb.state = "CLOSING";
}
