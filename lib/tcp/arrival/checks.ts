/**
 * What every segment for a connection that knows its peer's sequence number has to pass: RFC 9293,
 * section 3.10.7.4, first to fifth; RFC 5961; RFC 7323, section 5 (PAWS).
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import {
  sequenceAdd,
  sequenceDifference,
  sequenceInWindow,
  sequenceLess,
  sequenceLessOrEqual,
} from "../../wire/sequence_number.ts";
import { type TcpRepr, tcpSequenceLength } from "../../wire/tcp.ts";
import { TCP_FLAG_ACK, TCP_FLAG_RST, TCP_FLAG_SYN } from "../../wire/tcp_flags.ts";
import type { TransmissionControlBlock } from "../transmission_control_block.ts";

/** Milliseconds between acknowledgments of segments that carry nothing and should not have come. */
const CHALLENGE_INTERVAL = 500;

/** After 24 days a peer's clock may have wrapped: RFC 7323, section 5.5. */
const TIMESTAMP_LIFETIME = 24 * 24 * 3_600_000;

/**
 * Answers a segment that should not have come with an acknowledgment, so that a peer that is wrong
 * about the connection finds out (RFC 5961, section 7: not too often).
 *
 * @param tcb The connection.
 * @param segment The segment.
 * @param now Milliseconds.
 */
export function challenge(tcb: TransmissionControlBlock, segment: TcpRepr, now: number): void {
  if (segment.payload.length === 0 && now - tcb.challengedAt < CHALLENGE_INTERVAL) return;
  tcb.challengedAt = now;
  tcb.ackNow = true;
}

/** The four cases of RFC 9293, section 3.4, table 6. */
function isAcceptable(tcb: TransmissionControlBlock, segment: TcpRepr): boolean {
  const length = tcpSequenceLength(segment);
  const window = tcb.rcvWnd;
  if (length === 0) {
    return window === 0
      ? segment.sequence === tcb.rcvNxt
      : sequenceInWindow(segment.sequence, tcb.rcvNxt, window);
  }
  if (window === 0) return false;
  return sequenceInWindow(segment.sequence, tcb.rcvNxt, window) ||
    sequenceInWindow(sequenceAdd(segment.sequence, length - 1), tcb.rcvNxt, window);
}

/** A segment that a full buffer turns away still brings its ACK, URG and RST (MUST-66). */
function isAtClosedWindow(tcb: TransmissionControlBlock, segment: TcpRepr): boolean {
  return tcb.rcvWnd === 0 && segment.sequence === tcb.rcvNxt;
}

function isOldDuplicate(tcb: TransmissionControlBlock, segment: TcpRepr, now: number): boolean {
  const { timestamps } = segment.options;
  if (!tcb.timestampsAgreed || timestamps === null) return false;
  return sequenceLess(timestamps.value, tcb.tsRecent) &&
    now - tcb.tsRecentAt < TIMESTAMP_LIFETIME;
}

/** Notes what a segment that is not acceptable said twice (RFC 2883), and answers it. */
function refuse(tcb: TransmissionControlBlock, segment: TcpRepr, now: number): void {
  const right = sequenceAdd(segment.sequence, tcpSequenceLength(segment));
  if (sequenceLess(segment.sequence, tcb.rcvNxt) && right !== segment.sequence) {
    const end = sequenceLess(tcb.rcvNxt, right) ? tcb.rcvNxt : right;
    tcb.duplicate = { left: segment.sequence, right: end };
  }
  challenge(tcb, segment, now);
}

/** What a reset does in each state: RFC 9293, section 3.10.7.4, second. */
function reset(tcb: TransmissionControlBlock): void {
  switch (tcb.state) {
    case "SYN-RECEIVED":
      return tcb.end(tcb.passive ? Errno.ECONNRESET : Errno.ECONNREFUSED);
    case "CLOSE-WAIT":
      return tcb.end(Errno.EPIPE);
    case "CLOSING":
    case "LAST-ACK":
    case "TIME-WAIT":
      return tcb.end(0);
    default:
      return tcb.end(Errno.ECONNRESET);
  }
}

/** Takes the peer's clock from a segment that continues what was acknowledged. */
function updateTimestamp(tcb: TransmissionControlBlock, segment: TcpRepr, now: number): void {
  const { timestamps } = segment.options;
  if (!tcb.timestampsAgreed || timestamps === null) return;
  if (!sequenceLessOrEqual(segment.sequence, tcb.lastAckSent)) return;
  if (sequenceDifference(timestamps.value, tcb.tsRecent) < 0) return;
  tcb.rememberTimestamp(timestamps, now);
}

/**
 * Checks sequence number, timestamp, RST, SYN and ACK.
 *
 * @param tcb The connection, in SYN-RECEIVED or later.
 * @param segment The segment.
 * @param now Milliseconds.
 * @returns Whether the segment goes on to its state; false if it was dealt with or dropped.
 */
export function passesChecks(
  tcb: TransmissionControlBlock,
  segment: TcpRepr,
  now: number,
): boolean {
  const { flags } = segment;
  const isReset = (flags & TCP_FLAG_RST) !== 0;
  if (!isReset && isOldDuplicate(tcb, segment, now)) {
    refuse(tcb, segment, now);
    return false;
  }
  if (!isAcceptable(tcb, segment) && !isAtClosedWindow(tcb, segment)) {
    if (!isReset) refuse(tcb, segment, now);
    return false;
  }
  if (isReset) {
    // Only the very next octet proves that the sender knows the connection.
    if (segment.sequence === tcb.rcvNxt) reset(tcb);
    else challenge(tcb, segment, now);
    return false;
  }
  if ((flags & TCP_FLAG_SYN) !== 0) {
    // A passive open goes back to LISTEN, whose listener never left it.
    if (tcb.state === "SYN-RECEIVED" && tcb.passive) tcb.end(Errno.ECONNRESET);
    else challenge(tcb, segment, now);
    return false;
  }
  if ((flags & TCP_FLAG_ACK) === 0) return false;
  updateTimestamp(tcb, segment, now);
  return true;
}
