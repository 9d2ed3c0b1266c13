/**
 * The window that the peer is told: RFC 9293, section 3.8.6.2.2; RFC 7323, section 2.
 *
 * @module
 */
import { sequenceAdd } from "../wire/sequence_number.ts";
import type { TransmissionControlBlock } from "./transmission_control_block.ts";

const LARGEST_FIELD = 0xffff;

/**
 * Returns whether the window has grown by enough to be worth telling: half of the buffer or a whole
 * segment (MUST-39).
 *
 * @param tcb The connection.
 */
export function isWindowUpdateDue(tcb: TransmissionControlBlock): boolean {
  const step = Math.min(tcb.settings.receiveBuffer >> 1, tcb.offeredSegmentSize);
  return tcb.receiveRoom - tcb.rcvWnd >= step;
}

/**
 * Chooses the window of a segment that is about to be sent. Its right edge never moves back
 * (SHLD-14).
 *
 * @param tcb The connection, not before the peer's SYN.
 * @returns The header field, shifted.
 */
export function advertiseWindow(tcb: TransmissionControlBlock): number {
  const { rcvScale } = tcb;
  const grown = isWindowUpdateDue(tcb);
  const field = grown
    ? Math.min(tcb.receiveRoom >> rcvScale, LARGEST_FIELD)
    : Math.ceil(tcb.rcvWnd / 2 ** rcvScale);
  const edge = Math.max(field * 2 ** rcvScale, tcb.rcvWnd);
  tcb.rcvEdge = sequenceAdd(tcb.rcvNxt, edge);
  return Math.min(field, LARGEST_FIELD);
}
