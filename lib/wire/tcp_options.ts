/**
 * Options of a TCP segment: RFC 9293 section 3.2, RFC 7323 (window scale, timestamps), RFC 2018
 * (selective acknowledgments).
 *
 * @module
 */
import { readUint16, readUint32, writeUint16, writeUint32 } from "./bytes.ts";

const KIND_END = 0;
const KIND_NO_OPERATION = 1;
const KIND_MAXIMUM_SEGMENT_SIZE = 2;
const KIND_WINDOW_SCALE = 3;
const KIND_SACK_PERMITTED = 4;
const KIND_SACK = 5;
const KIND_TIMESTAMPS = 8;

/** The most octets that options may take. */
export const TCP_MAXIMUM_OPTIONS_LENGTH = 40;

/** Largest shift of a window: RFC 7323, section 2.3. */
export const TCP_MAXIMUM_WINDOW_SCALE = 14;

/** A run of data that arrived out of order: sequence numbers of its first octet and of the next. */
export interface SackBlock {
  /** Sequence number of the first octet. */
  readonly left: number;
  /** Sequence number after the last octet. */
  readonly right: number;
}

/** The timestamps option: RFC 7323, section 3. */
export interface TcpTimestamps {
  /** The sender's clock. */
  readonly value: number;
  /** The receiver's clock, as last seen by the sender; 0 without the ACK bit. */
  readonly echo: number;
}

/** The options of a segment; null or empty is an option that is not there. */
export interface TcpOptions {
  /** Largest segment that the sender will take, in octets of payload. */
  readonly maximumSegmentSize: number | null;
  /** By how many bits the sender's later windows are shifted, at most 14. */
  readonly windowScale: number | null;
  /** Whether the sender understands selective acknowledgments. */
  readonly sackPermitted: boolean;
  /** What the sender holds out of order, at most four blocks. */
  readonly sackBlocks: readonly SackBlock[];
  /** The sender's clock and its echo of ours. */
  readonly timestamps: TcpTimestamps | null;
}

const NO_BLOCKS: readonly SackBlock[] = [];

/** A segment without options. */
export const NO_TCP_OPTIONS: TcpOptions = {
  maximumSegmentSize: null,
  windowScale: null,
  sackPermitted: false,
  sackBlocks: NO_BLOCKS,
  timestamps: null,
};

function readSackBlocks(bytes: Uint8Array, start: number, end: number): SackBlock[] {
  const blocks: SackBlock[] = [];
  for (let offset = start; offset + 8 <= end; offset += 8) {
    blocks.push({ left: readUint32(bytes, offset), right: readUint32(bytes, offset + 4) });
  }
  return blocks;
}

/**
 * Reads options. Unknown ones are skipped by their length; one with a length that cannot be ends the
 * list, and what came before it counts (MUST-6, MUST-7).
 *
 * @param bytes What lies between the fixed header and the data.
 */
export function parseTcpOptions(bytes: Uint8Array): TcpOptions {
  if (bytes.length === 0) return NO_TCP_OPTIONS;
  let maximumSegmentSize: number | null = null;
  let windowScale: number | null = null;
  let sackPermitted = false;
  let sackBlocks = NO_BLOCKS;
  let timestamps: TcpTimestamps | null = null;
  for (let offset = 0; offset < bytes.length;) {
    const kind = bytes[offset];
    if (kind === KIND_END) break;
    if (kind === KIND_NO_OPERATION) {
      offset += 1;
      continue;
    }
    const length = bytes[offset + 1] ?? 0;
    const end = offset + length;
    if (length < 2 || end > bytes.length) break;
    if (kind === KIND_MAXIMUM_SEGMENT_SIZE && length === 4) {
      maximumSegmentSize = readUint16(bytes, offset + 2);
    } else if (kind === KIND_WINDOW_SCALE && length === 3) {
      windowScale = Math.min(bytes[offset + 2] ?? 0, TCP_MAXIMUM_WINDOW_SCALE);
    } else if (kind === KIND_SACK_PERMITTED && length === 2) {
      sackPermitted = true;
    } else if (kind === KIND_SACK && length >= 10 && (length - 2) % 8 === 0) {
      sackBlocks = readSackBlocks(bytes, offset + 2, end);
    } else if (kind === KIND_TIMESTAMPS && length === 10) {
      timestamps = { value: readUint32(bytes, offset + 2), echo: readUint32(bytes, offset + 6) };
    }
    offset = end;
  }
  return { maximumSegmentSize, windowScale, sackPermitted, sackBlocks, timestamps };
}

