/**
 * Makes the segments that a connection sends.
 *
 * @module
 */
import { sequenceAdd } from "../wire/sequence_number.ts";
import type { TcpRepr } from "../wire/tcp.ts";
import { TCP_FLAG_ACK, TCP_FLAG_SYN } from "../wire/tcp_flags.ts";
import { NO_TCP_OPTIONS, type SackBlock, type TcpOptions } from "../wire/tcp_options.ts";
import { advertiseWindow } from "./receive_window.ts";
import type { TransmissionControlBlock } from "./transmission_control_block.ts";

const NO_PAYLOAD = new Uint8Array();
const NO_BLOCKS: readonly SackBlock[] = [];

/** Blocks that fit beside timestamps, and without. */
const BLOCKS_BESIDE_TIMESTAMPS = 3;
const BLOCKS_ALONE = 4;

function blockCount(tcb: TransmissionControlBlock): number {
  if (!tcb.sackAgreed) return 0;
  const wanted = tcb.assembler.spans.length + (tcb.duplicate === null ? 0 : 1);
  return Math.min(wanted, tcb.timestampsAgreed ? BLOCKS_BESIDE_TIMESTAMPS : BLOCKS_ALONE);
}

/** What arrived twice comes first, then what arrived out of order, the latest first. */
function sackBlocks(tcb: TransmissionControlBlock): readonly SackBlock[] {
  const count = blockCount(tcb);
  if (count === 0) return NO_BLOCKS;
  const blocks = tcb.assembler.spans.map(({ start, end }) => ({
    left: sequenceAdd(tcb.rcvNxt, start),
    right: sequenceAdd(tcb.rcvNxt, end),
  }));
  if (tcb.duplicate !== null) blocks.unshift(tcb.duplicate);
  return blocks.slice(0, count);
}

/**
 * Returns the most data that the next segment carries beside its options.
 *
 * @param tcb The connection.
 */
export function payloadLimit(tcb: TransmissionControlBlock): number {
  const blocks = blockCount(tcb);
  return tcb.segmentSize - (blocks === 0 ? 0 : 4 + 8 * blocks);
}

/** What a segment is to say beside what the connection knows. */
export interface SegmentParts {
  /** Sequence number of the first octet. */
  readonly sequence: number;
  /** Control bits beside ACK. */
  readonly flags: number;
  /** The data. */
  readonly payload: Uint8Array;
  /** Where urgent data ends, from the sequence number; 0 for none. */
  readonly urgentPointer: number;
}

/**
 * Makes a segment that acknowledges what has arrived, which settles every acknowledgment that was
 * due.
 *
 * @param tcb The connection, in a state in which it knows the peer's sequence number.
 * @param parts What it is to say.
 * @param now Milliseconds.
 */
export function makeSegment(
  tcb: TransmissionControlBlock,
  parts: SegmentParts,
  now: number,
): TcpRepr {
  const timestamps = tcb.timestampsAgreed
    ? { value: tcb.timestamp(now), echo: tcb.tsRecent }
    : null;
  const blocks = sackBlocks(tcb);
  const options = timestamps === null && blocks.length === 0
    ? NO_TCP_OPTIONS
    : { ...NO_TCP_OPTIONS, timestamps, sackBlocks: blocks };
  tcb.ackNow = false;
  tcb.acknowledgeAt = Infinity;
  tcb.unacknowledgedOctets = 0;
  tcb.duplicate = null;
  tcb.lastAckSent = tcb.rcvNxt;
  return {
    sourcePort: tcb.localPort,
    destinationPort: tcb.remotePort,
    sequence: parts.sequence,
    acknowledgment: tcb.rcvNxt,
    flags: parts.flags | TCP_FLAG_ACK,
    window: advertiseWindow(tcb),
    urgentPointer: parts.urgentPointer,
    options,
    payload: parts.payload,
  };
}

/**
 * Makes a bare acknowledgment.
 *
 * @param tcb The connection.
 * @param sequence Its sequence number: SND.NXT, or one before it to make the peer answer.
 * @param now Milliseconds.
 */
export function makeAck(tcb: TransmissionControlBlock, sequence: number, now: number): TcpRepr {
  return makeSegment(tcb, { sequence, flags: 0, payload: NO_PAYLOAD, urgentPointer: 0 }, now);
}

/**
 * Makes the SYN of an active open, or the SYN, ACK that answers the peer's SYN with the options that
 * it understands.
 *
 * @param tcb The connection, in SYN-SENT or SYN-RECEIVED.
 * @param now Milliseconds.
 */
export function makeSyn(tcb: TransmissionControlBlock, now: number): TcpRepr {
  const { settings } = tcb;
  const answers = tcb.state === "SYN-RECEIVED";
  const value = tcb.timestamp(now);
  const options: TcpOptions = {
    maximumSegmentSize: tcb.offeredSegmentSize,
    windowScale: (answers ? tcb.scalingAgreed : settings.windowScaling) ? tcb.rcvScale : null,
    sackPermitted: answers ? tcb.sackAgreed : settings.selectiveAcknowledgments,
    sackBlocks: NO_BLOCKS,
    timestamps: (answers ? tcb.timestampsAgreed : settings.timestamps)
      ? { value, echo: answers ? tcb.tsRecent : 0 }
      : null,
  };
  if (answers) {
    tcb.ackNow = false;
    tcb.lastAckSent = tcb.rcvNxt;
  }
  return {
    sourcePort: tcb.localPort,
    destinationPort: tcb.remotePort,
    sequence: tcb.iss,
    acknowledgment: answers ? tcb.rcvNxt : 0,
    flags: answers ? TCP_FLAG_SYN | TCP_FLAG_ACK : TCP_FLAG_SYN,
    window: tcb.initialWindow(),
    urgentPointer: 0,
    options,
    payload: NO_PAYLOAD,
  };
}
