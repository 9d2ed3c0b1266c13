/**
 * A segment arrives: RFC 9293, section 3.10.7, one function for each state.
 *
 * @module
 */
import { sequenceAdd } from "../../wire/sequence_number.ts";
import type { TcpRepr } from "../../wire/tcp.ts";
import { TCP_FLAG_FIN, TCP_FLAG_RST, TCP_FLAG_SYN } from "../../wire/tcp_flags.ts";
import type { TcpState } from "../state.ts";
import { noteArrival } from "../timers.ts";
import type { TransmissionControlBlock } from "../transmission_control_block.ts";
import { passesChecks } from "./checks.ts";
import { arriveInCloseWait } from "./close_wait.ts";
import { arriveInClosing } from "./closing.ts";
import { arriveInEstablished } from "./established.ts";
import { arriveInFinWait1 } from "./fin_wait_1.ts";
import { arriveInFinWait2 } from "./fin_wait_2.ts";
import { arriveInLastAck } from "./last_ack.ts";
import { arriveInSynReceived } from "./syn_received.ts";
import { arriveInSynSent } from "./syn_sent.ts";
import { arriveInTimeWait } from "./time_wait.ts";

type Arrival = (tcb: TransmissionControlBlock, segment: TcpRepr, now: number) => void;

/** The states in which a segment has to pass the checks first. */
const SYNCHRONIZED: Readonly<Partial<Record<TcpState, Arrival>>> = {
  "ESTABLISHED": arriveInEstablished,
  "FIN-WAIT-1": arriveInFinWait1,
  "FIN-WAIT-2": arriveInFinWait2,
  "CLOSE-WAIT": arriveInCloseWait,
  "CLOSING": arriveInClosing,
  "LAST-ACK": arriveInLastAck,
  "TIME-WAIT": arriveInTimeWait,
};

/** A FIN that comes again in TIME-WAIT lies before the window and has to be answered all the same. */
function isRepeatedFin(tcb: TransmissionControlBlock, segment: TcpRepr): boolean {
  return tcb.state === "TIME-WAIT" &&
    (segment.flags & (TCP_FLAG_FIN | TCP_FLAG_RST | TCP_FLAG_SYN)) === TCP_FLAG_FIN &&
    tcb.remoteFin === sequenceAdd(segment.sequence, segment.payload.length);
}

/**
 * Lets a segment arrive at a connection. What is to be answered comes out of `nextSegment`.
 *
 * @param tcb The connection.
 * @param segment The segment, for its ports, with a checksum that was found right.
 * @param now Milliseconds.
 */
export function segmentArrives(
  tcb: TransmissionControlBlock,
  segment: TcpRepr,
  now: number,
): void {
  if (tcb.state === "SYN-SENT") return arriveInSynSent(tcb, segment, now);
  if (tcb.state === "SYN-RECEIVED") return arriveInSynReceived(tcb, segment, now);
  const arrive = SYNCHRONIZED[tcb.state];
  if (arrive === undefined) return;
  if (!isRepeatedFin(tcb, segment) && !passesChecks(tcb, segment, now)) return;
  noteArrival(tcb, now);
  arrive(tcb, segment, now);
}
