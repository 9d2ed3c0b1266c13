/**
 * A segment arrives in TIME-WAIT: RFC 9293, section 3.10.7.4.
 *
 * @module
 */
import type { TcpRepr } from "../../wire/tcp.ts";
import { TCP_FLAG_FIN } from "../../wire/tcp_flags.ts";
import { startTimeWait } from "../time_wait.ts";
import type { TransmissionControlBlock } from "../transmission_control_block.ts";

/**
 * Lets a segment arrive that has passed the checks. The peer's FIN, sent again, means that it has not
 * seen its acknowledgment; the wait begins anew.
 *
 * @param tcb The connection.
 * @param segment The segment.
 * @param now Milliseconds.
 */
export function arriveInTimeWait(
  tcb: TransmissionControlBlock,
  segment: TcpRepr,
  now: number,
): void {
  if ((segment.flags & TCP_FLAG_FIN) === 0) return;
  tcb.ackNow = true;
  startTimeWait(tcb, now);
}