/** How many octets selective acknowledgments may take beside timestamps: three blocks, or four. */
function fittingBlocks({ sackBlocks, timestamps }: TcpOptions): number {
  return Math.min(sackBlocks.length, timestamps === null ? 4 : 3);
}

/**
 * Returns how many octets the options take, a multiple of four.
 *
 * @param options The options.
 */
export function tcpOptionsLength(options: TcpOptions): number {
  let length = 0;
  if (options.maximumSegmentSize !== null) length += 4;
  if (options.timestamps !== null) length += options.sackPermitted ? 10 : 12;
  if (options.sackPermitted) length += options.timestamps === null ? 4 : 2;
  if (options.windowScale !== null) length += 4;
  if (options.sackBlocks.length > 0) length += 4 + 8 * fittingBlocks(options);
  return length;
}

function emitTimestamps(
  { timestamps, sackPermitted }: TcpOptions,
  buffer: Uint8Array,
  start: number,
): number {
  if (timestamps === null && !sackPermitted) return start;
  let offset = start;
  if (sackPermitted && timestamps !== null) {
    buffer[offset] = KIND_SACK_PERMITTED;
    buffer[offset + 1] = 2;
  } else {
    buffer[offset] = KIND_NO_OPERATION;
    buffer[offset + 1] = KIND_NO_OPERATION;
  }
  offset += 2;
  if (timestamps === null) {
    buffer[offset] = KIND_SACK_PERMITTED;
    buffer[offset + 1] = 2;
    return offset + 2;
  }
  buffer[offset] = KIND_TIMESTAMPS;
  buffer[offset + 1] = 10;
  writeUint32(buffer, offset + 2, timestamps.value);
  writeUint32(buffer, offset + 6, timestamps.echo);
  return offset + 10;
}

/**
 * Writes options in the order in which Linux has them: segment size, selective acknowledgments
 * permitted, timestamps, window scale; then selective acknowledgments, as many blocks as fit.
 *
 * @param options The options.
 * @param buffer Receives {@link tcpOptionsLength} octets.
 * @param start Where the first goes.
 */
export function emitTcpOptions(options: TcpOptions, buffer: Uint8Array, start: number): void {
  let offset = start;
  if (options.maximumSegmentSize !== null) {
    buffer[offset] = KIND_MAXIMUM_SEGMENT_SIZE;
    buffer[offset + 1] = 4;
    writeUint16(buffer, offset + 2, options.maximumSegmentSize);
    offset += 4;
  }
  offset = emitTimestamps(options, buffer, offset);
  if (options.windowScale !== null) {
    buffer[offset] = KIND_NO_OPERATION;
    buffer[offset + 1] = KIND_WINDOW_SCALE;
    buffer[offset + 2] = 3;
    buffer[offset + 3] = options.windowScale;
    offset += 4;
  }
  const blocks = fittingBlocks(options);
  if (blocks === 0) return;
  buffer[offset] = KIND_NO_OPERATION;
  buffer[offset + 1] = KIND_NO_OPERATION;
  buffer[offset + 2] = KIND_SACK;
  buffer[offset + 3] = 2 + 8 * blocks;
  offset += 4;
  for (const { left, right } of options.sackBlocks.slice(0, blocks)) {
    writeUint32(buffer, offset, left);
    writeUint32(buffer, offset + 4, right);
    offset += 8;
  }
}
