/**
 * The waits at the end of a connection: RFC 9293, section 3.6.
 *
 * @module
 */
import type { TransmissionControlBlock } from "./transmission_control_block.ts";

/**
 * Moves to TIME-WAIT, or begins its wait anew: twice as long as a segment may live (MUST-13).
 *
 * @param tcb The connection, all of whose data is acknowledged.
 * @param now Milliseconds.
 */
export function startTimeWait(tcb: TransmissionControlBlock, now: number): void {
  tcb.state = "TIME-WAIT";
  tcb.retransmitAt = Infinity;
  tcb.reorderAt = Infinity;
  tcb.tailProbe.at = Infinity;
  tcb.persistAt = Infinity;
  tcb.keepAliveAt = Infinity;
  // What waits is many: all was acknowledged, and nothing more will come.
  tcb.sendBuffer.clear();
  if (tcb.receiveBuffer.length === 0) tcb.receiveBuffer.clear();
  tcb.closeAt = now + 2 * tcb.settings.maximumSegmentLifetime;
}

/**
 * Bounds the wait in FIN-WAIT-2 for a peer that does not end, where no user is left to read what it
 * sends.
 *
 * @param tcb The connection.
 * @param now Milliseconds.
 */
export function waitForPeer(tcb: TransmissionControlBlock, now: number): void {
  if (tcb.userGone && tcb.state === "FIN-WAIT-2") tcb.closeAt = now + tcb.settings.finTimeout;
}
