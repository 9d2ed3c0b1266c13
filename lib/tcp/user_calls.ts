/**
 * What the user of a connection asks of it: RFC 9293, sections 3.10.2 to 3.10.5.
 *
 * @module
 */
import { Errno } from "../linux/errno.ts";
import { sequenceAdd, sequenceLessOrEqual } from "../wire/sequence_number.ts";
import { queueReset } from "./reset.ts";
import { waitForPeer } from "./time_wait.ts";
import type { TransmissionControlBlock } from "./transmission_control_block.ts";
import { afterRead } from "./transmit.ts";

/**
 * SEND: queues data. Before the connection is established it waits.
 *
 * @param tcb The connection.
 * @param bytes The data.
 * @param urgent Whether the peer is to be told that it is urgent up to its end (MUST-62).
 * @returns How many octets were taken, 0 if there is no room; −EPIPE if nothing more can be sent.
 */
export function sendData(
  tcb: TransmissionControlBlock,
  bytes: Uint8Array,
  urgent: boolean,
): number {
  if (tcb.finQueued || tcb.state === "CLOSED") return -Errno.EPIPE;
  const taken = tcb.sendBuffer.append(bytes);
  if (urgent && taken > 0) tcb.sndUp = tcb.dataEnd;
  return taken;
}

/**
 * RECEIVE: takes data that has arrived.
 *
 * @param tcb The connection.
 * @param target Receives it.
 * @returns How many octets, 0 if there are none.
 */
export function receiveData(tcb: TransmissionControlBlock, target: Uint8Array): number {
  const count = tcb.receiveBuffer.peek(0, target);
  discardReceived(tcb, count);
  return count;
}

/**
 * Drops data that has arrived, as if it had been read.
 *
 * @param tcb The connection.
 * @param count How many octets; the caller knows that they are there.
 */
export function discardReceived(tcb: TransmissionControlBlock, count: number): void {
  if (count === 0) return;
  tcb.receiveBuffer.discard(count);
  const unread = sequenceAdd(tcb.rcvNxt, -tcb.receiveBuffer.length);
  if (tcb.rcvUp !== null && sequenceLessOrEqual(tcb.rcvUp, unread)) tcb.rcvUp = null;
  afterRead(tcb);
}

/**
 * CLOSE: nothing more will be sent; what is queued still is, and the peer may go on.
 *
 * @param tcb The connection.
 */
export function finish(tcb: TransmissionControlBlock): void {
  if (tcb.finQueued) return;
  switch (tcb.state) {
    case "SYN-SENT":
      return tcb.end(0);
    case "SYN-RECEIVED":
      break;
    case "ESTABLISHED":
      tcb.state = "FIN-WAIT-1";
      break;
    case "CLOSE-WAIT":
      tcb.state = "LAST-ACK";
      break;
    default:
      return;
  }
  tcb.finQueued = true;
}

/**
 * Leaves the connection to end by itself: nobody will read from it or write to it any more. Data
 * that was not read is lost, and the peer is told so by a reset (RFC 2525, section 2.17).
 *
 * @param tcb The connection.
 * @param now Milliseconds.
 */
export function leave(tcb: TransmissionControlBlock, now: number): void {
  tcb.userGone = true;
  if (tcb.receiveBuffer.length > 0 && tcb.state !== "TIME-WAIT") return abort(tcb);
  finish(tcb);
  waitForPeer(tcb, now);
}

/**
 * ABORT: ends the connection at once; the peer is told where it knows of it.
 *
 * @param tcb The connection.
 */
export function abort(tcb: TransmissionControlBlock): void {
  switch (tcb.state) {
    case "CLOSED":
      return;
    case "SYN-RECEIVED":
    case "ESTABLISHED":
    case "FIN-WAIT-1":
    case "FIN-WAIT-2":
    case "CLOSE-WAIT":
      queueReset(tcb);
      break;
    default:
  }
  tcb.end(0);
}
