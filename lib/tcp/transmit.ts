/**
 * Which segment a connection sends next: RFC 9293, sections 3.8 and 3.10.2; RFC 5681; RFC 6675; RFC 8985.
 *
 * @module
 */
import { sequenceAdd, sequenceDifference, sequenceLess } from "../wire/sequence_number.ts";
import type { TcpRepr } from "../wire/tcp.ts";
import { TCP_FLAG_FIN, TCP_FLAG_PSH, TCP_FLAG_URG } from "../wire/tcp_flags.ts";
import { congestionLimit, octetsOnTheWay } from "./recovery.ts";
import { isWindowUpdateDue } from "./receive_window.ts";
import { makeAck, makeSegment, makeSyn, payloadLimit } from "./segment.ts";
import { noteTailProbe, scheduleTailProbe } from "./tail_loss_probe.ts";
import { restartRetransmissionTimer, startPersistTimer } from "./timers.ts";
import type { SentSegment } from "./sent_segments.ts";
import type { TransmissionControlBlock } from "./transmission_control_block.ts";

const LARGEST_URGENT_POINTER = 0xffff;

/** A run of sequence numbers to be sent. */
interface Run {
  readonly sequence: number;
  /** Octets of data. */
  readonly size: number;
  /** Whether a FIN follows them. */
  readonly fin: boolean;
}

function sendsData({ state }: TransmissionControlBlock): boolean {
  switch (state) {
    case "ESTABLISHED":
    case "CLOSE-WAIT":
    case "FIN-WAIT-1":
    case "CLOSING":
    case "LAST-ACK":
      return true;
    default:
      return false;
  }
}

/** Makes a segment of a run of sequence numbers and starts the timers that it needs. */
function send(tcb: TransmissionControlBlock, run: Run, now: number): TcpRepr {
  const { sequence, size, fin } = run;
  const end = sequenceAdd(sequence, size + (fin ? 1 : 0));
  const offset = sequenceDifference(sequence, tcb.dataStart);
  const isLast = size > 0 && sequenceAdd(sequence, size) === tcb.dataEnd;
  const urgent = tcb.sndUp === null ? 0 : sequenceDifference(tcb.sndUp, sequence);
  const flags = (fin ? TCP_FLAG_FIN : 0) | (isLast ? TCP_FLAG_PSH : 0) |
    (urgent > 0 ? TCP_FLAG_URG : 0);
  const segment = makeSegment(tcb, {
    sequence,
    flags,
    payload: tcb.sendBuffer.slice(offset, size),
    urgentPointer: Math.max(0, Math.min(urgent, LARGEST_URGENT_POINTER)),
  }, now);
  if (tcb.inFlight === 0) tcb.unacknowledgedSince = now;
  if (tcb.timedSequence === null && !sequenceLess(sequence, tcb.sndMax)) {
    tcb.timedSequence = end;
    tcb.timedAt = now;
  }
  if (tcb.sackAgreed && end !== sequence) {
    tcb.sent.record(sequence, end, now, sequenceLess(sequence, tcb.sndMax));
  }
  tcb.sentAt = now;
  if (tcb.retransmitAt === Infinity) restartRetransmissionTimer(tcb, now);
  return segment;
}

/** The segment that begins at a sequence number, as long as the run from there allows. */
function runAt(tcb: TransmissionControlBlock, sequence: number, limit: number): Run {
  const left = Math.max(0, sequenceDifference(tcb.dataEnd, sequence));
  const size = Math.min(left, limit, payloadLimit(tcb));
  return { sequence, size, fin: tcb.finQueued && size === left && size < limit };
}

/** Sends the first segment that is not acknowledged again. */
function repeatFirst(tcb: TransmissionControlBlock, now: number): TcpRepr {
  tcb.retransmitFirst = false;
  tcb.timedSequence = null;
  const run = runAt(tcb, tcb.sndUna, tcb.inFlight);
  restartRetransmissionTimer(tcb, now);
  return send(tcb, run, now);
}

/** Sends a segment again. */
function repeat(
  tcb: TransmissionControlBlock,
  { left, right }: SentSegment,
  now: number,
): TcpRepr {
  tcb.timedSequence = null;
  if (left === tcb.sndUna) restartRetransmissionTimer(tcb, now);
  return send(tcb, runAt(tcb, left, sequenceDifference(right, left)), now);
}

/** Sends the tail loss probe: new data if there is any that fits, else the last segment again. */
function probeTail(tcb: TransmissionControlBlock, byPeer: number, now: number): TcpRepr | null {
  tcb.tailProbe.due = false;
  const { last } = tcb.sent;
  if (last === undefined || tcb.inFlight === 0) return null;
  const run = runAt(tcb, tcb.sndNxt, Math.max(0, byPeer));
  const isNew = run.size > 0 || run.fin;
  restartRetransmissionTimer(tcb, now);
  const segment = isNew ? send(tcb, run, now) : repeat(tcb, last, now);
  if (isNew) tcb.advance(sequenceAdd(run.sequence, run.size + (run.fin ? 1 : 0)));
  noteTailProbe(tcb, !isNew);
  return segment;
}

