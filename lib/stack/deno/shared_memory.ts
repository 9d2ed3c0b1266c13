/**
 * What the guest's thread and the I/O worker share: one block of 32-bit words for requests, one row
 * of words for each socket, and one area of bytes for what a request carries.
 *
 * @module
 */

/** Words of the request block. The guest's thread writes a request, the worker its reply. */
export const Word = {
  /** {@link RequestState}; the guest's thread waits on it. */
  state: 0,
  /** Counts the worker's events; the guest's thread waits on it for a socket to become ready. */
  events: 1,
  /** Not 0 once the worker has failed: nothing will be answered any more. */
  dead: 2,
  /** {@link Operation}. */
  operation: 3,
  /** The socket concerned. */
  slot: 4,
  /** Arguments, up to four. */
  argument: 5,
  /** The result: a number ≥ 0 or a negated errno. */
  result: 9,
  /** A second result. */
  detail: 10,
  /** Set to 1 when the worker can take requests. */
  ready: 11,
  /** Counts requests and writes that were posted; the worker waits on it. */
  bell: 12,
  /** How many bytes the guest's thread has put into the outbox, modulo 2³². */
  posted: 13,
  /** How many bytes the worker has taken out of the outbox, modulo 2³². */
  taken: 14,
  /** How many words the request block has. */
  count: 16,
} as const;

/** Who has to act next. */
export const RequestState = {
  /** No request. */
  idle: 0,
  /** The worker has a request to carry out. */
  requested: 1,
  /** The guest's thread has a reply to read. */
  replied: 2,
} as const;

/** Words of a socket's row; only the worker writes them, except `posted`, and that the guest takes
 * errors. */
export const SlotWord = {
  /** Bits of {@link SlotFlag}. */
  flags: 0,
  /** Bytes that can be received; for UDP, datagrams. */
  received: 1,
  /** The errno that ended the connection or the attempt to make one; taken once. */
  error: 2,
  /** Bytes accepted for sending that the host has not taken yet. */
  unsent: 3,
  /** Connections that can be accepted; for UDP, the size of the first datagram. */
  waiting: 4,
  /** How many bytes the guest's thread has posted, modulo 2³²; it alone writes this word. */
  posted: 5,
  /** How many of these are in `unsent`, or were sent. */
  taken: 6,
  /** How many words a row has. */
  count: 8,
} as const;

/** What a socket's row says about it. */
export const SlotFlag = {
  /** The connection is established. */
  connected: 1,
  /** The peer has ended its direction. */
  endOfFile: 2,
  /** This side's direction has been ended, after everything accepted was sent. */
  finished: 4,
} as const;

/** What the guest's thread asks of the worker. */
export const Operation = {
  tcpBind: 1,
  tcpConnect: 2,
  tcpConnectName: 3,
  tcpListen: 4,
  tcpAccept: 5,
  tcpRead: 6,
  tcpWrite: 7,
  tcpFinish: 8,
  tcpOption: 9,
  names: 10,
  udpBind: 11,
  udpFilter: 12,
  udpSend: 13,
  udpReceive: 14,
  udpOption: 15,
  close: 16,
  resolve: 17,
  turn: 18,
  drain: 19,
} as const;

/** Bits of the flags of `tcpRead` and `udpReceive`. */
export const ReadFlag = {
  /** Leave the data in the queue. */
  peek: 1,
  /** Do not copy the data out. */
  discard: 2,
} as const;

/** Bits of the flags of `tcpBind` and `udpBind`. */
export const BindFlag = {
  reuseAddress: 1,
  reusePort: 2,
  ipv6Only: 4,
} as const;

/** How `close` ends a connection. */
export const CloseMode = {
  /** Send what was accepted, then end the stream. */
  orderly: 0,
  /** Reset the connection. */
  reset: 1,
} as const;

/** The most sockets of one stack. */
export const MAX_SLOTS = 4096;

/** Bytes that one request or reply can carry. */
export const DATA_SIZE = 256 * 1024;

/** Bytes of the outbox: writes that the guest's thread does not wait for. A power of two. */
export const OUTBOX_SIZE = 64 * 1024;

/** The longest write that is posted; copying a longer one twice costs more than waiting. */
export const MAX_POSTED = 16 * 1024;

/** Bytes before those of a write: its socket, its length with bit 31 for MSG_MORE. */
export const POST_HEADER = 8;

/** The memory that both threads see. */
export interface SharedMemory {
  /** The request block. */
  readonly control: Int32Array<SharedArrayBuffer>;
  /** A row for each socket. */
  readonly slots: Int32Array<SharedArrayBuffer>;
  /** What a request or a reply carries. */
  readonly data: Uint8Array<SharedArrayBuffer>;
  /** A ring of writes, each a header and bytes, padded to a multiple of four. */
  readonly outbox: Uint8Array<SharedArrayBuffer>;
}

/** Makes the memory for one stack. */
export function newSharedMemory(): SharedMemory {
  return {
    control: new Int32Array(new SharedArrayBuffer(4 * Word.count)),
    slots: new Int32Array(new SharedArrayBuffer(4 * SlotWord.count * MAX_SLOTS)),
    data: new Uint8Array(new SharedArrayBuffer(DATA_SIZE)),
    outbox: new Uint8Array(new SharedArrayBuffer(OUTBOX_SIZE)),
  };
}