/** Asks for a window with an octet that does not fit into it (MUST-36), or with the FIN. */
function probeWindow(tcb: TransmissionControlBlock, now: number): TcpRepr {
  const segment = send(tcb, runAt(tcb, tcb.sndUna, 1), now);
  tcb.retransmitAt = Infinity;
  tcb.timedSequence = null;
  // SND.NXT stays: the octet counts as sent, but is sent again with those that follow it.
  if (tcb.inFlight === 0) tcb.sndMax = sequenceAdd(tcb.sndUna, 1);
  return segment;
}

/** Whether a run may go out now: silly window avoidance (MUST-38) and Nagle's algorithm. */
function isWorthSending(tcb: TransmissionControlBlock, { size, fin }: Run, all: boolean): boolean {
  if (size >= payloadLimit(tcb) || fin) return true;
  if (tcb.settings.cork) return false;
  if (all && (tcb.settings.noDelay || tcb.sndNxt === tcb.sndUna)) return true;
  return size > 0 && size * 2 >= tcb.sndWndMaximum;
}

function nextData(tcb: TransmissionControlBlock, now: number): TcpRepr | null {
  const forced = tcb.probeDue;
  tcb.probeDue = false;
  const left = sequenceDifference(tcb.dataEnd, tcb.sndNxt);
  const pending = left > 0 || (tcb.finQueued && left === 0);
  if (tcb.retransmitFirst && tcb.inFlight > 0 && !tcb.sackAgreed) return repeatFirst(tcb, now);
  const onTheWay = sequenceDifference(tcb.sndNxt, tcb.sndUna);
  const byPeer = tcb.sndWnd - onTheWay;
  let byCongestion = congestionLimit(tcb) - onTheWay;
  if (tcb.sackAgreed) {
    byCongestion = tcb.congestion.window - octetsOnTheWay(tcb);
    const isFull = byCongestion < tcb.segmentSize;
    const lost = tcb.sent.firstLost;
    if (lost !== undefined) {
      if (isFull && !tcb.retransmitFirst) return null;
      tcb.retransmitFirst = false;
      return repeat(tcb, lost, now);
    }
    if (tcb.tailProbe.due) return probeTail(tcb, byPeer, now);
    if (isFull && tcb.recoveryPoint !== null) return null;
  }
  if (!pending) return null;
  if (tcb.inFlight === 0 && now - tcb.sentAt > tcb.rtt.timeout) tcb.congestion.restart();
  const run = runAt(tcb, tcb.sndNxt, Math.max(0, Math.min(byPeer, byCongestion)));
  const again = sequenceLess(tcb.sndNxt, tcb.sndMax);
  const nothing = run.size === 0 && !run.fin;
  if (nothing || !(again || forced || isWorthSending(tcb, run, run.size === left))) {
    if (onTheWay > 0) return null;
    if (forced && nothing) return probeWindow(tcb, now);
    startPersistTimer(tcb, now);
    return null;
  }
  tcb.persistAt = Infinity;
  const segment = send(tcb, run, now);
  tcb.advance(sequenceAdd(run.sequence, run.size + (run.fin ? 1 : 0)));
  if (tcb.sackAgreed) scheduleTailProbe(tcb, now);
  return segment;
}

function nextSyn(tcb: TransmissionControlBlock, now: number): TcpRepr | null {
  if (tcb.sndNxt !== tcb.iss) return null;
  const segment = makeSyn(tcb, now);
  const end = sequenceAdd(tcb.iss, 1);
  if (tcb.sndMax === tcb.iss) {
    tcb.timedSequence = end;
    tcb.timedAt = now;
  } else {
    tcb.timedSequence = null;
  }
  tcb.advance(end);
  if (tcb.retransmitAt === Infinity) restartRetransmissionTimer(tcb, now);
  return segment;
}

/**
 * Returns the next segment that is due. It is called until nothing is.
 *
 * @param tcb The connection.
 * @param now Milliseconds.
 * @returns The segment; its payload is right until the connection is touched again. Null if nothing
 * is to be sent now.
 */
export function nextSegment(tcb: TransmissionControlBlock, now: number): TcpRepr | null {
  const reply = tcb.replies.shift();
  if (reply !== undefined) return reply;
  switch (tcb.state) {
    case "CLOSED":
    case "LISTEN":
      return null;
    case "SYN-SENT":
    case "SYN-RECEIVED": {
      const syn = nextSyn(tcb, now);
      if (syn !== null || tcb.state === "SYN-SENT") return syn;
      break;
    }
    default:
  }
  const data = sendsData(tcb) ? nextData(tcb, now) : null;
  if (data !== null) return data;
  if (tcb.keepAliveDue) {
    tcb.keepAliveDue = false;
    return makeAck(tcb, sequenceAdd(tcb.sndUna, -1), now);
  }
  return tcb.ackNow ? makeAck(tcb, tcb.acceptableSequence, now) : null;
}

/**
 * Notes that the user has read: the peer may have to be told that there is room again.
 *
 * @param tcb The connection.
 */
export function afterRead(tcb: TransmissionControlBlock): void {
  if (!tcb.receiveEnded && tcb.synAcknowledged && isWindowUpdateDue(tcb)) tcb.ackNow = true;
}
